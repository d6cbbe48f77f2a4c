"""The volume of the body: a capsule along every bone, its radius running from that of one joint to that of the other.

What a person's skin is to an obstacle. Collision is measured on spheres strung along the capsules: few of them where
gradients are needed in every step, many of them where a plan is judged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.skeleton import BONE_LENGTHS_M, JOINT_COUNT, JOINT_RADII_M, joint_index

Array = NDArray[Any]

# Bones long enough for something to pass between their joints: hip-knee, knee-ankle, shoulder-elbow, elbow-wrist.
LIMBS: tuple[tuple[int, int], ...] = (
    (1, 4), (4, 7), (2, 5), (5, 8), (16, 18), (18, 20), (17, 19), (19, 21),
)  # fmt: skip
# Every bone with volume: the limbs, the spine, neck, shoulders and feet.
CAPSULES: tuple[tuple[int, int], ...] = (
    *LIMBS, (0, 3), (3, 6), (6, 9), (9, 12), (12, 15), (13, 16), (14, 17), (7, 10), (8, 11),
)  # fmt: skip
# What stands on a walkable obstacle instead of keeping clear of it: ankles and toes, and the shins above them.
STANDING_JOINTS: tuple[int, ...] = tuple(
    joint_index(f"{side}_{part}") for side in ("left", "right") for part in ("ankle", "foot")
)
_STANDING_BONES = {(4, 7), (5, 8), (7, 10), (8, 11)}
STANDS: Array = np.isin(np.arange(JOINT_COUNT), STANDING_JOINTS).astype(np.float32)  # (22,)
LIMB_STANDS: Array = np.array([limb in _STANDING_BONES for limb in LIMBS], np.float32)  # (8,)
_SPACING_M = 0.06  # of the spheres a plan is judged by: dents of at most 1 cm between them


def _spheres(
    bones: tuple[tuple[int, int], ...], between: dict[tuple[int, int], int]
) -> tuple[Array, Array, Array]:
    """Joints, and ``between[bone]`` spheres in each bone: weights of joints ``(M, 22)``, radii, whether it stands."""
    weights, radii, stands = [np.eye(JOINT_COUNT)], [JOINT_RADII_M], [STANDS]
    for a, b in bones:
        share = np.arange(1, between[a, b] + 1) / (between[a, b] + 1)
        row = np.zeros((len(share), JOINT_COUNT))
        row[:, a], row[:, b] = 1.0 - share, share
        weights.append(row)
        radii.append(row @ JOINT_RADII_M)
        stands.append(np.full(len(share), float((a, b) in _STANDING_BONES)))
    return (
        np.concatenate(weights).astype(np.float32),
        np.concatenate(radii).astype(np.float32),
        np.concatenate(stands).astype(np.float32),
    )


# For gradients: joints and two spheres inside each limb.
FEW_WEIGHTS, FEW_RADII_M, FEW_STAND = _spheres(LIMBS, dict.fromkeys(LIMBS, 2))
# For judging: as many as keep to the spacing.
_MANY = {bone: max(int(np.ceil(BONE_LENGTHS_M[bone[1]] / _SPACING_M)) - 1, 1) for bone in CAPSULES}
MANY_WEIGHTS, MANY_RADII_M, MANY_STAND = _spheres(CAPSULES, _MANY)


def spheres(joints_m: Array) -> Array:
    """Centres ``(..., M, 3)`` of the spheres a plan is judged by, for joints ``(..., 22, 3)``; see ``MANY_RADII_M``."""
    return np.asarray(MANY_WEIGHTS @ np.asarray(joints_m, np.float64))
