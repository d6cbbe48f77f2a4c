"""Joints -> parent-relative rotations of the standard skeleton.

Pelvis and chest take the rotation of their rigid frame; a joint with one child swings minimally in its parent's frame
from the rest direction of that child; leaves follow their parent. For joints that went through ``fit_skeleton``
forward kinematics gives the same positions back. Twist about single-child bones is zero by construction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.skeleton import JOINT_COUNT, PARENTS, REST_OFFSETS_M, RIGID_JOINTS, body_axes

Array = NDArray[Any]
_CHILD = {PARENTS[j]: j for j in range(JOINT_COUNT - 1, 0, -1)}  # of joints with one child: that child
_BODIES = [joint for joint, *_ in RIGID_JOINTS]
_LEAVES = [j for j in range(JOINT_COUNT) if j not in PARENTS]


def _levels() -> list[tuple[list[int], list[int], list[int], Array]]:
    """Joints that swing, with their parents, children and the rest directions of these. Each level needs only the world
    rotations of bodies and of levels before it, so it is one array operation for all its joints."""
    levels, known = [], set(_BODIES)
    while missing := [j for j in range(JOINT_COUNT) if j not in known and j not in _LEAVES]:
        joints = [j for j in missing if PARENTS[j] in known]
        children = [_CHILD[j] for j in joints]
        levels.append(
            (joints, [PARENTS[j] for j in joints], children, REST_OFFSETS_M[children].astype(np.float64))
        )
        known.update(joints)
    return levels


_LEVELS = _levels()


def joints_to_rotations(joints_m: Array) -> Array:
    """``(..., 22, 3)`` -> local rotations ``(..., 22, 4)`` xyzw; the root's is its world rotation."""
    given = np.asarray(joints_m, dtype=np.float64)
    # numbers of one kind side by side: (3, 22, N) and (4, 22, N)
    p = np.ascontiguousarray(given.reshape(-1, JOINT_COUNT, 3).T)
    world, local = np.empty((2, 4, JOINT_COUNT, p.shape[-1]))
    bodies = rotations.from_matrix(np.swapaxes(body_axes(p.T), -1, -2))
    world[:, _BODIES] = bodies.T
    for joints, parents, children, rest in _LEVELS:
        parent = _last(world[:, parents])
        bone = rotations.rotate(rotations.inverse(parent), _last(p[:, children] - p[:, joints]))
        swing = rotations.shortest_arc(rest[:, None], bone)
        local[:, joints] = _first(swing)
        world[:, joints] = _first(rotations.multiply(parent, swing))
    local[:, _LEAVES] = rotations.IDENTITY[:, None, None]
    for body, joint in enumerate(_BODIES):
        own = bodies[:, body]
        if joint:
            own = rotations.multiply(rotations.inverse(world[:, PARENTS[joint]].T), own)
        local[:, joint] = own.T
    local *= np.where(local[3] < 0, -1.0, 1.0)
    return local.T.reshape(*given.shape[:-1], 4).astype(np.float32)


def _last(components: Array) -> Array:
    """``(n, k, N)`` seen as ``(k, N, n)``."""
    return components.transpose(1, 2, 0)


def _first(vectors: Array) -> Array:
    """``(k, N, n)`` seen as ``(n, k, N)``."""
    return vectors.transpose(2, 0, 1)
