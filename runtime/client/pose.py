"""One instant of a character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations, skeleton

Array = NDArray[Any]


@dataclass(frozen=True)
class Pose:
    """One instant in model space. positions_m ``(22, 3)``, local_rotations_xyzw ``(22, 4)``, contacts ``(4,)``."""

    index: int  # frame number; of the earlier frame when interpolated
    time_s: float
    positions_m: Array
    local_rotations_xyzw: Array
    contacts: Array
    plan_id: int


def between(a: Pose, b: Pose, share: float, time_s: float) -> Pose:
    """The pose ``share`` of the way from ``a`` to ``b``, with exact bone lengths."""
    qa = a.local_rotations_xyzw
    qb = (
        np.where(np.sum(qa * b.local_rotations_xyzw, -1, keepdims=True) < 0, -1.0, 1.0)
        * b.local_rotations_xyzw
    )
    turns = rotations.normalize((1 - share) * qa + share * qb).astype(np.float32)
    root = (1 - share) * a.positions_m[0] + share * b.positions_m[0]
    joints = skeleton.forward_kinematics(root, turns)
    contacts = ((1 - share) * a.contacts + share * b.contacts).astype(np.float32)
    return Pose(a.index, time_s, joints, turns, contacts, a.plan_id)
