"""T2: refinement of noisy motion, and T7: the same task for the ablation of parts and masking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lamp.motion import Motion, estimate_contacts
from lamp.retarget import joints_to_rotations
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.noise import NOISES
from training.evaluation.settings import Settings
from training.evaluation.tables.base import PAIRED, Case, OptimisedTable, paired_scores
from training.metrics.base import About
from training.metrics.clip import Mpjpe
from training.priors.base import Outcome, Prior

_INPUT = About(
    "mpjpe_input_cm", "cm", "lower", "mean joint distance of the noisy input to the clean original"
)
_PER_NOISE = tuple(
    replace(Mpjpe.about, name=f"mpjpe_{noise}_cm", text=f"with {noise} noise") for noise in NOISES
)


class RefineTable(OptimisedTable):
    """A third of the motions gets each noise, 5 cm on every joint; the noisy joints are all the prior sees."""

    key, title, needs = "T2", "Refinement", "optimize"
    columns: tuple[About, ...] = (*PAIRED, Mpjpe.about, *_PER_NOISE, _INPUT)

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed("T2", repeat))
        made, names = [], list(NOISES)
        for i, clip in enumerate(clips.draw(settings.motions, rng)):
            kind = names[i % len(names)]
            noisy = (clip.joints_m + NOISES[kind](len(clip.joints_m), rng)).astype(np.float32)
            task = Task(reference=as_they_are(noisy), keep=np.ones(len(noisy), np.float32))
            made.append(Case(clip.joints_m, task, kind=kind, extra={"noisy_m": noisy}))
        return made

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        errors = [Mpjpe()(o.joints_m, c.original_m) for c, o in zip(cases, outcomes, strict=True)]
        scores = paired_scores(cases, outcomes, judge) | {
            "mpjpe_cm": float(np.mean(errors)),
            "mpjpe_input_cm": float(np.mean([Mpjpe()(c.extra["noisy_m"], c.original_m) for c in cases])),
        }
        for noise in NOISES:
            own = [e for e, c in zip(errors, cases, strict=True) if c.kind == noise]
            if own:
                scores[f"mpjpe_{noise}_cm"] = float(np.mean(own))
        return scores


def as_they_are(joints_m: Array) -> Motion:
    """Noisy joints ``(T, 22, 3)`` as a motion, untouched.

    ``Motion.from_positions`` would fit the standard skeleton first, which hangs every joint on the noise of those above
    it: 8 cm of mean joint error become 16 before the prior has seen anything.
    """
    return Motion(joints_m, joints_to_rotations(joints_m), estimate_contacts(joints_m, 20.0), 20.0)


class AblationTable(RefineTable):
    """T7 is T2 itself: its cells are T2's. Rows are bundles that say in ``bundle.yaml`` what they were trained without:
    ``ablation: {parts: false, masking: true}``."""

    key, title = "T7", "Ablation of parts and masking (refinement)"
