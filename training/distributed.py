"""Data parallel through ``torchrun``: the gradients are averaged, nothing else is needed at this size."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
import torch.distributed as dist


def start(device: torch.device) -> int:
    """Join the process group if started by torchrun; returns the number of processes."""
    world = processes()
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return world


def processes() -> int:
    """How many processes torchrun started."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def local_device() -> torch.device:
    """The GPU of this process, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


def average_gradients(parameters: Iterable[torch.nn.Parameter], world: int) -> None:
    """Mean of all gradients over the processes in one message."""
    if world == 1:
        return
    grads = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([g.reshape(-1) for g in grads])
    dist.all_reduce(flat)
    flat /= world
    for g, part in zip(grads, flat.split([g.numel() for g in grads]), strict=True):
        g.copy_(part.view_as(g))


def stop() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
