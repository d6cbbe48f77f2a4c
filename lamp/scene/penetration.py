"""How deep a body is in its obstacles: the judge of a plan. numpy, exact shapes, the whole volume of the body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.body import MANY_RADII_M, MANY_STAND, spheres
from lamp.scene.distance import pack, swept_distance
from lamp.scene.obstacle import Obstacle

Array = NDArray[Any]


def obstacle_distance(obstacle: Obstacle, points_m: Array, times_s: Array) -> Array:
    """Signed distance ``(T, N)`` of world points ``(T, N, 3)`` at session times ``(T,)`` to one obstacle, metres."""
    points = np.asarray(points_m, np.float64)
    if obstacle.grid is None:
        return np.asarray(swept_distance(points, pack([obstacle], times_s, 1))[0][..., 0])
    return np.asarray(obstacle.grid.distance(in_own_frame(obstacle, points, times_s)) * obstacle.scale)


def in_own_frame(obstacle: Obstacle, points_m: Array, times_s: Array) -> Array:
    """World points ``(T, N, 3)`` in the frame, and the scale, of a geometry's grid."""
    place, turn = obstacle.trajectory(times_s)
    back = rotations.inverse(np.asarray(turn, np.float64))[:, None]
    return (
        rotations.rotate(np.broadcast_to(back, (*points_m.shape[:-1], 4)), points_m - place[:, None])
        / obstacle.scale
    )


def penetration_m(joints_m: Array, obstacles: Sequence[Obstacle], times_s: Array) -> Array:
    """Deepest penetration ``(T, O)`` of the body with joints ``(T, 22, 3)`` at ``times_s (T,)``; 0 where clear, metres.

    Looked for at the frames and between them. Feet and shins may touch what is walkable.
    """
    t = len(joints_m)
    depth = np.zeros((t, len(obstacles)))
    if not obstacles or t == 0:
        return depth
    body = spheres(joints_m)
    for o, obstacle in enumerate(obstacles):
        if _beyond(obstacle, joints_m, times_s):
            continue
        counts = MANY_STAND == 0 if obstacle.walkable else np.ones(len(MANY_STAND), bool)
        points, radii = body[:, counts], MANY_RADII_M[counts]
        at_frames, between = _distances(obstacle, points, times_s)
        depth[:, o] = np.maximum(radii - at_frames, 0.0).max(-1)
        if t > 1:
            swept = np.maximum(radii - between, 0.0).max(-1)
            depth[:-1, o] = np.maximum(depth[:-1, o], swept)
            depth[1:, o] = np.maximum(depth[1:, o], swept)
    return depth


def _beyond(obstacle: Obstacle, joints_m: Array, times_s: Array) -> bool:
    """Whether a shape with a centre is too far from the whole motion to matter: saves most of the work."""
    if obstacle.grid is not None or obstacle.shape == "plane":
        return False
    centre = obstacle.trajectory(times_s)[0]
    away = np.linalg.norm(joints_m[:, 0] - centre, axis=-1)
    return bool(away.min() > 2.0 + 2.0 * sum(obstacle.size_m))


def _distances(obstacle: Obstacle, points: Array, times_s: Array) -> tuple[Array, Array]:
    """Distances at the frames ``(T, N)`` and between them ``(T - 1, N)``."""
    if obstacle.grid is None:
        frames, between = swept_distance(points, pack([obstacle], times_s, 1))
        return frames[..., 0], between[..., 0]
    local = in_own_frame(obstacle, points, times_s)
    halves = 0.5 * (local[1:] + local[:-1])
    found = obstacle.grid.distance(np.concatenate([local, halves])) * obstacle.scale
    return found[: len(local)], found[len(local) :]
