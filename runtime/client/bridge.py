"""Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations, skeleton
from runtime.client.pose import Pose

Array = NDArray[Any]
_LEAST_S, _MOST_S = 0.3, 4.0
_SPEED_MPS = 0.6  # at which the place is brought in line: a runner stays a runner
_SAME_M = 1e-3


class Bridge:
    """What was shown at ``time_s``, and what is there now instead."""

    def __init__(self, shown: Pose, instead: Pose, time_s: float) -> None:
        self._since_s = time_s
        self._offset_m = shown.positions_m[0] - instead.positions_m[0]
        turned = rotations.multiply(
            shown.local_rotations_xyzw, rotations.inverse(instead.local_rotations_xyzw)
        )
        self._turned = turned
        away = float(np.linalg.norm(self._offset_m))
        self._lasts_s = min(max(away / _SPEED_MPS, _LEAST_S), _MOST_S)

    @staticmethod
    def needed(shown: Pose, instead: Pose) -> bool:
        """Whether anybody could see the difference."""
        return bool(np.linalg.norm(shown.positions_m - instead.positions_m, axis=-1).max() > _SAME_M)

    def over(self, time_s: float) -> bool:
        """Whether nothing is left of the difference."""
        return time_s >= self._since_s + self._lasts_s

    def apply(self, pose: Pose, time_s: float) -> Pose:
        """The pose with what is left of the difference, bone lengths exact."""
        u = min(max((time_s - self._since_s) / self._lasts_s, 0.0), 1.0)
        share = 1.0 - u * u * (3.0 - 2.0 * u)
        none = np.broadcast_to(rotations.IDENTITY, self._turned.shape)
        part = rotations.slerp(none, self._turned, np.full(len(none), share))
        turns = rotations.multiply(part, pose.local_rotations_xyzw).astype(np.float32)
        root = pose.positions_m[0] + share * self._offset_m
        joints = skeleton.forward_kinematics(root, turns)
        return replace(pose, positions_m=joints, local_rotations_xyzw=turns)
