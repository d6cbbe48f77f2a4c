"""The few-step denoising chain, for numpy arrays and tensors alike.

With the cosine schedule a noisy latent is ``cos(a) x0 + sin(a) eps`` at angle ``a = t * pi/2`` and the velocity is
``v = cos(a) eps - sin(a) x0``. One DDIM step (eta 0) from angle ``a`` to ``a - s`` is then a rotation,
``z' = cos(s) z - sin(s) v``: exact, and differentiable through any number of steps. ``t = 1`` is pure noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


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


def to_velocity(prediction: str, output: Any, noisy: Any, time: float) -> Any:
    """Velocity from whatever the network predicts; divisions are guarded where the angle meets an axis."""
    if prediction == "v":
        return output
    cos, sin = math.cos(time * math.pi / 2), math.sin(time * math.pi / 2)
    if prediction == "x0":
        return (cos * noisy - output) / max(sin, 1e-3)
    return (output - sin * noisy) / max(cos, 1e-3)


def ddim(velocity: Callable[[Any, float], Any], noise: Any, grid: list[float]) -> Any:
    """Deterministic chain from ``noise (B, L, D)`` to clean latents along ``grid``; gradients flow through.

    ``velocity(latents, time)`` is one network call. Works on numpy arrays and on tensors."""
    z = noise
    for now, after in zip(grid[:-1], grid[1:], strict=True):
        step = (now - after) * math.pi / 2
        z = math.cos(step) * z - math.sin(step) * velocity(z, now)
    return z


def invert(
    velocity: Callable[[Array, float], Array], clean: Array, grid: list[float], iterations: int = 30
) -> Array:
    """Noise whose chain on the *same* grid gives ``clean (B, L, D)`` (training notes, "Inversion").

    Each step's equation ``z' = cos(s) z - sin(s) v(z)`` is solved for z by Anderson-accelerated fixed-point iteration.
    The last step projects and may have no exact solution; noise optimisation then closes the gap.
    """
    z = clean
    for now, after in reversed(list(zip(grid[:-1], grid[1:], strict=True))):
        step, goal = (now - after) * math.pi / 2, z
        z = _fixed_point(
            lambda x, t=now, s=step, y=goal: (y + math.sin(s) * velocity(x, t)) / math.cos(s),  # type: ignore[misc]
            np.cos(step) * goal, iterations,
        )  # fmt: skip
    return z


def _fixed_point(f: Callable[[Array], Array], start: Array, iterations: int, memory: int = 5) -> Array:
    """Fixed point of ``f`` by Anderson mixing, each sample on its own; returns the iterate of smallest residual."""
    b = len(start)
    xs: list[Array] = []
    rs: list[Array] = []
    x, best = start, start.copy()
    best_size = np.full(b, np.inf)
    for _ in range(iterations):
        r = f(x) - x
        size = np.linalg.norm(r.reshape(b, -1), axis=1)
        better = size < best_size
        best[better], best_size[better] = x[better], size[better]
        xs, rs = [*xs[-memory:], x], [*rs[-memory:], r]
        if len(xs) == 1:
            x = x + 0.5 * r
            continue
        dr = np.stack([(a - r).reshape(b, -1) for a in rs[:-1]], -1)
        dx = np.stack([(a - x).reshape(b, -1) for a in xs[:-1]], -1)
        gram = np.swapaxes(dr, 1, 2) @ dr
        gram += (1e-6 * np.trace(gram, axis1=1, axis2=2) + 1e-12)[:, None, None] * np.eye(gram.shape[-1])
        weight = np.linalg.solve(gram, np.swapaxes(dr, 1, 2) @ r.reshape(b, -1, 1))
        x = (x + r - ((dx + dr) @ weight)[..., 0].reshape(x.shape)).astype(start.dtype)
    return best
