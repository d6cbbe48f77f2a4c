"""The cases everybody is timed on: T4's edits and T3's spheres, one character in the window of live planning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from training.evaluation.clips import RealClips
from training.evaluation.tables.base import Case
from training.evaluation.tables.edit import edit_case
from training.evaluation.tables.obstacles import avoid_case
from training.metrics.collision import Penetration
from training.priors.base import Array

EDIT_M, CLEAR_M = 0.01, 0.01  # what counts as reached; depths up to 1 cm are the tolerance of T3's "clear"
_TRIES = 20


@dataclass(frozen=True)
class Aim:
    """One kind of task. The optimiser stops at ``stop_m`` by its own measure; ``error_m`` measures the finished motion,
    which has to be within ``within_m``."""

    name: str
    stop_m: float
    within_m: float
    error_m: Callable[[Case, Array], float]
    cases: tuple[Case, ...]


def aims(clips: RealClips, count: int, seed: int) -> list[Aim]:
    """``edit`` and ``avoid`` with ``count`` cases each, the same for every prior; nothing is asked for that is already
    so. ``InputError`` where the clips do not give so many."""
    rng = np.random.default_rng([seed, *b"speed"])
    edits: list[Case] = []
    spheres: list[Case] = []
    for clip in clips.draw(count * _TRIES, rng):
        case = edit_case(clip, rng)
        if len(edits) < count and target_error_m(case, clip.joints_m) > 0.1:
            edits.append(case)
        case = avoid_case(clip, rng)
        if len(spheres) < count and depth_m(case, clip.joints_m) > 2 * CLEAR_M:
            spheres.append(case)
        if len(edits) == len(spheres) == count:
            break
    for found in (edits, spheres):
        if len(found) < count:
            raise InputError("--motions", f"only {len(found)} of {count} cases found; ask for fewer")
    return [
        Aim("edit", EDIT_M, EDIT_M * 1.2, target_error_m, tuple(edits)),  # rounding of the finished motion
        Aim("avoid", 0.0, CLEAR_M, depth_m, tuple(spheres)),
    ]


def target_error_m(case: Case, joints_m: Array) -> float:
    """Pelvis to its target."""
    assert case.task is not None
    return max(case.task.target_errors_m(Motion.from_positions(joints_m)), default=0.0)


def depth_m(case: Case, joints_m: Array) -> float:
    """Deepest point of the whole body in any obstacle."""
    return Penetration()(joints_m, case.obstacles)
