"""What ten minutes of one character add up to: lengths, feet, splices, drift, memory, each against its bar."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features
from lamp.skeleton import BONE_LENGTHS_M, PARENTS
from runtime.bench.columns import columns

Array = NDArray[Any]
FEET = (7, 8, 10, 11)  # ankles and toes
BARS = {
    "bone_length_error": 0.01,  # share of the bone
    "foot_below_surface_m": 0.03,
    "splice_position_jump_m": 0.01,
    "splice_velocity_jump_mps": 0.5,
    "height_drift_m": 0.05,
    "heading_drift_rad": 0.2,
    "rss_growth_mib": 8.0,
    "stalls": 0,
    "unanswered_changes": 0,
}
_SHARE = 0.2  # drift compares the first and the last fifth
_MOVES_MPS = 0.4
_WORST = 5  # splices named in the report


@dataclass(frozen=True)
class Splice:
    """Where a plan met the motion it replaced; see ``ReceivedPlan``."""

    position_jump_m: float
    velocity_jump_mps: float
    plan_id: int = 0
    time_s: float = 0.0


@dataclass
class Played:
    """Everything that was shown: joints ``(22, 3)`` a frame at ``fps``, and what was measured beside it."""

    fps: float
    frames: list[Array] = field(default_factory=list)
    splices: list[Splice] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    rss: list[tuple[float, float]] = field(default_factory=list)  # seconds of play, MiB of the server
    stalls: int = 0
    plans: int = 0
    unanswered: int = 0
    changes: int = 0


def summary(played: Played) -> dict[str, Any]:
    """The report: every measure of ``BARS``, what else is of interest, and which bars were missed."""
    joints = np.stack(played.frames).astype(np.float64)
    values: dict[str, Any] = {
        "bone_length_error": bone_length_error(joints),
        "foot_below_surface_m": max(float(-joints[:, FEET, 1].min()), 0.0),
        "splice_position_jump_m": max((s.position_jump_m for s in played.splices), default=0.0),
        "splice_velocity_jump_mps": max((s.velocity_jump_mps for s in played.splices), default=0.0),
        "height_drift_m": height_drift_m(joints),
        "heading_drift_rad": heading_drift_rad(joints, played.fps),
        "rss_growth_mib": rss_growth_mib(played.rss),
        "stalls": played.stalls,
        "unanswered_changes": played.unanswered,
    }
    values = {name: None if value is None else round(value, 5) for name, value in values.items()}
    missed = [name for name, bar in BARS.items() if values[name] is not None and values[name] > bar]
    travelled = np.linalg.norm(np.diff(joints[:, 0, [0, 2]], axis=0), axis=-1).sum()
    return {
        "seconds_played": round(len(joints) / played.fps, 2), **values, "bars": BARS, "missed": missed,
        "first_plan_s": columns(played.latencies_s),
        "splice_position_jumps_m": columns([s.position_jump_m for s in played.splices]),
        "splice_velocity_jumps_mps": columns([s.velocity_jump_mps for s in played.splices]),
        "worst_splices": [asdict(s) for s in sorted(played.splices, key=lambda s: -s.position_jump_m)[:_WORST]],
        "plans": played.plans, "changes": played.changes, "travelled_m": round(float(travelled), 1),
        "fastest_joint_mps": round(float(np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() * played.fps), 2),
        "rss_mib": [(round(t, 1), round(mib, 1)) for t, mib in played.rss],
    }  # fmt: skip


def bone_length_error(joints: Array) -> float:
    """Largest relative error of any bone in any frame of ``(N, 22, 3)``."""
    bones = np.linalg.norm(joints[:, 1:] - joints[:, PARENTS[1:]], axis=-1)
    return float(np.abs(bones / np.asarray(BONE_LENGTHS_M)[1:] - 1.0).max())


def height_drift_m(joints: Array) -> float:
    """How far the usual height of the pelvis (the median) moved from the first to the last fifth, metres."""
    part = max(int(len(joints) * _SHARE), 1)
    height = joints[:, 0, 1]
    return float(abs(np.median(height[-part:]) - np.median(height[:part])))


def heading_drift_rad(joints: Array, fps: float) -> float | None:
    """How far the usual angle between facing and travel moved from the first to the last fifth; None if it stood.

    The heading itself may go anywhere, the scene turns the character; a body that slowly comes to walk sideways is what
    must not happen.
    """
    step = max(round(fps / 2), 1)
    travel = (joints[step:, 0] - joints[:-step, 0]) * (fps / step)
    speed = np.hypot(travel[:, 0], travel[:, 2])
    facing = features.heading_rad(joints[step // 2 : step // 2 + len(travel)])
    angle = np.arctan2(travel[:, 0], travel[:, 2]) - facing
    angle = np.arctan2(np.sin(angle), np.cos(angle))
    part = max(int(len(angle) * _SHARE), 1)
    ends = [angle[:part][speed[:part] > _MOVES_MPS], angle[-part:][speed[-part:] > _MOVES_MPS]]
    if min(len(end) for end in ends) == 0:
        return None
    first, last = (float(np.median(end)) for end in ends)
    return abs(last - first)


def rss_growth_mib(rss: list[tuple[float, float]]) -> float | None:
    """From a fifth of the way to the end, MiB; None when the server's memory could not be read."""
    settled = [mib for at_s, mib in rss if at_s >= _SHARE * rss[-1][0]]
    return settled[-1] - settled[0] if settled else None
