"""What stands or moves in the way of a character."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError

if TYPE_CHECKING:
    from lamp.scene.grid import DistanceGrid

Array = NDArray[Any]

SHAPES: tuple[str, ...] = ("sphere", "capsule", "box", "plane", "cylinder", "geometry")
MAX_OBSTACLES = 16  # per character: the fixed capacity of one problem
MAX_EXTENT_M = 100.0
MAX_COORDINATE_M = 10_000.0
MAX_SPEED_MPS = 100.0
MIN_SCALE, MAX_SCALE = 1e-3, 1e3

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Obstacle:
    """A solid shape with a pose at ``time_s`` and constant velocities.

    size_m: sphere ``(radius, _, _)``; capsule ``(radius, half length of the core along local Y, _)``; box half extents;
    cylinder ``(radius, half height along local Y, _)``; plane: unused, local +Y is the outward normal.
    angular_velocity_radps is about world axes. A ``geometry`` has its ``grid``, scaled by ``scale``; size_m is unused.
    walkable: feet stand on its upper side. Raises ``InputError`` naming the field that cannot be used.
    """

    shape: str
    position_m: Vector
    size_m: Vector = (0.3, 0.3, 0.3)
    orientation_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    linear_velocity_mps: Vector = (0.0, 0.0, 0.0)
    angular_velocity_radps: Vector = (0.0, 0.0, 0.0)
    time_s: float = 0.0
    grid: DistanceGrid | None = None
    scale: float = 1.0
    walkable: bool = False

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise InputError("shape", f"{self.shape!r} is unknown; use one of {', '.join(SHAPES)}")
        check_vector("position_m", self.position_m, 3, MAX_COORDINATE_M)
        check_vector("linear_velocity_mps", self.linear_velocity_mps, 3, MAX_SPEED_MPS)
        check_vector("angular_velocity_radps", self.angular_velocity_radps, 3, 100.0)
        check_vector("orientation_xyzw", self.orientation_xyzw, 4, 1.01)
        check_vector("time_s", (self.time_s,), 1, 1e7)
        check_vector("size_m", self.size_m, 3, MAX_EXTENT_M)
        norm = math.sqrt(sum(v * v for v in self.orientation_xyzw))
        if abs(norm - 1.0) > 1e-2:
            raise InputError("orientation_xyzw", f"length is {norm:.4f}; send a unit quaternion (x, y, z, w)")
        for i in range(
            {"plane": 0, "sphere": 1, "capsule": 1, "cylinder": 2, "box": 3, "geometry": 0}[self.shape]
        ):
            if self.size_m[i] <= 0:
                raise InputError(f"size_m[{i}]", f"{self.size_m[i]} must be positive for a {self.shape}")
        if (self.shape == "geometry") != (self.grid is not None):
            raise InputError("grid", "a geometry needs a grid of distances, and nothing else has one")
        if not MIN_SCALE <= self.scale <= MAX_SCALE:
            raise InputError("scale", f"{self.scale} is outside {MIN_SCALE}..{MAX_SCALE}")
        if self.shape == "capsule" and self.size_m[1] < 0:
            raise InputError("size_m[1]", f"{self.size_m[1]} must not be negative for a capsule")

    @property
    def moves(self) -> bool:
        """Whether it has any velocity."""
        return any(self.linear_velocity_mps) or any(self.angular_velocity_radps)

    def at(self, time_s: float) -> tuple[Array, Array]:
        """Position ``(3,)`` and orientation ``(4,)`` xyzw at a session time."""
        positions, orientations = self.trajectory(np.array([time_s]))
        return positions[0], orientations[0]

    def trajectory(self, times_s: Array) -> tuple[Array, Array]:
        """Positions ``(N, 3)`` and orientations ``(N, 4)`` at session times ``(N,)``, moved on with the velocities."""
        dt = np.asarray(times_s, dtype=np.float64)[:, None] - self.time_s
        position = np.array(self.position_m) + dt * np.array(self.linear_velocity_mps)
        spin = np.array(self.angular_velocity_radps)
        rate = float(np.linalg.norm(spin))
        start = rotations.normalize(np.array(self.orientation_xyzw, dtype=np.float64))
        if rate < 1e-9:
            return position, np.broadcast_to(start, (len(position), 4))
        half = 0.5 * rate * dt
        turn = np.concatenate([np.sin(half) * spin / rate, np.cos(half)], axis=-1)
        return position, rotations.multiply(turn, start)


def check_vector(field: str, values: tuple[float, ...], count: int, limit: float) -> None:
    """Raises ``InputError`` unless there are ``count`` finite values within ``limit``."""
    if len(values) != count:
        raise InputError(field, f"{len(values)} values; {count} are needed")
    for value in values:
        if not math.isfinite(value):
            raise InputError(field, f"{value} is not finite")
        if abs(value) > limit:
            raise InputError(field, f"{value} is outside +-{limit}")
