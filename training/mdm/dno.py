"""DNO's recipe (Karunratanakul et al. 2024): plain Adam on the start noise of a DDIM chain, whole chain differentiated.

Kept to the letter: chain of 10 of the 1000 steps, Adam at 0.05, 50 steps of warm-up times a cosine to 0, the gradient
of each sample divided by its own norm, decorrelation of the noise over time, distance to the start for edits, start
from white noise, or for edits from inversion with 100 steps; 300 steps for edits, 500 for the rest. Mended, because the
published code loses by them: the norm is guarded, the first step is not spent at rate 0, the best noise so far is what
counts and not the last one, and the null text needs one network call, not the two of a guidance wrapper left on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from lamp.tasks import Task


@dataclass(frozen=True)
class Recipe:
    """The numbers for one kind of task."""

    steps: int
    invert: bool  # start from the inverted reference; else from white noise
    decorrelate: float
    stay: float  # weight of the distance of the noise to its start
    rate: float = 0.05
    warmup_steps: int = 50
    chain_steps: int = 10
    inversion_steps: int = 100


EDIT = Recipe(steps=300, invert=True, decorrelate=0.0, stay=2e-3)  # a given motion with new demands
PROJECT = Recipe(
    steps=500, invert=False, decorrelate=1000.0, stay=0.0
)  # refine, blend, goals without a motion


def recipe_of(task: Task) -> Recipe:
    """Edits and avoidance start from a motion they need not keep; everything else is found from white noise."""
    return EDIT if task.reference is not None and task.keep is None else PROJECT


def rate_at(recipe: Recipe, step: int, steps: int) -> float:
    """Learning rate of step 0, 1, ...: linear warm-up (at most a fifth of the steps) times a cosine to 0."""
    warm = min((step + 1) / max(min(recipe.warmup_steps, steps // 5), 1), 1.0)
    return recipe.rate * warm * 0.5 * (1.0 + math.cos(math.pi * step / steps))


def decorrelation(noise: Tensor, valid: Tensor) -> Tensor:
    """Squared lag-1 correlation over time on all scales, per sample: ``noise (B, T, D)``, ``valid (B, T)`` -> ``(B,)``.

    The time axis is filled up to a power of two, padding included, with fresh noise; after each scale neighbours are
    averaged. White noise of N numbers gives about 2 / N.
    """
    frames = noise.shape[1]
    x = torch.where(valid[..., None] > 0, noise, torch.randn_like(noise))
    fresh = torch.randn(len(noise), power_of_two(frames) - frames, noise.shape[2], device=noise.device)
    x = torch.cat([x, fresh], 1)
    total = torch.zeros_like(noise[:, 0, 0])
    while x.shape[1] >= 2:
        total = total + (x * x.roll(1, 1)).mean((1, 2)) ** 2
        x = 0.5 * (x[:, 0::2] + x[:, 1::2])
    return total


def power_of_two(n: int) -> int:
    """The least power of two that is at least ``n`` (n >= 2)."""
    return 1 << max(n - 1, 1).bit_length()


@dataclass
class Verdict:
    """What one evaluation says of each sample: loss ``(B,)``, error in metres ``(B,)`` and joints ``(B, T, 22, 3)``."""

    loss: Tensor
    error_m: Tensor
    joints: Tensor


@dataclass
class Best:
    """The best so far of every sample, and the steps done when it was last allowed to change."""

    loss: Tensor
    error_m: Tensor
    joints: Tensor
    steps: Tensor

    @staticmethod
    def none(like: Verdict) -> Best:
        endless = torch.full_like(like.loss, math.inf)
        return Best(endless, endless.clone(), like.joints.clone(), torch.zeros_like(like.loss))

    def take(self, now: Verdict, better: Tensor) -> None:
        self.loss = torch.where(better, now.loss, self.loss)
        self.error_m = torch.where(better, now.error_m, self.error_m)
        self.joints = torch.where(better[:, None, None, None], now.joints, self.joints)


def descend(
    judge: Callable[[Tensor], Verdict], start: Tensor, valid: Tensor, recipe: Recipe, steps: int,
    stop_m: float | None = None, go_on: Callable[[Best, int], bool] = lambda best, step: True,
) -> Best:  # fmt: skip
    """Optimise noise ``start (B, T, D)`` for ``steps``; ``judge`` runs the chain and the loss of the task.

    A sample whose best has an error of at most ``stop_m`` is finished; a loss or gradient that is not finite moves
    nothing. ``go_on(best, step)`` is asked after every step and ends the descent with False.
    """
    noise = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([noise], lr=recipe.rate)
    best: Best | None = None
    done = torch.zeros(len(start), dtype=torch.bool, device=start.device)
    for step in range(steps):
        now = judge(noise)
        loss = now.loss
        if recipe.decorrelate:
            loss = loss + recipe.decorrelate * decorrelation(noise, valid)
        if recipe.stay:
            loss = loss + recipe.stay * torch.linalg.vector_norm(
                (noise - start) * valid[..., None], dim=(1, 2)
            )
        (gradient,) = torch.autograd.grad(loss.sum(), noise)
        now = Verdict(loss.detach(), now.error_m.detach(), now.joints.detach())
        size = torch.linalg.vector_norm(gradient, dim=(1, 2))
        finite = torch.isfinite(size) & torch.isfinite(now.loss)
        best = best or Best.none(now)
        best.take(now, finite & ~done & (now.loss < best.loss))
        best.steps += (~done).float()
        if stop_m is not None:
            done = done | (best.error_m <= stop_m)
        if not go_on(best, step + 1) or bool(done.all()):
            break
        moved = torch.where(finite[:, None, None], gradient, torch.zeros_like(gradient))
        noise.grad = moved / size.nan_to_num(1.0, 1.0).clamp(min=1e-6)[:, None, None]
        optimizer.param_groups[0]["lr"] = rate_at(recipe, step, steps)
        optimizer.step()
    assert best is not None, "at least one step"
    return best
