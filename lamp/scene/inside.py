"""What a closed surface encloses: the winding number of every point of a grid.

A vertical line through each column of the grid crosses the surface at some heights; summing what the crossings above a
point say gives its winding number, exactly and whatever the distance. Two triangles that share an edge decide with the
same arithmetic on which side of it the line passes, so the line never slips through between them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.layout import Layout
from lamp.scene.nearest import batches, unravel

Array = NDArray[Any]
_CHUNK = 1 << 18
# Lines pass a little beside the points of the grid, so that walls that lie exactly on the grid are not grazed.
_ASIDE_CELLS = ((1.7e-5, 2.9e-5), (-3.1e-5, 1.3e-5), (2.3e-5, -3.7e-5))


def solid_inside(layout: Layout, corners: Array, triangles: Array, coherent: Array) -> Array:
    """Mask ``shape``: where the winding number of coherent triangles is not 0, or the parity of the others is odd.

    Every triangle must belong to a closed piece; coherent ``(F,)``: see ``topology.Surface``.
    """
    inside = np.zeros(layout.shape, bool)
    for part, wind in ((coherent, True), (~coherent, False)):
        if part.any():
            inside |= _enclosed(layout, corners, triangles[part], wind)
    return inside


def _enclosed(layout: Layout, corners: Array, triangles: Array, wind: bool) -> Array:
    for aside in _ASIDE_CELLS:
        count = _crossings(layout, corners, triangles, wind, aside)
        above = np.cumsum(count[:, ::-1], axis=1, dtype=np.int32)[:, ::-1]
        whole = (
            above[:, 0] == 0 if wind else above[:, 0] % 2 == 0
        )  # below everything a line has left the surface
        if whole.all():
            break
    inside = above != 0 if wind else above % 2 == 1
    inside &= whole[
        :, None, :
    ]  # a line that still grazed something says nothing: better free than solid to the sky
    return np.asarray(inside)


def _crossings(
    layout: Layout, corners: Array, triangles: Array, wind: bool, aside: tuple[float, float]
) -> Array:
    """Sum ``shape`` of what is crossed between each point and the next one above it."""
    x = layout.axis_m(0) + aside[0] * layout.cell_m
    z = layout.axis_m(2) + aside[1] * layout.cell_m
    start = np.array([x[0], z[0]])
    flat = corners[triangles][..., [0, 2]]
    low = np.ceil((flat.min(1) - start) / layout.cell_m - 1e-9).astype(np.int64)
    high = np.floor((flat.max(1) - start) / layout.cell_m + 1e-9).astype(np.int64)
    size = np.maximum(high - low + 1, 0)
    found = np.zeros(layout.shape, np.int32)
    for part in batches(size.prod(1), _CHUNK):
        of, (i, k) = unravel(low[part], size[part])
        of += part.start
        hit, height, up = _through(corners, triangles[of], x[i], z[k])
        level = (
            np.ceil((height - layout.low_m[1]) / layout.cell_m).astype(np.int64) - 1
        )  # the last point below it
        step = np.where(up, 1, -1) if wind else np.ones(len(up), np.int64)
        np.add.at(found, (i[hit], level[hit], k[hit]), step[hit].astype(np.int32))
    return found


def _through(corners: Array, triangles: Array, x: Array, z: Array) -> tuple[Array, Array, Array]:
    """Whether each vertical line ``(N,)`` passes its triangle ``(N, 3)``, at what height, and whether that looks up."""
    sides, areas = [], []
    for a, b in ((1, 2), (2, 0), (0, 1)):  # opposite to corner 0, 1, 2
        first, second = triangles[:, a], triangles[:, b]
        p, q = corners[np.minimum(first, second)], corners[np.maximum(first, second)]
        area = (q[:, 2] - p[:, 2]) * (x - p[:, 0]) - (q[:, 0] - p[:, 0]) * (z - p[:, 2])
        sides.append((area >= 0) == (first < second))
        areas.append(np.where(first < second, area, -area))
    hit = (sides[0] == sides[1]) & (sides[1] == sides[2])
    weights = np.stack(areas, -1)
    total = weights.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        height = (weights * corners[triangles, 1]).sum(-1) / total
    heights = corners[triangles, 1]
    height = np.clip(np.where(np.isfinite(height), height, heights[:, 0]), heights.min(-1), heights.max(-1))
    return hit, height, sides[0]
