"""The diffusion process over standardised latents, in angles.

With the cosine schedule a noisy latent is ``cos(a) x0 + sin(a) eps`` for an angle ``a = t * pi/2``, and the velocity
is ``v = cos(a) eps - sin(a) x0``. One DDIM step (eta 0) from angle ``a`` to ``a - s`` is then a rotation,
``z' = cos(s) z - sin(s) v``: exact, and differentiable through any number of steps. ``t = 1`` is pure noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Velocity = Callable[[Tensor, float], Tensor]  # (latents, time) -> v


def time_grid(steps: int, last: float | None = None) -> list[float]:
    """Times ``1 = t_0 > ... > t_steps = 0``.

    ``last`` is the time of the last network call. It defaults to a quarter of an even step: the final step projects
    on what the network believes to be clean, and from a small angle it keeps detail and stays invertible.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}; a chain needs at least 1")
    if steps == 1:
        return [1.0, 0.0]
    final = 1.0 / (4 * steps) if last is None else last
    return [1.0 - (1.0 - final) * i / (steps - 1) for i in range(steps)] + [0.0]


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


def to_velocity(prediction: str, output: Tensor, noisy: Tensor, time: float) -> Tensor:
    """Velocity from whatever the network predicts; divisions are guarded where the angle meets an axis."""
    if prediction == "v":
        return output
    cos, sin = math.cos(time * math.pi / 2), math.sin(time * math.pi / 2)
    if prediction == "x0":
        return (cos * noisy - output) / max(sin, 1e-3)
    return (output - sin * noisy) / max(cos, 1e-3)


def ddim(velocity: Velocity, noise: Tensor, grid: list[float]) -> Tensor:
    """Deterministic chain from ``noise (B, L, D)`` to clean latents along ``grid``; gradients flow through."""
    z = noise
    for now, after in zip(grid[:-1], grid[1:], strict=True):
        step = (now - after) * math.pi / 2
        z = math.cos(step) * z - math.sin(step) * velocity(z, now)
    return z


@torch.no_grad()
def invert(velocity: Velocity, clean: Tensor, grid: list[float], iterations: int = 30) -> Tensor:
    """Noise whose chain on the *same* grid gives ``clean`` (training notes, "Inversion").

    Each step's equation ``z' = cos(s) z - sin(s) v(z)`` is solved for z by Anderson-accelerated fixed-point iteration.
    The last step projects and may have no exact solution; refine the result by noise optimisation where it matters
    (``MotionPrior`` does).
    """
    z = clean
    for now, after in reversed(list(zip(grid[:-1], grid[1:], strict=True))):
        step = (now - after) * math.pi / 2
        z = _solve(lambda x, n=now, s=step, y=z: (y + math.sin(s) * velocity(x, n)) / math.cos(s), z, iterations)  # type: ignore[misc]
    return z


def _solve(f: Callable[[Tensor], Tensor], start: Tensor, iterations: int, memory: int = 5) -> Tensor:
    """Fixed point of ``f`` by Anderson mixing per sample; returns the iterate with the smallest residual."""
    b = start.shape[0]
    xs: list[Tensor] = []
    rs: list[Tensor] = []
    x, best, best_residual = start, start, torch.full((b,), math.inf, device=start.device)
    for _ in range(iterations):
        r = f(x) - x
        size = r.flatten(1).norm(dim=1)
        better = size < best_residual
        best = torch.where(better[:, None, None], x, best)
        best_residual = torch.where(better, size, best_residual)
        xs, rs = [*xs[-memory:], x], [*rs[-memory:], r]
        if len(xs) == 1:
            x = x + 0.5 * r
            continue
        dr = torch.stack([a - rs[-1] for a in rs[:-1]], -1).flatten(1, -2)  # (B, N, m)
        dx = torch.stack([a - xs[-1] for a in xs[:-1]], -1).flatten(1, -2)
        gram = dr.transpose(1, 2) @ dr
        gram = gram + 1e-6 * gram.diagonal(dim1=1, dim2=2).mean(-1)[:, None, None] * torch.eye(gram.shape[-1])
        weights = torch.linalg.solve(gram, dr.transpose(1, 2) @ rs[-1].flatten(1)[..., None])
        x = (x.flatten(1) + rs[-1].flatten(1) - ((dx + dr) @ weights)[..., 0]).view_as(start)
    return best
