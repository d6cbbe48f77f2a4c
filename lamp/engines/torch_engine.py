"""The torch engine: eager on a CPU, one recorded CUDA graph per shape and batch size on a GPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from lamp.engines.objective import PriorNetworks, Tensors
from lamp.engines.step import example_inputs, make_step
from lamp.problem import CONSTANT_STATE, Array, Arrays, Shape

GPU_BATCHES = (1, 4, 8, 16, 32, 64)


@dataclass
class Batch:
    """A loaded batch and what advances it by one step."""

    state: Tensors
    advance: Callable[[Tensors], Tensors] | None  # eager
    replay: Callable[[], None] | None  # captured: works on ``state`` in place


@dataclass
class _Captured:
    problem: Tensors
    state: Tensors
    replay: Callable[[], None]


class TorchEngine:
    """Runs the networks in torch. On a GPU the step is captured once per (shape, batch) and replayed."""

    name = "torch"

    def __init__(self, networks: PriorNetworks, shapes: list[Shape], grids: dict[int, list[float]],
                 device: torch.device, *, capture: bool = True) -> None:  # fmt: skip
        """``grids`` maps the frames of a shape to the times of its chain."""
        self._networks = networks.to(device).eval().requires_grad_(False)
        self._shapes, self._grids, self._device = shapes, grids, device
        self.device = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
        self.captured = capture and device.type == "cuda"
        self._graphs: dict[tuple[Shape, int], _Captured] = {}
        if device.type == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = True

    def preload(self, shapes: Sequence[Shape], at_once: int = 2) -> None:
        """Nothing: the networks are on the device, and graphs are recorded by the thread that replays them."""

    @torch.no_grad()
    def encode(self, features: Array, visible: Array) -> Array:
        return self._host(self._networks.to_latents(self._tensor(features), self._tensor(visible)))

    @torch.no_grad()
    def denoise(self, inputs: Arrays) -> Array:
        t = {name: self._tensor(value) for name, value in inputs.items()}
        return self._host(self._networks.denoiser(t["noisy"], t["time"], t["text"], t["has_text"], t["context"],
                                                  t["known"], t["token_valid"]))  # fmt: skip

    @torch.no_grad()
    def decode(self, latents: Array, token_valid: Array) -> Array:
        return self._host(self._networks.to_features(self._tensor(latents), self._tensor(token_valid)))

    def shapes(self) -> list[Shape]:
        return sorted(self._shapes, key=lambda s: s.frames)

    def with_geometry(self, shape: Shape) -> Shape:
        return replace(shape, geometry=True)

    def batch_size(self, shape: Shape, rows: int) -> int:
        if not self.captured:
            return rows
        return next((size for size in GPU_BATCHES if size >= rows), GPU_BATCHES[-1])

    def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Batch:
        p = {k: self._tensor(v) for k, v in problem.items()}
        s = {k: self._tensor(v) for k, v in state.items()}
        if not self.captured:
            step = make_step(self._networks, self._grids[shape.frames])
            return Batch(s, lambda now: step(p, now), None)
        graph = self._capture(shape, len(state["noise"]))
        for name, value in p.items():
            graph.problem[name].copy_(value)
        for name, value in s.items():
            graph.state[name].copy_(value)
        return Batch(graph.state, None, graph.replay)

    def run(self, batch: Batch, steps: int) -> None:
        for _ in range(steps):
            if batch.replay is not None:
                batch.replay()
            elif batch.advance is not None:
                batch.state = {k: v.detach() for k, v in batch.advance(batch.state).items()}

    def read(self, batch: Batch) -> Arrays:
        return {k: self._host(v) for k, v in batch.state.items()}

    def release(self, shape: Shape, size: int) -> None:
        self._graphs.pop((shape, size), None)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def give_up(self, error: Exception) -> bool:
        return False

    def close(self) -> None:
        """Nothing runs ahead here."""

    def memory_bytes(self) -> int:
        return torch.cuda.memory_allocated(self._device) if self._device.type == "cuda" else 0

    def _capture(self, shape: Shape, size: int) -> _Captured:
        """Record the step for static memory; the warm-up runs on a side stream as CUDA graphs ask for."""
        key = (shape, size)
        if key in self._graphs:
            return self._graphs[key]
        problem, state = example_inputs(shape, size, self._device)
        step = make_step(self._networks, self._grids[shape.frames])

        def advance() -> None:
            for name, value in step(problem, state).items():
                if name not in CONSTANT_STATE:
                    state[name].copy_(value)

        side = torch.cuda.Stream(self._device)
        side.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(side):
            for _ in range(3):
                advance()
        torch.cuda.current_stream(self._device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            advance()
        self._graphs[key] = _Captured(problem, state, graph.replay)
        return self._graphs[key]

    def _tensor(self, value: Array) -> torch.Tensor:
        return torch.as_tensor(np.asarray(value, np.float32), device=self._device)

    def _host(self, value: torch.Tensor) -> Array:
        array: Array = value.detach().cpu().numpy()
        return array
