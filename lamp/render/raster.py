"""Which solid each ray sees first: a depth buffer over a full picture or over a list of picture points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lamp.render.camera import Camera, Parallel, Perspective
from lamp.render.shapes import Array, Solid

View = Perspective | Parallel
Floats = NDArray[np.float32]


@lru_cache(maxsize=8)
def _pixel_centres(width: int, height: int) -> tuple[Floats, Floats]:
    y, x = np.mgrid[:height, :width].astype(np.float32) + np.float32(0.5)
    return x.ravel(), y.ravel()


@lru_cache(maxsize=4)
def _full_directions(look: tuple[float, float, float], fov_rad: float, width: int, height: int) -> Floats:
    """Directions through all pixels; a camera that only moves keeps them."""
    view = Perspective(Camera((0.0, 0.0, 0.0), look, fov_rad), width, height)
    return view.directions(*_pixel_centres(width, height))


@dataclass(frozen=True)
class Rays:
    """Rays through picture points ``x_px, y_px (N,)``; ``grid``: they are all pixel centres, row by row."""

    view: View
    x_px: Floats
    y_px: Floats
    grid: bool
    fixed_origin: Floats | None  # (3,) of a camera; None: parallel rays
    direction: Floats  # (N, 3), or (3,) of parallel rays

    @classmethod
    def full(cls, view: View) -> Rays:
        """One ray through the centre of every pixel."""
        x, y = _pixel_centres(view.width, view.height)
        if isinstance(view, Parallel):
            return cls(view, x, y, True, None, np.asarray(view.axes[2], np.float32))
        look = tuple(np.round(np.subtract(view.camera.look_at_m, view.camera.eye_m), 9).tolist())
        directions = _full_directions(look, view.camera.vertical_fov_rad, view.width, view.height)
        return cls(view, x, y, True, np.array(view.camera.eye_m, np.float32), directions)

    @classmethod
    def at(cls, view: Perspective, x_px: Array, y_px: Array) -> Rays:
        """Rays through given picture points."""
        x, y = x_px.astype(np.float32), y_px.astype(np.float32)
        return cls(view, x, y, False, np.array(view.camera.eye_m, np.float32), view.directions(x, y))

    def __len__(self) -> int:
        return len(self.x_px)

    @property
    def eye(self) -> Floats:
        """The common origin ``(3,)`` of a camera's rays."""
        assert self.fixed_origin is not None, "parallel rays have no common origin"
        return self.fixed_origin

    def origins(self, index: Array) -> Floats:
        if self.fixed_origin is not None:
            return self.fixed_origin
        assert isinstance(self.view, Parallel)
        return self.view.origins(self.x_px[index], self.y_px[index])

    def directions(self, index: Array) -> Floats:
        return self.direction if self.direction.ndim == 1 else self.direction[index]

    def within(self, extent: tuple[float, float, float, float] | None) -> Array:
        """Indices of the rays inside a picture rectangle."""
        if extent is None:
            return np.zeros(0, np.int64)
        x0, y0, x1, y1 = extent
        if not self.grid:
            inside = (self.x_px >= x0) & (self.x_px <= x1) & (self.y_px >= y0) & (self.y_px <= y1)
            return np.flatnonzero(inside)
        width, height = self.view.width, self.view.height
        columns = np.arange(max(int(x0), 0), min(int(np.ceil(x1)), width))
        rows = np.arange(max(int(y0), 0), min(int(np.ceil(y1)), height))
        index: Array = (rows[:, None] * width + columns).ravel()
        return index


@dataclass(frozen=True)
class Hits:
    """First hit of every ray: distance (``inf``: none), which solid (-1: none) and the normal where there is one."""

    distance_m: Floats
    solid: NDArray[np.int32]
    normal: Floats


def cast(rays: Rays, solids: Sequence[Solid], *, normals: bool = True) -> Hits:
    """Nearest solid along each ray; every solid is tried only inside the rectangle that it can cover."""
    distance = np.full(len(rays), np.inf, np.float32)
    which = np.full(len(rays), -1, np.int32)
    normal = np.zeros((len(rays) if normals else 0, 3), np.float32)
    for number, solid in enumerate(solids):
        index = rays.within(rays.view.extent(solid.bounds()))
        if not len(index):
            continue
        found = solid.distance(rays.origins(index), rays.directions(index))
        nearer = np.flatnonzero(found < distance[index])
        index = index[nearer]
        distance[index] = found[nearer]
        which[index] = number
    hits = Hits(distance, which, normal)
    if normals:
        _fill_normals(rays, solids, hits)
    return hits


def _fill_normals(rays: Rays, solids: Sequence[Solid], hits: Hits) -> None:
    seen = np.flatnonzero(hits.solid >= 0)
    order = seen[np.argsort(hits.solid[seen], kind="stable")]
    starts = np.searchsorted(hits.solid[order], np.arange(len(solids) + 1))
    points = rays.origins(order) + hits.distance_m[order, None] * rays.directions(order)
    for number, solid in enumerate(solids):
        here = slice(starts[number], starts[number + 1])
        if starts[number] < starts[number + 1]:
            hits.normal[order[here]] = solid.normal(points[here])
