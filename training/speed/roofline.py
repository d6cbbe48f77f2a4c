"""What one evaluation of the chain costs at least on this machine: arithmetic and memory traffic against its speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

_SIDE, _COPY_BYTES, _REPEATS = 1024, 2**28, 5


class Count(TorchDispatchMode):
    """Operations of all products, and the bytes every operator reads and writes as if no cache kept anything between
    two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.operations, self.bytes = 0, 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        product = flop_registry.get(func._overloadpacket)
        if product is not None:
            self.operations += product(*args, **kwargs, out_val=out)
        if not func.is_view:
            self.bytes += sum(t.numel() * t.element_size() for t in _tensors((args, kwargs, out)))
        return out


def _tensors(tree: Any) -> Iterable[Tensor]:
    return (leaf for leaf in torch.utils._pytree.tree_leaves(tree) if isinstance(leaf, Tensor))


def cost_of(run: Callable[[int], object], few: int = 1, more: int = 2) -> tuple[float, float]:
    """``(operations, bytes)`` of one step of ``run(steps)``: the difference of two runs, counted, not timed."""
    counted = []
    for steps in (few, more):
        with Count() as count:
            run(steps)
        counted.append((count.operations, count.bytes))
    return tuple((b - a) / (more - few) for a, b in zip(*counted, strict=True))


def machine() -> dict[str, float]:
    """Measured limits with the threads in use: ``gflops`` of single-precision products, ``gb_per_s`` of a copy."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    a, b = torch.randn(_SIDE, _SIDE, device=device), torch.randn(_SIDE, _SIDE, device=device)
    large = torch.zeros(_COPY_BYTES // 4, device=device)
    product_s, copy_s = _fastest(lambda: a @ b), _fastest(large.clone)
    return {
        "gflops": round(2 * _SIDE**3 / product_s / 1e9, 1),
        "gb_per_s": round(2 * _COPY_BYTES / copy_s / 1e9, 1),
    }


def _fastest(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_REPEATS):
        began = time.perf_counter()
        call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - began)
    return best


def estimate(
    operations: float, bytes_moved: float, limits: dict[str, float], measured_ms: float
) -> dict[str, float]:
    """The two roofs in milliseconds beside the measured time; ``compute_share``: of the arithmetic in it.

    Memory counts as if nothing stayed in a cache, so small networks can be faster than that roof.
    """
    compute_ms = operations / limits["gflops"] / 1e6
    memory_ms = bytes_moved / limits["gb_per_s"] / 1e6
    return {
        "gflop": round(operations / 1e9, 3), "mib_moved": round(bytes_moved / 2**20, 1),
        "operations_per_byte": round(operations / max(bytes_moved, 1.0), 1), "compute_ms": round(compute_ms, 2),
        "memory_ms": round(memory_ms, 2), "measured_ms": measured_ms,
        "compute_share": round(compute_ms / max(measured_ms, 1e-9), 3),
    }  # fmt: skip
