"""B6: what is left of quality on characters of other proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lamp.motion import Motion
from lamp.retarget.rig import Rig
from lamp.retarget.transfer import retarget_motion
from training.evaluation.clips import Array
from training.evaluation.judge import Judge, Scores
from training.evaluation.tables.base import JITTER, SKATE, Case
from training.evaluation.tables.edit import EditTable
from training.metrics.base import About
from training.metrics.clip import FootSkate, Jitter, Mpjpe
from training.priors.base import Outcome

# Factors of the bones of legs and of arms.
BODIES: dict[str, tuple[float, float]] = {
    "long legs": (1.3, 1.0),
    "short legs": (0.7, 0.9),
    "long arms": (1.0, 1.4),
}
_LEGS, _ARMS = (4, 5, 7, 8), (18, 19, 20, 21)


class RetargetTable(EditTable):
    """T4's results played on three other bodies, and on the standard one through its rotations."""

    key, title = "B6", "Retargeted output"
    columns: tuple[About, ...] = (
        About("rotations_cm", "cm", "lower", "joint error of the standard body played from its rotations"),
        *(replace(about, name=f"{body}/{about.name}") for body in BODIES for about in (SKATE, JITTER)),
        SKATE, JITTER,
    )  # fmt: skip

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        motions = [Motion.from_positions(o.joints_m) for o in outcomes]
        scores = _means("", [m.positions_m for m in motions])
        played = [Rig.standard().pose(m.local_rotations_xyzw, m.positions_m[:, 0])[0] for m in motions]
        errors = [Mpjpe()(p, m.positions_m) for p, m in zip(played, motions, strict=True)]
        scores["rotations_cm"] = float(np.mean(errors))
        for body, (legs, arms) in BODIES.items():
            rig = other_body(body, legs, arms)
            scores |= _means(f"{body}/", [_joints(retarget_motion(m, rig).positions_m, rig) for m in motions])
        return scores


def other_body(name: str, legs: float, arms: float) -> Rig:
    """The standard skeleton with other lengths of legs and arms; its feet stand on the floor."""
    rig = Rig.standard()
    offsets = np.array(rig.offsets_m, np.float64)
    offsets[list(_LEGS)] *= legs
    offsets[list(_ARMS)] *= arms
    return replace(rig, name=name, offsets_m=offsets)


def _joints(positions_m: Array, rig: Rig) -> Array:
    return np.asarray(positions_m[:, list(rig.joints)])


def _means(prefix: str, motions_m: list[Array]) -> Scores:
    return {
        f"{prefix}skate": float(np.mean([FootSkate()(m) for m in motions_m])),
        f"{prefix}jitter": float(np.mean([Jitter()(m) for m in motions_m])),
    }
