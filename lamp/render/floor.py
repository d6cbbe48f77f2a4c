"""The floor with its metre grid, the sky behind it, and marks painted on the floor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lamp.render.camera import Camera, Perspective
from lamp.render.light import Light
from lamp.render.raster import Rays
from lamp.render.shapes import Array

Floats = NDArray[np.float32]

# Linear light.
HORIZON = np.array([0.80, 0.84, 0.89], np.float32)
ZENITH = np.array([0.60, 0.69, 0.80], np.float32)
FLOOR = np.array([0.78, 0.81, 0.85], np.float32)
GRID = np.array([0.46, 0.53, 0.62], np.float32)
SHADOW_TINT = np.array([0.02, 0.05, 0.10], np.float32)
SUN_SHARE = 0.58  # of the light on the floor
GRID_WIDTH_M = 0.02
GRID_STRENGTH = 0.6
FADE_M = 7.5
FARTHEST_M = 60.0


@dataclass(frozen=True)
class Mark:
    """A disc (or ring) painted on the floor."""

    x_m: float
    z_m: float
    radius_m: float
    colour: tuple[float, float, float]  # linear light
    strength: float = 1.0
    ring_width_m: float | None = None


@dataclass(frozen=True)
class _Ground:
    """What depends only on where the camera looks, not on where it stands."""

    distance_m: Floats  # (N,) to the floor, inf above the horizon
    index: NDArray[np.int64]  # rays that meet the floor
    x_m: Floats  # of those rays, relative to the eye
    z_m: Floats
    per_footprint: Floats  # 1 / size of the pixel on the floor, 1/m
    grid_strength: Floats
    colour: Floats  # (N, 3) without grid and shadows
    fade: Floats


def backdrop(rays: Rays, camera: Camera, light: Light, marks: list[Mark]) -> tuple[Floats, Floats]:
    """Linear colours ``(N, 3)`` and distances ``(N,)`` (``inf``: sky) of everything behind the solids."""
    offset = np.subtract(camera.look_at_m, camera.eye_m)
    if rays.grid:
        shape = (rays.view.width, rays.view.height, camera.vertical_fov_rad)
        key = (*np.round(offset, 6).tolist(), round(camera.eye_m[1], 6))
        ground = _cached_ground(*shape, key)
    else:
        ground = _make_ground(rays, offset)
    x, z = ground.x_m + np.float32(camera.eye_m[0]), ground.z_m + np.float32(camera.eye_m[2])
    lines = np.maximum(_line(x, ground.per_footprint), _line(z, ground.per_footprint)) * ground.grid_strength
    colour = ground.colour.copy()
    whole = len(ground.index) == len(colour)
    for channel in range(3):
        tint = lines * np.float32(GRID[channel] - FLOOR[channel])
        if whole:
            colour[:, channel] += tint
        else:
            colour[ground.index, channel] += tint
    _shadow(ground, x, z, colour, light)
    for mark in marks:
        _paint(mark, rays, colour, ground.distance_m)
    return colour, ground.distance_m


@lru_cache(maxsize=8)
def _cached_ground(
    width: int, height: int, fov_rad: float, key: tuple[float, float, float, float]
) -> _Ground:
    eye_height = key[3]
    camera = Camera((0.0, eye_height, 0.0), (key[0], key[1] + eye_height, key[2]), fov_rad)
    return _make_ground(Rays.full(Perspective(camera, width, height)), np.array(key[:3]))


def _make_ground(rays: Rays, look_at_from_eye_m: Array) -> _Ground:
    assert isinstance(rays.view, Perspective)
    down = -rays.direction[:, 1]
    height = np.float32(rays.eye[1])
    with np.errstate(divide="ignore"):
        distance = np.where((down > 1e-4) & (height > 0), height / down, np.float32(np.inf))
    distance = np.where(distance < FARTHEST_M, distance, np.float32(np.inf)).astype(np.float32)
    index = np.flatnonzero(np.isfinite(distance))
    near = distance[index]
    x, z = near * rays.direction[index, 0], near * rays.direction[index, 2]
    away2 = (x - np.float32(look_at_from_eye_m[0])) ** 2 + (z - np.float32(look_at_from_eye_m[2])) ** 2
    fade = np.exp(-away2 / np.float32(FADE_M**2))
    footprint = 0.6 * near / np.float32(rays.view.focal_px) / np.clip(down[index], 0.02, 1)
    thin = np.minimum(1, 1.2 * GRID_WIDTH_M / footprint + 0.35)
    rise = np.clip(-down * 2.2, 0, 1)[:, None]
    colour = HORIZON + rise * (ZENITH - HORIZON)
    colour[index] = HORIZON + fade[:, None] * (FLOOR - HORIZON)
    strength = (GRID_STRENGTH * fade * thin).astype(np.float32)
    return _Ground(distance, index, x, z, (1 / footprint).astype(np.float32), strength, colour, fade)


def _line(along_m: Floats, per_footprint: Floats) -> Floats:
    """Coverage 0..1 of the nearest metre line by the pixel, antialiased by the pixel's size on the floor."""
    off = np.abs(along_m - np.rint(along_m))
    covered: Floats = np.clip((np.float32(GRID_WIDTH_M / 2) - off) * per_footprint + np.float32(0.5), 0, 1)
    return covered


def _shadow(ground: _Ground, x: Floats, z: Floats, colour: Floats, light: Light) -> None:
    """Darken the floor, looking only where some shadow falls."""
    if light.shaded_floor_m is None:
        return
    low, high = light.shaded_floor_m
    inside = np.flatnonzero((x > low[0]) & (x < high[0]) & (z > low[1]) & (z < high[1]))
    points = np.stack([x[inside], np.zeros(len(inside), np.float32), z[inside]], axis=1)
    sun, open_sky = light.floor(points)
    lit = (1 - SUN_SHARE + SUN_SHARE * sun) * open_sky
    dark = ((1 - lit) * ground.fade[inside])[:, None].astype(np.float32)
    index = ground.index[inside]
    colour[index] *= 1 - dark + dark * SHADOW_TINT


def _paint(mark: Mark, rays: Rays, colour: Floats, distance: Floats) -> None:
    index = rays.within(rays.view.extent(np.array([[mark.x_m, 0.0, mark.z_m, mark.radius_m]])))
    index = index[np.isfinite(distance[index])]
    x = rays.eye[0] + distance[index] * rays.direction[index, 0] - mark.x_m
    z = rays.eye[2] + distance[index] * rays.direction[index, 2] - mark.z_m
    off = np.hypot(x, z)
    edge = 0.006 + 0.0022 * distance[index]
    cover = np.clip((mark.radius_m - off) / edge, 0, 1)
    if mark.ring_width_m is not None:
        cover *= np.clip((off - mark.radius_m + mark.ring_width_m) / edge, 0, 1)
    cover = (cover * mark.strength)[:, None].astype(np.float32)
    colour[index] += cover * (np.array(mark.colour, np.float32) - colour[index])
