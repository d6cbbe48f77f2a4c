"""DDIM without added noise, forwards with gradients and backwards, for a network that predicts the clean motion."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from training.mdm.schedule import alpha_bars, strided

Predict = Callable[[Tensor, int], Tensor]  # (noisy (B, T, D), step 0..999) -> clean (B, T, D)


def chain(predict: Predict, noise: Tensor, steps: int) -> Tensor:
    """Noise ``(B, T, D)`` -> clean motion in ``steps`` network calls; gradients flow through all of them.

    Nothing is clipped (``clip_denoised=False``), and the last call's prediction is the result.
    """
    bars, times = alpha_bars(), strided(steps)
    x = noise
    for i in range(steps - 1, -1, -1):
        after = bars[times[i - 1]] if i > 0 else 1.0
        clean = predict(x, times[i])
        x = math.sqrt(after) * clean + math.sqrt(1.0 - after) * _noise_in(x, clean, bars[times[i]])
    return x


@torch.no_grad()
def invert(predict: Predict, clean: Tensor, steps: int = 100) -> Tensor:
    """Noise whose chain of as many steps leads near ``clean (B, T, D)``: the same steps walked up, each with the
    prediction of the point it starts from (DDIM inversion as published; exact only for infinitely many steps)."""
    bars, times = alpha_bars(), strided(steps)
    x = clean
    for i in range(steps):
        after = bars[times[i + 1]] if i + 1 < steps else 0.0
        guess = predict(x, times[i])
        x = math.sqrt(after) * guess + math.sqrt(1.0 - after) * _noise_in(x, guess, bars[times[i]])
    return x


def guided(conditional: Predict, unconditional: Predict, scale: float) -> Predict:
    """Classifier-free guidance in MDM's form: ``unconditional + scale * (conditional - unconditional)``."""

    def predict(x: Tensor, step: int) -> Tensor:
        without = unconditional(x, step)
        return without + scale * (conditional(x, step) - without)

    return predict


def _noise_in(x: Tensor, clean: Tensor, bar: float) -> Tensor:
    return (x / math.sqrt(bar) - clean) / math.sqrt(1.0 / bar - 1.0)
