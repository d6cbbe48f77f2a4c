"""How like a motion stays to the one it was made from: by its poses and its way of going, whatever place and heading it
has by now (part of the objective, see there)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, table_like

Tensors = dict[str, Tensor]
FPS = 20.0
_SOFT_M = 0.02
_LEG = ("knee", "ankle", "foot")
# How much of a difference counts in the loss, by joint and axis. Who is to go elsewhere has to take other steps: legs
# may reach forward and aside, and only how high they are says what is done (a jump, a kick, a crawl).
_SHARE = np.ones((JOINT_COUNT, 3), np.float32)
_SHARE[[i for i, name in enumerate(JOINT_NAMES) if name.endswith(_LEG)]] = (0.1, 0.8, 0.1)


def likeness_terms(joints: Tensor, p: Tensors) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """``pose`` and ``going`` of joints ``(B, T, 22, 3)`` beside the reference: loss and term ``(B,)`` of each.

    pose: mean distance of joints, seen from the ground below the pelvis in the character's own heading, metres; the
    loss is linear beyond 2 cm, and takes little of where legs reach to. going: difference of the pelvis' horizontal
    velocity in that heading; its mean square is the loss, its root the term, m/s. Frames count by ``like_weight``.
    """
    weight = p["like_weight"]
    pose, going = _own_view(joints)
    reference_pose, reference_going = _own_view(p["reference"])
    apart = pose - reference_pose
    squared = ((apart * table_like(_SHARE, joints, torch)) ** 2).sum(-1)
    share = weight / weight.sum(1, keepdim=True).clamp(min=1e-6)
    poses = share[..., None] / joints.shape[2]
    pose_loss = (poses * (torch.sqrt(squared + _SOFT_M**2) - _SOFT_M)).sum((1, 2))
    pose_term = (poses * torch.sqrt((apart.detach() ** 2).sum(-1))).sum((1, 2))
    pairs = torch.minimum(weight[:, 1:], weight[:, :-1])
    pairs = pairs / pairs.sum(1, keepdim=True).clamp(min=1e-6)
    change = (pairs * ((going - reference_going) ** 2).sum(-1)).sum(1)
    return (pose_loss, pose_term), (change, torch.sqrt(change.detach()))


def _own_view(joints: Tensor) -> tuple[Any, Any]:
    """Joints ``(B, T, 22, 3)`` relative to the ground below the pelvis, and the horizontal velocity of the pelvis
    ``(B, T - 1, 2)`` in m/s, both in the heading of hips and shoulders."""
    across = joints[:, :, 1] - joints[:, :, 2] + joints[:, :, 16] - joints[:, :, 17]
    size = torch.sqrt(across[..., 0] ** 2 + across[..., 2] ** 2 + 1e-3)  # lying bodies have no heading
    cos, sin = across[..., 0] / size, -across[..., 2] / size  # of the heading
    x, z = joints[..., 0] - joints[:, :, :1, 0], joints[..., 2] - joints[:, :, :1, 2]
    c, s = cos[..., None], sin[..., None]
    pose = torch.stack([c * x - s * z, joints[..., 1], s * x + c * z], -1)
    step = (joints[:, 1:, 0] - joints[:, :-1, 0]) * FPS
    c, s = cos[:, 1:], sin[:, 1:]
    return pose, torch.stack([c * step[..., 0] - s * step[..., 2], s * step[..., 0] + c * step[..., 2]], -1)
