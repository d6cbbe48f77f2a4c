"""The body of the puppet of ``stub_backend`` on its way: gait, reaching arms, a turned head, key poses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features, rotations
from lamp.easing import smooth_step
from lamp.intent import KeyPose, LookAt
from lamp.skeleton import JOINT_COUNT, REST_OFFSETS_M, fit_skeleton, forward_kinematics, joint_index

Array = NDArray[Any]
ARMS = {  # wrist: (shoulder, elbow)
    joint_index(f"{side}_wrist"): (joint_index(f"{side}_shoulder"), joint_index(f"{side}_elbow"))
    for side in ("left", "right")
}
PELVIS_M = 0.965  # toes of straight legs touch the floor
_STEP_HZ = 0.9  # strides per second
_HEAD, _NECK, _SPINE = joint_index("head"), joint_index("neck"), joint_index("spine1")
_LOOK_YAW_RAD, _LOOK_PITCH_RAD = 1.2, 0.7
_EASE_S = 0.5  # into a key pose and out of it


def gait(times_s: Array, heading_rad: Array, moving: Array) -> Array:
    """Local rotations ``(N, 22, 4)`` of a walk whose size is scaled by ``moving (N,)``; arms hang."""
    local = np.broadcast_to(rotations.IDENTITY.astype(np.float64), (len(times_s), JOINT_COUNT, 4)).copy()
    local[:, 0] = rotations.yaw(heading_rad)
    swing = np.sin(2 * np.pi * _STEP_HZ * times_s) * moving
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[:, joint_index(f"{side}_hip")] = _about(0, -0.45 * sign * swing)
        local[:, joint_index(f"{side}_knee")] = _about(0, 0.5 * np.maximum(0.0, sign * swing))
        hang = _about(2, np.full(len(times_s), -1.35 * sign))
        local[:, joint_index(f"{side}_shoulder")] = rotations.multiply(_about(0, 0.35 * sign * swing), hang)
    return local


def reach(local: Array, root_m: Array, wrist: int, point_m: Array, share: Array) -> None:
    """Turn an arm by ``share (N,)`` towards a point, which it points at when that is 1."""
    shoulder, elbow = ARMS[wrist]
    joints = forward_kinematics(root_m, local)
    direction = rotations.rotate(rotations.inverse(local[:, 0]), point_m - joints[:, shoulder])
    straight = rotations.shortest_arc(REST_OFFSETS_M[elbow].astype(np.float64), direction)
    local[:, shoulder] = rotations.slerp(local[:, shoulder], straight, share)


def look(local: Array, root_m: Array, look_at: LookAt, times_s: Array) -> None:
    """Turn chest and neck towards a point, as far as they go (the chest, because joints do not show a neck's twist)."""
    joints = forward_kinematics(root_m, local)
    way = rotations.rotate(rotations.inverse(local[:, 0]), look_at.at(times_s) - joints[:, _HEAD])
    yaw = np.clip(np.arctan2(way[:, 0], way[:, 2]), -_LOOK_YAW_RAD, _LOOK_YAW_RAD)
    pitch = np.clip(np.arctan2(way[:, 1], np.hypot(way[:, 0], way[:, 2])), -_LOOK_PITCH_RAD, _LOOK_PITCH_RAD)
    local[:, _SPINE] = _about(1, yaw)
    local[:, _NECK] = _about(0, -pitch)


def keyed(joints_m: Array, poses: Iterable[KeyPose], times_s: Array) -> Array:
    """Joints ``(N, 22, 3)`` drawn into the key poses around their times."""
    for pose in poses:
        early, late = pose.time_s - times_s, times_s - pose.time_s - pose.hold_s
        share = np.clip(1.0 - np.maximum(np.maximum(early, late), 0.0) / _EASE_S, 0.0, 1.0)
        if not share.any():
            continue
        goal = _placed(pose.joints_m, joints_m) if pose.anywhere else pose.joints_m
        counts = np.zeros(JOINT_COUNT)
        counts[list(pose.joints)] = 1.0
        mix = smooth_step(share)[:, None, None] * counts[:, None]
        joints_m = fit_skeleton((1.0 - mix) * joints_m + mix * goal)
    return joints_m


def _placed(pose_m: Array, joints_m: Array) -> Array:
    """``pose_m (22, 3)`` with the ground point and heading of each of ``joints_m (N, 22, 3)``."""
    turn = rotations.yaw(features.heading_rad(joints_m) - float(features.heading_rad(pose_m)))
    ground = np.array([1.0, 0.0, 1.0])
    local = np.broadcast_to(pose_m - pose_m[0] * ground, joints_m.shape)
    placed: Array = rotations.rotate(turn[:, None, :], local) + (joints_m[:, :1] * ground)
    return placed


def _about(axis: int, angle_rad: Array) -> Array:
    q = np.zeros((len(angle_rad), 4))
    q[:, axis], q[:, 3] = np.sin(angle_rad / 2), np.cos(angle_rad / 2)
    return q
