"""Measures of one clip: thin classes over :mod:`lamp.metrics` that fix floor, unit and name."""

from __future__ import annotations

import numpy as np

from lamp import metrics
from training.metrics.base import About, Array


def on_floor(joints_m: Array) -> Array:
    """The clip with its lowest joint at y = 0. ``(T, 22, 3)``; a floating clip would have no contact to skate in."""
    return np.asarray(joints_m - np.array([0.0, joints_m[..., 1].min(), 0.0]), np.float32)


class FootSkate:
    """Share of frames in which a toe near the floor slides faster than 0.5 m/s (2.5 cm a frame at 20 fps).

    The clip is first brought to the floor by its lowest joint: without that, one offset empties the measure.
    """

    about = About("skate", "ratio", "lower", "frames in which a foot on the floor slides")

    def __call__(self, joints_m: Array) -> float:
        return metrics.foot_skate_ratio(on_floor(joints_m))


class Jitter:
    """Mean size of the third derivative of all joints, in 100 m/s^3 as the paper writes it."""

    about = About("jitter", "100 m/s³", "real", "mean jerk of all joints")

    def __call__(self, joints_m: Array) -> float:
        return metrics.jitter_mps3(joints_m) / 100.0


class Mpjpe:
    """Mean distance of joints to those of another clip in the world, centimetres."""

    about = About("mpjpe_cm", "cm", "lower", "mean joint distance to the clean original")

    def __call__(self, joints_m: Array, truth_m: Array) -> float:
        t = min(len(joints_m), len(truth_m))
        return 100.0 * metrics.mpjpe_m(joints_m[:t], truth_m[:t])


class ObjectiveError:
    """Mean distance of the pelvis to its targets at their frames, metres; axes that do not count are left out."""

    about = About("objective_m", "m", "lower", "distance of the pelvis to its target at the target's frame")

    def __call__(
        self, joints_m: Array, frames: Array, targets_m: Array, axes: tuple[int, ...] = (0, 2)
    ) -> float:
        """``joints_m (T, 22, 3)``, ``frames (K,)``, ``targets_m (K, 3)``."""
        if len(frames) == 0:
            return 0.0
        apart = joints_m[np.asarray(frames), 0][:, axes] - np.asarray(targets_m)[:, axes]
        return float(np.linalg.norm(apart, axis=-1).mean())
