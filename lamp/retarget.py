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
_BODY = {entry[0]: body for body, entry in enumerate(RIGID_JOINTS)}
_CHILD = {PARENTS[j]: j for j in range(JOINT_COUNT - 1, 0, -1)}


def joints_to_rotations(joints_m: Array) -> Array:
    """``(..., 22, 3)`` -> local rotations ``(..., 22, 4)`` xyzw; the root's is its world rotation."""
    p = np.asarray(joints_m, dtype=np.float64)
    axes = body_axes(p)
    world = np.empty((*p.shape[:-1], 4))
    for j in range(JOINT_COUNT):
        parent = world[..., PARENTS[j], :] if j else np.broadcast_to(rotations.IDENTITY, (*p.shape[:-2], 4))
        if j in _BODY:
            world[..., j, :] = rotations.from_matrix(np.swapaxes(axes[..., _BODY[j], :, :], -1, -2))
        elif j in _CHILD:
            bone = rotations.rotate(rotations.inverse(parent), p[..., _CHILD[j], :] - p[..., j, :])
            swing = rotations.shortest_arc(REST_OFFSETS_M[_CHILD[j]].astype(np.float64), bone)
            world[..., j, :] = rotations.multiply(parent, swing)
        else:
            world[..., j, :] = parent
    local = world.copy()
    parents = list(PARENTS[1:])
    local[..., 1:, :] = rotations.multiply(rotations.inverse(world[..., parents, :]), world[..., 1:, :])
    return np.where(local[..., 3:] < 0, -local, local).astype(np.float32)
