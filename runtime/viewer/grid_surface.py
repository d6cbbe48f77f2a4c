"""A surface to draw for a grid of distances, whose triangles are gone."""

from __future__ import annotations

import numpy as np

from lamp.formats.surface import surface_of
from lamp.scene.grid import DistanceGrid
from runtime.viewer.solids import Mesh

_MOST_CELLS = 96  # along an axis; a finer grid is thinned out


def mesh_of(grid: DistanceGrid, scale: float = 1.0) -> Mesh:
    """Where the distance is zero, metres, in the frame of the geometry. Empty when nothing is inside."""
    stride = max(1, -(-max(grid.values.shape) // _MOST_CELLS))
    cell_m = grid.cell_m * stride
    # closed where the geometry goes on beyond the grid
    values = np.pad(grid.values[::stride, ::stride, ::stride], 1, constant_values=cell_m)
    vertices_m, faces = surface_of(values, np.array(grid.low_m) - cell_m, cell_m)
    return Mesh((vertices_m * scale).astype(np.float32), faces)
