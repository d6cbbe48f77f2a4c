"""A way around what blocks the planned path, as a hint for the noise search.

The gradient of a collision says nothing about which side to pass on when an obstacle is straight ahead, and a plan that
is asked to keep to its old path is asked to go through it. So the old path is bent sideways, where it is blocked, by as
little as it takes; the search then only has to find motion near a path that is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.easing import smooth_step
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance

Array = NDArray[Any]
ROOM_M = 0.42  # from the middle of the body to an obstacle: half the shoulders, a swinging arm, the skin
_HEIGHTS_M = (0.25, 0.65, 1.05, 1.45)  # at which the body is looked at, above the ground
_SIDES_M = np.concatenate([[s, -s] for s in np.arange(0.1, 2.01, 0.1)])  # the least first
_EASE_FRAMES = 16  # to get to the side, and back
_MERGE_FRAMES = 10  # blocked stretches nearer to each other than this are passed as one
_MOST_STRETCHES = 3
_NEAR_M = 4.0


def detour(
    path_m: Array, first: int, obstacles: Sequence[Obstacle], times_s: Array, level_m: float
) -> Array | None:
    """``path_m (T, 2)``, x and z at ``times_s (T,)``, bent around obstacles after frame ``first``; None: it is free.

    ``level_m``: height of the ground. Frames up to ``first`` stay. Where no side is free, the freest one is taken.
    """
    near = _near(path_m, obstacles, times_s)
    bent = np.array(path_m, np.float64)
    found = False
    for _ in range(_MOST_STRETCHES if near else 0):
        stretch = _blocked(_room(bent[None], near, times_s, level_m)[0], first)
        if stretch is None:
            break
        better = _passed(bent, stretch, first, near, times_s, level_m)
        if better is None:
            break
        bent, found = better, True
    return bent if found else None


def _near(path: Array, obstacles: Sequence[Obstacle], times_s: Array) -> list[Obstacle]:
    """Obstacles that may be in the way at all; what is walked on is none."""
    near = []
    for obstacle in obstacles:
        if obstacle.walkable or obstacle.shape == "plane":
            continue
        away = np.linalg.norm(obstacle.trajectory(times_s)[0][:, [0, 2]] - path, axis=-1).min()
        if obstacle.grid is not None or away < _NEAR_M + sum(obstacle.size_m):
            near.append(obstacle)
    return near


def _room(paths: Array, obstacles: Sequence[Obstacle], times_s: Array, level_m: float) -> Array:
    """Distance of upright bodies on paths ``(N, T, 2)`` to the nearest obstacle, less what a body needs: ``(N, T)``."""
    n, t, _ = paths.shape
    points = np.empty((t, n, len(_HEIGHTS_M), 3))
    points[..., 0], points[..., 2] = np.moveaxis(paths, 2, 0).transpose(0, 2, 1)[..., None]
    points[..., 1] = level_m + np.array(_HEIGHTS_M)
    flat = points.reshape(t, -1, 3)
    room = np.min([obstacle_distance(o, flat, times_s) for o in obstacles], axis=0)
    return np.asarray(room.reshape(t, n, -1).min(-1).T - ROOM_M)


def _blocked(room: Array, first: int) -> tuple[int, int] | None:
    """First and last frame of the first stretch after ``first`` without room, short free gaps included."""
    frames = np.flatnonzero(room < 0.0)
    frames = frames[frames > first]
    if len(frames) == 0:
        return None
    gaps = np.flatnonzero(np.diff(frames) > _MERGE_FRAMES)
    return int(frames[0]), int(frames[gaps[0]] if len(gaps) else frames[-1])


def _passed(
    path: Array,
    stretch: tuple[int, int],
    first: int,
    obstacles: Sequence[Obstacle],
    times_s: Array,
    level_m: float,
) -> Array | None:
    """The path, moved aside around one blocked stretch by as little as frees it; None where nothing is better."""
    begin, end = stretch
    before, after = path[max(begin - _EASE_FRAMES, first)], path[min(end + _EASE_FRAMES, len(path) - 1)]
    way = after - before
    length = float(np.linalg.norm(way))
    if length < 0.05:
        return None
    across = np.array([way[1], -way[0]]) / length
    share = _aside(len(path), stretch, first)
    ways = path + _SIDES_M[:, None, None] * share[:, None] * across
    counts = np.flatnonzero(share > 0.0)
    room = _room(ways, obstacles, times_s, level_m)[:, counts].min(-1)
    free = np.flatnonzero(room >= 0.0)
    best = int(free[0]) if len(free) else int(room.argmax())
    now = float(_room(path[None], obstacles, times_s, level_m)[0, counts].min())
    return np.asarray(ways[best]) if room[best] > now + 0.02 else None


def _aside(frames: int, stretch: tuple[int, int], first: int) -> Array:
    """How much of the way to the side each frame takes, ``(T,)``: 0 up to ``first``, 1 in the stretch."""
    begin, end = stretch
    frame = np.arange(frames)
    rise = (frame - max(begin - _EASE_FRAMES, first)) / max(min(_EASE_FRAMES, begin - first), 1)
    fall = (end + _EASE_FRAMES - frame) / _EASE_FRAMES
    return smooth_step(np.minimum(rise, fall))
