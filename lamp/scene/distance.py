"""Signed distance from points to obstacles: negative inside, metres, gradient of unit length.

Written once for numpy (reports, tests) and torch (the optimisation step, with gradients) through ``xp``.
Shapes: B characters, T frames, J joints, O obstacles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.skeleton import components

Array = NDArray[Any]
KINDS = ("capsule", "box", "cylinder", "plane")  # a sphere is a capsule without length
FAR_M = 1.0e3  # distance reported for an empty slot
_EPS = 1e-9


@dataclass(frozen=True)
class SceneArrays:
    """One character's obstacles at fixed capacity O, posed at every frame of its window."""

    position: Array  # (T, O, 3)
    axes: Array  # (T, O, 3, 3) columns: the obstacle's own axes in the world
    size: Array  # (O, 3)
    kind: Array  # (O, 4) one-hot over KINDS, all zero for an empty slot


def pack(obstacles: Sequence[Obstacle], times_s: Array, capacity: int = MAX_OBSTACLES) -> SceneArrays:
    """Obstacles at session times ``(T,)``; unused slots are switched off."""
    t = len(times_s)
    position = np.zeros((t, capacity, 3), np.float32)
    axes = np.broadcast_to(np.eye(3, dtype=np.float32), (t, capacity, 3, 3)).copy()
    size = np.ones((capacity, 3), np.float32)
    kind = np.zeros((capacity, len(KINDS)), np.float32)
    for o, obstacle in enumerate(obstacles[:capacity]):
        place, turn = obstacle.trajectory(times_s)
        position[:, o] = place
        axes[:, o] = rotations.to_matrix(turn)
        half_length = 0.0 if obstacle.shape == "sphere" else obstacle.size_m[1]
        size[o] = (obstacle.size_m[0], half_length, obstacle.size_m[2])
        kind[o, KINDS.index("capsule" if obstacle.shape == "sphere" else obstacle.shape)] = 1.0
    return SceneArrays(position, axes, size, kind)


def to_local(points: Any, position: Any, axes: Any, xp: Any = np) -> Any:
    """World points ``(..., T, J, 3)`` in the frame of each obstacle: ``(..., T, J, O, 3)``.

    One product per frame over all obstacles, ``p A - c A``: nothing of size J x O x 3 x 3 is ever made.
    """
    *lead, o, _, _ = axes.shape
    side_by_side = xp.swapaxes(axes, -3, -2).reshape(
        *lead, 3, 3 * o
    )  # (..., T, 3, O*3): the axes of all obstacles
    origin = (position[..., None] * axes).sum(-2)  # (..., T, O, 3): positions in their own frames
    local = (points @ side_by_side).reshape(*points.shape[:-1], o, 3)
    return local - origin[..., None, :, :]


def local_distance(p: Any, size: Any, kind: Any, xp: Any = np) -> Any:
    """Signed distance ``(..., T, J, O)`` of points already in obstacle frames.

    ``p (..., T, J, O, 3)``, ``size (..., O, 3)``, ``kind (..., O, 4)``.
    """
    s = size[..., None, None, :, :]
    k = kind[..., None, None, :, :]

    def length(*parts: Any) -> Any:
        return xp.sqrt(sum(v * v for v in parts) + _EPS)

    def box(*d: Any) -> Any:
        outside = length(*[xp.maximum(v, xp.zeros_like(v)) for v in d])
        inside = d[0]
        for v in d[1:]:
            inside = xp.maximum(inside, v)
        return outside + xp.minimum(inside, xp.zeros_like(inside))

    x, y, z = components(p, xp)
    sx, sy, sz = components(s, xp)
    capsule_on, box_on, cylinder_on, plane_on = components(k, xp)
    along = xp.abs(y) - sy
    along = xp.maximum(along, xp.zeros_like(along))
    capsule = length(x, along, z) - sx
    cuboid = box(xp.abs(x) - sx, xp.abs(y) - sy, xp.abs(z) - sz)
    cylinder = box(length(x, z) - sx, xp.abs(y) - sy)
    mixed = capsule_on * capsule + box_on * cuboid + cylinder_on * cylinder + plane_on * y
    return mixed + (1.0 - k.sum(-1)) * FAR_M


def swept_distance(points: Any, scene: Any, xp: Any = np) -> tuple[Any, Any]:
    """Distances at the frames ``(..., T, J, O)`` and at the nearest moment between frames ``(..., T-1, J, O)``.

    Between two frames a joint moves on a line in the obstacle's own frame; the moment nearest to the obstacle's centre
    (in units of its size) is tested, so that nothing fast tunnels through at 20 frames per second. ``scene`` is a
    ``SceneArrays`` or anything with its fields.
    """
    local = to_local(points, scene.position, scene.axes, xp)
    at_frames = local_distance(local, scene.size, scene.kind, xp)
    first, second = local[..., :-1, :, :, :], local[..., 1:, :, :, :]
    size = scene.size[..., None, None, :, :]
    reach = xp.stack([size[..., 0], size[..., 1] + size[..., 0] * scene.kind[..., None, None, :, 0],
                      size[..., 2] * scene.kind[..., None, None, :, 1]
                      + size[..., 0] * (1 - scene.kind[..., None, None, :, 1])], -1)  # fmt: skip
    a, d = first / reach, (second - first) / reach
    if xp is not np:  # the nearest moment is a choice, not a variable: no gradient through it
        a, d = a.detach(), d.detach()
    moment = -(a * d).sum(-1) / ((d * d).sum(-1) + _EPS)
    moment = xp.minimum(xp.maximum(moment, xp.zeros_like(moment)), xp.ones_like(moment))
    between = local_distance(first + (second - first) * moment[..., None], scene.size, scene.kind, xp)
    return at_frames, between


def penetration_depth(points: Array, radii: Array, scene: SceneArrays) -> Array:
    """Deepest penetration per frame ``(T,)`` of joints with ``radii (J,)``, zero where clear, metres."""
    frames, between = swept_distance(np.asarray(points, np.float64), scene)
    depth = np.maximum(radii[:, None] - frames, 0.0).max(axis=(-1, -2))
    if len(between):
        swept = np.maximum(radii[:, None] - between, 0.0).max(axis=(-1, -2))
        depth[:-1] = np.maximum(depth[:-1], swept)
        depth[1:] = np.maximum(depth[1:], swept)
    return depth
