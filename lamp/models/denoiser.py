"""Latent denoiser (paper 3.2): a transformer over noisy latents, told the time, the text and what is already fixed.

Beyond the paper it sees the latents of the *visible* motion (``context``): the masked encoder's view of a prefix, of
both ends, or nothing. That is what lets a live character continue where it is without inverting anything.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamp.models.config import DenoiserConfig
from lamp.models.layers import Block, key_bias, sinusoidal


class ModulatedBlock(Block):
    """Pre-norm block whose norms are shifted, scaled and gated by the condition (six vectors of width W)."""

    def __init__(self, width: int, head_width: int) -> None:
        super().__init__(width, head_width)
        self.table = nn.Parameter(torch.randn(6, width) * 0.02)

    def forward_modulated(self, x: Tensor, condition: Tensor, bias: Tensor | None) -> Tensor:
        """``condition (B, 6, W)`` is shared by all blocks; each adds its own table."""
        s1, b1, g1, s2, b2, g2 = (condition + self.table)[:, :, None, :].unbind(1)
        x = x + g1 * self.mix(self.norm1(x) * (1 + s1) + b1, bias)
        return x + g2 * self.feed(self.norm2(x) * (1 + s2) + b2)


class Denoiser(nn.Module):
    """``forward`` predicts v, x0 or epsilon (see the config) for standardised latents ``(B, L, D)``."""

    position: Tensor

    def __init__(self, config: DenoiserConfig, latent_width: int) -> None:
        super().__init__()
        self.config = config
        w = config.width
        self.enter = nn.Linear(2 * latent_width + 1, w)
        self.time = nn.Sequential(nn.Linear(w, w), nn.SiLU(), nn.Linear(w, w))
        self.text = nn.Sequential(nn.Linear(config.text_width, w), nn.SiLU(), nn.Linear(w, w))
        self.null_text = nn.Parameter(torch.zeros(config.text_width))
        self.condition = nn.Linear(w, 6 * w)
        self.blocks = nn.ModuleList(ModulatedBlock(w, config.head_width) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(w)
        self.leave = nn.Linear(w, latent_width)
        self.register_buffer("position", sinusoidal(torch.arange(config.max_tokens), w), persistent=False)
        for layer in (self.condition, self.leave):  # every block starts as (almost) the identity
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, noisy: Tensor, time: Tensor, text: Tensor, has_text: Tensor, context: Tensor, known: Tensor,
        valid: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """One denoising call.

        noisy ``(B, L, D)``; time ``(B,)`` in [0, 1], 1 is pure noise; text ``(B, E)`` with ``has_text (B,)`` 0 for
        the unconditional branch; context ``(B, L, D)`` latents of visible tokens (zero elsewhere), ``known (B, L)``
        1 where visible; ``valid (B, L)`` hides padding.
        """
        has = has_text[:, None]
        text = has * text + (1 - has) * self.null_text
        x = self.enter(torch.cat([noisy, context * known[..., None], known[..., None]], -1))
        x = x + self.position[: x.shape[1]]
        summary = self.time(sinusoidal(time * 1000.0, self.config.width)) + self.text(text)
        condition = self.condition(nn.functional.silu(summary)).reshape(-1, 6, self.config.width)
        bias = None if valid is None else key_bias(valid)
        for block in self.blocks:
            assert isinstance(block, ModulatedBlock)
            x = block.forward_modulated(x, condition, bias)
        return self.leave(self.norm(x))
