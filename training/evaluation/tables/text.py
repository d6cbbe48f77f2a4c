"""T1: text-to-motion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from training.evaluation.clips import Array, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import FID, JITTER, SKATE, Case
from training.metrics.base import About
from training.metrics.paired import MultimodalDistance
from training.metrics.retrieval import POOL, RPrecision
from training.metrics.spread import Diversity, Multimodality
from training.priors.base import Outcome, Prior
from training.priors.folder_prior import FolderPrior

_FACTOR = (
    4  # plain sampling is cheap, and R-precision needs pools of 32: four times as many motions as elsewhere
)
_SHARE_OF_TEXTS, _SAMPLES = 8, 4  # multimodality: an eighth as many texts as motions, four samples of each


class TextTable:
    """Motions for captions of the split, each as long as the caption's own clip; four times as many as elsewhere."""

    key, title, needs, chunk = "T1", "Text-to-motion", "text", 16
    columns: tuple[About, ...] = (
        FID, *(RPrecision(k).about for k in (1, 2, 3)), MultimodalDistance.about, Diversity.about,
        Multimodality.about, SKATE, JITTER,
    )  # fmt: skip

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        if isinstance(prior, FolderPrior):
            chosen = rng.permutation(len(prior.motions))[: _FACTOR * settings.motions]
            return [Case(prior.motions[i], prompt=prior.captions[i], kind="given") for i in chosen]
        drawn = clips.draw(_FACTOR * settings.motions, rng)
        cases = [Case(c.joints_m, prompt=c.captions[int(rng.integers(len(c.captions)))]) for c in drawn]
        many = cases[: max(_FACTOR * settings.motions // _SHARE_OF_TEXTS, 1)]
        return cases + [
            Case(c.original_m, prompt=c.prompt, kind=f"sample {i}")
            for i, c in enumerate(many)
            for _ in range(_SAMPLES)
        ]

    def make(self, prior: Prior, cases: Sequence[Case], settings: Settings, seed: int) -> list[Outcome]:
        made: dict[int, Outcome] = {
            i: Outcome(c.original_m) for i, c in enumerate(cases) if c.kind == "given"
        }
        by_length: dict[int, list[int]] = defaultdict(list)
        for i, case in enumerate(cases):
            if i not in made:
                by_length[len(case.original_m)].append(i)
        for frames, rows in by_length.items():
            motions = prior.generate([cases[i].prompt for i in rows], frames, seed + frames)
            made |= {i: Outcome(m) for i, m in zip(rows, motions, strict=True)}
        return [made[i] for i in range(len(cases))]

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        embedded = judge.embed([o.joints_m for o in outcomes])
        main = [i for i, c in enumerate(cases) if not c.kind.startswith("sample")]
        motions = embedded[main]
        scores = judge.realism(motions, [outcomes[i].joints_m for i in main])
        scores["diversity"] = Diversity()(motions, rng)
        if judge.evaluator.reads_text:
            scores |= _matching([cases[i].prompt for i in main], motions, judge, rng)
        groups = sorted({c.kind for c in cases if c.kind.startswith("sample")})
        if groups:
            samples = [[embedded[i] for i, c in enumerate(cases) if c.kind == g] for g in groups]
            scores["multimodality"] = Multimodality()(np.array(samples), rng)
        return scores


def _matching(captions: list[str], motions: Array, judge: Judge, rng: np.random.Generator) -> Scores:
    """How well motions fit their texts."""
    texts = judge.evaluator.embed_texts(captions)
    scores = {"mm_dist": MultimodalDistance()(texts, motions)}
    if len(captions) >= POOL:
        scores |= {f"r_precision_{k}": RPrecision(k)(texts, motions, rng, captions) for k in (1, 2, 3)}
    return scores
