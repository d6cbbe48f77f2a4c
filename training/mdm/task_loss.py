"""A task's loss in DNO's terms, from the rows of a :class:`lamp.problem.Problem`-shaped batch."""

from __future__ import annotations

import torch
from torch import Tensor

from lamp.engines.objective import Tensors, collision_term, key_term, look_term, place
from lamp.problem import WEIGHT_NAMES
from training.mdm.dno import Verdict


def judge_motion(raw: Tensor, p: Tensors, radii_m: Tensor) -> Verdict:
    """Raw vectors ``(B, T, 263)`` and the batch's rows -> loss, error and world joints.

    L1 over what is asked for (reference joints, targets), each a mean over its valid numbers, as in DNO. Obstacles: DNO
    has vertical circles that only the pelvis keeps out of; here it is the collision of this project (whole body, any
    shape), so that "no penetration" means the same for every prior. DNO has no terms of feet, floor or smoothness.
    """
    joints = place(raw, p)
    skin_m = p["weights"][:, WEIGHT_NAMES.index("skin_m")]
    collision, depth_m = collision_term(joints, p, radii_m, skin_m)
    _, target_m = key_term(joints, p)
    loss = reference_l1(joints, p) + target_l1(joints, p) + look_term(joints, p)[0] + collision
    return Verdict(loss, torch.maximum(target_m, depth_m), joints)


def reference_l1(joints: Tensor, p: Tensors) -> Tensor:
    """Mean absolute coordinate difference to the reference over its mask, metres ``(B,)``; 0 without a mask."""
    weight = p["reference_weight"]
    apart = (joints - p["reference"]).abs().mean(-1)
    return (weight * apart).sum((1, 2)) / weight.sum((1, 2)).clamp(min=1e-6)


def target_l1(joints: Tensor, p: Tensors) -> Tensor:
    """Mean absolute coordinate difference to the targets over the axes that count, metres ``(B,)``; 0 without any."""
    weight = p["key_weight"]
    return (weight * (joints - p["key"]).abs()).sum((1, 2, 3)) / (weight > 0).sum((1, 2, 3)).clamp(min=1)
