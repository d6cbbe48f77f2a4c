"""Where exactly a foot stands: heights of the ground below points, sharp at the edges of steps.

The map of the ground has a point every 10 cm or more, so between the foot and the head of a step it would be a slope
that a toe sinks into. Near such edges the surface is looked up in the obstacles themselves, point by point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.ground_map import HEIGHT, Ground
from lamp.scene.penetration import obstacle_distance

Array = NDArray[Any]
_EDGE_M = 0.03  # neighbouring points of the map that differ by more have an edge between them
_LEVEL_M = 0.02  # heights looked at
_MOST_LEVELS = 64
_MARGIN_M = 0.03  # above and below the heights of the map


def footholds(ground: Ground, points_m: Array) -> Array:
    """Height of the ground below world points ``(..., 3)``: ``(...)`` metres, float64."""
    points = np.asarray(points_m, np.float64)
    height = ground.at(points, HEIGHT)
    if ground.maps is None or not ground.walkable:
        return height
    flat, out = points.reshape(-1, 3), np.array(height, np.float64).reshape(-1)
    lowest, highest = _corners(ground, flat)
    edge = np.flatnonzero(highest - lowest > _EDGE_M)
    if len(edge):
        out[edge] = _surface(ground, flat[edge], lowest[edge], highest[edge])
    return out.reshape(height.shape)


def _corners(ground: Ground, points: Array) -> tuple[Array, Array]:
    """Lowest and highest of the four points of the map around each of ``points (N, 3)``."""
    assert ground.maps is not None
    heights = ground.maps[HEIGHT]
    at = [
        np.clip(np.floor((points[:, axis] - low) / ground.cell_m), 0, n - 2).astype(int)
        for axis, low, n in zip((0, 2), ground.low_m, heights.shape, strict=True)
    ]
    four = np.stack([heights[at[0] + i, at[1] + k] for i in (0, 1) for k in (0, 1)])
    return four.min(0).astype(np.float64), four.max(0).astype(np.float64)


def _surface(ground: Ground, points: Array, lowest: Array, highest: Array) -> Array:
    """The highest surface below ``highest`` in the column of each point ``(N, 3)``; ``lowest`` where none is found."""
    span = float((highest - lowest).max()) + 2 * _MARGIN_M
    count = min(int(np.ceil(span / _LEVEL_M)) + 2, _MOST_LEVELS)
    levels = lowest[:, None] - _MARGIN_M + np.arange(count) * max(_LEVEL_M, span / (count - 1))
    column = np.stack(np.broadcast_arrays(points[:, :1], levels, points[:, 2:]), -1)
    step = levels[0, 1] - levels[0, 0]
    found = np.array(lowest)
    for obstacle in ground.walkable:
        distance = obstacle_distance(obstacle, column.reshape(1, -1, 3), np.array([obstacle.time_s]))
        distance = distance.reshape(levels.shape)
        above = distance[:, 1:]
        enters = (distance[:, :-1] <= 0.0) & (above > 0.0)
        top = levels[:, 1:] - np.clip(above, 0.0, step)
        enters &= top <= highest[:, None] + _MARGIN_M
        found = np.maximum(found, np.where(enters, top, -np.inf).max(-1))
    return found
