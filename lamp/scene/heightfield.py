"""Terrain as heights on a regular grid: solid below."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, maximum_filter

from lamp.errors import InputError
from lamp.scene.mesh import MAX_REACH_M, TriangleMesh, check_reach

Array = NDArray[Any]
MAX_SIDE = 1024


@dataclass(frozen=True, eq=False)
class HeightField:
    """``heights_m (rows, columns)`` float32 along +Y; columns follow +X, rows +Z, the first at ``origin_m`` (x, z).

    Raises ``InputError`` for sizes outside 2..1024, spacings that are not positive and values that are not finite.
    """

    heights_m: Array
    column_spacing_m: float
    row_spacing_m: float
    origin_m: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        heights = np.asarray(self.heights_m)
        if heights.ndim != 2 or not all(2 <= side <= MAX_SIDE for side in heights.shape):
            raise InputError(
                "heights_m", f"shape {heights.shape}; it must be (rows, columns), each 2..{MAX_SIDE}"
            )
        object.__setattr__(self, "heights_m", check_reach("heights_m", heights))
        for name, spacing, count in (
            ("column_spacing_m", self.column_spacing_m, heights.shape[1]),
            ("row_spacing_m", self.row_spacing_m, heights.shape[0]),
        ):
            if not (math.isfinite(spacing) and spacing > 0):
                raise InputError(name, f"is {spacing}; it must be greater than 0")
            if spacing * (count - 1) > MAX_REACH_M:
                raise InputError(
                    name, f"makes the field {spacing * (count - 1):g} m long; {MAX_REACH_M:g} m is the limit"
                )
        check_reach("origin_m", np.array(self.origin_m))

    def bounds_m(self) -> tuple[Array, Array]:
        """Lowest and highest corner of the surface, each ``(3,)``."""
        (x, z), (rows, columns) = self.origin_m, self.heights_m.shape
        heights = self.heights_m
        low = np.array([x, heights.min(), z], np.float64)
        span = [
            (columns - 1) * self.column_spacing_m,
            float(np.ptp(heights)),
            (rows - 1) * self.row_spacing_m,
        ]
        return low, low + np.array(span)

    def thinned(self, cell_m: float) -> HeightField:
        """Not finer than ``cell_m``: what a grid of such cells cannot show is left out, the highest of it kept."""
        factors = [max(cell_m / s, 1.0) for s in (self.row_spacing_m, self.column_spacing_m)]
        if max(factors) < 1.25:
            return self
        sides = [
            max(math.ceil((n - 1) / f), 1) + 1 for n, f in zip(self.heights_m.shape, factors, strict=True)
        ]
        reach = [max(int(f) | 1, 1) for f in factors]
        highest = maximum_filter(self.heights_m, reach, mode="nearest")
        axes = [np.linspace(0, n - 1, m) for n, m in zip(self.heights_m.shape, sides, strict=True)]
        heights = map_coordinates(highest, np.meshgrid(*axes, indexing="ij"), order=1)
        row, column = (
            s * (n - 1) / (m - 1)
            for s, n, m in zip(
                (self.row_spacing_m, self.column_spacing_m), self.heights_m.shape, sides, strict=True
            )
        )
        return replace(self, heights_m=heights, row_spacing_m=row, column_spacing_m=column)

    def surface(self, skirt_to_m: float) -> TriangleMesh:
        """The surface as triangles, and down from its border a wall to the height ``skirt_to_m``."""
        rows, columns = self.heights_m.shape
        z, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
        top = np.stack(
            [
                self.origin_m[0] + x * self.column_spacing_m,
                self.heights_m,
                self.origin_m[1] + z * self.row_spacing_m,
            ],
            -1,
        )
        number = z * columns + x
        a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
        faces = [np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)]
        border = np.concatenate([number[0], number[1:, -1], number[-1, -2::-1], number[-2:0:-1, 0]])
        points = top.reshape(-1, 3)
        foot = points[border].copy()
        foot[:, 1] = skirt_to_m
        below = np.arange(len(border)) + len(points)
        following, below_following = np.roll(border, -1), np.roll(below, -1)
        faces += [np.stack([border, following, below], -1), np.stack([following, below_following, below], -1)]
        return TriangleMesh(np.concatenate([points, foot]), np.concatenate(faces))

    def height_at(self, x_m: Array, z_m: Array) -> Array:
        """Height of the triangulated surface at points ``(...)``; NaN beside the field."""
        rows, columns = self.heights_m.shape
        u = (np.asarray(x_m, np.float64) - self.origin_m[0]) / self.column_spacing_m
        v = (np.asarray(z_m, np.float64) - self.origin_m[1]) / self.row_spacing_m
        slack = 1e-6  # a point of the grid that lies on the border belongs to the field
        beside = (u < -slack) | (v < -slack) | (u > columns - 1 + slack) | (v > rows - 1 + slack)
        i = np.clip(np.floor(v).astype(np.int64), 0, rows - 2)
        j = np.clip(np.floor(u).astype(np.int64), 0, columns - 2)
        v, u = np.clip(v - i, 0, 1), np.clip(u - j, 0, 1)
        h = self.heights_m.astype(np.float64)
        near = h[i, j] + u * (h[i, j + 1] - h[i, j]) + v * (h[i + 1, j] - h[i, j])
        last = h[i + 1, j + 1]
        far = last + (1 - u) * (h[i + 1, j] - last) + (1 - v) * (h[i, j + 1] - last)
        return np.where(beside, np.nan, np.where(u + v <= 1, near, far))
