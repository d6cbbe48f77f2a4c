"""Scenes for tests: grids with known distances, and stairs."""

from __future__ import annotations

import numpy as np

from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance


def ball_grid(radius: float = 0.4, cell: float = 0.05, reach: float = 0.9) -> DistanceGrid:
    axis = np.arange(-reach, reach + 1e-9, cell)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    return DistanceGrid("0" * 64, (-reach,) * 3, cell, np.linalg.norm(points, axis=-1) - radius)


def box_grid(half: tuple[float, float, float], cell: float = 0.05) -> DistanceGrid:
    shape = Obstacle("box", (0.0, 0.0, 0.0), half)
    axes = [np.arange(-h - 0.3, h + 0.3 + 1e-9, cell) for h in half]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    values = obstacle_distance(shape, points.reshape(1, -1, 3), np.zeros(1)).reshape(points.shape[:3])
    return DistanceGrid("1" * 64, tuple(-h - 0.3 for h in half), cell, values)


def stairs(steps: int = 8, rise: float = 0.17, run: float = 0.28, start: float = 1.0) -> list[Obstacle]:
    """Boxes, each a step, that go up along z from ``start``."""
    made = []
    for i in range(steps):
        half = 0.5 * rise * (i + 1)
        made.append(
            Obstacle("box", (0.0, half, start + run * (i + 0.5)), (1.0, half, 0.5 * run), walkable=True)
        )
    return made
