"""Mean and deviation of the 263-dim features of a training split, the deviation averaged inside groups."""

from __future__ import annotations

import numpy as np

from lamp.features import CONTACTS, FEATURE_COUNT, RIC, ROTATIONS, VELOCITY, encode
from training.clips import Array
from training.mirror import mirror_clip
from training.moments import Moments

# Groups whose deviations are averaged (facts of HumanML3D, section 8): dims of one kind share one scale.
GROUPS: tuple[slice, ...] = (slice(0, 1), slice(1, 3), slice(3, 4), RIC, ROTATIONS, VELOCITY, CONTACTS)
_LEAST_STD = 1e-4  # a dim that never changes must not be divided by zero


class FeatureStatistics:
    """Statistics of clips that come one by one, and of their mirror images; clean heading.

    Mirror images count because training shows them too; the statistics are then the same for left and right.
    """

    def __init__(self) -> None:
        self._moments = Moments(FEATURE_COUNT)

    def add(self, joints: Array) -> None:
        """Count a clip ``(T, 22, 3)`` in metres."""
        for view in (joints, mirror_clip(joints)):
            self._moments.add(encode(view, heading="clean"))

    def result(self) -> tuple[Array, Array]:
        """``(mean (263,), std (263,))`` float32 of all clips so far; 0 and 1 when there are none."""
        if self._moments.weight == 0:
            return np.zeros(FEATURE_COUNT, np.float32), np.ones(FEATURE_COUNT, np.float32)
        std = averaged_in_groups(self._moments.std(), np.arange(FEATURE_COUNT))
        return self._moments.mean.astype(np.float32), std.astype(np.float32)


def averaged_in_groups(std: Array, columns: Array) -> Array:
    """Deviations ``(C,)`` of ``columns (C,)`` of the 263, each group's replaced by its mean, none below 0.0001."""
    averaged = std.copy()
    for group in GROUPS:
        own = (columns >= group.start) & (columns < group.stop)
        if own.any():
            averaged[own] = std[own].mean()
    return np.maximum(averaged, _LEAST_STD)
