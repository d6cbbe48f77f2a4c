"""A triangle mesh of the surface where a sampled distance is zero (naive surface nets)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# The 12 edges of a cell as pairs of its corners; corner c is at ((c >> 2) & 1, (c >> 1) & 1, c & 1).
_EDGES = [(a, a | bit) for bit in (4, 2, 1) for a in range(8) if not a & bit]
_CORNERS = np.array([[(c >> 2) & 1, (c >> 1) & 1, c & 1] for c in range(8)])


def surface_of(values: Array, origin_m: Array, cell_m: float) -> tuple[Array, Array]:
    """Vertices ``(V, 3)`` and faces ``(F, 3)``, counter-clockwise from outside, of samples ``(X, Y, Z)``, inside < 0.

    The border of the samples must be outside. One vertex per cell that the surface crosses, in the middle of the
    crossings of its edges; one quad per edge of the grid that crosses it.
    """
    inside = values < 0
    corners = np.stack([_corner(values, c) for c in _CORNERS])  # (8, X-1, Y-1, Z-1)
    crossed = np.zeros(corners.shape[1:], int)
    places = np.zeros((*corners.shape[1:], 3))
    for a, b in _EDGES:
        cut = (corners[a] < 0) != (corners[b] < 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(cut, corners[a] / (corners[a] - corners[b]), 0.0)
        places += np.where(cut[..., None], _CORNERS[a] + share[..., None] * (_CORNERS[b] - _CORNERS[a]), 0.0)
        crossed += cut
    cells = np.argwhere(crossed > 0)
    index = np.full(crossed.shape, -1)
    index[tuple(cells.T)] = np.arange(len(cells))
    mean = places[tuple(cells.T)] / crossed[tuple(cells.T)][:, None]
    return origin_m + cell_m * (cells + mean), np.concatenate(
        [_quads(inside, index, axis) for axis in range(3)]
    )


def _corner(values: Array, corner: Array) -> Array:
    """Samples at one corner of all cells."""
    x, y, z = (slice(c, n - 1 + c) for c, n in zip(corner, values.shape, strict=True))
    return values[x, y, z]


def _quads(inside: Array, index: Array, axis: int) -> Array:
    """Two triangles around every edge along ``axis`` that crosses the surface."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    ahead = np.moveaxis(inside, axis, 0)[1:] != np.moveaxis(inside, axis, 0)[:-1]
    edges = np.argwhere(np.moveaxis(ahead, 0, axis))
    edges = edges[(edges[:, one] > 0) & (edges[:, two] > 0)]
    back_one, back_two = np.eye(3, dtype=int)[one], np.eye(3, dtype=int)[two]
    ring = [edges - back_one - back_two, edges - back_two, edges, edges - back_one]
    a, b, c, d = (index[tuple(cells.T)] for cells in ring)
    outward = inside[tuple(edges.T)][:, None]
    first = np.where(outward, np.stack([a, b, c], -1), np.stack([a, c, b], -1))
    second = np.where(outward, np.stack([a, c, d], -1), np.stack([a, d, c], -1))
    return np.concatenate([first, second])
