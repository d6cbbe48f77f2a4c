"""How a geometry is covered with cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.scene.grid import MAX_CELLS

Array = NDArray[Any]
MIN_CELL_M, MAX_CELL_M = 0.01, 1.0  # that may be asked for
FINEST_CELL_M = 0.02  # without being asked for
DEFAULT_BUDGET = 2_000_000
MIN_BUDGET = 1000  # margins alone take 8 x 8 x 8
PAD_CELLS, PAD_M = 3, 0.25  # free space kept around the geometry: whichever is more


@dataclass(frozen=True)
class Layout:
    """Points ``low_m + cell_m * (i, j, k)`` for ``shape``."""

    low_m: Array
    cell_m: float
    shape: tuple[int, int, int]

    @property
    def cells(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    def axis_m(self, axis: int) -> Array:
        """Coordinates along one axis."""
        return np.asarray(self.low_m[axis] + self.cell_m * np.arange(self.shape[axis]))


def lay_out(low_m: Array, high_m: Array, cell_m: float = 0.0, budget: int = DEFAULT_BUDGET) -> Layout:
    """Cells of ``cell_m`` (0: as fine as ``budget`` allows, 2 cm at best) over the box and a margin around it.

    ``InputError`` when ``cell_m`` is out of range or the box would need more than ``budget`` cells of that size.
    """
    if not MIN_BUDGET <= budget <= MAX_CELLS:
        raise InputError("budget", f"{budget} is outside {MIN_BUDGET}..{MAX_CELLS} cells")
    low, high = np.asarray(low_m, np.float64), np.asarray(high_m, np.float64)
    if cell_m == 0.0:
        return _over(low, high, finest_cell_m(low, high, budget))
    if not MIN_CELL_M <= cell_m <= MAX_CELL_M:
        raise InputError("cell_m", f"{cell_m:g} is outside {MIN_CELL_M}..{MAX_CELL_M} m")
    layout = _over(low, high, cell_m)
    if layout.cells > budget:
        raise InputError(
            "cell_m",
            f"{cell_m:g} m needs {layout.cells} cells and {budget} are allowed; at least "
            f"{finest_cell_m(low, high, budget):.3g} m is possible, or cut the geometry into smaller ones",
        )
    return layout


def finest_cell_m(low_m: Array, high_m: Array, budget: int) -> float:
    """The smallest cell of at least 2 cm with which the box stays within ``budget``, metres."""
    fine, coarse = FINEST_CELL_M, FINEST_CELL_M
    while _over(low_m, high_m, coarse).cells > budget:
        fine, coarse = coarse, coarse * 1.25
    for _ in range(20):
        middle = 0.5 * (fine + coarse)
        fine, coarse = (fine, middle) if _over(low_m, high_m, middle).cells <= budget else (middle, coarse)
    return coarse


def _over(low: Array, high: Array, cell_m: float) -> Layout:
    pad = max(PAD_CELLS * cell_m, PAD_M)
    x, y, z = (max(math.ceil(float(e) / cell_m), 1) + 1 for e in high - low + 2 * pad)
    return Layout(low - pad, cell_m, (x, y, z))
