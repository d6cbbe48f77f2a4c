"""Masked part-based motion autoencoder (paper 3.1).

B batch, T frames, tau frames per token, L = T / tau tokens, P = 6 parts, d part width, D = P * d latent width.
Features are the normalised 137-dim vectors of ``lamp.models.representation``.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from lamp.models import representation as rep
from lamp.models.autoencoder_resnet import ResidualStack
from lamp.models.config import AutoencoderConfig
from lamp.models.layers import PartBlock, PartLinear, ViTStack, key_bias, sinusoidal


class Posterior(NamedTuple):
    """Diagonal Gaussian over latents: ``mean`` and ``log_variance``, each ``(B, L, D)``."""

    mean: Tensor
    log_variance: Tensor


class MotionAutoencoder(nn.Module):
    """Six part encoders, a body encoder, a variational head and a part-based decoder with learned mask tokens."""

    gather: Tensor
    scatter: Tensor
    part_position: Tensor
    body_position: Tensor

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        d, width, tau = config.part_width, config.latent_width, config.patch_frames
        stack = ViTStack if config.variant == "vit" else ResidualStack
        self.embed = PartLinear(rep.PART_COUNT, tau * rep.PART_WIDTH, d)
        self.part_type = nn.Parameter(torch.randn(rep.PART_COUNT, 1, d) * 0.02)
        self.part_blocks = nn.ModuleList(
            PartBlock(rep.PART_COUNT, d, max(1, d // 32)) for _ in range(config.part_blocks)
        )
        self.body = stack(width, config.body_blocks, config.head_width)
        self.posterior = nn.Linear(width, 2 * width)
        self.unlatent = nn.Linear(width, width)
        self.mask_token = nn.Parameter(torch.randn(rep.PART_COUNT, d) * 0.02)
        self.decoder = stack(width, config.decoder_blocks, config.head_width)
        self.head = nn.Linear(width, rep.PART_COUNT * tau * rep.PART_WIDTH)
        self.register_buffer("gather", torch.from_numpy(rep.gather_index()), persistent=False)
        self.register_buffer("scatter", torch.from_numpy(rep.scatter_index()), persistent=False)
        steps = torch.arange(config.max_tokens)
        self.register_buffer("part_position", sinusoidal(steps, d), persistent=False)
        self.register_buffer("body_position", sinusoidal(steps, width), persistent=False)

    def encode(self, features: Tensor, visible: Tensor) -> Posterior:
        """Features ``(B, T, 137)`` and a visibility mask ``(B, L, P)`` in {0, 1} -> posterior of ``(B, L, D)``.

        Any mask is allowed: padding, a visible prefix with a masked future, random parts. Hidden patches are never
        attended to and are zero after the part encoders; a token with no visible part at all is hidden from the body
        encoder too, so encoding a prefix equals encoding the shorter clip.
        """
        b, t, _ = features.shape
        tau, d = self.config.patch_frames, self.config.part_width
        n = t // tau
        padded = torch.cat([features[:, : n * tau], torch.zeros_like(features[:, : n * tau, :1])], -1)
        patches = padded[..., self.gather].reshape(b, n, tau, rep.PART_COUNT, rep.PART_WIDTH)
        patches = patches.permute(3, 0, 1, 2, 4).reshape(rep.PART_COUNT, b * n, tau * rep.PART_WIDTH)
        position = self.part_position[:n].repeat(b, 1)
        tokens = self.embed(patches) + position + self.part_type
        by_part = visible.permute(2, 0, 1)
        bias = key_bias(by_part)
        for block in self.part_blocks:
            tokens = block(tokens, bias, b)
        tokens = tokens.reshape(rep.PART_COUNT, b, n, d) * by_part[..., None]
        body = tokens.permute(1, 2, 0, 3).reshape(b, n, rep.PART_COUNT * d)
        mean, log_variance = self.posterior(self.body(body + self.body_position[:n], visible.amax(-1))).chunk(
            2, -1
        )
        return Posterior(mean, log_variance.clamp(-12.0, 6.0))

    def decode(self, latents: Tensor, visible: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        """Latents ``(B, L, D)`` -> normalised features ``(B, L * tau, 137)``.

        ``visible (B, L, P)``: parts that are 0 are replaced by the learned mask token of their part and filled in by
        the decoder (default: all visible, as in generation). ``valid (B, L)`` hides padding in batches of unequal
        length (default: no padding).
        """
        b, n, width = latents.shape
        if visible is not None:
            parts = latents.reshape(b, n, rep.PART_COUNT, self.config.part_width)
            latents = torch.where(visible[..., None] > 0, parts, self.mask_token).reshape(b, n, width)
        x = self.unlatent(latents) + self.body_position[:n]
        x = self.decoder(x, valid)
        patches = self.head(x).reshape(b, n, self.config.patch_frames, rep.PART_COUNT * rep.PART_WIDTH)
        return patches[..., self.scatter].reshape(b, -1, rep.WIDTH)
