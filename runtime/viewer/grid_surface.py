"""A surface to draw for a grid of distances, whose triangles are gone: the faces of the cells that are inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.grid import DistanceGrid
from runtime.viewer.solids import Mesh

Array = NDArray[Any]
_MOST_CELLS = 96  # along an axis; a finer grid is thinned out


def surface_of(grid: DistanceGrid, scale: float = 1.0) -> Mesh:
    """Steps of the size of a cell, in metres, in the frame of the geometry. Empty when nothing is inside."""
    stride = max(1, -(-max(grid.values.shape) // _MOST_CELLS))
    inside = np.pad(grid.values[::stride, ::stride, ::stride] < 0.0, 1)
    vertices: list[Array] = []
    faces: list[Array] = []
    for axis in range(3):
        step = np.diff(inside.astype(np.int8), axis=axis)
        for sign in (-1, 1):  # the inside ends, or begins, beyond this cell
            cells = np.argwhere(step == sign)
            base = 4 * sum(len(v) for v in vertices)
            corners = _corners(axis, -sign)
            vertices.append(cells[:, None] + corners)
            quads = base + 4 * np.arange(len(cells))[:, None]
            faces.append(np.concatenate([quads + (0, 1, 2), quads + (0, 2, 3)]))
    points = np.concatenate(vertices).reshape(-1, 3) - 1.0  # the padding
    points = np.array(grid.low_m) + points * grid.cell_m * stride
    return Mesh((points * scale).astype(np.float32), np.concatenate(faces))


def _corners(axis: int, outwards: int) -> Array:
    """The face ``(4, 3)`` between a cell and the next one on an axis, counter-clockwise from where it faces."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    around = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    corners = np.zeros((4, 3))
    for i, (a, b) in enumerate(around if outwards > 0 else around[::-1]):
        corners[i, axis], corners[i, u], corners[i, v] = 0.5, 0.5 * a, 0.5 * b
    return corners
