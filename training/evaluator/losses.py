"""The contrastive loss of an evaluator."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def contrastive(motions: Tensor, texts: Tensor, group: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways between unit vectors ``(B, E)``; rows of one ``group (B,)`` are no negatives of each other.

    Templated captions repeat within a batch; counting a twin as a negative would teach that equal texts differ.
    """
    logits = scale * motions @ texts.T
    twins = (group[:, None] == group[None]) & ~torch.eye(len(group), dtype=torch.bool, device=group.device)
    logits = logits.masked_fill(twins, float("-inf"))
    own = torch.arange(len(group), device=group.device)
    return 0.5 * (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own))
