"""One optimisation step: evaluate, differentiate, remember the best, update (design section 4).

A pure function of tensors: the torch engine captures it, the exporter traces it into an ONNX graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lamp.engines.objective import PriorNetworks, Tensors, objective
from lamp.problem import Shape, empty_row, stack_rows

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8
WARMUP_SHARE = 0.1


def make_step(networks: PriorNetworks, grid: list[float]) -> Callable[[Tensors, Tensors], Tensors]:
    """The step for a chain on ``grid``: ``(problem, state) -> next state`` with the tensors of ``Shape``."""

    def loss_sum(noise: Tensor, p: Tensors) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor, Tensor]]:
        loss, terms, motion = objective(networks, noise, p, grid)
        return loss.sum(), (loss, terms, motion.joints, motion.contacts)

    evaluate = torch.func.grad_and_value(loss_sum, has_aux=True)

    def step(p: Tensors, s: Tensors) -> Tensors:
        gradient, (_, (loss, terms, joints, contacts)) = evaluate(s["noise"], p)
        return update(s, gradient, loss, terms, joints, contacts)

    return step


def update(
    s: Tensors, gradient: Tensor, loss: Tensor, terms: Tensor, joints: Tensor, contacts: Tensor
) -> Tensors:
    """Best-so-far per row, then Adam on the per-row normalised gradient. A row whose loss or gradient is not finite
    keeps its state, so one bad character cannot harm another."""
    norm = torch.sqrt((gradient**2).sum((1, 2)))
    finite = (norm < 1e12) & (loss < 1e12)  # false for NaN too
    better = finite & (loss < s["best_loss"])

    def choose(flag: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return torch.where(flag.reshape(-1, *[1] * (a.ndim - 1)), a, b)

    g = gradient / norm.clamp(min=1e-6)[:, None, None]
    count = s["count"] + 1.0
    m = BETA1 * s["moment1"] + (1 - BETA1) * g
    v = BETA2 * s["moment2"] + (1 - BETA2) * g * g
    unbias1 = (1.0 - torch.exp(count * math.log(BETA1)))[:, None, None]
    unbias2 = (1.0 - torch.exp(count * math.log(BETA2)))[:, None, None]
    warm = torch.clamp(count / torch.clamp(WARMUP_SHARE * s["budget"], min=1.0), max=1.0)
    cosine = 0.5 + 0.5 * torch.cos(math.pi * torch.clamp(s["count"] / s["budget"], max=1.0))
    rate = (s["rate"] * warm * torch.clamp(cosine, min=0.05))[:, None, None]
    moved = s["noise"] - rate * (m / unbias1) / (torch.sqrt(v / unbias2) + EPSILON)
    return {
        "noise": choose(finite, moved, s["noise"]),
        "moment1": choose(finite, m, s["moment1"]),
        "moment2": choose(finite, v, s["moment2"]),
        "count": count,
        "budget": s["budget"],
        "rate": s["rate"],
        "best_loss": torch.where(better, loss, s["best_loss"]),
        "best_noise": choose(better, s["noise"], s["best_noise"]),
        "best_joints": choose(better, joints, s["best_joints"]),
        "best_contacts": choose(better, contacts, s["best_contacts"]),
        "best_terms": choose(better, terms, s["best_terms"]),
    }


def example_inputs(shape: Shape, batch: int, device: torch.device) -> tuple[Tensors, Tensors]:
    """Problem and state placeholders of a batch, for tracing and for static graph memory: they ask for nothing."""
    rows = stack_rows([empty_row(shape)], batch)
    problem = {name: torch.from_numpy(value).to(device) for name, value in rows.items()}
    state = {name: torch.zeros((batch, *size), device=device) for name, size in shape.state_shapes().items()}
    return problem, state
