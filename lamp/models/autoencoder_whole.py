"""The autoencoder without body parts: one token for the whole body, for the ablation of the paper's Table 7."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamp.models import representation as rep
from lamp.models.autoencoder import MotionAutoencoder, Posterior
from lamp.models.config import AutoencoderConfig
from lamp.models.layers import ViTStack, sinusoidal


class WholeBodyAutoencoder(MotionAutoencoder):
    """As deep and as wide as the part-based one; the part blocks become body blocks. It shares the interface only."""

    def __init__(self, config: AutoencoderConfig) -> None:
        nn.Module.__init__(self)  # none of the layers per part
        self.config = config
        width, patch = config.latent_width, config.patch_frames * rep.WIDTH
        self.enter = nn.Linear(patch, width)
        self.body = ViTStack(width, config.part_blocks + config.body_blocks, config.head_width)
        self.posterior = nn.Linear(width, 2 * width)
        self.unlatent = nn.Linear(width, width)
        self.mask_token = nn.Parameter(torch.randn(width) * 0.02)
        self.decoder = ViTStack(width, config.decoder_blocks, config.head_width)
        self.head = nn.Linear(width, patch)
        steps = torch.arange(config.max_tokens)
        self.register_buffer("body_position", sinusoidal(steps, width), persistent=False)

    def encode(self, features: Tensor, visible: Tensor) -> Posterior:
        """Features ``(B, T, 137)`` and a visibility mask ``(B, L, P)`` in {0, 1} -> posterior of ``(B, L, D)``.

        A token of which any part is hidden is hidden as a whole: never attended to, zero at the entrance.
        """
        tau, seen = self.config.patch_frames, visible.amin(-1)
        b, n = features.shape[0], features.shape[1] // tau
        patches = features[:, : n * tau].reshape(b, n, tau * rep.WIDTH)
        tokens = (self.enter(patches) + self.body_position[:n]) * seen[..., None]
        mean, log_variance = self.posterior(self.body(tokens, seen)).chunk(2, -1)
        return Posterior(mean, log_variance.clamp(-12.0, 6.0))

    def decode(self, latents: Tensor, visible: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        """Latents ``(B, L, D)`` -> normalised features ``(B, L * tau, 137)``; masks as in ``MotionAutoencoder``."""
        b, n, _ = latents.shape
        if visible is not None:
            latents = torch.where(visible.amin(-1, keepdim=True) > 0, latents, self.mask_token)
        x = self.decoder(self.unlatent(latents) + self.body_position[:n], valid)
        frames: Tensor = self.head(x).reshape(b, n * self.config.patch_frames, rep.WIDTH)
        return frames
