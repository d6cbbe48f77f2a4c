"""How a rig's rest pose has to be turned, bone by bone, to stand in the T-pose of the standard skeleton."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.retarget.rest_check import standing_axes
from lamp.retarget.rig import STANDING_TOE_RAD, Rig
from lamp.skeleton import JOINT_COUNT, PARENTS, REST_OFFSETS_M, forward_kinematics

Array = NDArray[Any]
_LIMBS = ((16, 18), (18, 20), (17, 19), (19, 21), (1, 4), (4, 7), (2, 5), (5, 8))  # from the body outwards
_FEET = ((7, 10), (8, 11))


def standard_rest() -> Array:
    """Joints ``(22, 3)`` of the standard skeleton in its T-pose, metres."""
    return forward_kinematics(np.zeros(3), np.tile(rotations.IDENTITY, (JOINT_COUNT, 1))).astype(np.float64)


def t_pose_from_rest(rig: Rig) -> Array:
    """World rotation ``(22, 4)`` per joint that takes the rig's rest pose to the standard T-pose.

    The torso turns about +Y only: a rig may look anywhere at rest, and keeps the bend of its own spine; arms and
    legs are then laid along those of the T-pose, so that a rig may rest in an A-pose; feet are matched by their soles.
    """
    ours, places = standard_rest(), rig.rest_world[0]
    theirs = {j: places[bone] for j, bone in enumerate(rig.joints) if bone >= 0}
    axes, wanted = standing_axes(theirs), standing_axes(dict(enumerate(ours)))
    whole = rotations.from_matrix(wanted.T @ axes)
    aligned = np.tile(whole, (JOINT_COUNT, 1))
    for joint, child in _LIMBS:
        parent = aligned[PARENTS[joint]]
        bone = rotations.rotate(parent, theirs[child] - theirs[joint])
        swing = rotations.shortest_arc(bone, ours[child] - ours[joint])
        aligned[joint] = rotations.multiply(swing, parent)
    for ankle, toe in _FEET:
        aligned[ankle] = aligned[toe] = _foot(rig, theirs, ankle, toe, whole)
    for wrist in (20, 21):
        aligned[wrist] = aligned[PARENTS[wrist]]
    return aligned


def _foot(rig: Rig, theirs: dict[int, Array], ankle: int, toe: int, whole: Array) -> Array:
    """Soles that are flat at rest are pitched as the standard skeleton's are in its T-pose."""
    ours = REST_OFFSETS_M[toe].astype(np.float64)
    if toe not in theirs:
        return whole if not rig.flat_feet else rotations.multiply(_pitch(ours), whole)
    bone = rotations.rotate(whole, theirs[toe] - theirs[ankle])
    if not rig.flat_feet:
        return rotations.multiply(rotations.shortest_arc(bone, ours), whole)
    turn = rotations.yaw(np.arctan2(ours[0], ours[2]) - np.arctan2(bone[0], bone[2]))
    return rotations.multiply(_pitch(ours), rotations.multiply(turn, whole))


def _pitch(ours: Array) -> Array:
    """Turns a flat foot to where the T-pose has it: about the axis across the foot ``ours (3,)``."""
    slope = np.arctan2(-ours[1], np.hypot(ours[0], ours[2]))
    half = 0.5 * (slope - STANDING_TOE_RAD)
    across = rotations.normalize(np.array([ours[2], 0.0, -ours[0]]))
    return np.append(np.sin(half) * across, np.cos(half))
