"""Unsigned distance from the points of a grid to triangles.

Within ``BAND_CELLS`` of the surface every triangle that could be the nearest is measured: the distance is exact.
Farther out a point takes over the triangle of the nearest point *at* the surface (a Euclidean distance transform
finds it) and the triangles its neighbours took, and is measured against these. A point of the grid lies within
sqrt(3)/2 cells of the true nearest place, so what is found is at most ``ERROR_CELLS`` too far, and never too near.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from lamp.scene.layout import Layout

Array = NDArray[Any]
BAND_CELLS = 2.0
ERROR_CELLS = math.sqrt(3.0)
_SEED_CELLS = 0.5 * math.sqrt(3.0) + 1e-6  # a surface always has a point of the grid this near
_PIECE_CELLS = 5.0  # triangles longer than this are cut before boxes are put around them
_CHUNK = 1 << 17  # candidates measured at once: what fits a cache

Progress = Callable[[float], None]


def unsigned_distance(layout: Layout, corners: Array, triangles: Array, progress: Progress) -> Array:
    """Distance ``shape`` float32, metres, to ``triangles (F, 3)`` of ``corners (V, 3)``."""
    measure = _Measure(corners[triangles])
    squared = np.full(layout.cells, np.inf)
    nearest = np.full(layout.cells, -1, np.int32)
    for done, pieces, owner in _pieces(corners[triangles], _PIECE_CELLS * layout.cell_m):
        for cells, points, piece in _around(layout, pieces, BAND_CELLS * layout.cell_m):
            of = owner[piece]
            found = measure.squared(points, of)
            np.minimum.at(squared, cells, found)
            best = found == squared[cells]
            nearest[cells[best]] = of[best]
        progress(0.6 * done)
    exact = squared <= (BAND_CELLS * layout.cell_m) ** 2
    _spread(layout, measure, squared, nearest, exact)
    progress(0.9)
    return np.sqrt(squared, dtype=np.float64).astype(np.float32).reshape(layout.shape)


class _Measure:
    """Squared distance of points to triangles, from six products per pair: no case needs the nearest point itself."""

    def __init__(self, corners: Array) -> None:
        a, b, c = corners.swapaxes(0, 1)
        self._a, self._ab, self._ac = a, b - a, c - a
        aa = (self._ab**2).sum(-1)
        cc = (self._ac**2).sum(-1)
        ac = (self._ab * self._ac).sum(-1)
        bb = aa - 2.0 * ac + cc
        area = aa * cc - ac * ac
        flat = area <= 1e-12 * aa * cc  # a needle: its sides are all there is of it
        with np.errstate(divide="ignore", invalid="ignore"):
            self._scalars = np.stack(
                [
                    aa,
                    cc,
                    ac,
                    np.where(flat, np.nan, 1.0 / area),
                    *(np.where(s > 0, 1.0 / s, 0.0) for s in (aa, cc, bb)),
                ]
            )

    def squared(self, points: Array, of: Array) -> Array:
        """``(N,)`` m^2 from ``points (3, N)`` to the triangles ``of (N,)``."""
        ap = points - self._a[of].T
        d1 = np.einsum("in,ni->n", ap, self._ab[of])
        d2 = np.einsum("in,ni->n", ap, self._ac[of])
        from_a = np.einsum("in,in->n", ap, ap)
        aa, cc, ac, per_area, per_aa, per_cc, per_bb = self._scalars[:, of]
        v, w = (cc * d1 - ac * d2) * per_area, (aa * d2 - ac * d1) * per_area
        on_face = (v >= 0) & (w >= 0) & (v + w <= 1)  # false for needles: NaN
        t = np.clip(d1 * per_aa, 0, 1)
        best = from_a - t * (2 * d1 - t * aa)
        t = np.clip(d2 * per_cc, 0, 1)
        np.minimum(best, from_a - t * (2 * d2 - t * cc), out=best)
        along, bb = d2 - d1 - ac + aa, aa - 2 * ac + cc
        t = np.clip(along * per_bb, 0, 1)
        np.minimum(best, from_a - 2 * d1 + aa - t * (2 * along - t * bb), out=best)
        best = np.where(on_face, from_a - (v * d1 + w * d2), best)
        return np.maximum(best, 0.0, out=best)


def _pieces(corners: Array, longest_m: float) -> Iterator[tuple[float, Array, Array]]:
    """Share done, triangles ``(N, 3, 3)`` with no side above ``longest_m``, and the triangle ``(N,)`` each is part of.

    A slanted wall of two triangles has a huge box around it; cut small, only cells near it are looked at.
    """
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1).max(-1)
    work = np.cumsum(np.maximum(sides / longest_m, 1.0) ** 2)
    starts = np.r_[0, np.searchsorted(work, np.arange(1, work[-1] // 20_000 + 1) * 20_000), len(work)]
    for start, stop in zip(np.unique(starts)[:-1], np.unique(starts)[1:], strict=True):
        for part, owner in _cut(corners[start:stop], np.arange(start, stop), longest_m):
            yield float(work[stop - 1] / work[-1]), part, owner


def _cut(corners: Array, owner: Array, longest_m: float) -> Iterator[tuple[Array, Array]]:
    """Halves the longest side again and again; what is short enough comes out, depth first, so memory stays small."""
    stack = [(corners, owner)]
    while stack:
        corners, owner = stack.pop()
        lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=-1)  # of sides ab, bc, ca
        long = lengths.max(-1) > longest_m
        if not long.all():
            yield corners[~long], owner[~long]
        if not long.any():
            continue
        side = lengths[long].argmax(-1)
        turned = np.take_along_axis(corners[long], ((side[:, None] + np.arange(3)) % 3)[..., None], axis=1)
        a, b, c = turned.swapaxes(0, 1)
        middle = 0.5 * (a + b)
        for half in (np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)):
            stack.extend(
                (half[i : i + 20_000], owner[long][i : i + 20_000]) for i in range(0, len(half), 20_000)
            )


def _around(layout: Layout, pieces: Array, reach_m: float) -> Iterator[tuple[Array, Array, Array]]:
    """Cells ``(N,)``, their points ``(3, N)`` and the piece ``(N,)`` for all cells within ``reach_m`` of its box."""
    top = np.array(layout.shape) - 1
    low = np.clip(np.ceil((pieces.min(1) - reach_m - layout.low_m) / layout.cell_m), 0, top).astype(np.int64)
    high = np.clip(np.floor((pieces.max(1) + reach_m - layout.low_m) / layout.cell_m), 0, top).astype(
        np.int64
    )
    size = np.maximum(high - low + 1, 0)
    normal = np.cross(pieces[:, 1] - pieces[:, 0], pieces[:, 2] - pieces[:, 0])
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.where(length > 0, normal / np.maximum(length, 1e-300), 0.0)
    height = (normal * pieces[:, 0]).sum(-1)
    for part in batches(size.prod(1), _CHUNK):
        piece, (i, j, k) = unravel(low[part], size[part])
        piece += part.start
        index = np.stack([i, j, k])
        points = layout.low_m[:, None] + layout.cell_m * index
        near = np.abs(np.einsum("in,ni->n", points, normal[piece]) - height[piece]) <= reach_m
        cells = (i * layout.shape[1] + j) * layout.shape[2] + k
        yield cells[near], points[:, near], piece[near]


def batches(counts: Array, most: int) -> Iterator[slice]:
    """Consecutive slices whose counts sum to about ``most``."""
    total = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = total[start - 1] if start else 0
        stop = max(int(np.searchsorted(total, done + most, side="right")), start + 1)
        yield slice(start, stop)
        start = stop


def unravel(low: Array, size: Array) -> tuple[Array, tuple[Array, ...]]:
    """Every index of every box ``low (N, D)``, ``size (N, D)``: its box, and its D coordinates."""
    counts = size.prod(1)
    box = np.repeat(np.arange(len(counts)), counts)
    rest = np.arange(len(box)) - np.repeat(np.cumsum(counts) - counts, counts)
    coordinates = []
    for axis in reversed(range(size.shape[1])):
        rest, step = np.divmod(rest, size[box, axis])
        coordinates.append(low[box, axis] + step)
    return box, tuple(reversed(coordinates))


def _spread(layout: Layout, measure: _Measure, squared: Array, nearest: Array, exact: Array) -> None:
    """Fill what is not ``exact`` in place."""
    seeds = (squared <= (_SEED_CELLS * layout.cell_m) ** 2).reshape(layout.shape)
    at = distance_transform_edt(~seeds, return_distances=False, return_indices=True)
    source = np.ravel_multi_index(tuple(at), layout.shape).reshape(-1)
    taken = nearest[source]
    far = np.flatnonzero(~exact)
    nearest[far] = taken[far]
    squared[far] = np.inf
    _remeasure(layout, measure, squared, nearest, far, taken[far])
    grid = nearest.reshape(layout.shape)
    unknown = ~exact.reshape(layout.shape)
    for axis in range(3):
        for step in (1, -1):
            other = np.roll(grid, step, axis)
            differs = np.flatnonzero(unknown & (other != grid))
            _remeasure(layout, measure, squared, nearest, differs, other.reshape(-1)[differs])


def _remeasure(
    layout: Layout, measure: _Measure, squared: Array, nearest: Array, cells: Array, of: Array
) -> None:
    """Take triangles ``of`` for ``cells`` where they are nearer."""
    for start in range(0, len(cells), _CHUNK):
        part = slice(start, start + _CHUNK)
        index = np.stack(np.unravel_index(cells[part], layout.shape))
        found = measure.squared(layout.low_m[:, None] + layout.cell_m * index, of[part])
        better = found < squared[cells[part]]
        squared[cells[part][better]] = found[better]
        nearest[cells[part][better]] = of[part][better]
