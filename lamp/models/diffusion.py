"""The diffusion process over standardised latents, in angles.

With the cosine schedule a noisy latent is ``cos(a) x0 + sin(a) eps`` for an angle ``a = t * pi/2``, and the velocity
is ``v = cos(a) eps - sin(a) x0``. One DDIM step (eta 0) from angle ``a`` to ``a - s`` is then a rotation,
``z' = cos(s) z - sin(s) v``: exact, and differentiable through any number of steps. ``t = 1`` is pure noise.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def add_noise(clean: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """Noisy latents at ``time (B,)``."""
    angle = time[:, None, None] * (math.pi / 2)
    return torch.cos(angle) * clean + torch.sin(angle) * noise


def training_target(prediction: str, clean: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """What the network is asked for: ``v``, ``x0`` or ``epsilon``."""
    if prediction == "x0":
        return clean
    if prediction == "epsilon":
        return noise
    angle = time[:, None, None] * (math.pi / 2)
    return torch.cos(angle) * noise - torch.sin(angle) * clean
