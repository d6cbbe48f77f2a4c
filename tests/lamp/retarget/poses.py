"""Poses and rigs for the tests of retargeting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.motion import Motion
from lamp.retarget.bone_map import bone_map
from lamp.retarget.rig import Rig
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, forward_kinematics

Array = NDArray[Any]
ARMS, LEGS = (16, 17, 18, 19), (1, 2, 4, 5)


def about(axis: tuple[float, float, float], degrees: Any) -> Array:
    """Rotations about an axis, ``(..., 4)``."""
    half = 0.5 * np.radians(np.asarray(degrees, np.float64))[..., None]
    return np.concatenate([np.sin(half) * np.array(axis), np.cos(half)], axis=-1)


def still(frames: int = 1) -> Array:
    """No rotation anywhere, ``(T, 22, 4)``."""
    return np.tile(rotations.IDENTITY.astype(np.float64), (frames, JOINT_COUNT, 1))


def wild_rotations(frames: int, rng: np.random.Generator, most_deg: float = 50.0) -> Array:
    """Any pose at all: every joint turned about anything, ``(T, 22, 4)``."""
    axes = rotations.normalize(rng.normal(size=(frames, JOINT_COUNT, 3)))
    half = 0.5 * np.radians(rng.uniform(-most_deg, most_deg, (frames, JOINT_COUNT, 1)))
    return np.concatenate([np.sin(half) * axes, np.cos(half)], axis=-1)


def walk(frames: int = 80, fps: float = 20.0, speed_mps: float = 1.1) -> Motion:
    """A walk along +Z whose planted foot stays exactly where it is, arms hanging and swinging."""
    t = np.arange(frames) / fps
    phase = 2.0 * np.pi * 0.9 * t
    local = still(frames)
    swing = 24.0 * np.sin(phase)
    for hip, knee, ankle, sign in ((1, 4, 7, 1.0), (2, 5, 8, -1.0)):
        lifted = np.maximum(np.cos(phase) * sign, 0.0) ** 2
        local[:, hip] = about((1, 0, 0), -sign * swing - 14.0 * lifted)
        local[:, knee] = about((1, 0, 0), 8.0 + 45.0 * lifted)
        local[:, ankle] = about((1, 0, 0), 17.0 + sign * 0.5 * swing)
    for shoulder, elbow, side in ((16, 18, 1.0), (17, 19, -1.0)):
        local[:, shoulder] = rotations.multiply(
            about((1, 0, 0), side * 0.8 * swing), about((0, 0, 1), -75.0 * side)
        )
        local[:, elbow] = about((0, -side, 0), 25.0)
    joints = forward_kinematics(np.zeros((frames, 3)), local).astype(np.float64)
    left = np.cos(phase) < 0.0  # the left foot stands
    toe = np.where(left[:, None], joints[:, 10], joints[:, 11])
    step = np.where(left[1:, None], np.diff(joints[:, 10], axis=0), np.diff(joints[:, 11], axis=0))
    root = np.zeros((frames, 3))
    root[1:, [0, 2]] = -np.cumsum(step, axis=0)[:, [0, 2]]
    root[:, 1] = -toe[:, 1]
    contacts = np.zeros((frames, 4), np.float32)
    contacts[:, 1], contacts[:, 3] = left, ~left
    return Motion.from_positions(joints + root[:, None], fps, contacts)


def character(
    *,
    legs: float = 1.0,
    arms: float = 1.0,
    arms_down_deg: float = 0.0,
    facing_deg: float = 0.0,
    bone_axes: np.random.Generator | None = None,
    names: str = "mixamo",
) -> Rig:
    """A rig with flat feet on y = 0: limbs so much longer than the standard's, arms lowered, bone axes at random."""
    turns, length = still()[0], np.ones(JOINT_COUNT)
    length[[4, 5, 7, 8]], length[[18, 19, 20, 21]] = legs, arms
    turns[16], turns[17] = about((0, 0, 1), -arms_down_deg), about((0, 0, 1), arms_down_deg)
    turns[7], turns[8] = about((1, 0, 0), 17.8), about((1, 0, 0), 14.9)  # both toes as far below their ankles
    flat = forward_kinematics(np.zeros(3), turns).astype(np.float64)
    places = np.zeros_like(flat)
    for j in range(1, JOINT_COUNT):
        places[j] = places[PARENTS[j]] + length[j] * (flat[j] - flat[PARENTS[j]])
    places[:, 1] -= places[[10, 11], 1].min() - 0.02  # toe joints 2 cm above the sole
    places = rotations.rotate(about((0, 1, 0), facing_deg), places)
    world = still()[0]
    if bone_axes is not None:
        world = rotations.normalize(bone_axes.normal(size=(JOINT_COUNT, 4)))
    offsets, rest = places.copy(), world.copy()
    for j in range(1, JOINT_COUNT):
        back = rotations.inverse(world[PARENTS[j]])
        offsets[j] = rotations.rotate(back, places[j] - places[PARENTS[j]])
        rest[j] = rotations.multiply(back, world[j])
    mapped = bone_map(names)
    bones = [mapped.written(mapped.bones[name]) for name in JOINT_NAMES]
    return Rig.from_bones("hero", mapped, bones, PARENTS, offsets, rest)


def joints_of(rig: Rig, positions_m: Array) -> Array:
    """Positions ``(T, N, 3)`` of the bones as joints of the standard skeleton ``(T, 22, 3)``."""
    return np.asarray(positions_m[:, list(rig.joints)], np.float64)
