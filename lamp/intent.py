"""What a live character may be asked for besides a prompt, obstacles and targets: where to look, a way to walk, poses.

Times are session time when live and clip time offline; positions are world metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.problem import MAX_WEIGHT
from lamp.scene.obstacle import MAX_COORDINATE_M, MAX_SPEED_MPS, Vector, check_vector
from lamp.skeleton import JOINT_COUNT, joint_index

Array = NDArray[Any]
MAX_WAYPOINTS = 64
MAX_KEY_POSES = 16
MIN_PATH_SPEED_MPS, MAX_PATH_SPEED_MPS = 0.1, 8.0
MAX_HOLD_S = 3600.0


class Floor(Enum):
    """What carries the feet where no walkable obstacle does."""

    PLANE = "plane"  # endless, at the height of the start
    NONE = "none"  # nothing: feet keep to walkable obstacles


@dataclass(frozen=True)
class LookAt:
    """A point to look at; it may move. Chest, neck and head share the turn within the limits of a person."""

    position_m: Vector
    linear_velocity_mps: Vector = (0.0, 0.0, 0.0)
    time_s: float = 0.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_vector("position_m", self.position_m, 3, MAX_COORDINATE_M)
        check_vector("linear_velocity_mps", self.linear_velocity_mps, 3, MAX_SPEED_MPS)
        check_vector("time_s", (self.time_s,), 1, 1e7)
        _check_weight(self.weight)

    def at(self, times_s: Array) -> Array:
        """Where the point is at session times ``(N,)``: ``(N, 3)`` metres."""
        dt = np.asarray(times_s, np.float64)[:, None] - self.time_s
        return np.asarray(np.array(self.position_m) + dt * np.array(self.linear_velocity_mps))


@dataclass(frozen=True)
class Waypoint:
    """A point on the floor, and when to be there; None: by distance and speed."""

    position_m: Vector
    arrive_s: float | None = None

    def __post_init__(self) -> None:
        check_vector("position_m", self.position_m, 3, MAX_COORDINATE_M)
        if self.arrive_s is not None:
            check_vector("arrive_s", (self.arrive_s,), 1, 1e7)


@dataclass(frozen=True)
class Path:
    """A way for the pelvis, the up axis left out. ``loop``: from the last waypoint to the first, without end."""

    waypoints: tuple[Waypoint, ...]
    speed_mps: float = 1.1
    loop: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= len(self.waypoints) <= MAX_WAYPOINTS:
            raise InputError(
                "waypoints", f"{len(self.waypoints)} waypoints; 1 to {MAX_WAYPOINTS} are possible"
            )
        if not MIN_PATH_SPEED_MPS <= self.speed_mps <= MAX_PATH_SPEED_MPS:
            raise InputError(
                "speed_mps", f"{self.speed_mps} is outside {MIN_PATH_SPEED_MPS}..{MAX_PATH_SPEED_MPS} m/s"
            )
        times = [w.arrive_s for w in self.waypoints if w.arrive_s is not None]
        if any(b <= a for a, b in zip(times, times[1:], strict=False)):
            raise InputError("waypoints", f"arrival times {times} must grow from waypoint to waypoint")
        _check_weight(self.weight)


@dataclass(frozen=True)
class KeyPose:
    """Joints ``(22, 3)`` to be at from ``time_s`` on for ``hold_s``; ``joints`` names those that count.

    ``anywhere``: only the shape of the body counts, not its ground point and heading.
    """

    joints_m: Array
    time_s: float
    hold_s: float = 0.0
    joints: tuple[int, ...] = tuple(range(JOINT_COUNT))
    anywhere: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        pose = np.asarray(self.joints_m, np.float32)
        if pose.shape != (JOINT_COUNT, 3) or not np.isfinite(pose).all():
            raise InputError("joints_m", f"shape {pose.shape}; it must be ({JOINT_COUNT}, 3) and finite")
        if np.abs(pose).max() > MAX_COORDINATE_M:
            raise InputError("joints_m", f"reaches beyond +-{MAX_COORDINATE_M} m")
        object.__setattr__(self, "joints_m", pose)
        object.__setattr__(self, "joints", tuple(joint_index(j) for j in self.joints))
        if not self.joints:
            raise InputError("joints", "is empty; name at least one joint")
        check_vector("time_s", (self.time_s,), 1, 1e7)
        if not 0.0 <= self.hold_s <= MAX_HOLD_S:
            raise InputError("hold_s", f"{self.hold_s} is outside 0..{MAX_HOLD_S:g} s")
        _check_weight(self.weight)


class Want(Enum):
    """Kinds of demands a plan may fail; the names are those of the wire (``Shortfall.Kind``)."""

    PENETRATION = "penetration"
    TARGET_MISSED = "target_missed"
    TARGET_BLOCKED = "target_blocked"
    TARGET_TOO_FAR = "target_too_far"
    TARGET_OUT_OF_REACH = "target_out_of_reach"
    NO_GROUND = "no_ground"
    GEOMETRY_PENDING = "geometry_pending"


@dataclass(frozen=True)
class Shortfall:
    """One demand that a plan does not meet, by how many metres, and when that is worst."""

    kind: Want
    id: str = ""
    amount_m: float = 0.0
    time_s: float = 0.0


@dataclass(frozen=True)
class TargetReport:
    """How near a plan comes to one target at its time of arrival."""

    id: str
    error_m: float
    arrive_s: float


def _check_weight(weight: float) -> None:
    if not (math.isfinite(weight) and 0.0 < weight <= MAX_WEIGHT):
        raise InputError("weight", f"{weight} is outside (0, {MAX_WEIGHT}]")
