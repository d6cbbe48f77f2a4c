"""A transformer tower in the manner of TMR (Petrovich et al. 2023): a learned summary token reads the sequence."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class SummaryTransformer(nn.Module):
    """Codes ``(B, L, width)`` with lengths ``(B,)`` -> one vector ``(B, out)``; padding is never attended to."""

    def __init__(self, width: int, hidden: int, out: int, blocks: int, heads: int) -> None:
        super().__init__()
        self.enter = nn.Linear(width, hidden)
        self.summary = nn.Parameter(torch.randn(1, 1, hidden) * 0.02)
        layer = nn.TransformerEncoderLayer(
            hidden, heads, 4 * hidden, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
        )
        self.body = nn.TransformerEncoder(
            layer, blocks, norm=nn.LayerNorm(hidden), enable_nested_tensor=False
        )
        self.leave = nn.Linear(hidden, out)

    def forward(self, codes: Tensor, lengths: Tensor) -> Tensor:
        x = self.enter(codes)
        x = x + positions(x.shape[1], x.shape[2], x.device)
        x = torch.cat([self.summary.expand(len(x), -1, -1), x], 1)
        padding = torch.arange(x.shape[1], device=x.device)[None] > lengths[:, None].to(x.device)
        out: Tensor = self.leave(self.body(x, src_key_padding_mask=padding)[:, 0])
        return out


def positions(length: int, width: int, device: torch.device) -> Tensor:
    """Sinusoidal positions ``(L, width)``."""
    place = torch.arange(length, device=device)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10000.0) / width))
    out = torch.zeros(length, width, device=device)
    out[:, 0::2], out[:, 1::2] = torch.sin(place * rate), torch.cos(place * rate)
    return out
