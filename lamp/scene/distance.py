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
    walkable: Array  # (O,)

    def row(self, *, geometry: bool) -> dict[str, Array]:
        """The entries of a problem's row; ``geometry``: of one with room for geometry."""
        names = ("position", "axes", "size", "kind", *(("walkable",) if geometry else ()))
        return {f"obstacle_{name}": getattr(self, name) for name in names}


def pack(obstacles: Sequence[Obstacle], times_s: Array, capacity: int = MAX_OBSTACLES) -> SceneArrays:
    """Obstacles at session times ``(T,)``, those with a formula; unused slots are switched off."""
    t = len(times_s)
    position = np.zeros((t, capacity, 3), np.float32)
    axes = np.broadcast_to(np.eye(3, dtype=np.float32), (t, capacity, 3, 3)).copy()
    size = np.ones((capacity, 3), np.float32)
    kind = np.zeros((capacity, len(KINDS)), np.float32)
    walkable = np.zeros(capacity, np.float32)
    with_formula = [obstacle for obstacle in obstacles if obstacle.grid is None]
    for o, obstacle in enumerate(with_formula[:capacity]):
        walkable[o] = float(obstacle.walkable)
        place, turn = obstacle.trajectory(times_s)
        position[:, o] = place
        axes[:, o] = rotations.to_matrix(turn)
        half_length = 0.0 if obstacle.shape == "sphere" else obstacle.size_m[1]
        size[o] = (obstacle.size_m[0], half_length, obstacle.size_m[2])
        kind[o, KINDS.index("capsule" if obstacle.shape == "sphere" else obstacle.shape)] = 1.0
    return SceneArrays(position, axes, size, kind, walkable)


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
    first = local[..., :-1, :, :, :]
    way = local[..., 1:, :, :, :] - first
    moment = nearest_share(first, way, scene, xp)
    between = local_distance(first + way * moment[..., None], scene.size, scene.kind, xp)
    return at_frames, between


def limb_room(points: Any, radii: Any, limbs: Sequence[tuple[int, int]], scene: Any, xp: Any = np) -> Any:
    """Radius minus distance ``(..., T, limbs, O)`` at the point of each limb that is nearest to each obstacle's centre.

    A limb is a capsule between two joints; its radius runs linearly from one to the other.
    """
    heads, tails = [a for a, _ in limbs], [b for _, b in limbs]
    local = to_local(points, scene.position, scene.axes, xp)
    first = local[..., heads, :, :]
    way = local[..., tails, :, :] - first
    share = nearest_share(first, way, scene, xp)
    radius = radii[heads][:, None] + (radii[tails] - radii[heads])[:, None] * share
    return radius - local_distance(first + way * share[..., None], scene.size, scene.kind, xp)


def nearest_share(first: Any, way: Any, scene: Any, xp: Any = np) -> Any:
    """Where on ``first + share * way`` (obstacle frames, ``(..., T, N, O, 3)``) the obstacle's centre is nearest.

    Measured in units of the obstacle's size. The share, 0 to 1, is a choice, not a variable: it has no gradient.
    """
    size = scene.size[..., None, None, :, :]
    round_, edged = scene.kind[..., None, None, :, 0], scene.kind[..., None, None, :, 1]
    reach = xp.stack([size[..., 0], size[..., 1] + size[..., 0] * round_,
                      size[..., 2] * edged + size[..., 0] * (1 - edged)], -1)  # fmt: skip
    a, d = first / reach, way / reach
    if xp is not np:
        a, d = a.detach(), d.detach()
    share = -(a * d).sum(-1) / ((d * d).sum(-1) + _EPS)
    return xp.minimum(xp.maximum(share, xp.zeros_like(share)), xp.ones_like(share))


def grid_distance(points: Any, grid: Any, xp: Any) -> Any:
    """Distance ``(B, T, N, G)`` of world points ``(B, T, N, 3)`` to the posed grids of a problem, trilinear.

    ``grid``: an object with ``values (B, G, X, Y, Z)``, ``low`` and ``cell`` ``(B, G, 3)``, ``position (B, T, G, 3)``
    and ``axes (B, T, G, 3, 3)``. Outside of a grid: the value at its edge plus the way there. torch (with gradients).
    """
    b, t, n, _ = points.shape
    g, *size = grid.values.shape[1:]
    local = to_local(points, grid.position, grid.axes, xp)  # (B, T, N, G, 3)
    raw = (local - grid.low[:, None, None]) / grid.cell[:, None, None]
    top = xp.as_tensor([k - 1.0 for k in size], dtype=raw.dtype, device=raw.device)
    inside = xp.minimum(xp.maximum(raw, xp.zeros_like(raw)), top.expand_as(raw))
    beyond = xp.sqrt((((raw - inside) * grid.cell[:, None, None]) ** 2).sum(-1) + _EPS)
    corner = xp.minimum(xp.floor(inside.detach()), (top - 1.0).expand_as(raw))
    u, v, w = components(inside - corner, xp)
    # clamped as whole numbers too: a position that is not finite must not become an index outside of the grid
    i, j, k = (xp.clamp(c, 0, n - 2) for c, n in zip(components(corner.long(), xp), size, strict=True))
    slot = xp.arange(g, device=raw.device) * (size[0] * size[1] * size[2])
    index = ((i * size[1] + j) * size[2] + k + slot).reshape(b, -1)
    flat = grid.values.reshape(b, -1)
    steps = (0, size[1] * size[2]), (0, size[2]), (0, 1)
    found = xp.zeros_like(beyond)
    for dx, wx in zip(steps[0], (1.0 - u, u), strict=True):
        for dy, wy in zip(steps[1], (1.0 - v, v), strict=True):
            for dz, wz in zip(steps[2], (1.0 - w, w), strict=True):
                value = flat.gather(1, index + (dx + dy + dz)).reshape(b, t, n, g)
                found = found + wx * wy * wz * value
    return found + beyond


def ground_at(points: Any, ground: Any, low: Any, cell: Any, channel: int, xp: Any) -> Any:
    """One channel of the ground map ``(B, C, X, Z)`` below world points ``(B, T, N, 3)``: ``(B, T, N)``, bilinear.

    Beyond the map its edge goes on. torch (with gradients).
    """
    b, t, n, _ = points.shape
    size = ground.shape[2:]
    flat = ground[:, channel].reshape(b, -1)
    fractions, corners = [], []
    for axis, count, start in ((0, size[0], low[:, 0]), (2, size[1], low[:, 1])):
        raw = (points[..., axis] - start[:, None, None]) / cell[:, None, None]
        inside = xp.clamp(raw, 0.0, count - 1.0)
        corner = xp.clamp(xp.floor(inside.detach()), 0.0, count - 2.0)
        fractions.append(inside - corner)
        corners.append(xp.clamp(corner.long(), 0, count - 2))
    index = (corners[0] * size[1] + corners[1]).reshape(b, -1)
    u, w = fractions
    found = xp.zeros_like(u)
    for dx, wx in ((0, 1.0 - u), (size[1], u)):
        for dz, wz in ((0, 1.0 - w), (1, w)):
            found = found + wx * wz * flat.gather(1, index + (dx + dz)).reshape(b, t, n)
    return found
