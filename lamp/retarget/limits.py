"""How far joints go beyond what those of a person do. Only told, never enforced: positions are what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError
from lamp.retarget.hinge import END_JOINTS, HINGES, MIDDLE_JOINTS
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M, joint_index

Array = NDArray[Any]
# Degrees: how far a hinge opens past straight, closes, and leaves its plane.
HINGE_DEG = {"knee": (-15.0, 165.0, 25.0), "elbow": (-15.0, 165.0, 40.0)}
# Degrees from the rest pose: the cone in which the bone of a joint stays.
CONE_DEG = {
    "hip": 140.0, "ankle": 80.0, "spine1": 60.0, "spine2": 60.0, "spine3": 60.0, "neck": 80.0, "collar": 50.0,
    "shoulder": 165.0,
}  # fmt: skip


@dataclass(frozen=True)
class Beyond:
    """A joint that leaves its ``limit`` ("open", "closed", "sideways" or "cone") in ``share`` of the frames."""

    joint: str
    limit: str
    worst_deg: float  # beyond the limit
    share: float


def beyond_limits(local_rotations_xyzw: Array) -> list[Beyond]:
    """Joints beyond their limits in rotations ``(T, 22, 4)`` of the standard skeleton, worst first."""
    local = np.asarray(local_rotations_xyzw, np.float64)
    if local.ndim != 3 or local.shape[1:] != (JOINT_COUNT, 4) or not len(local):
        raise InputError(
            "local_rotations_xyzw", f"shape is {local.shape}; it must be (T, {JOINT_COUNT}, 4), T >= 1"
        )
    found = []
    for name, limits in HINGE_DEG.items():
        for joint in _sides(name):
            found += _hinge(local[:, joint], joint, limits)
    for name, limit in CONE_DEG.items():
        for joint in _sides(name):
            found += _told(joint, "cone", _swing_deg(local[:, joint], joint) - limit)
    return sorted(found, key=lambda b: -b.worst_deg)


def _sides(name: str) -> list[int]:
    return [joint_index(n) for n in JOINT_NAMES if n in (name, f"left_{name}", f"right_{name}")]


def _hinge(local: Array, joint: int, limits: tuple[float, float, float]) -> list[Beyond]:
    limb = MIDDLE_JOINTS.index(joint)
    rest = rotations.normalize(REST_OFFSETS_M[END_JOINTS[limb]].astype(np.float64))
    axis = HINGES[limb]
    upper = rotations.normalize(REST_OFFSETS_M[joint].astype(np.float64))
    upper = rotations.normalize(upper - (upper @ axis) * axis)
    lower = rotations.rotate(local, np.broadcast_to(rest, (len(local), 3)))
    bend = np.degrees(np.arctan2(lower @ np.cross(axis, upper), lower @ upper))
    bend = np.where(bend < -90.0, bend + 360.0, bend)  # a limb folded flat may pass behind itself
    side = np.degrees(np.abs(np.arcsin(np.clip(lower @ axis, -1, 1)) - np.arcsin(rest @ axis)))
    opened, closed, sideways = limits
    return (
        _told(joint, "open", opened - bend)
        + _told(joint, "closed", bend - closed)
        + _told(joint, "sideways", side - sideways)
    )


def _swing_deg(local: Array, joint: int) -> Array:
    """How far the bone of ``joint`` is from where it is at rest, degrees ``(T,)``; of the chest: its own up."""
    child = 12 if joint == joint_index("spine3") else PARENTS.index(joint)
    rest = rotations.normalize(REST_OFFSETS_M[child].astype(np.float64))
    bone = rotations.rotate(local, np.broadcast_to(rest, (len(local), 3)))
    return np.asarray(np.degrees(np.arccos(np.clip(bone @ rest, -1.0, 1.0))))


def _told(joint: int, limit: str, beyond_deg: Array) -> list[Beyond]:
    outside = beyond_deg > 0.0
    if not outside.any():
        return []
    return [Beyond(JOINT_NAMES[joint], limit, float(beyond_deg.max()), float(outside.mean()))]
