"""A grid of signed distances: what meshes, convex hulls and height fields become (negative inside, metres)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from lamp.errors import InputError
from lamp.scene.obstacle import Vector, check_vector

Array = NDArray[Any]
SIGN_RULES = ("solid", "sheet", "below")  # closed surface; open surface as a thin sheet; height field
MAX_CELLS = 8_000_000  # of one grid


@dataclass(frozen=True, eq=False)
class DistanceGrid:
    """Signed distances ``values (X, Y, Z)`` at ``low_m + cell_m * (i, j, k)``, float32, in the geometry's own frame.

    sign_rule: how inside and outside were told apart, one of ``SIGN_RULES``. problem: what should be mended in the
    asset, for a person; empty when all is well.
    """

    id: str
    low_m: Vector
    cell_m: float
    values: Array
    sign_rule: str = "solid"
    problem: str = ""

    def __post_init__(self) -> None:
        check_vector("low_m", self.low_m, 3, 2000.0)
        if self.values.ndim != 3 or min(self.values.shape) < 2 or self.values.size > MAX_CELLS:
            raise InputError(
                "values",
                f"shape {self.values.shape}; three axes of at least 2 and at most {MAX_CELLS} cells in all",
            )
        object.__setattr__(self, "values", np.ascontiguousarray(self.values, np.float32))
        if not self.cell_m > 0:
            raise InputError("cell_m", f"{self.cell_m} must be positive")
        if self.sign_rule not in SIGN_RULES:
            raise InputError(
                "sign_rule", f"{self.sign_rule!r} is unknown; use one of {', '.join(SIGN_RULES)}"
            )

    @property
    def high_m(self) -> Vector:
        """The corner opposite to ``low_m``."""
        x, y, z = (low + self.cell_m * (n - 1) for low, n in zip(self.low_m, self.values.shape, strict=True))
        return (x, y, z)

    def distance(self, points_m: Array) -> Array:
        """Signed distance ``(...)`` at points ``(..., 3)`` of the geometry's frame, trilinear.

        Outside of the grid: see ``sample``.
        """
        index = (np.asarray(points_m, np.float64) - self.low_m) / self.cell_m
        found = sample(self, index.reshape(-1, 3).T)
        return found.reshape(index.shape[:-1]).astype(np.float64)


def sample(grid: DistanceGrid, index: Array) -> Array:
    """Trilinear distance ``(...)`` float32, metres of the grid, at cell coordinates ``(3, ...)``.

    Outside of the grid: the value at its nearest point plus the way there. Under a height field it only gets deeper.
    """
    found = map_coordinates(grid.values, index, order=1, mode="nearest", output=np.float32, prefilter=False)
    way = np.zeros(index.shape[1:], np.float32)
    for axis, count in enumerate(grid.values.shape):
        low, high = float(index[axis].min(initial=0.0)), float(index[axis].max(initial=0.0))
        if low >= 0.0 and high <= count - 1:
            continue
        step = np.maximum(-index[axis], index[axis] - (count - 1)).clip(min=0.0).astype(np.float32)
        if axis == 1 and grid.sign_rule == "below":
            found -= np.where(index[axis] < 0, step, 0.0) * np.float32(grid.cell_m)
            step = np.where(index[axis] < 0, 0.0, step)
        way += step * step
    return np.asarray(found + np.sqrt(way) * np.float32(grid.cell_m))
