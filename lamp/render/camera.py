"""Where a picture is taken from. Right-handed world, Y up; the picture's x grows to the right, y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.render.shapes import Array, unit

NEAR_M = 0.05
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Camera:
    """A pinhole camera at ``eye_m`` that looks at ``look_at_m``."""

    eye_m: tuple[float, float, float]
    look_at_m: tuple[float, float, float]
    vertical_fov_rad: float = 0.56

    def __post_init__(self) -> None:
        if not 0.05 < self.vertical_fov_rad < 2.6:
            raise InputError("vertical_fov_rad", f"{self.vertical_fov_rad} is outside 0.05..2.6 radians")
        if np.linalg.norm(np.subtract(self.eye_m, self.look_at_m)) < NEAR_M:
            raise InputError("look_at_m", f"is within {NEAR_M} m of the eye; move them apart")

    @cached_property
    def axes(self) -> Array:
        """Rows right, down, forward ``(3, 3)`` of the camera in the world."""
        forward = unit(np.subtract(self.look_at_m, self.eye_m))
        right = np.cross(forward, _UP)
        if np.linalg.norm(right) < 1e-6:  # straight down or up: +X is right
            right = np.array([1.0, 0.0, 0.0])
        right = unit(right)
        return np.stack([right, np.cross(forward, right), forward])

    @classmethod
    def around(
        cls, centre_m: Array, yaw_rad: float, *, distance_m: float = 4.7, pitch_rad: float = 0.22
    ) -> Camera:
        """Looks at ``centre_m`` from the direction ``yaw_rad`` (0: from +Z, positive: towards +X)."""
        flat = np.cos(pitch_rad) * distance_m
        away = [np.sin(yaw_rad) * flat, np.sin(pitch_rad) * distance_m, np.cos(yaw_rad) * flat]
        return cls(_triple(np.add(centre_m, away)), _triple(centre_m))


def _triple(v: Any) -> tuple[float, float, float]:
    return float(v[0]), float(v[1]), float(v[2])


def front_yaw(positions_m: Array) -> float:
    """Mean facing direction of a motion ``(..., 22, 3)`` as a yaw (0: +Z), from the hips."""
    across = (positions_m[..., 1, :] - positions_m[..., 2, :]).reshape(-1, 3)
    forward = np.cross(across, _UP).sum(axis=0)
    return float(np.arctan2(forward[0], forward[2]))


def smooth_path(path_m: Array, frames: float) -> Array:
    """Gaussian-smoothed path ``(T, 3)`` with standard deviation ``frames``; ends are held."""
    reach = int(np.ceil(3 * frames))
    if reach < 1 or len(path_m) < 2:
        return np.asarray(path_m, np.float64)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / frames) ** 2)
    padded = np.pad(np.asarray(path_m, np.float64), ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(padded[:, i], kernel / kernel.sum(), mode="valid") for i in range(3)]
    return np.stack(columns, axis=1)


def follow(
    positions_m: Array, fps: float, *, yaw_rad: float | None = None, distance_m: float = 4.7
) -> list[Camera]:
    """One camera per frame of ``(T, 22, 3)``: constant direction, gliding with the body's smoothed path.

    ``yaw_rad``: direction the camera stands in; by default 40 degrees to the side of the mean facing direction.
    """
    centre = smooth_path(positions_m[:, 0], 0.5 * fps)
    centre[:, 1] = max(float(centre[:, 1].mean()), 0.75) - 0.01
    yaw = front_yaw(positions_m) + 0.7 if yaw_rad is None else yaw_rad
    return [Camera.around(c, yaw, distance_m=distance_m) for c in centre]


def fit(
    points_m: Array, *, yaw_rad: float, aspect: float = 4 / 3, pitch_rad: float = 0.3, margin: float = 1.1
) -> Camera:
    """A fixed camera that sees all ``points_m (..., 3)``."""
    points = np.asarray(points_m, np.float64).reshape(-1, 3)
    centre = (points.min(0) + points.max(0)) / 2
    camera = Camera.around(centre, yaw_rad, pitch_rad=pitch_rad)
    local = (points - centre) @ camera.axes.T
    tangent = np.tan(camera.vertical_fov_rad / 2)
    reach = np.maximum(np.abs(local[:, 1]) / tangent, np.abs(local[:, 0]) / (tangent * aspect))
    distance = float(np.max(reach * margin - local[:, 2]))
    return Camera.around(centre, yaw_rad, distance_m=max(distance, 2.5), pitch_rad=pitch_rad)


@dataclass(frozen=True)
class Perspective:
    """A camera with a picture size: rays through pixels and the way back."""

    camera: Camera
    width: int
    height: int

    @property
    def focal_px(self) -> float:
        return float(self.height / 2 / np.tan(self.camera.vertical_fov_rad / 2))

    def directions(self, x_px: Array, y_px: Array) -> NDArray[np.float32]:
        """Unit directions ``(N, 3)`` of the rays through picture points."""
        right, down, forward = self.camera.axes
        x = (x_px - self.width / 2) / self.focal_px
        y = (y_px - self.height / 2) / self.focal_px
        length = np.sqrt(1 + x * x + y * y)
        parts = [(x * right[i] + y * down[i] + forward[i]) / length for i in range(3)]
        return np.stack(parts, axis=1).astype(np.float32)

    def project(self, points_m: Array) -> tuple[Array, Array]:
        """Picture points ``(N, 2)`` and depths ``(N,)`` in metres along the viewing direction."""
        local = (np.asarray(points_m, np.float64) - self.camera.eye_m) @ self.camera.axes.T
        depth = np.maximum(local[:, 2:], NEAR_M)
        return local[:, :2] / depth * self.focal_px + [self.width / 2, self.height / 2], local[:, 2]

    def extent(self, spheres: Array) -> tuple[float, float, float, float] | None:
        """Picture rectangle ``(x0, y0, x1, y1)`` that holds the spheres ``(K, 4)``; ``None`` when behind."""
        centres, depth = self.project(spheres[:, :3])
        if np.all(depth + spheres[:, 3] < NEAR_M):
            return None
        if np.any(depth - spheres[:, 3] < NEAR_M):
            return 0.0, 0.0, float(self.width), float(self.height)
        local_z = depth - spheres[:, 3]
        # A sphere off the axis projects to an ellipse stretched outwards; the factor covers that.
        off = np.linalg.norm(centres - [self.width / 2, self.height / 2], axis=1) / self.focal_px
        radius = (spheres[:, 3] / local_z * self.focal_px * np.sqrt(1 + off * off) + 1)[:, None]
        low, high = (centres - radius).min(0), (centres + radius).max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True)
class Parallel:
    """Parallel rays, as of the sun: a square picture ``size_m`` wide around ``centre_m``."""

    direction: Array
    centre_m: Array
    size_m: float
    pixels: int
    back_m: float = 12.0

    @property
    def width(self) -> int:
        return self.pixels

    @property
    def height(self) -> int:
        return self.pixels

    @cached_property
    def axes(self) -> Array:
        """Rows right, down, forward ``(3, 3)`` of the picture in the world."""
        helper = np.array([0.0, 0.0, 1.0]) if abs(self.direction[1]) > 0.9 else _UP
        right = unit(np.cross(self.direction, helper))
        return np.stack([right, np.cross(self.direction, right), self.direction])

    def origins(self, x_px: Array, y_px: Array) -> NDArray[np.float32]:
        """Where the rays through picture points start ``(N, 3)``."""
        right, down, forward = self.axes
        step = self.size_m / self.pixels
        table = (np.stack([right, down]) * step).astype(np.float32)
        start = np.asarray(self.centre_m) - self.back_m * forward - self.size_m / 2 * (right + down)
        origin = np.stack([x_px, y_px], axis=1).astype(np.float32) @ table + start.astype(np.float32)
        return np.asarray(origin, np.float32)

    def project(self, points_m: Array) -> tuple[Array, Array]:
        """Picture points ``(N, 2)`` and distances ``(N,)`` along the rays, both float32."""
        local = np.asarray(points_m, np.float32) @ self._table[0] + self._table[1]
        return local[:, :2], local[:, 2]

    @cached_property
    def _table(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Matrix ``(3, 3)`` and offset ``(3,)`` from the world to picture x, y and distance."""
        scale = self.pixels / self.size_m
        table = (self.axes * np.array([[scale], [scale], [1.0]])).T
        offset = np.array([self.pixels / 2, self.pixels / 2, self.back_m]) - np.asarray(self.centre_m) @ table
        return table.astype(np.float32), offset.astype(np.float32)

    def extent(self, spheres: Array) -> tuple[float, float, float, float] | None:
        """Picture rectangle ``(x0, y0, x1, y1)`` that holds the spheres ``(K, 4)``."""
        centres, _ = self.project(spheres[:, :3])
        radius = (spheres[:, 3] * self.pixels / self.size_m + 1)[:, None]
        low, high = (centres - radius).min(0), (centres + radius).max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])
