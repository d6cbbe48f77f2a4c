"""The ResNet variant of the autoencoder: dilated temporal convolutions where the ViT has attention (paper, Table 1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ResidualStack(nn.Module):
    """Drop-in for ``ViTStack``: pre-norm residual convolution blocks over tokens, dilations 1, 2, 4, 1, 2, 4, ..."""

    def __init__(self, width: int, blocks: int, head_width: int) -> None:
        super().__init__()
        del head_width  # same signature as the transformer stack
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(blocks))
        self.first = nn.ModuleList(
            nn.Conv1d(width, 2 * width, 3, padding=2 ** (i % 3), dilation=2 ** (i % 3)) for i in range(blocks)
        )
        self.second = nn.ModuleList(nn.Conv1d(2 * width, width, 1) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """``x (B, L, W)``, ``valid (B, L)`` or None; hidden tokens are zeroed before every convolution: no spill."""
        for norm, first, second in zip(self.norms, self.first, self.second, strict=True):
            y = norm(x) if valid is None else norm(x) * valid[..., None]
            y = first(y.transpose(1, 2))
            x = x + second(nn.functional.gelu(y)).transpose(1, 2)
        return torch.as_tensor(self.norm(x))
