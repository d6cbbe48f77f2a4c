"""Geometry and ground of one problem: what is around the character's window of time, resampled to fixed capacities.

Everything that stands still goes into two world-aligned grids, one solid and one walkable, whatever it is made of; the
nearest moving geometries get a grid each, in their own frame, posed at every frame of the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.problem import GRID_POINTS, GRID_SLOTS, GROUND_POINTS, Arrays
from lamp.scene.distance import FAR_M
from lamp.scene.ground_map import Ground, ground_below
from lamp.scene.obstacle import Obstacle
from lamp.scene.resample import resample

Array = NDArray[Any]
_FINEST_M, _COARSEST_M = 0.1, 0.3
_LEVEL_M = 0.12  # between the points of the world grids, upwards
_BELOW_M = 0.7  # how much of the world grids lies below the feet
_SNAP = 4  # windows begin at multiples of so many cells, so that neighbouring plans share them
_ROOM_M = 1.4  # around the way, within the window
_MARGIN_M = 0.3  # around moving geometry
MOVING_SLOTS = GRID_SLOTS - 2


@dataclass(frozen=True)
class Surroundings:
    """Where a character is and how far it may get within its window."""

    here_m: tuple[float, float, float]  # pelvis on x and z, the surface below it on y
    ahead_m: tuple[float, float] = (0.0, 0.0)  # where it is headed until the end of the window, x and z
    floor_m: float | None = 0.0  # height of the endless floor; None: there is none

    def window(self) -> tuple[tuple[float, float], float]:
        """First point (x, z) and distance of points of a window that holds the way and some room around it."""
        reach = 0.5 * max(abs(self.ahead_m[0]), abs(self.ahead_m[1])) + _ROOM_M
        fitting = 2.0 * reach / (GROUND_POINTS[0] - _SNAP)
        cell = float(
            np.clip(np.ceil(50 * fitting) / 50, _FINEST_M, _COARSEST_M)
        )  # few sizes, so that plans share
        snap = cell * _SNAP
        centre = self.here_m[0] + 0.5 * self.ahead_m[0], self.here_m[2] + 0.5 * self.ahead_m[1]
        x, z = (snap * round((c - 0.5 * n * cell) / snap) for c, n in zip(centre, GROUND_POINTS, strict=True))
        return (x, z), cell


class SceneWindows:
    """Makes the geometry arrays of problems for one character, and keeps what did not change since the last one."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] | None = None
        self._kept: tuple[Ground, Arrays] | None = None

    def ground(self, obstacles: Sequence[Obstacle], around: Surroundings) -> Ground:
        """The ground alone; flat, and nothing computed, where nothing is walkable and there is a floor."""
        return self._standing(obstacles, around)[0]

    def arrays(self, obstacles: Sequence[Obstacle], around: Surroundings, times_s: Array) -> Arrays:
        """The geometry entries of a problem's row (``Shape.problem_shapes`` with ``geometry``)."""
        ground, standing = self._standing(obstacles, around)
        t = len(times_s)
        row: Arrays = {
            "grid": np.full((GRID_SLOTS, *GRID_POINTS), FAR_M, np.float32),
            "grid_low": np.zeros((GRID_SLOTS, 3), np.float32), "grid_cell": np.ones((GRID_SLOTS, 3), np.float32),
            "grid_position": np.zeros((t, GRID_SLOTS, 3), np.float32),
            "grid_axes": np.broadcast_to(np.eye(3, dtype=np.float32), (t, GRID_SLOTS, 3, 3)).copy(),
            "grid_walkable": np.zeros(GRID_SLOTS, np.float32),
        }  # fmt: skip
        for name, value in standing.items():
            row[name][:2] = value
        row["grid_walkable"][1] = 1.0
        moving = sorted(
            (o for o in obstacles if o.grid is not None and o.moves), key=lambda o: _away(o, around, times_s)
        )
        for slot, obstacle in enumerate(moving[:MOVING_SLOTS], start=2):
            _pose(row, slot, obstacle, times_s)
        return row | _ground_arrays(ground, around)

    def _standing(self, obstacles: Sequence[Obstacle], around: Surroundings) -> tuple[Ground, Arrays]:
        """Ground and the two world grids; those of the call before where nothing changed but the pose by a little."""
        still = [o for o in obstacles if not o.moves and (o.grid is not None or o.walkable)]
        low, cell = around.window()
        level = round(around.here_m[1] / 0.3)
        key = (tuple(id(o) for o in still), low, cell, level, around.floor_m)
        if key != self._key or self._kept is None:
            # the key holds ids, so what they stand for is kept alive beside it
            self._held, self._key = still, key
            self._kept = _ground(still, around, low, cell), _world_grids(still, around, low, cell)
        return self._kept


def _ground(still: Sequence[Obstacle], around: Surroundings, low: tuple[float, float], cell: float) -> Ground:
    walkable = [o for o in still if o.walkable]
    if not walkable and around.floor_m is not None:
        return Ground(around.floor_m)
    return ground_below(walkable, np.array(around.here_m), low, cell, floor_m=around.floor_m)


def _world_grids(
    still: Sequence[Obstacle], around: Surroundings, low: tuple[float, float], cell: float
) -> Arrays:
    """Solid and walkable geometry at rest, each as the nearest surface of all: entries of the first two slots."""
    corner = np.array([low[0], around.here_m[1] - _BELOW_M, low[1]])
    step = np.array([cell, _LEVEL_M, cell])
    grids = np.full((2, *GRID_POINTS), FAR_M, np.float32)
    for obstacle in still:
        if obstacle.grid is None:
            continue
        place, turn = obstacle.at(obstacle.time_s)
        values = resample(
            obstacle.grid, (place, rotations.to_matrix(turn)), obstacle.scale, corner, step, GRID_POINTS
        )
        slot = int(obstacle.walkable)
        grids[slot] = np.minimum(grids[slot], values)
    return {"grid": grids, "grid_low": np.stack([corner, corner]), "grid_cell": np.stack([step, step])}


def _pose(row: Arrays, slot: int, obstacle: Obstacle, times_s: Array) -> None:
    """One moving geometry in its slot."""
    assert obstacle.grid is not None
    low = np.array(obstacle.grid.low_m) * obstacle.scale - _MARGIN_M
    high = np.array(obstacle.grid.high_m) * obstacle.scale + _MARGIN_M
    step = (high - low) / (np.array(GRID_POINTS) - 1)
    row["grid"][slot] = resample(
        obstacle.grid, (np.zeros(3), np.eye(3)), obstacle.scale, low, step, GRID_POINTS
    )
    row["grid_low"][slot], row["grid_cell"][slot] = low, step
    place, turn = obstacle.trajectory(times_s)
    row["grid_position"][:, slot] = place
    row["grid_axes"][:, slot] = rotations.to_matrix(turn)
    row["grid_walkable"][slot] = float(obstacle.walkable)


def _away(obstacle: Obstacle, around: Surroundings, times_s: Array) -> float:
    """Least distance of an obstacle's origin to where the character is now."""
    place = obstacle.trajectory(times_s)[0]
    return float(np.hypot(place[:, 0] - around.here_m[0], place[:, 2] - around.here_m[2]).min())


def _ground_arrays(ground: Ground, around: Surroundings) -> Arrays:
    if ground.maps is None:
        flat = np.full((3, *GROUND_POINTS), ground.floor_m, np.float32)
        flat[2] = -1.0
        ground = Ground(ground.floor_m, flat, *around.window())
    assert ground.maps is not None
    return {
        "ground": ground.maps.astype(np.float32), "ground_low": np.array(ground.low_m, np.float32),
        "ground_cell": np.array(ground.cell_m, np.float32),
    }  # fmt: skip
