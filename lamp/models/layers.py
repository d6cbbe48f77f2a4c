"""Blocks shared by the networks. B batch, L tokens, W width, P parts.

Attention is spelled out with matmul and softmax: its backward must export to ONNX (fact sheet on the ONNX step),
and at these lengths a fused kernel gains nothing.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def sinusoidal(positions: Tensor, width: int, max_period: float = 10000.0) -> Tensor:
    """``(...)`` -> ``(..., width)`` sine and cosine features."""
    half = width // 2
    frequency = torch.exp(
        -math.log(max_period) / half * torch.arange(half, device=positions.device, dtype=torch.float32)
    )
    angle = positions[..., None].float() * frequency
    return torch.cat([torch.sin(angle), torch.cos(angle)], -1)


def attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    """``(..., H, L, h)`` each; ``bias`` is added to the scores (0 visible, large negative hidden)."""
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5)
    if bias is not None:
        scores = scores + bias
    return torch.softmax(scores, -1) @ v


def key_bias(valid: Tensor) -> Tensor:
    """Validity ``(..., L)`` in {0, 1} -> additive score bias ``(..., 1, 1, L)``."""
    return ((valid - 1.0) * 1e4)[..., None, None, :]


class Block(nn.Module):
    """Pre-norm transformer block (attention, then GELU MLP)."""

    def __init__(self, width: int, head_width: int, mlp_ratio: int = 4) -> None:
        super().__init__()
        self.heads = width // head_width
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up = nn.Linear(width, mlp_ratio * width)
        self.down = nn.Linear(mlp_ratio * width, width)

    def mix(self, x: Tensor, bias: Tensor | None) -> Tensor:
        b, n, w = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        return self.out(attention(q, k, v, bias).transpose(1, 2).reshape(b, n, w))

    def feed(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.gelu(self.up(x)))

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        x = x + self.mix(self.norm1(x), bias)
        return x + self.feed(self.norm2(x))


class ViTStack(nn.Module):
    """Transformer blocks over time."""

    def __init__(self, width: int, blocks: int, head_width: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, head_width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """``x (B, L, W)``, ``valid (B, L)`` or None -> ``(B, L, W)``; hidden tokens are never attended to."""
        bias = None if valid is None else key_bias(valid)
        for block in self.blocks:
            x = block(x, bias)
        return self.norm(x)


class PartLinear(nn.Module):
    """One linear map per body part in a single batched product: ``(P, N, in) -> (P, N, out)``."""

    def __init__(self, parts: int, width_in: int, width_out: int) -> None:
        super().__init__()
        bound = width_in**-0.5
        self.weight = nn.Parameter(torch.empty(parts, width_in, width_out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(parts, 1, width_out))

    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(x, self.weight) + self.bias


class PartNorm(nn.Module):
    """Layer norm with its own gain and bias per part."""

    def __init__(self, parts: int, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(parts, 1, width))
        self.bias = nn.Parameter(torch.zeros(parts, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.layer_norm(x, x.shape[-1:]) * self.gain + self.bias


class PartBlock(nn.Module):
    """Six transformer blocks, one per part, run as one batch. Tokens attend over time inside their own part."""

    def __init__(self, parts: int, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = PartNorm(parts, width), PartNorm(parts, width)
        self.qkv, self.out = PartLinear(parts, width, 3 * width), PartLinear(parts, width, width)
        self.up, self.down = PartLinear(parts, width, 4 * width), PartLinear(parts, 4 * width, width)

    def forward(self, x: Tensor, bias: Tensor, batch: int) -> Tensor:
        """``x (P, B*L, d)``, ``bias (P, B, 1, 1, L)``."""
        p, n, w = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(p, batch, n // batch, 3, self.heads, w // self.heads)
        q, k, v = qkv.permute(3, 0, 1, 4, 2, 5)
        mixed = attention(q, k, v, bias).transpose(2, 3).reshape(p, n, w)
        x = x + self.out(mixed)
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))
