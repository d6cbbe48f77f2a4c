"""Measures of motion quality, as the field defines them (fact sheet on noise optimisation, section 3). numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features, rotations

Array = NDArray[Any]
TOES = (10, 11)


def foot_skate_ratio(joints_m: Array, fps: float = 20.0) -> float:
    """Share of frames in which a toe near the ground slides (DNO): height < 5 cm in this and the next frame, horizontal
    speed > 0.5 m/s, and so on average over five frames. ``(T, 22, 3) -> 0..1``; real data is about 0.05, not 0."""
    if len(joints_m) < 2:
        return 0.0
    toes = joints_m[:, TOES]
    speed = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * fps
    low = toes[..., 1] < 0.05
    touching = low[:-1] & low[1:]
    padded = np.pad(speed, ((2, 2), (0, 0)))
    average = sum(padded[i : i + len(speed)] for i in range(5)) / 5
    slides = touching & (speed > 0.5) & (average > 0.5)
    return float(slides.any(axis=1).mean())


def jitter_mps3(joints_m: Array, fps: float = 20.0) -> float:
    """Mean size of the third derivative of all joints, m/s^3. ``(T, 22, 3)``; shorter than 4 frames gives 0."""
    if len(joints_m) < 4:
        return 0.0
    jerk = np.diff(joints_m.astype(np.float64), n=3, axis=0) * fps**3
    return float(np.linalg.norm(jerk, axis=-1).mean())


def mpjpe_m(a: Array, b: Array) -> float:
    """Mean joint distance in the world, metres."""
    return float(np.linalg.norm(a - b, axis=-1).mean())


def local_pose(joints_m: Array) -> Array:
    """Joints relative to the ground point below the pelvis, in the character's own heading, per frame."""
    offset = joints_m - joints_m[..., :1, :] * np.array([1.0, 0.0, 1.0])
    return rotations.rotate(rotations.yaw(-features.heading_rad(joints_m))[..., None, :], offset)


def mpjpe_root_m(a: Array, b: Array) -> float:
    """Mean joint distance of the local poses: what is left when place and heading are taken out, metres."""
    return mpjpe_m(local_pose(a), local_pose(b))
