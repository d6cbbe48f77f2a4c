"""Mean and deviation of the 263-dim features of a training split, the deviation averaged inside groups."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lamp.features import CONTACTS, FEATURE_COUNT, RIC, ROTATIONS, VELOCITY, encode
from training.clips import Array
from training.mirror import mirror_clip

# Groups whose deviations are averaged (facts of HumanML3D, section 8): dims of one kind share one scale.
GROUPS: tuple[slice, ...] = (slice(0, 1), slice(1, 3), slice(3, 4), RIC, ROTATIONS, VELOCITY, CONTACTS)
_LEAST_STD = 1e-4  # a dim that never changes must not be divided by zero


def feature_statistics(clips: Iterable[Array]) -> tuple[Array, Array]:
    """``(mean (263,), std (263,))`` float32 over clips ``(T, 22, 3)`` and their mirror images; clean heading.

    Mirror images count because training shows them too; the statistics are then the same for left and right.
    """
    count, total, squares = 0, np.zeros(FEATURE_COUNT), np.zeros(FEATURE_COUNT)
    for joints in clips:
        for view in (joints, mirror_clip(joints)):
            vectors = encode(view, heading="clean").astype(np.float64)
            count += len(vectors)
            total += vectors.sum(axis=0)
            squares += (vectors**2).sum(axis=0)
    if count == 0:
        return np.zeros(FEATURE_COUNT, np.float32), np.ones(FEATURE_COUNT, np.float32)
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
    for group in GROUPS:
        std[group] = max(float(std[group].mean()), _LEAST_STD)
    return mean.astype(np.float32), std.astype(np.float32)
