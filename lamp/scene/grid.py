"""A grid of signed distances: what meshes, convex hulls and height fields become (negative inside, metres)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.scene.obstacle import Vector, check_vector

Array = NDArray[Any]
SIGN_RULES = ("solid", "sheet", "below")  # closed surface; open surface as a thin sheet; height field
MAX_CELLS = 8_000_000  # of one grid


@dataclass(frozen=True, eq=False)
class DistanceGrid:
    """Signed distances ``values (X, Y, Z)`` at the points ``low_m + cell_m * (i, j, k)``, in the geometry's own frame.

    sign_rule: how inside and outside were told apart, one of ``SIGN_RULES``.
    """

    id: str
    low_m: Vector
    cell_m: float
    values: Array
    sign_rule: str = "solid"

    def __post_init__(self) -> None:
        check_vector("low_m", self.low_m, 3, 2000.0)
        if self.values.ndim != 3 or min(self.values.shape) < 2 or self.values.size > MAX_CELLS:
            raise InputError(
                "values",
                f"shape {self.values.shape}; three axes of at least 2 and at most {MAX_CELLS} cells in all",
            )
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

        Outside of the grid: the value at its nearest point plus the way there.
        """
        p = np.asarray(points_m, np.float64)
        top = np.array(self.values.shape) - 1
        raw = (p - self.low_m) / self.cell_m
        inside = np.clip(raw, 0.0, top)
        beyond = np.linalg.norm((raw - inside) * self.cell_m, axis=-1)
        low = np.minimum(inside.astype(np.int64), top - 1)
        u = inside - low
        found = np.zeros(p.shape[:-1])
        for corner in np.ndindex(2, 2, 2):
            weight = np.prod(np.where(corner, u, 1.0 - u), axis=-1)
            i, j, k = np.moveaxis(low + corner, -1, 0)
            found += weight * self.values[i, j, k]
        return np.asarray(found + beyond)
