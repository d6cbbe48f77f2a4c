"""Collision with obstacles: the paper's feet, and the whole body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance, penetration_m
from training.metrics.base import About, Array

FEET = (7, 8, 10, 11)
FPS = 20.0


class CollisionLoss:
    """Mean depth of the deepest foot joint over the frames with a collision, times their share of all frames, metres.

    The paper's table 3 ("normalised by the sequence length"): the depth summed over colliding frames over all frames.
    """

    about = About("collision_m", "m", "lower", "depth of the feet in obstacles, mean over all frames")

    def __call__(self, joints_m: Array, obstacles: Sequence[Obstacle]) -> float:
        """``(T, 22, 3)`` at 20 fps with the obstacles' time 0 at the first frame."""
        times_s = np.arange(len(joints_m)) / FPS
        depth = np.zeros(len(joints_m))
        for obstacle in obstacles:
            away = obstacle_distance(obstacle, joints_m[:, FEET], times_s)
            depth = np.maximum(depth, np.maximum(-away, 0.0).max(1))
        return float(depth.mean())


class Penetration:
    """Deepest point of the whole body, with its volume, in any obstacle at or between frames, metres."""

    about = About("penetration_m", "m", "lower", "deepest penetration of the whole body, mean over motions")

    def __call__(self, joints_m: Array, obstacles: Sequence[Obstacle]) -> float:
        times_s = np.arange(len(joints_m)) / FPS
        return float(penetration_m(joints_m, obstacles, times_s).max(initial=0.0))
