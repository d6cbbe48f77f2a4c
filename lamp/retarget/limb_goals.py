"""Feet where the motion puts them and hands where the scene wants them, by bending legs and arms of the rig."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.easing import smooth_step
from lamp.errors import InputError
from lamp.retarget import two_bone
from lamp.retarget.rig_motion import Missed
from lamp.retarget.rig_pose import RigPose
from lamp.skeleton import JOINT_NAMES

if TYPE_CHECKING:
    from lamp.motion import Motion
    from lamp.problem import Target

Array = NDArray[Any]
_LEGS, _ARMS = ((1, 4, 7), (2, 5, 8)), ((16, 18, 20), (17, 19, 21))
_TOES = (10, 11)
_TOLD_M = 0.01  # a miss smaller than this is not reported
_EASE_S = 0.4  # a hand heads for its target this long before, and leaves it this long after
_MOST_DROP_M = 0.25
_SPREAD_S = 0.25  # hips go down and up again over this time


def place_feet(pose: RigPose, motion: Motion) -> list[Missed]:
    """Ankles so that the toes are at their goals with the soles turned as in the motion; legs bend for it."""
    ankles = np.stack([_ankle_goal(pose, side) for side in (0, 1)], axis=1)
    stands = np.maximum(motion.contacts[:, [0, 2]], motion.contacts[:, [1, 3]]) >= 0.5
    if pose.path == "scene":
        _lower_hips(pose, ankles, stands, motion.fps)
    missed = []
    for side, limb in enumerate(_LEGS):
        away = _bend(pose, limb, ankles[:, side])
        missed += _worst(limb[2], np.where(stands[:, side], away, 0.0), motion.fps)
    return missed


def place_hands(pose: RigPose, motion: Motion, targets: Sequence[Target]) -> list[Missed]:
    """Wrists and ankles at their targets, in their time; eased in and out."""
    missed = []
    limbs = {limb[2]: limb for limb in (*_ARMS, *_LEGS)}
    times = np.arange(len(motion)) / motion.fps
    for number, target in enumerate(targets):
        if target.joint not in limbs:
            names = ", ".join(JOINT_NAMES[j] for j in sorted(limbs))
            raise InputError(
                f"targets[{number}].joint",
                f"is {JOINT_NAMES[target.joint]}; a rig can reach with {names} only",
            )
        arrive = times[-1] if target.arrive_s is None else target.arrive_s
        outside = np.maximum(arrive - times, times - arrive - target.hold_s)
        share = smooth_step(1.0 - np.maximum(outside, 0.0) / _EASE_S)
        share = share[:, None] * np.asarray(target.axis_mask, np.float64)
        now = pose.joints()[:, target.joint]
        goal = now + share * (np.asarray(target.position_m, np.float64) - now)
        due = outside <= 0.5 / motion.fps
        if not due.any():
            raise InputError(
                f"targets[{number}].arrive_s",
                f"is {arrive:.2f} s; the motion lasts {times[-1]:.2f} s. Give a time within it",
            )
        away = _bend(pose, limbs[target.joint], goal, np.any(share > 0.0, axis=-1))
        missed += _worst(target.joint, np.where(due, away, 0.0), motion.fps)
    return missed


def _ankle_goal(pose: RigPose, side: int) -> Array:
    """Where the ankle ``(T, 3)`` belongs for the toe to be at its goal, the foot turned as it is."""
    rig, (ankle, toe) = pose.rig, (_LEGS[side][2], _TOES[side])
    goal = pose.toe_goals_m[:, side]
    if min(rig.joints[t] for t in _TOES) < 0:
        return goal
    places, turns = rig.rest_world
    bone = rig.joints[ankle]
    foot = rotations.rotate(rotations.inverse(turns[bone]), places[rig.joints[toe]] - places[bone])
    return goal - rotations.rotate(pose.world[:, ankle], np.broadcast_to(foot, goal.shape))


def _lower_hips(pose: RigPose, ankles: Array, stands: Array, fps: float) -> None:
    """Bring the hips down where a foot that stands is out of reach, early enough to be smooth."""
    joints, needed = pose.joints(), np.zeros(len(ankles))
    for side, (hip, knee, ankle) in enumerate(_LEGS):
        leg = np.linalg.norm(joints[:, knee] - joints[:, hip], axis=-1)
        leg = two_bone.STRETCH * (leg + np.linalg.norm(joints[:, ankle] - joints[:, knee], axis=-1))
        way = joints[:, hip] - ankles[:, side]
        across = np.linalg.norm(way[:, [0, 2]], axis=-1)
        drop = way[:, 1] - np.sqrt(np.maximum(leg**2 - across**2, 0.0))
        needed = np.maximum(needed, np.where(stands[:, side], drop, 0.0))
    pose.hips_m = pose.hips_m - [0.0, 1.0, 0.0] * _spread(np.clip(needed, 0.0, _MOST_DROP_M), fps)[:, None]


def _spread(values: Array, fps: float) -> Array:
    """A smooth curve ``(T,)`` that is nowhere below ``values``."""
    reach = max(round(_SPREAD_S * fps), 1)
    padded = np.pad(values, 2 * reach, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(-1)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(highest, kernel / kernel.sum(), mode="valid")


def _bend(pose: RigPose, limb: tuple[int, int, int], goal: Array, where: Array | None = None) -> Array:
    """Turn the two bones of ``limb`` so that it ends at ``goal (T, 3)``; returns by how much it misses ``(T,)``."""
    joints = pose.joints()
    root, middle, end = (joints[:, j] for j in limb)
    to_middle, to_end = two_bone.solve(root, middle, end, goal)
    if where is not None:
        to_middle, to_end = (np.where(where[:, None], a, b) for a, b in ((to_middle, middle), (to_end, end)))
    pose.turn(limb[0], middle - root, to_middle - root)
    # the lower bone keeps its twist against the upper one: it is carried along, then swings
    carried = rotations.rotate(rotations.shortest_arc(middle - root, to_middle - root), end - middle)
    pose.world[:, limb[1]] = rotations.multiply(
        rotations.shortest_arc(middle - root, to_middle - root), pose.world[:, limb[1]]
    )
    pose.turn(limb[1], carried, to_end - to_middle)
    return np.linalg.norm(to_end - goal, axis=-1)


def _worst(joint: int, away_m: Array, fps: float) -> list[Missed]:
    worst = int(np.argmax(away_m))
    if away_m[worst] <= _TOLD_M:
        return []
    return [Missed(JOINT_NAMES[joint], worst / fps, float(away_m[worst]))]
