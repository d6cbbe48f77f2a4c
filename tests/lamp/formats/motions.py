"""A motion that turns everything: every joint, all headings, upside down."""

from __future__ import annotations

import numpy as np

from lamp import rotations
from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, forward_kinematics


def tumbling(frames: int = 90, fps: float = 30.0) -> Motion:
    """Three seconds of a body that rolls over, turns round twice and swings all its limbs."""
    rng = np.random.default_rng(3)
    times = np.arange(frames) / fps
    axes = rotations.normalize(rng.standard_normal((JOINT_COUNT, 3)))
    swing = 0.5 * np.sin(times[:, None] * rng.uniform(2, 5, JOINT_COUNT) + rng.uniform(0, 6, JOINT_COUNT))
    local = np.concatenate([np.sin(swing)[..., None] * axes, np.cos(swing)[..., None]], axis=-1)
    for joints, axis in (((4, 5), [1, 0, 0]), ((18,), [0, -1, 0]), ((19,), [0, 1, 0])):  # hinges bend one way
        for joint in joints:
            bend = 0.5 + 0.4 * np.sin(times * 3 + joint)
            local[:, joint] = np.concatenate(
                [np.sin(bend / 2)[:, None] * axis, np.cos(bend / 2)[:, None]], axis=-1
            )
    roll = times * 2.2
    over = np.stack([np.sin(roll / 2), 0 * roll, 0 * roll, np.cos(roll / 2)], axis=-1)
    local[:, 0] = rotations.multiply(rotations.yaw(times * 4.2), over)
    root = np.stack([0.3 * times, 1.2 + 0.2 * np.sin(times), 0.8 * times], axis=-1)
    return Motion.from_positions(forward_kinematics(root, local), fps)
