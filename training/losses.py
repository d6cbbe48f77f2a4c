"""The objectives of both stages as functions of tensors."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from lamp import features as F
from lamp.models import diffusion
from lamp.models import representation as rep
from lamp.models.autoencoder import MotionAutoencoder
from lamp.models.denoiser import Denoiser
from lamp.skeleton import CONTACT_JOINTS
from training.config import AutoencoderLoss, DiffusionLoss

FPS = 20.0


def random_visibility(
    valid: Tensor, ratio: tuple[float, float], unmasked_share: float, parts: int = rep.PART_COUNT
) -> Tensor:
    """Spatio-temporal masks ``(B, L, P)``: each part of each clip hides its own random tokens (paper 3.1.1).

    The fraction hidden is drawn per clip from ``ratio``; a share of the clips stays fully visible. With ``parts`` 1 all
    parts of a token are hidden together.
    """
    b, n = valid.shape
    rho = ratio[0] + (ratio[1] - ratio[0]) * torch.rand(b, 1, 1, device=valid.device)
    rho = torch.where(torch.rand(b, 1, 1, device=valid.device) < unmasked_share, torch.zeros_like(rho), rho)
    shown = (torch.rand(b, n, parts, device=valid.device) >= rho).float()
    return (shown * valid[..., None]).expand(-1, -1, rep.PART_COUNT)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``values (B, T, ...)`` over the frames where ``mask (B, T)`` is 1; 0 for an empty mask."""
    per_frame = values.flatten(2).mean(-1)
    return (per_frame * mask).sum() / mask.sum().clamp(min=1.0)


def kl_divergence(mean: Tensor, log_variance: Tensor, mask: Tensor) -> Tensor:
    """KL to the standard normal in nats per latent dimension, over the tokens where ``mask (B, L)`` is 1."""
    return masked_mean(0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance), mask)


class AutoencoderObjective:
    """Reconstruction, joints (world, root-relative, velocity, planted feet) and KL: paper 3.1.4 with the terms of the
    training notes. Called with features ``(B, T, 137)``, valid tokens ``(B, L)``."""

    def __init__(self, model: MotionAutoencoder, weights: AutoencoderLoss, mean: Tensor, std: Tensor) -> None:
        self.model, self.weights, self.mean, self.std = model, weights, mean, std

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        w = self.weights
        visible = random_visibility(valid, w.mask_ratio, w.unmasked_share, self.model.config.parts)
        posterior = self.model.encode(x, visible)
        noise = torch.randn_like(posterior.mean)
        latents = posterior.mean + noise * (0.5 * posterior.log_variance).exp()
        y = self.model.decode(latents, visible, valid)
        with torch.autocast(x.device.type, enabled=False):
            return self.terms(x, y.float(), valid, kl_divergence(
                posterior.mean.float(), posterior.log_variance.float(), visible.amax(-1)))  # fmt: skip

    def terms(self, x: Tensor, y: Tensor, valid: Tensor, kl: Tensor) -> dict[str, Tensor]:
        w = self.weights
        frames = valid.repeat_interleave(x.shape[1] // valid.shape[1], 1)
        pairs = frames[:, 1:] * frames[:, :-1]
        raw_x, raw_y = x * self.std + self.mean, y * self.std + self.mean
        joints_x, joints_y = F.decode(raw_x), F.decode(raw_y)
        step_x, step_y = joints_x.diff(dim=1) * FPS, joints_y.diff(dim=1) * FPS
        feet = list(CONTACT_JOINTS)
        planted = raw_x[:, :-1, -4:].clamp(0, 1)
        losses = {
            "reconstruction": masked_mean((x - y) ** 2, frames),
            "world_joints": masked_mean((joints_x - joints_y) ** 2, frames),
            "root_relative_joints": masked_mean((raw_x[..., 4:67] - raw_y[..., 4:67]) ** 2, frames),
            "joint_velocity": masked_mean((step_x - step_y) ** 2, pairs),
            "foot_contact": masked_mean(((step_y - step_x)[:, :, feet] ** 2).sum(-1) * planted, pairs),
            "kl": kl,
        }
        losses["total"] = sum(
            (getattr(w, k) * v for k, v in losses.items()), torch.zeros((), device=x.device)
        )
        return losses


def random_context(valid: Tensor, weights: DiffusionLoss) -> Tensor:
    """Which tokens the denoiser is told: nothing, a prefix, or both ends. ``(B, L)`` in {0, 1}."""
    b, n = valid.shape
    device = valid.device
    count = valid.sum(1, keepdim=True)
    token = torch.arange(n, device=device)[None]
    longest = torch.minimum(count - 1, torch.full_like(count, float(weights.max_prefix_tokens))).clamp(min=1)
    prefix = (1 + torch.rand(b, 1, device=device) * longest).floor()
    suffix = (1 + torch.rand(b, 1, device=device) * longest * 0.5).floor()
    kind = torch.rand(b, 1, device=device)
    has_prefix = kind > weights.drop_context
    has_suffix = kind > 1.0 - weights.both_ends
    known = ((token < prefix) & has_prefix) | ((token >= count - suffix) & has_suffix)
    return known.float() * valid


def stratified_times(count: int, device: torch.device) -> Tensor:
    """Times ``(count,)`` in [0, 1) in random order that cover the whole schedule in every batch."""
    time = (torch.rand(1, device=device) + torch.arange(count, device=device) / count) % 1.0
    return time[torch.argsort(torch.rand(count, device=device))]  # randperm cannot be captured


class Captions(NamedTuple):
    """Embeddings of all captions ``(C, E)``; those of clip i are rows ``first[i] .. first[i] + count[i]``."""

    rows: Tensor
    first: Tensor
    count: Tensor  # type: ignore[assignment]  # a tuple has a method of this name

    def draw(self, clip: Tensor, drop: float) -> tuple[Tensor, Tensor]:
        """A random caption of each clip ``(B, E)``, and ``(B,)`` 0 where it is dropped, with probability ``drop``."""
        device = clip.device
        pick = (torch.rand(len(clip), device=device) * self.count[clip]).long()
        text = self.rows[self.first[clip] + pick]
        return text, (torch.rand(len(clip), device=device) > drop).float()


class DiffusionObjective:
    """Latent denoising with random text and random visible context. The autoencoder is frozen (paper 3.2)."""

    def __init__(
        self, model: Denoiser, encoder: MotionAutoencoder, weights: DiffusionLoss, latent_mean: Tensor,
        latent_std: Tensor, captions: Tensor, caption_first: Tensor, caption_count: Tensor,
    ) -> None:  # fmt: skip
        self.model, self.encoder, self.weights = model, encoder, weights
        self.latent_mean, self.latent_std = latent_mean, latent_std
        self.captions = Captions(captions, caption_first, caption_count)

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        b = x.shape[0]
        device = x.device
        with torch.no_grad():
            clean = self._latents(x, valid[..., None].expand(-1, -1, rep.PART_COUNT), sample=True)
            known = random_context(valid, self.weights)
            context = self._latents(x, known[..., None].expand(-1, -1, rep.PART_COUNT), sample=False)
            text, has_text = self.captions.draw(clip, self.weights.drop_text)
            time = stratified_times(b, device)
            noise = torch.randn_like(clean)
            noisy = diffusion.add_noise(clean, noise, time)
            target = diffusion.training_target(self.model.config.prediction, clean, noise, time)
        output = self.model(noisy, time, text, has_text, context, known, valid)
        with torch.autocast(device.type, enabled=False):
            error = nn.functional.mse_loss(output.float(), target, reduction="none")
            loss = masked_mean(error, valid)
            visible_part = masked_mean(error, known)
            return {"total": loss, "known_tokens": visible_part}

    def _latents(self, x: Tensor, visible: Tensor, *, sample: bool) -> Tensor:
        posterior = self.encoder.encode(x, visible)
        mean, log_variance = posterior.mean.float(), posterior.log_variance.float()
        if sample and self.weights.posterior_noise > 0:
            mean = mean + self.weights.posterior_noise * torch.randn_like(mean) * (0.5 * log_variance).exp()
        return (mean - self.latent_mean) / self.latent_std
