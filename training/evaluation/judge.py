"""The judge: an evaluator with the real motion it measures against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.evaluation.clips import Array, RealClips
from training.evaluator.evaluator import Evaluator
from training.evaluator.published import PublishedEvaluator
from training.metrics.clip import FootSkate, Jitter
from training.metrics.content import LabelPreservation
from training.metrics.frechet import FrechetDistance
from training.metrics.paired import PairedDistance

Scores = dict[str, float]


class Judge:
    """Scores that several tables share. ``real`` are the embeddings of every clip of the split."""

    def __init__(self, evaluator: Evaluator | PublishedEvaluator, clips: RealClips) -> None:
        self.evaluator = evaluator
        self.real = evaluator.embed_motions([c.joints_m for c in clips.all()])

    def embed(self, motions_m: Sequence[Array]) -> Array:
        """Embeddings ``(N, E)`` in the order given."""
        return self.evaluator.embed_motions(motions_m)

    def realism(self, embeddings: Array, motions_m: Sequence[Array]) -> Scores:
        """FID against the split, foot skate and jitter."""
        return {
            "fid": FrechetDistance()(embeddings, self.real),
            "skate": float(np.mean([FootSkate()(m) for m in motions_m])),
            "jitter": float(np.mean([Jitter()(m) for m in motions_m])),
        }

    def fidelity(self, embeddings: Array, originals: Array) -> Scores:
        """How near results are to what they were made from: paired and as sets, and by their action label."""
        scores = {
            "dist_gt": PairedDistance()(embeddings, originals),
            "fid_gt": FrechetDistance()(embeddings, originals),
        }
        if self.evaluator.labels_actions:
            before, after = self.evaluator.actions(originals), self.evaluator.actions(embeddings)
            scores["label_kept"] = LabelPreservation()(after, before)
        return scores
