"""T6: blending."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.tasks import Task, concatenate
from training.evaluation.clips import RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import (
    OBJECTIVE,
    PAIRED,
    Case,
    OptimisedTable,
    clip_motion,
    paired_scores,
)
from training.metrics.base import About
from training.metrics.clip import ObjectiveError
from training.metrics.spread import Diversity
from training.priors.base import Outcome, Prior

SEAM_FRAMES = 20


class BlendTable(OptimisedTable):
    """Pairs of clips with 20 free frames between them. The original is the pair joined by interpolation; the objective
    error is how far the pelvis is from it in the world over the frames that were to be kept."""

    key, title, needs = "T6", "Blending", "optimize"
    columns: tuple[About, ...] = (*PAIRED, Diversity.about, OBJECTIVE)

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        longest = (min(settings.max_frames, prior.max_frames) - SEAM_FRAMES) // 8 * 4
        drawn = [clip_motion(c)[:longest] for c in clips.draw(2 * settings.motions, rng)]
        made = []
        for first, second in zip(drawn[::2], drawn[1::2], strict=True):
            joined, keep = concatenate(first, second, SEAM_FRAMES)
            kept = np.flatnonzero(keep)
            made.append(
                Case(joined.positions_m, Task(reference=joined, keep=keep, show=keep), frames=kept,
                     targets_m=joined.positions_m[kept, 0])
            )  # fmt: skip
        return made

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        errors = [
            ObjectiveError()(o.joints_m, c.frames, c.targets_m, axes=(0, 1, 2))
            for c, o in zip(cases, outcomes, strict=True)
        ]
        diversity = Diversity()(judge.embed([o.joints_m for o in outcomes]), rng)
        return paired_scores(cases, outcomes, judge) | {
            "diversity": diversity, "objective_m": float(np.mean(errors)),
        }  # fmt: skip
