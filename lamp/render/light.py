"""The lamp of the studio: one sun with a shadow map, a soft sky, and contact shadows on the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lamp.render.camera import Camera, Parallel
from lamp.render.raster import Rays, cast
from lamp.render.shapes import Array, Solid, unit

SHADOW_PIXELS, SHADOW_SIZE_M, SHADOW_BLUR_PX = 320, 5.6, 1.9
CONTACT_PIXELS, CONTACT_SIZE_M, CONTACT_REACH_M = 112, 3.4, 0.45
SHADOW_BIAS_M = 0.025
_UP = np.array([0.0, 1.0, 0.0])

SUN = np.array([1.32, 1.25, 1.14], np.float32)
SKY = np.array([0.50, 0.55, 0.62], np.float32)
BOUNCE = np.array([0.34, 0.33, 0.32], np.float32)


@dataclass(frozen=True)
class Light:
    """Sun direction and the two maps seen from above; see :func:`make_light`."""

    towards_sun: NDArray[np.float32]
    shadow_view: Parallel
    shadow_depth_m: NDArray[np.float32]
    floor_shadow: NDArray[np.float32]
    contact_view: Parallel
    contact: NDArray[np.float32]

    def floor(self, points_m: Array) -> tuple[Array, Array]:
        """Sun that arrives and openness to the sky, each 0..1 ``(N,)``, of floor points ``(N, 3)``."""
        return (
            1 - _sample(self.floor_shadow, self.shadow_view.project(points_m)[0]),
            1 - _sample(self.contact, self.contact_view.project(points_m)[0]),
        )

    @cached_property
    def shaded_floor_m(self) -> tuple[Array, Array] | None:
        """Corners (least, greatest x and z, each ``(2,)``) of the floor that is not fully lit; ``None``: all is."""
        corners = [
            _floor_under(view, picture)
            for view, picture in ((self.shadow_view, self.floor_shadow), (self.contact_view, self.contact))
            if picture.any()
        ]
        if not corners:
            return None
        points = np.concatenate(corners)
        return points.min(axis=0), points.max(axis=0)

    def sun_at(self, points_m: Array, normal: Array) -> Array:
        """Share of the sun 0..1 ``(N,)`` that reaches surface points ``(N, 3)``, with soft edges."""
        offset = SHADOW_BIAS_M * (2.5 - 1.5 * np.clip(normal @ self.towards_sun, 0, 1))
        place, depth = self.shadow_view.project(points_m + offset[:, None] * normal)
        pixels = self.shadow_view.pixels
        corner = np.clip(place - np.float32(0.5), 1, pixels - 3)
        column, row = corner[:, 0].astype(np.int32), corner[:, 1].astype(np.int32)
        fx, fy = corner[:, 0] - column, corner[:, 1] - row
        flat, first = self.shadow_depth_m.ravel(), row * pixels + column
        lit = np.zeros(len(points_m), np.float32)
        # A tent filter over 4 x 4 texels; its weights are those of bilinear interpolation, box-filtered.
        for dy, wy in ((-1, 1 - fy), (0, 1.0), (1, 1.0), (2, fy)):
            for dx, wx in ((-1, 1 - fx), (0, 1.0), (1, 1.0), (2, fx)):
                lit += (wx * wy) * (flat[first + (dy * pixels + dx)] > depth)
        return lit / 9


def make_light(camera: Camera, solids: Sequence[Solid], focus_m: Array) -> Light:
    """The sun stands behind the camera's left shoulder; its shadow map is centred on ``focus_m``."""
    right, _, forward = camera.axes
    flat = (
        unit(forward * np.array([1.0, 0.0, 1.0])) if abs(forward[1]) < 0.999 else np.array([0.0, 0.0, -1.0])
    )
    towards_sun = unit(-0.55 * right - 0.42 * flat + np.array([0.0, 1.0, 0.0])).astype(np.float32)
    floor_focus = np.array([focus_m[0], 0.0, focus_m[2]])
    sun = Parallel(-towards_sun, floor_focus + [0.0, 0.7, 0.0], SHADOW_SIZE_M, SHADOW_PIXELS)
    rays = Rays.full(sun)
    depth = cast(rays, solids, normals=False).distance_m
    shadow = np.zeros(len(rays), np.float32)
    met = np.flatnonzero(np.isfinite(depth))
    shadow[met] = depth[met] < -rays.origins(met)[:, 1] / rays.direction[1]
    covered = shadow.reshape(SHADOW_PIXELS, SHADOW_PIXELS)
    up = Parallel(_UP, floor_focus, CONTACT_SIZE_M, CONTACT_PIXELS, back_m=0.5)
    height = (
        cast(Rays.full(up), solids, normals=False).distance_m.reshape(CONTACT_PIXELS, CONTACT_PIXELS)
        - up.back_m
    )
    close = np.clip(1 - height / CONTACT_REACH_M, 0, 1) ** 2
    depth = depth.reshape(SHADOW_PIXELS, SHADOW_PIXELS)
    return Light(towards_sun, sun, depth, blur(covered, SHADOW_BLUR_PX), up, 0.75 * blur(close, 2.2))


def _floor_under(view: Parallel, picture: Array) -> Array:
    """Floor points x, z ``(4, 2)`` below the corners of the part of a picture that is not zero."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    x, y = np.meshgrid([columns[0] - 1.0, columns[-1] + 2.0], [rows[0] - 1.0, rows[-1] + 2.0])
    origin, direction = view.origins(x.ravel(), y.ravel()), view.axes[2]
    points: Array = (origin - (origin[:, 1:2] / direction[1]) * direction)[:, [0, 2]]
    return points


def blur(picture: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """Gaussian blur of ``(H, W)``, zero outside."""
    reach = int(np.ceil(2.5 * sigma_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(picture, pad)
        length = picture.shape[axis]
        views = [np.take(padded, range(i, i + length), axis=axis) for i in range(2 * reach + 1)]
        picture = sum((k * v for k, v in zip(kernel, views, strict=True)), np.zeros_like(picture))
    return picture


def _sample(picture: NDArray[np.float32], place_px: Array) -> Array:
    """Bilinear look-up; zero outside."""
    size = picture.shape[0]
    at = place_px - np.float32(0.5)
    inside = np.flatnonzero(((at > 0) & (at < size - 1.001)).all(axis=1))
    out = np.zeros(len(at), np.float32)
    x, y = at[inside, 0], at[inside, 1]
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - column, y - row
    flat, first = picture.ravel(), row * size + column
    top = flat[first] * (1 - fx) + flat[first + 1] * fx
    bottom = flat[first + size] * (1 - fx) + flat[first + size + 1] * fx
    out[inside] = top * (1 - fy) + bottom * fy
    return out


def shade(points_m: Array, normal: Array, towards_eye: Array, albedo: Array, light: Light) -> Array:
    """Linear colour ``(N, 3)`` of solid surfaces: sun with wrap, sky, bounced floor light, rim and a soft gloss."""
    facing = normal @ light.towards_sun
    sun = np.clip(facing, 0, None) * light.sun_at(points_m, normal)
    up = 0.5 + 0.5 * normal[:, 1]
    near_floor = np.clip(points_m[:, 1] / 0.35, 0.0, 1.0)
    open_sky = up + (1 - up) * (0.35 + 0.65 * near_floor)
    ambient = (up[:, None] * SKY + (1 - up[:, None]) * BOUNCE) * open_sky[:, None]
    colour = albedo * (sun[:, None] * SUN + ambient)
    grazing = 1 - np.clip(np.einsum("ij,ij->i", normal, towards_eye), 0, 1)
    half = unit(towards_eye + light.towards_sun)
    gloss = np.clip(np.einsum("ij,ij->i", normal, half), 0, 1) ** 48 * sun * 0.22
    rim = grazing**4 * 0.20 * up
    lit: Array = colour + (gloss + rim)[:, None]
    return lit
