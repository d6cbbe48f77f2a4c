"""What is below: the height of the surface feet stand on, the ramp the body follows, and how far the nearest ground is.

Built from walkable obstacles in a window around the character; flat where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter, map_coordinates

from lamp import rotations
from lamp.problem import GROUND_CHANNELS, GROUND_POINTS
from lamp.scene.ground import top_surface
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance
from lamp.scene.resample import resample

Array = NDArray[Any]
HEIGHT, RAMP, GAP = range(len(GROUND_CHANNELS))
MAX_STEP_M = 0.45  # what a person steps up or down; more is a wall or a drop
_RAMP_SIGMA_M = 0.25  # stairs become a ramp: about the run of a step
_LEVELS, _LEVEL_M = 72, 0.05  # heights looked at in every column
_SEAM_M = 0.01  # parts nearer to each other than twice this are one surface
_REACH_UP = 0.8  # how steeply ground may rise from where the character is before it is another floor


@dataclass(frozen=True)
class Ground:
    """``maps (3, X, Z)`` over the points ``low_m + cell_m * (i, k)`` of x and z; None: flat at ``floor_m``."""

    floor_m: float
    maps: Array | None = None
    low_m: tuple[float, float] = (0.0, 0.0)
    cell_m: float = 1.0
    walkable: tuple[Obstacle, ...] = ()  # what the maps were made of

    def at(self, points_m: Array, channel: int = HEIGHT) -> Array:
        """One channel below world points ``(..., 3)``: ``(...)`` metres, bilinear; beyond the map its edge goes on."""
        p = np.asarray(points_m, np.float64)
        if self.maps is None:
            return np.full(p.shape[:-1], 0.0 if channel == GAP else self.floor_m)
        flat = p.reshape(-1, 3)
        index = np.stack(
            [(flat[:, axis] - low) / self.cell_m for axis, low in zip((0, 2), self.low_m, strict=True)]
        )
        found = map_coordinates(self.maps[channel], index, order=1, mode="nearest", output=np.float64)
        return np.asarray(found.reshape(p.shape[:-1]))


def ground_below(
    walkable: Sequence[Obstacle],
    here_m: Array,
    low_m: tuple[float, float],
    cell_m: float,
    *,
    floor_m: float | None,
) -> Ground:
    """The ground around a character that stands at ``here_m (3,)``, its y being where its feet are now.

    walkable: obstacles at rest. floor_m: height of the endless floor; None: there is none, and where nothing walkable
    can be reached by steps of at most ``MAX_STEP_M``, GAP says how far it is to where one can.
    """
    x, z = (low + cell_m * np.arange(n) for low, n in zip(low_m, GROUND_POINTS, strict=True))
    away = np.hypot(x[:, None] - here_m[0], z[None, :] - here_m[2])
    highest = here_m[1] + MAX_STEP_M + _REACH_UP * away
    bottom = here_m[1] - 0.55 * _LEVELS * _LEVEL_M
    found = np.full(GROUND_POINTS, np.nan, np.float32)
    for obstacle in walkable:
        corner = (low_m[0], bottom, low_m[1])
        window = _column_distances(obstacle, corner, cell_m) - _SEAM_M
        found = np.fmax(found, top_surface(window, np.array(corner), _LEVEL_M, highest) - np.float32(_SEAM_M))
    if floor_m is not None:
        found = np.fmax(found, np.float32(floor_m))
    carried = _reachable(found, here_m, low_m, cell_m)
    if not carried.any():  # nothing here: whatever there is counts, else the height the character is at
        carried = np.isfinite(found)
    if not carried.any():
        return Ground(float(here_m[1]))
    nearest = distance_transform_edt(~carried, return_distances=False, return_indices=True)
    height = found[tuple(nearest)]
    gap = cell_m * (distance_transform_edt(~carried) - distance_transform_edt(carried))
    if carried.all():
        gap = np.full(GROUND_POINTS, -1.0)
    ramp = gaussian_filter(height, _RAMP_SIGMA_M / cell_m, mode="nearest")
    maps = np.stack([height, ramp, np.clip(gap, -1.0, 3.0)]).astype(np.float32)
    return Ground(float(here_m[1]) if floor_m is None else floor_m, maps, low_m, cell_m, tuple(walkable))


def _column_distances(obstacle: Obstacle, low_m: tuple[float, float, float], cell_m: float) -> Array:
    """Signed distances in the columns of a window, finer upwards than sideways."""
    shape = (GROUND_POINTS[0], _LEVELS, GROUND_POINTS[1])
    step = np.array([cell_m, _LEVEL_M, cell_m])
    if obstacle.grid is not None:
        place, turn = obstacle.at(obstacle.time_s)
        return resample(
            obstacle.grid, (place, rotations.to_matrix(turn)), obstacle.scale, np.array(low_m), step, shape
        )
    points = np.array(low_m) + step * np.moveaxis(np.indices(shape), 0, -1)
    distance = obstacle_distance(obstacle, points.reshape(1, -1, 3), np.array([obstacle.time_s]))
    return distance.reshape(shape)


def _reachable(height: Array, here_m: Array, low_m: tuple[float, float], cell_m: float) -> Array:
    """Where one gets from here by steps: neighbouring points never differ by more than ``MAX_STEP_M``. ``(X, Z)``"""
    index = [round((here_m[axis] - low) / cell_m) for axis, low in zip((0, 2), low_m, strict=True)]
    i, k = (int(np.clip(v, 0, n - 1)) for v, n in zip(index, height.shape, strict=True))
    near = np.zeros(height.shape, bool)
    near[i, k] = True
    near = binary_dilation(near, iterations=max(round(0.3 / cell_m), 1))
    with np.errstate(invalid="ignore"):
        reached = near & (np.abs(height - here_m[1]) <= MAX_STEP_M)
        steps = [np.abs(np.diff(height, axis=axis)) <= MAX_STEP_M for axis in (0, 1)]
    count = -1
    while (now := int(reached.sum())) != count:
        count = now
        for axis, passable in enumerate(steps):
            for forwards in (True, False):
                _spread(reached, passable, axis, forwards)
    return reached


def _spread(reached: Array, passable: Array, axis: int, forwards: bool) -> None:
    """Everything that can be reached along one direction, in place."""
    lines, ways = np.moveaxis(reached, axis, 0), np.moveaxis(passable, axis, 0)
    count = len(lines)
    for n in range(count - 1):
        a, b = (n, n + 1) if forwards else (count - 1 - n, count - 2 - n)
        lines[b] |= lines[a] & ways[min(a, b)]
