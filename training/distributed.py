"""Data parallel through ``torchrun``: the gradients are averaged, and a few small things are agreed upon.

Tensors on a GPU go through NCCL, those on the CPU through gloo.
"""

from __future__ import annotations

import contextlib
import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import wraps

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from lamp.errors import InputError
from training.errors import TrainingDiverged

# Encoding a large corpus takes hours, in which a process that is done waits. One that died is torchrun's business.
_PATIENCE = timedelta(days=1)


def start(device: torch.device) -> int:
    """Join the process group if started by torchrun; returns the number of processes.

    It is left by :func:`leaving_afterwards` and not between two stages: a second group under the same torchrun would
    find the addresses of the first, and wait for ever.
    """
    world = processes()
    if world > 1 and not dist.is_initialized():
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(backend, timeout=_PATIENCE)
    return world


def processes() -> int:
    """How many processes torchrun started, on all machines together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Number of this process among all."""
    return int(os.environ.get("RANK", "0"))


def processes_here() -> int:
    """How many of the processes are on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def rank_here() -> int:
    """Number of this process among those on this machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def local_device() -> torch.device:
    """The GPU of this process, else the CPU; ``InputError`` when there are more processes than GPUs."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    if rank_here() >= torch.cuda.device_count():
        raise InputError(
            "--nproc-per-node",
            f"{processes_here()} processes, but this machine has {torch.cuda.device_count()} GPUs; one each",
        )
    device = torch.device("cuda", rank_here())
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


def mean(values: dict[str, Tensor]) -> dict[str, float]:
    """Mean of single numbers over the processes."""
    if not dist.is_initialized():
        return {name: float(v) for name, v in values.items()}
    together = torch.stack([v.detach().double() for v in values.values()]).cpu()
    dist.all_reduce(together)
    return dict(zip(values, (together / processes()).tolist(), strict=True))


def as_first(tensors: Iterable[Tensor]) -> None:
    """Overwrite the tensors with those of process 0."""
    if dist.is_initialized():
        for tensor in tensors:
            dist.broadcast(tensor.detach(), 0)


def agreed(number: int) -> int:
    """The number that process 0 gives here."""
    shared = torch.tensor([number])
    as_first([shared])
    return int(shared)


def check_same(tensors: Iterable[Tensor]) -> None:
    """``TrainingDiverged`` when the tensors are not the same in all processes, but for rounding (processors differ)."""
    if not dist.is_initialized():
        return
    own = torch.stack([t.detach().double().sum() for t in tensors]).cpu()
    first = own.clone()
    as_first([first])
    if not torch.allclose(own, first, rtol=1e-4, atol=1e-4):
        raise TrainingDiverged(
            f"the weights of process {rank()} are not those of process 0 any more; start anew with the same "
            "code, libraries and data on every machine"
        )


def seed(device: torch.device, *numbers: int) -> None:
    """Seed the generator of ``device`` with a mixture of the numbers; also between replays of a CUDA graph."""
    mixed = int(np.random.SeedSequence([abs(n) for n in numbers]).generate_state(1, np.uint64)[0] >> 1)
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(mixed)
    else:
        torch.default_generator.manual_seed(mixed)


def wait_for_all() -> None:
    """Return when every process has come here."""
    if dist.is_initialized():
        dist.all_reduce(torch.zeros(1))


@contextlib.contextmanager
def one_first() -> Iterator[None]:
    """Let the first process of each machine go ahead; the others then find what it has left on the disk."""
    if rank_here() > 0:
        wait_for_all()
    yield
    if rank_here() == 0:
        wait_for_all()


def leaving_afterwards(command: Callable[[Namespace], int]) -> Callable[[Namespace], int]:
    """The same command, which leaves the process group at its end, also when it fails."""

    @wraps(command)
    def run(args: Namespace) -> int:
        try:
            return command(args)
        finally:
            if dist.is_initialized():
                dist.destroy_process_group()

    return run
