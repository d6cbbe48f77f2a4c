"""MLD: a whole clip as one vector, and diffusion over that vector (Chen et al. 2023, own implementation).

B batch, T frames, W width of the networks, D width of the latent vector.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from lamp.engines.objective import PriorNetworks, Tensors
from lamp.models import representation as rep
from lamp.models.autoencoder import Posterior
from lamp.models.layers import Block, key_bias, sinusoidal
from training.peers.config import MldDenoiserConfig, MldVaeConfig


class SkipStack(nn.Module):
    """Transformer blocks in a U: the outputs of the first half are joined to the inputs of the second half."""

    def __init__(self, width: int, blocks: int, head_width: int) -> None:
        super().__init__()
        half = blocks // 2
        self.first = nn.ModuleList(Block(width, head_width) for _ in range(half))
        self.middle = Block(width, head_width)
        self.join = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(half))
        self.last = nn.ModuleList(Block(width, head_width) for _ in range(half))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """``x (B, N, W)``; tokens where ``valid (B, N)`` is 0 are never attended to."""
        bias = None if valid is None else key_bias(valid)
        kept = []
        for block in self.first:
            x = block(x, bias)
            kept.append(x)
        x = self.middle(x, bias)
        for join, block in zip(self.join, self.last, strict=True):
            x = block(join(torch.cat([x, kept.pop()], -1)), bias)
        result: Tensor = self.norm(x)
        return result


class MotionVae(nn.Module):
    """Normalised features of a clip <-> a posterior over one vector."""

    position: Tensor

    def __init__(self, config: MldVaeConfig) -> None:
        super().__init__()
        self.config = config
        w, d = config.width, config.latent_width
        self.embed = nn.Linear(rep.WIDTH, w)
        self.tokens = nn.Parameter(torch.randn(2, w) * 0.02)  # what becomes mean and log-variance
        self.encoder = SkipStack(w, config.blocks, config.head_width)
        self.mean, self.log_variance = nn.Linear(w, d), nn.Linear(w, d)
        self.unlatent = nn.Linear(d, w)
        self.query = nn.Parameter(torch.randn(w) * 0.02)
        self.decoder = SkipStack(w, config.blocks, config.head_width)
        self.head = nn.Linear(w, rep.WIDTH)
        self.register_buffer("position", sinusoidal(torch.arange(config.frames), w), persistent=False)

    def encode(self, features: Tensor, valid: Tensor) -> Posterior:
        """Features ``(B, T, 137)`` with T up to ``frames`` and ``valid (B, T)`` -> posterior of ``(B, 1, D)``."""
        b, t, _ = features.shape
        x = torch.cat([self.tokens.expand(b, -1, -1), self.embed(features) + self.position[:t]], 1)
        y = self.encoder(x, torch.cat([torch.ones_like(valid[:, :2]), valid], 1))
        return Posterior(self.mean(y[:, :1]), self.log_variance(y[:, 1:2]).clamp(-12.0, 6.0))

    def decode(self, latents: Tensor) -> Tensor:
        """``(B, 1, D)`` -> normalised features ``(B, frames, 137)``; callers cut off what they do not want.

        All frames of the window are always decoded together, in training too: the vector says what happens, not how
        long it takes, and what is decoded does not depend on where it is cut.
        """
        z = self.unlatent(latents)
        x = torch.cat([z, (self.query + self.position).expand(len(z), -1, -1)], 1)
        features: Tensor = self.head(self.decoder(x)[:, 1:])
        return features


class VectorDenoiser(nn.Module):
    """Predicts v, x0 or epsilon of the noisy vector, by attention over vector, time and text."""

    def __init__(self, config: MldDenoiserConfig, latent_width: int) -> None:
        super().__init__()
        self.config = config
        w = config.width
        self.enter = nn.Linear(latent_width, w)
        self.time = nn.Sequential(nn.Linear(w, w), nn.SiLU(), nn.Linear(w, w))
        self.text = nn.Linear(config.text_width, w)
        self.null_text = nn.Parameter(torch.zeros(config.text_width))
        self.place = nn.Parameter(torch.randn(3, w) * 0.02)
        self.stack = SkipStack(w, config.blocks, config.head_width)
        self.leave = nn.Linear(w, latent_width)

    def forward(
        self, noisy: Tensor, time: Tensor, text: Tensor, has_text: Tensor, context: Tensor, known: Tensor,
        valid: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """As ``lamp.models.denoiser.Denoiser`` with one token; one vector has no visible part, so context, known and
        valid are not looked at."""
        del context, known, valid
        has = has_text[:, None]
        told = torch.stack(
            [
                self.time(sinusoidal(time * 1000.0, self.config.width)),
                self.text(has * text + (1 - has) * self.null_text),
            ],
            1,
        )
        x = torch.cat([self.enter(noisy), told], 1) + self.place
        result: Tensor = self.leave(self.stack(x)[:, :1])
        return result


class MldNetworks(PriorNetworks):
    """VAE and denoiser behind the interface that objective and engine use."""

    def __init__(self, vae: MotionVae, denoiser: VectorDenoiser, statistics: Tensors) -> None:
        super().__init__(vae, denoiser, statistics)  # type: ignore[arg-type]  # the methods below are all that use them

    @property
    def vae(self) -> MotionVae:
        return cast(MotionVae, self.autoencoder)

    def to_latents(self, raw: Tensor, visible: Tensor) -> Tensor:
        """Raw features ``(B, T, 137)``, valid frames ``(B, T)`` -> standardised mean ``(B, 1, D)``."""
        mean, _ = self.vae.encode((raw - self.feature_mean) / self.feature_std, visible)
        return (mean - self.latent_mean) / self.latent_std

    def to_features(self, latents: Tensor, token_valid: Tensor) -> Tensor:
        """Standardised ``(B, 1, D)`` -> raw features of the whole window ``(B, frames, 137)``."""
        del token_valid
        normalised = self.vae.decode(latents * self.latent_std + self.latent_mean)
        return normalised * self.feature_std + self.feature_mean
