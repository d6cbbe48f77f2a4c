"""The ResNet variant of the autoencoder: dilated temporal convolutions where the ViT has attention (paper, Table 1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class TemporalConvolution(nn.Module):
    """A convolution of three taps over tokens, as one matrix product: its gradient exports to ONNX like any other."""

    def __init__(self, width_in: int, width_out: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Linear(3 * width_in, width_out)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, L, W_in)`` -> ``(B, L, W_out)``; beyond both ends there are zeros."""
        n, d = x.shape[1], self.dilation
        padded = nn.functional.pad(x, (0, 0, d, d))
        y: Tensor = self.taps(torch.cat([padded[:, :n], x, padded[:, 2 * d : 2 * d + n]], -1))
        return y


class ResidualStack(nn.Module):
    """Drop-in for ``ViTStack``: pre-norm residual convolution blocks over tokens, dilations 1, 2, 4, 1, 2, 4, ..."""

    def __init__(self, width: int, blocks: int, head_width: int) -> None:
        super().__init__()
        del head_width  # same signature as the transformer stack
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(blocks))
        self.first = nn.ModuleList(TemporalConvolution(width, 2 * width, 2 ** (i % 3)) for i in range(blocks))
        self.second = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """``x (B, L, W)``, ``valid (B, L)`` or None; hidden tokens are zeroed before every convolution: no spill."""
        for norm, first, second in zip(self.norms, self.first, self.second, strict=True):
            y = norm(x) if valid is None else norm(x) * valid[..., None]
            x = x + second(nn.functional.gelu(first(y)))
        result: Tensor = self.norm(x)
        return result
