"""How good an evaluator is itself: retrieval on clips it never saw, and its action label."""

from __future__ import annotations

import numpy as np

from training.dataset import PreparedSet
from training.evaluator.actions import action_of
from training.evaluator.data import MIN_FRAMES
from training.evaluator.evaluator import Evaluator
from training.metrics.frechet import FrechetDistance
from training.metrics.paired import MultimodalDistance
from training.metrics.retrieval import POOL, RPrecision
from training.metrics.spread import Diversity

_REPEATS = 20


def retrieval(evaluator: Evaluator, prepared: PreparedSet, split: str) -> dict[str, float | int]:
    """R@1..3 in pools of 32 (mean of 20 deals), MM-Dist, diversity, accuracy of the action label, and what FID two
    halves of this very data have: the floor below which FID says nothing at this size."""
    rng = np.random.default_rng(0)
    clips = [int(i) for i in prepared.split(split) if prepared.clips[int(i)].frames >= MIN_FRAMES]
    clips = [i for i in clips if prepared.clips[i].captions]
    captions = [prepared.clips[i].captions[0] for i in clips]
    motions = evaluator.embed_motions([prepared.joints(i) for i in clips])
    texts = evaluator.embed_texts(captions)
    labels = [action_of(prepared.clips[i].captions) for i in clips]
    found = evaluator.actions(motions)
    order = rng.permutation(len(clips))
    half = len(clips) // 2
    quality: dict[str, float | int] = {
        f"r_precision_{k}": float(
            np.mean([RPrecision(k)(texts, motions, rng, captions) for _ in range(_REPEATS)])
        )
        for k in (1, 2, 3)
    }
    quality |= {
        "chance_3": 3 / POOL,
        "mm_dist": MultimodalDistance()(texts, motions),
        "diversity": Diversity()(motions, rng),
        "action_accuracy": float(np.mean([a == b for a, b in zip(labels, found, strict=True)])),
        "fid_of_two_halves": FrechetDistance()(motions[order[:half]], motions[order[half:]]),
        "clips": len(clips),
        "distinct_captions": len(set(captions)),
    }
    return quality
