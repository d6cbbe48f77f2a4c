"""An engine with another one behind it, for a device that has no memory left even for a single row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from lamp.batch_limits import is_out_of_memory
from lamp.engines.base import Engine
from lamp.problem import Array, Arrays, Shape

log = logging.getLogger(__name__)
T = TypeVar("T")


class FallbackEngine:
    """The first engine until it runs out of memory for good; from then on the second, which is made only then."""

    def __init__(self, first: Engine, make_second: Callable[[], Engine]) -> None:
        self._make_second = make_second
        self.gave_up = False
        self._take(first)

    def _take(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.device, self.captured = engine.name, engine.device, engine.captured

    def preload(self, shapes: Sequence[Shape], at_once: int = 2) -> None:
        self._engine.preload(shapes, at_once)

    def encode(self, features: Array, visible: Array) -> Array:
        return self._either(lambda engine: engine.encode(features, visible))

    def denoise(self, inputs: Arrays) -> Array:
        return self._either(lambda engine: engine.denoise(inputs))

    def decode(self, latents: Array, token_valid: Array) -> Array:
        return self._either(lambda engine: engine.decode(latents, token_valid))

    def shapes(self) -> list[Shape]:
        return self._engine.shapes()

    def with_geometry(self, shape: Shape) -> Shape:
        return self._engine.with_geometry(shape)

    def batch_size(self, shape: Shape, rows: int) -> int:
        return self._engine.batch_size(shape, rows)

    def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Any:
        return self._engine.load(shape, problem, state)

    def run(self, batch: Any, steps: int) -> None:
        self._engine.run(batch, steps)

    def read(self, batch: Any) -> Arrays:
        return self._engine.read(batch)

    def release(self, shape: Shape, size: int) -> None:
        self._engine.release(shape, size)

    def give_up(self, error: Exception) -> bool:
        """Change to the second engine; False when that was done already."""
        if self.gave_up:
            return False
        first = self._engine
        self._take(self._make_second())
        self.gave_up = True
        log.error(
            "%s has no memory left on %s (%s); going on with %s on %s, which is slower: free memory and restart",
            first.name, first.device, error, self.name, self.device,
        )  # fmt: skip
        return True

    def close(self) -> None:
        self._engine.close()

    def memory_bytes(self) -> int:
        return self._engine.memory_bytes()

    def _either(self, work: Callable[[Engine], T]) -> T:
        try:
            return work(self._engine)
        except Exception as error:
            if not is_out_of_memory(error) or not self.give_up(error):
                raise
        return work(self._engine)
