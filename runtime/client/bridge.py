"""Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations, skeleton
from lamp.easing import smooth_step
from runtime.client.pose import Pose

Array = NDArray[Any]
# The same in every client: unity_client/Runtime/Core/Motion/PoseBridge.cs, unreal_client/core/src/core/bridge.cpp.
_LEAST_S, _MOST_S = 0.3, 5.0
_SPEED_MPS = 0.6  # mean, at which the place is brought in line: a runner stays a runner
# So much is added at most for the place, and as much for the velocity: 4 together, as in each step of a walker.
_ACCELERATION_MPS2 = 2.0
_FASTER_MPS = 4.0  # nobody's stride changes by more at once: what is above comes from a broken motion
_ASIDE_M = 0.5  # how far a velocity may carry the character: this goes before the acceleration
_SAME_M = 1e-3


class Bridge:
    """What was shown at ``time_s``, and what is there now instead. ``faster_mps`` ``(3,)``: by how much the root of the
    former was faster than that of the latter.

    The root's offset is continuous in place and velocity. The difference in velocity dies away, and the way it goes
    meanwhile is added to the difference in place, which fades, from rest to rest. Both are cubic curves over times of
    their own: a place far off has to fade slowly, a large velocity fast, or it would carry the character away. One
    curve for both would swing back with a third of that velocity. Rotations fade with the place.
    """

    def __init__(self, shown: Pose, instead: Pose, time_s: float, faster_mps: Array) -> None:
        self._since_s = time_s
        self._turned = rotations.multiply(
            shown.local_rotations_xyzw, rotations.inverse(instead.local_rotations_xyzw)
        )
        self._faster_mps = _believed(faster_mps)
        faster = float(np.linalg.norm(self._faster_mps))
        gently_s = max(2.0 * faster / _ACCELERATION_MPS2, _LEAST_S)
        self._velocity_s = min(gently_s, 3.0 * _ASIDE_M / max(faster, 1e-6))
        self._way_m = self._velocity_s / 3.0 * self._faster_mps
        self._place_m = shown.positions_m[0] - instead.positions_m[0] + self._way_m
        away = float(np.linalg.norm(self._place_m))
        gently_s = max(away / _SPEED_MPS, math.sqrt(6.0 * away / _ACCELERATION_MPS2))
        self._place_s = min(max(gently_s, _LEAST_S), _MOST_S)

    @staticmethod
    def needed(shown: Pose, instead: Pose) -> bool:
        """Whether anybody could see the difference."""
        return bool(np.linalg.norm(shown.positions_m - instead.positions_m, axis=-1).max() > _SAME_M)

    def over(self, time_s: float) -> bool:
        """Whether nothing is left of the difference."""
        return time_s >= self._since_s + max(self._place_s, self._velocity_s)

    def offset_m(self, time_s: float) -> Array:
        """How far from its place the root is shown, ``(3,)``."""
        u, v = self._passed(time_s, self._place_s), self._passed(time_s, self._velocity_s)
        return _left(u) * self._place_m - (1.0 - v) ** 3 * self._way_m

    def velocity_mps(self, time_s: float) -> Array:
        """How fast that changes, ``(3,)``."""
        u, v = self._passed(time_s, self._place_s), self._passed(time_s, self._velocity_s)
        return -6.0 * u * (1.0 - u) / self._place_s * self._place_m + (1.0 - v) ** 2 * self._faster_mps

    def apply(self, pose: Pose, time_s: float) -> Pose:
        """The pose with what is left of the difference, bone lengths exact."""
        none = np.broadcast_to(rotations.IDENTITY, self._turned.shape)
        share = _left(self._passed(time_s, self._place_s))
        part = rotations.slerp(none, self._turned, np.full(len(none), share))
        turns = rotations.multiply(part, pose.local_rotations_xyzw).astype(np.float32)
        joints = skeleton.forward_kinematics(pose.positions_m[0] + self.offset_m(time_s), turns)
        return replace(pose, positions_m=joints, local_rotations_xyzw=turns)

    def _passed(self, time_s: float, lasts_s: float) -> float:
        return min(max((time_s - self._since_s) / lasts_s, 0.0), 1.0)


def _left(u: float) -> float:
    """Share of a difference that is left when ``u`` of its time has passed."""
    return 1.0 - float(smooth_step(u))


def _believed(faster_mps: Array) -> Array:
    """The difference in velocity, as far as a character can do that."""
    faster = float(np.linalg.norm(faster_mps))
    if faster <= _FASTER_MPS:
        return faster_mps
    return faster_mps * (_FASTER_MPS / faster) if math.isfinite(faster) else np.zeros(3)
