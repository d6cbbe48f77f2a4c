"""Both towers of an evaluator and its action label."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.evaluator.config import MOTION_WIDTH, UNIT, EvaluatorConfig
from training.evaluator.recurrent import BiGRU, MovementEncoder
from training.evaluator.transformer import SummaryTransformer


class EvaluatorModel(nn.Module):
    """Motion and text into one space. Embeddings ``(B, E)`` lie on a sphere of ``config.radius``."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: EvaluatorConfig) -> None:
        super().__init__()
        self.config = config
        self.movement = MovementEncoder(MOTION_WIDTH, config.movement_width, config.movement_width)
        self.motion_tower = self._tower(config.movement_width)
        self.text_tower = self._tower(config.text_width)
        self.action = nn.Linear(config.embedding, len(config.actions))
        self.log_scale = nn.Parameter(torch.tensor(2.3))  # sharpness of the contrastive loss
        # Statistics belong to the evaluator, not to the model that is judged: what is measured is first brought to
        # raw features, and only these numbers ever normalise it.
        self.register_buffer("mean", torch.zeros(MOTION_WIDTH))
        self.register_buffer("std", torch.ones(MOTION_WIDTH))

    def _tower(self, width: int) -> nn.Module:
        c = self.config
        if c.kind == "transformer":
            return SummaryTransformer(width, c.hidden, c.embedding, c.blocks, c.heads)
        return BiGRU(width, c.hidden, c.embedding)

    def motion(self, raw: Tensor, frames: Tensor) -> Tensor:
        """Raw features ``(B, T, 259)`` with lengths ``(B,)``, multiples of 4 -> embeddings ``(B, E)``."""
        normal = (raw - self.mean) / self.std
        inside = torch.arange(raw.shape[1], device=raw.device)[None] < frames[:, None]
        codes = self.movement(normal * inside[..., None], frames)
        embedding: Tensor = F.normalize(self.motion_tower(codes, frames // UNIT), dim=-1)
        return self.config.radius * embedding

    def text(self, states: Tensor, lengths: Tensor) -> Tensor:
        """Word-piece states ``(B, N, text_width)`` with lengths ``(B,)`` -> embeddings ``(B, E)``."""
        embedding: Tensor = F.normalize(self.text_tower(states, lengths), dim=-1)
        return self.config.radius * embedding

    def action_logits(self, motion_embedding: Tensor) -> Tensor:
        """Embeddings ``(B, E)`` -> logits ``(B, actions)``."""
        logits: Tensor = self.action(motion_embedding / self.config.radius)
        return logits
