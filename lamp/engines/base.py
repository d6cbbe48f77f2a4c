"""What both engines offer. Arrays at this interface are numpy; shapes are those of ``lamp.problem.Shape``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lamp.problem import Array, Arrays, Shape


class Engine(Protocol):
    """Runs the networks and the optimisation step. Not thread-safe: one thread owns an engine."""

    name: str  # "onnx" or "torch"
    device: str  # "cpu", or the name of the GPU
    captured: bool  # whether steps are replayed as one recorded graph

    def preload(self, shapes: Sequence[Shape], at_once: int = 2) -> None:
        """Begin to load what problems of these shapes need, beside whatever the caller does; returns at once. Loading
        ``at_once`` files takes as many cores from everything else."""

    def encode(self, features: Array, visible: Array) -> Array:
        """Raw features ``(B, T, 137)`` with visibility ``(B, L, 6)`` -> standardised latents ``(B, L, D)``."""

    def denoise(self, inputs: Arrays) -> Array:
        """One denoiser call; ``inputs`` holds noisy, time, text, has_text, context, known, token_valid."""

    def decode(self, latents: Array, token_valid: Array) -> Array:
        """Standardised latents ``(B, L, D)`` -> raw features ``(B, T, 137)``."""

    def shapes(self) -> list[Shape]:
        """Shapes of problem it can step, shortest first, those without geometry only."""

    def with_geometry(self, shape: Shape) -> Shape:
        """The same window with room for geometry; ``BundleError`` where this engine has none."""

    def batch_size(self, shape: Shape, rows: int) -> int:
        """The batch it would run ``rows`` rows as: the smallest available one that holds them, else the largest."""

    def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Any:
        """Place a batch on the device."""

    def run(self, batch: Any, steps: int) -> None:
        """Do ``steps`` optimisation steps; no host synchronisation between them."""

    def read(self, batch: Any) -> Arrays:
        """The state of the batch, back on the host."""

    def release(self, shape: Shape, size: int) -> None:
        """Give back what is kept for batches of this shape and size: there was no memory for one."""

    def give_up(self, error: Exception) -> bool:
        """There is no memory even for a single row. Whether another engine goes on in place of this one."""

    def close(self) -> None:
        """Nothing more is asked for: stop loading ahead, which would keep the process from ending."""

    def memory_bytes(self) -> int:
        """Memory allocated on a device of its own; 0 on the host."""
