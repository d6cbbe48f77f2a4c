"""Joints -> parent-relative rotations of the standard skeleton, frame by frame: no state, so chunks equal the whole.

Pelvis and chest take the rotation of their rigid frame and the spine between them shares the twist. Every other joint
turns its bone exactly onto the measured direction, so for joints that went through ``fit_skeleton`` forward kinematics
gives the same positions back. What directions leave open, the twist of upper arms and thighs, comes from the plane in
which elbow or knee bends (:mod:`lamp.retarget.twist`). Leaves (head, wrists, toes) follow their parents.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.retarget.hinge import END_JOINTS, MIDDLE_JOINTS, TOES, UPPER_JOINTS
from lamp.retarget.twist import upper_turns
from lamp.skeleton import JOINT_COUNT, PARENTS, REST_OFFSETS_M, RIGID_JOINTS, body_axes

Array = NDArray[Any]
_CHILD = {PARENTS[j]: j for j in range(JOINT_COUNT - 1, 0, -1)}  # of joints with one child: that child
_PELVIS, _CHEST = (joint for joint, *_ in RIGID_JOINTS)
_SPINE = {3: 1.0 / 3.0, 6: 2.0 / 3.0}  # share of the turn from pelvis to chest
_SWINGS = (
    (3, 6, 12, 13, 14),
    (4, 5, 18, 19),
    (7, 8),
)  # each after what its joints hang on: with limbs after the first
_LEAVES = [j for j in range(JOINT_COUNT) if j not in PARENTS]
_BODIES = [_PELVIS, _PELVIS, _CHEST, _CHEST]  # what the limbs swing against


def joints_to_rotations(joints_m: Array) -> Array:
    """``(..., 22, 3)`` -> local rotations ``(..., 22, 4)`` xyzw; the root's is its world rotation."""
    given = np.asarray(joints_m, dtype=np.float64)
    # numbers of one kind side by side: (3, 22, N) and (4, 22, N)
    p = np.ascontiguousarray(given.reshape(-1, JOINT_COUNT, 3).T)
    world = np.empty((4, JOINT_COUNT, p.shape[-1]))
    world[:, [_PELVIS, _CHEST]] = rotations.from_matrix(np.swapaxes(body_axes(p.T), -1, -2)).T
    trunk, *limbs = _SWINGS
    _swing(world, p, trunk, _trunk_before(world))
    _turn_limbs(world, p)
    for joints in limbs:
        _swing(world, p, joints, _last(world[:, [PARENTS[j] for j in joints]]))
    world[:, _LEAVES] = world[:, [PARENTS[j] for j in _LEAVES]]
    parents = _last(world[:, PARENTS[1:]])
    local = world.copy()
    local[:, 1:] = _first(rotations.multiply(rotations.inverse(parents), _last(world[:, 1:])))
    local[:, _LEAVES] = rotations.IDENTITY[:, None, None]
    local *= np.where(local[3] < 0, -1.0, 1.0)
    return local.T.reshape(*given.shape[:-1], 4).astype(np.float32)


def _trunk_before(world: Array) -> Array:
    """Rotations ``(5, N, 4)`` that spine, neck and collars would have if they did not swing."""
    pelvis, chest = world[:, _PELVIS], world[:, _CHEST]
    chest = np.where((pelvis * chest).sum(0) < 0.0, -chest, chest)
    shared = np.stack([(1.0 - share) * pelvis + share * chest for share in _SPINE.values()], 1)
    shared /= np.maximum(np.sqrt((shared * shared).sum(0)), 1e-9)
    return _last(np.concatenate([shared, np.repeat(chest[:, None], 3, axis=1)], axis=1))


def _swing(world: Array, p: Array, joints: tuple[int, ...], before: Array) -> None:
    """World rotations of ``joints``: ``before (joints, N, 4)``, turned the shortest way onto the measured bones."""
    children = [_CHILD[j] for j in joints]
    bone = rotations.rotate(rotations.inverse(before), _last(p[:, children] - p[:, list(joints)]))
    swing = rotations.shortest_arc(REST_OFFSETS_M[children, None].astype(np.float64), bone)
    world[:, list(joints)] = _first(rotations.multiply(before, swing))


def _turn_limbs(world: Array, p: Array) -> None:
    """World rotations of hips and shoulders: onto their bones, then about them until knee and elbow are hinges."""
    body = _last(world[:, _BODIES])
    against = rotations.inverse(body)
    upper = rotations.rotate(against, _last(p[:, MIDDLE_JOINTS] - p[:, UPPER_JOINTS]))
    lower = rotations.rotate(against, _last(p[:, END_JOINTS] - p[:, MIDDLE_JOINTS]))
    feet = rotations.rotate(against[:2], _last(p[:, TOES] - p[:, END_JOINTS[:2]]))
    world[:, UPPER_JOINTS] = _first(rotations.multiply(body, upper_turns(upper, lower, feet)))


def _last(components: Array) -> Array:
    """``(n, k, N)`` seen as ``(k, N, n)``."""
    return components.transpose(1, 2, 0)


def _first(vectors: Array) -> Array:
    """``(k, N, n)`` seen as ``(n, k, N)``."""
    return vectors.transpose(2, 0, 1)
