"""Looking at a point: neck and head turn on top of the planned motion, within the limits of a person."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.intent import LookAt
from lamp.motion import Motion
from lamp.skeleton import PARENTS, REST_OFFSETS_M, body_axes, joint_index

Array = NDArray[Any]
MOST_YAW_RAD, MOST_PITCH_RAD = np.radians(75.0), np.radians(40.0)
_RATE_RADPS = 3.0  # how fast the head turns
_EASE = 0.35  # share of the way left that is gone per model frame
_NECK_SHARE = 0.4
_NECK, _HEAD = joint_index("neck"), joint_index("head")
_CHEST_BODY = 1  # of skeleton.body_axes


def follow(joints: Array, times_s: Array, fps: float, look: LookAt | None, before: Array) -> Array:
    """Yaw and pitch ``(T, 2)`` of the head against the chest over frames with joints ``(T, 22, 3)``, radians.

    before ``(2,)``: at the frame before the first. Eases towards the point (None: straight ahead) no faster than a
    person does; a point behind the back is followed to the limit on its side.
    """
    wanted = np.zeros((len(joints), 2)) if look is None else _wanted(joints, look.at(times_s))
    out, now = np.zeros((len(joints), 2)), np.array(before, np.float64)
    most = _RATE_RADPS / fps
    for t, goal in enumerate(wanted):
        now = now + np.clip(_EASE * (goal - now), -most, most)
        out[t] = now
    return out


def _wanted(joints: Array, points: Array) -> Array:
    axes = body_axes(np.asarray(joints, np.float64))[:, _CHEST_BODY]  # rows: left, up, forward
    way = points - joints[:, _HEAD]
    left, up, ahead = np.moveaxis((axes @ way[..., None])[..., 0], -1, 0)
    yaw = np.arctan2(left, ahead)
    pitch = -np.arctan2(up, np.hypot(left, ahead))
    return np.stack(
        [np.clip(yaw, -MOST_YAW_RAD, MOST_YAW_RAD), np.clip(pitch, -MOST_PITCH_RAD, MOST_PITCH_RAD)], -1
    )


def turn_head(motion: Motion, angles: Array) -> Motion:
    """``motion`` with neck and head turned by yaw and pitch ``(T, 2)``; the head joint moves with the neck."""
    if not np.any(np.abs(angles) > 1e-4):
        return motion
    local = motion.local_rotations_xyzw.astype(np.float64)
    for joint, share in ((_NECK, _NECK_SHARE), (_HEAD, 1.0 - _NECK_SHARE)):
        local[:, joint] = rotations.multiply(_turn(share * angles), local[:, joint])
    joints = motion.positions_m.copy()
    neck = _world(local, _NECK)
    offset = np.broadcast_to(REST_OFFSETS_M[_HEAD].astype(np.float64), (len(neck), 3))
    joints[:, _HEAD] = joints[:, _NECK] + rotations.rotate(neck, offset)
    local = np.where(local[..., 3:] < 0, -local, local)
    return Motion(joints, local.astype(np.float32), motion.contacts, motion.fps)


def _turn(angles: Array) -> Array:
    """Yaw about the up axis after pitch about the left axis, ``(T, 2) -> (T, 4)``."""
    zero = np.zeros(len(angles))
    half = 0.5 * angles[:, 1]
    pitch = np.stack([np.sin(half), zero, zero, np.cos(half)], -1)
    return rotations.multiply(rotations.yaw(angles[:, 0]), pitch)


def _world(local: Array, joint: int) -> Array:
    """World rotation of a joint ``(T, 4)`` from local rotations ``(T, 22, 4)``."""
    chain = [joint]
    while PARENTS[chain[-1]] >= 0:
        chain.append(PARENTS[chain[-1]])
    world = local[:, chain[-1]]
    for j in reversed(chain[:-1]):
        world = rotations.multiply(world, local[:, j])
    return world
