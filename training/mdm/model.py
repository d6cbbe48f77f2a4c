"""The network of MDM (Tevet et al. 2023): a transformer encoder that predicts the clean motion."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamp.features import FEATURE_COUNT
from lamp.models.layers import Block, key_bias, sinusoidal
from training.mdm.config import MdmConfig
from training.mdm.schedule import alpha_bars

OWN_DEVIATION = 0.2  # of what the blocks say of the clean motion, after a few minutes of training


class MdmDenoiser(nn.Module):
    """One token per frame, and one before them that carries time and text. Norms stand before each half of a block,
    which trains in fewer steps than the published order; padding is never attended to."""

    position: Tensor
    bars: Tensor

    def __init__(self, config: MdmConfig) -> None:
        super().__init__()
        self.config = config
        w = config.width
        self.enter, self.leave = nn.Linear(FEATURE_COUNT, w), nn.Linear(w, FEATURE_COUNT)
        self.time = nn.Sequential(nn.Linear(w, w), nn.SiLU(), nn.Linear(w, w))
        self.text = nn.Linear(config.text_width, w)
        self.blocks = nn.ModuleList(
            Block(w, config.head_width, config.mlp_ratio) for _ in range(config.blocks)
        )
        self.norm = nn.LayerNorm(w)
        self.register_buffer("bars", torch.tensor(alpha_bars()), persistent=False)
        self.register_buffer("position", sinusoidal(torch.arange(config.max_frames + 1), w), persistent=False)

    def forward(self, noisy: Tensor, step: Tensor, text: Tensor, has_text: Tensor, valid: Tensor) -> Tensor:
        """Normalised noisy vectors ``(B, T, 263)`` -> clean ones.

        step ``(B,)``: 0..999 of the schedule; text ``(B, E)`` with ``has_text (B,)`` 0 for the unconditional branch;
        ``valid (B, T)`` 0 for padding.
        """
        told = self.time(sinusoidal(step, self.config.width).to(noisy)) + self.text(text * has_text[:, None])
        x = torch.cat([told[:, None], self.enter(noisy)], 1) + self.position[: noisy.shape[1] + 1]
        bias = key_bias(torch.cat([torch.ones_like(valid[:, :1]), valid], 1))
        for block in self.blocks:
            x = block(x, bias)
        clean: Tensor = self.leave(self.norm(x[:, 1:]))
        if self.config.skip:
            bar = self.bars[step.long()][:, None, None]
            share = OWN_DEVIATION**2 / (OWN_DEVIATION**2 + (1.0 - bar) / bar)
            clean = share * noisy / torch.sqrt(bar) + (1.0 - share) * clean
        return clean
