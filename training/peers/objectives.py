"""What the peers are trained on, as functions of tensors for ``training.loop.Trainer``."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lamp.chain import time_grid
from lamp.models import diffusion
from training.config import AutoencoderLoss, EmdmLoss
from training.losses import AutoencoderObjective, Captions, kl_divergence, stratified_times
from training.peers.emdm import EmdmModel
from training.peers.mld import MotionVae, VectorDenoiser


def valid_frames(valid: Tensor, frames: int) -> Tensor:
    """Valid tokens ``(B, L)`` -> valid frames ``(B, frames)``."""
    return valid.repeat_interleave(frames // valid.shape[1], 1)


class MldVaeObjective(AutoencoderObjective):
    """The very terms and weights of the LaMP autoencoder; nothing is masked, and the KL is that of one vector."""

    model: MotionVae  # type: ignore[assignment]

    def __init__(self, model: MotionVae, weights: AutoencoderLoss, mean: Tensor, std: Tensor) -> None:
        super().__init__(model, weights, mean, std)  # type: ignore[arg-type]

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        mean, log_variance = self.model.encode(x, valid_frames(valid, x.shape[1]))
        latents = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        y = self.model.decode(latents)[:, : x.shape[1]]
        with torch.autocast(x.device.type, enabled=False):
            one = torch.ones_like(valid[:, :1])
            return self.terms(x, y.float(), valid, kl_divergence(mean.float(), log_variance.float(), one))


class MldDenoiserObjective:
    """Denoising of the standardised vector under a random caption; the VAE is frozen."""

    def __init__(
        self, model: VectorDenoiser, vae: MotionVae, drop_text: float, latent_mean: Tensor, latent_std: Tensor,
        captions: Captions,
    ) -> None:  # fmt: skip
        self.model, self.vae, self.drop_text, self.captions = model, vae, drop_text, captions
        self.latent_mean, self.latent_std = latent_mean, latent_std

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            mean, log_variance = self.vae.encode(x, valid_frames(valid, x.shape[1]))
            sample = mean.float() + torch.randn_like(mean).float() * (0.5 * log_variance.float()).exp()
            clean = (sample - self.latent_mean) / self.latent_std
            text, has_text = self.captions.draw(clip, self.drop_text)
            time = stratified_times(len(x), x.device)
            noise = torch.randn_like(clean)
            noisy = diffusion.add_noise(clean, noise, time)
            target = diffusion.training_target(self.model.config.prediction, clean, noise, time)
        output = self.model(noisy, time, text, has_text, noisy, valid)
        with torch.autocast(x.device.type, enabled=False):
            return {"total": nn.functional.mse_loss(output.float(), target)}


class EmdmObjective:
    """Adversarial denoising at the few times of the chain, with the reconstruction and joint terms of EMDM.

    One backward pass trains both networks: the generator's loss sees a critic whose weights carry no gradient, the
    critic's loss sees motion that carries none.
    """

    def __init__(
        self, model: EmdmModel, weights: EmdmLoss, mean: Tensor, std: Tensor, captions: Captions
    ) -> None:
        self.model, self.weights, self.captions = model, weights, captions
        geometry = AutoencoderLoss(
            weights.reconstruction, weights.world_joints, weights.root_relative_joints, weights.joint_velocity,
            weights.foot_contact, kl=0.0,
        )  # fmt: skip
        self.motion = AutoencoderObjective(model, geometry, mean, std)  # type: ignore[arg-type]  # its terms only
        grid = torch.tensor(time_grid(model.config.chain_steps), device=mean.device)
        self.later, self.earlier = grid[:-1], grid[1:]

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        w, frames = self.weights, valid_frames(valid, x.shape[1])
        generator, critic = self.model.generator, self.model.critic
        text, has_text = self.captions.draw(clip, w.drop_text)
        step = (stratified_times(len(x), x.device) * len(self.later)).long()
        time, before = self.later[step], self.earlier[step]
        real, noisy = forward_pair(x, before, time)
        style = torch.randn_like(x[:, :1]).expand_as(x)
        clean = generator(noisy, time, text, has_text, style, frames, frames).float()
        made = posterior_sample(clean, noisy, before, time)
        real.requires_grad_()
        frozen = {name: p.detach() for name, p in critic.named_parameters()}
        fooled = torch.func.functional_call(
            critic, frozen, (made, noisy, time, text, has_text, frames)
        ).float()
        on_made = critic(made.detach(), noisy, time, text, has_text, frames).float()
        on_real = critic(real, noisy, time, text, has_text, frames).float()
        with torch.autocast(x.device.type, enabled=False):
            losses = self.motion.terms(x, clean, valid, torch.zeros((), device=x.device))
            losses["adversarial"] = softplus(-fooled).mean()
            losses["critic"] = softplus(on_made).mean() + softplus(-on_real).mean()
            losses["penalty"] = gradient_penalty(on_real, real, frames)
            losses["total"] = (
                losses["total"] + w.adversarial * losses["adversarial"] + losses["critic"]
                + w.penalty * losses["penalty"]
            )  # fmt: skip
            return {name: value for name, value in losses.items() if name != "kl"}


def forward_pair(clean: Tensor, before: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """Motion at times ``before (B,)`` and, made from it by the process, at the later ``time (B,)``."""
    earlier = diffusion.add_noise(clean, torch.randn_like(clean), before)
    share = _ratio(before, time)
    later = share * earlier + (1.0 - share**2).clamp(min=0.0).sqrt() * torch.randn_like(clean)
    return earlier, later


def posterior_sample(clean: Tensor, later: Tensor, before: Tensor, time: Tensor) -> Tensor:
    """A sample at ``before (B,)`` given motion at the later ``time (B,)`` and a guess of the clean motion."""
    share, (cos, sin), (_, sin_later) = _ratio(before, time), _angles(before), _angles(time)
    variance = sin_later**2
    mean = (share * sin**2 * later + cos * (1.0 - share**2) * clean) / variance
    spread = (sin**2 * (1.0 - share**2) / variance).clamp(min=0.0).sqrt()
    return mean + spread * torch.randn_like(clean)


def _angles(time: Tensor) -> tuple[Tensor, Tensor]:
    """What is left of the clean motion and how much noise there is at ``time (B,)``, each ``(B, 1, 1)``."""
    angle = time[:, None, None] * (torch.pi / 2)
    return torch.cos(angle), torch.sin(angle)


def _ratio(before: Tensor, time: Tensor) -> Tensor:
    return _angles(time)[0] / _angles(before)[0]


def gradient_penalty(logits: Tensor, real: Tensor, frames: Tensor) -> Tensor:
    """R1: squared norm of the critic's gradient at real motion ``(B, T, 137)``, mean over clips."""
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return (gradient.float() ** 2 * frames[..., None]).sum((1, 2)).mean()
