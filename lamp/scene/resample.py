"""A window of the world, filled from a distance grid that lies in it with any pose and scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.grid import DistanceGrid, sample

Array = NDArray[Any]


def resample(
    grid: DistanceGrid,
    world_from_grid: tuple[Array, Array],
    scale: float,
    low_m: Array,
    cell_m: float | Array,
    shape: tuple[int, int, int],
) -> Array:
    """Signed distances ``shape`` float32, world metres, at the points ``low_m + cell_m * (i, j, k)`` of the world.

    world_from_grid: position ``(3,)`` and rotation matrix ``(3, 3)``; a point ``g`` of the grid's frame lies at
    ``position + rotation @ (scale * g)``. cell_m: one edge, or one per axis ``(3,)``.
    """
    position, rotation = (np.asarray(part, np.float64) for part in world_from_grid)
    cells_per_m = rotation.T / (scale * grid.cell_m)
    start = cells_per_m @ (np.asarray(low_m, np.float64) - position) - np.array(grid.low_m) / grid.cell_m
    step = cells_per_m * np.asarray(cell_m)
    # The index is linear in i, j and k: three small products, added by broadcasting, instead of one large one.
    x, y, z = (np.outer(step[:, axis], np.arange(shape[axis])) for axis in range(3))
    index = (start[:, None] + x)[:, :, None, None] + y[:, None, :, None] + z[:, None, None, :]
    return np.asarray(sample(grid, index) * np.float32(scale))
