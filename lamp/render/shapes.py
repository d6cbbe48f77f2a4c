"""Solids that a ray can hit: what bodies and obstacles are drawn with. World metres, closed-form intersections.

Every solid answers ``distance(origin, direction)`` along unit rays and ``normal(points)`` on its surface. Rays may
share their origin (perspective) or their direction (light): either argument may be ``(3,)`` or ``(N, 3)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MISS = np.float32(np.inf)


class Solid(Protocol):
    """A closed surface."""

    def bounds(self) -> Array:
        """Spheres ``(K, 4)`` (centre, radius) whose convex hull holds the solid."""

    def distance(self, origin: Array, direction: Array) -> Array:
        """First hit along each ray ``(N,)`` in metres; ``inf`` for a miss."""

    def normal(self, points: Array) -> Array:
        """Outward unit normals at surface points ``(N, 3)``."""


def dot(a: Array, b: Array) -> Array:
    """Scalar product over the last axis; each side ``(3,)`` or ``(N, 3)``."""
    if b.ndim == 1:
        return a @ b
    return b @ a if a.ndim == 1 else np.einsum("ij,ij->i", a, b)


def unit(v: Array) -> Array:
    """Scale to unit length along the last axis; zero stays zero."""
    scaled: Array = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
    return scaled


def _first_root(a: Array | float, b: Array, c: Array) -> Array:
    """Entering root of ``a t^2 + 2 b t + c = 0``; ``inf`` where there is none in front."""
    inside = b * b - a * c
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (-b - np.sqrt(inside)) / a
        return np.where((inside > 0) & (t > 0), t, MISS)


@dataclass(frozen=True)
class RoundCone:
    """Convex hull of two spheres: a limb. Equal radii make a capsule, equal ends a sphere."""

    start_m: Array
    end_m: Array
    start_radius_m: float
    end_radius_m: float

    def bounds(self) -> Array:
        return np.array([[*self.start_m, self.start_radius_m], [*self.end_m, self.end_radius_m]])

    def _axis(self) -> tuple[Array, float, float]:
        """Unit axis, length, and the sine of the half opening angle (1 or more: one sphere holds the other)."""
        along = self.end_m - self.start_m
        length = float(np.linalg.norm(along))
        if length < 1e-6:
            return np.array([0.0, 1.0, 0.0], np.float32), 0.0, 2.0
        return along / length, length, (self.start_radius_m - self.end_radius_m) / length

    def distance(self, origin: Array, direction: Array) -> Array:
        axis, length, slope = self._axis()
        if abs(slope) >= 0.999:
            start_is_bigger = self.start_radius_m >= self.end_radius_m
            centre = self.start_m if start_is_bigger else self.end_m
            return _sphere(origin - centre, direction, max(self.start_radius_m, self.end_radius_m))
        from_start = origin - self.start_m
        radius = self.start_radius_m
        cos2 = 1.0 - slope * slope
        y0, dy = dot(from_start, axis), dot(direction, axis)
        t = _first_root(
            cos2 - dy * dy,
            cos2 * dot(from_start, direction) + dy * (radius * slope - y0),
            cos2 * dot(from_start, from_start) - y0 * y0 + radius * (2.0 * slope * y0 - radius),
        )
        with np.errstate(invalid="ignore"):
            along = y0 + t * dy - slope * radius
            t = np.where((along >= 0) & (along <= length * cos2), t, MISS)
        t = np.minimum(t, _sphere(from_start, direction, radius))
        return np.minimum(t, _sphere(origin - self.end_m, direction, self.end_radius_m))

    def normal(self, points: Array) -> Array:
        axis, length, slope = self._axis()
        if abs(slope) >= 0.999:
            return unit(points - (self.start_m if self.start_radius_m >= self.end_radius_m else self.end_m))
        y = (points - self.start_m) @ axis
        centre = np.clip((y - slope * self.start_radius_m) / (1.0 - slope * slope), 0.0, length)
        return unit(points - self.start_m - centre[:, None] * axis)


def _sphere(from_centre: Array, direction: Array, radius_m: float) -> Array:
    return _first_root(1.0, dot(from_centre, direction), dot(from_centre, from_centre) - radius_m**2)


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with the given half axes along the columns of ``world_from_local (3, 3)``."""

    centre_m: Array
    half_axes_m: Array
    world_from_local: Array

    def bounds(self) -> Array:
        return np.array([[*self.centre_m, float(np.max(self.half_axes_m))]])

    def distance(self, origin: Array, direction: Array) -> Array:
        to_unit = (self.world_from_local / self.half_axes_m).astype(np.float32)
        o, d = (origin - self.centre_m) @ to_unit, direction @ to_unit
        return _first_root(dot(d, d), dot(o, d), dot(o, o) - 1.0)

    def normal(self, points: Array) -> Array:
        local = ((points - self.centre_m) @ self.world_from_local) / np.square(self.half_axes_m)
        return unit(local @ self.world_from_local.T)


@dataclass(frozen=True)
class Box:
    """A box with half extents along the columns of ``world_from_local (3, 3)``."""

    centre_m: Array
    half_extents_m: Array
    world_from_local: Array

    def bounds(self) -> Array:
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        corners = self.centre_m + (signs * self.half_extents_m) @ self.world_from_local.T
        return np.concatenate([corners, np.zeros((8, 1))], axis=1)

    def distance(self, origin: Array, direction: Array) -> Array:
        o = (origin - self.centre_m) @ self.world_from_local
        d = direction @ self.world_from_local
        d = np.where(np.abs(d) < 1e-9, np.float32(1e-9), d)
        middle, half = -o / d, np.abs(self.half_extents_m / d)
        near, far = np.max(middle - half, axis=-1), np.min(middle + half, axis=-1)
        return np.where((near < far) & (near > 0), near, MISS)

    def normal(self, points: Array) -> Array:
        local = ((points - self.centre_m) @ self.world_from_local) / self.half_extents_m
        side = np.argmax(np.abs(local), axis=1)
        signs = np.sign(local[np.arange(len(local)), side])
        normals: Array = self.world_from_local.T[side] * signs[:, None]
        return normals


@dataclass(frozen=True)
class Cylinder:
    """An upright (local Y) closed cylinder."""

    centre_m: Array
    radius_m: float
    half_height_m: float
    world_from_local: Array

    def bounds(self) -> Array:
        up = self.world_from_local[:, 1] * self.half_height_m
        radius = self.radius_m
        return np.array([[*(self.centre_m + up), radius], [*(self.centre_m - up), radius]])

    def distance(self, origin: Array, direction: Array) -> Array:
        o = (origin - self.centre_m) @ self.world_from_local
        d = direction @ self.world_from_local
        ox, oy, oz, dx, dy, dz = o[..., 0], o[..., 1], o[..., 2], d[..., 0], d[..., 1], d[..., 2]
        side = _first_root(
            dx * dx + dz * dz, ox * dx + oz * dz, np.asarray(ox * ox + oz * oz - self.radius_m**2)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            side = np.where(np.abs(oy + side * dy) <= self.half_height_m, side, MISS)
            cap = (-np.sign(dy) * self.half_height_m - oy) / dy
            within = (ox + cap * dx) ** 2 + (oz + cap * dz) ** 2 <= self.radius_m**2
        return np.minimum(side, np.where(within & (cap > 0), cap, MISS))

    def normal(self, points: Array) -> Array:
        local = (points - self.centre_m) @ self.world_from_local
        on_cap = np.abs(local[:, 1]) > self.half_height_m * 0.9999
        on_cap &= np.hypot(local[:, 0], local[:, 2]) < self.radius_m * 0.9999
        flat = unit(local * np.array([1.0, 0.0, 1.0]))
        cap = np.sign(local[:, 1:2]) * np.array([0.0, 1.0, 0.0])
        return np.where(on_cap[:, None], cap, flat) @ self.world_from_local.T
