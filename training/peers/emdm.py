"""EMDM: motion by few large denoising steps, learned against a critic (Zhou et al. 2024, own implementation).

It works on the normalised features themselves, one token per frame. Because a large step has many possible outcomes,
the generator gets a random vector besides the noisy motion, and a critic judges whole steps instead of a squared error.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lamp.engines.objective import PriorNetworks, Tensors
from lamp.models.denoiser import Denoiser
from training.peers.config import EmdmConfig


class Generator(Denoiser):
    """Clean motion ``(B, T, 137)`` from noisy motion; ``context`` holds the random vector, the same at every frame."""

    def __init__(self, config: EmdmConfig) -> None:
        super().__init__(config.network(critic=False), config.latent_width)

    def forward(
        self, noisy: Tensor, time: Tensor, text: Tensor, has_text: Tensor, context: Tensor, known: Tensor,
        valid: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """As ``Denoiser``; every frame's context counts, whatever ``known`` says."""
        return super().forward(noisy, time, text, has_text, context, torch.ones_like(known), valid)


class Critic(nn.Module):
    """Whether a step from ``later`` (noisier) to ``earlier`` looks like one of the real process: a logit per clip."""

    def __init__(self, config: EmdmConfig) -> None:
        super().__init__()
        self.body = Denoiser(config.network(critic=True), config.latent_width)
        self.score = nn.Linear(config.latent_width, 1)

    def forward(
        self, earlier: Tensor, later: Tensor, time: Tensor, text: Tensor, has_text: Tensor, valid: Tensor
    ) -> Tensor:
        """Motion ``(B, T, 137)`` twice, time of the later one, text, valid frames ``(B, T)`` -> ``(B,)``."""
        y = self.body(earlier, time, text, has_text, later, torch.ones_like(valid), valid)
        mean = (y * valid[..., None]).sum(1) / valid.sum(1, keepdim=True).clamp(min=1.0)
        logit: Tensor = self.score(mean)[:, 0]
        return logit


class EmdmModel(nn.Module):
    """Both networks, trained together by one optimiser."""

    def __init__(self, config: EmdmConfig) -> None:
        super().__init__()
        self.config = config
        self.generator, self.critic = Generator(config), Critic(config)


class EmdmNetworks(PriorNetworks):
    """The generator behind the interface that objective and engine use; its "latents" are normalised features."""

    def __init__(self, generator: Generator, statistics: Tensors) -> None:
        super().__init__(nn.Identity(), generator, statistics)  # type: ignore[arg-type]  # there is no autoencoder

    def to_latents(self, raw: Tensor, visible: Tensor) -> Tensor:
        """Raw features ``(B, T, 137)`` -> normalised; nothing can be hidden."""
        del visible
        return (raw - self.feature_mean) / self.feature_std

    def to_features(self, latents: Tensor, token_valid: Tensor) -> Tensor:
        """Normalised features ``(B, T, 137)`` -> raw."""
        del token_valid
        return latents * self.feature_std + self.feature_mean


def style_of(noise: Tensor) -> Tensor:
    """The random vector ``(..., 1, D)`` that goes with starting noise ``(..., T, D)``: its scaled mean over time.

    Standard normal like the one in training, and the same each time for the same noise.
    """
    return noise.mean(-2, keepdim=True) * noise.shape[-2] ** 0.5
