"""How many rows go into one call of an engine that ran out of memory: fewer at once, and slowly more again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from lamp.engines.base import Engine
from lamp.problem import Shape

log = logging.getLogger(__name__)
_GROW_AFTER = 200  # calls that went well at the limit
_LONGEST_WAIT = 20_000
_SIGNS = ("out of memory", "failed to allocate", "bad allocation", "bad_alloc", "cannot allocate memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the device, or the host, had too little memory. torch and onnxruntime say so in their own ways."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    told_by_library = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    return told_by_library and any(sign in str(error).lower() for sign in _SIGNS)


@dataclass
class _Limit:
    rows: int
    failed: int  # the smallest batch that failed first; beyond it there is no limit any more
    wait: int = _GROW_AFTER  # calls at the limit before a larger batch is tried
    went_well: int = 0


class BatchLimits:
    """Per shape of problem."""

    def __init__(self) -> None:
        self.failures = 0
        self._limits: dict[Shape, _Limit] = {}

    def clear(self) -> None:
        """Another engine has taken over: no limits, the count of failures stays."""
        self._limits.clear()

    def size(self, engine: Engine, shape: Shape, rows: int) -> int:
        """As ``Engine.batch_size``, within the limit."""
        limit = self._limits.get(shape)
        return engine.batch_size(shape, min(rows, limit.rows) if limit is not None else rows)

    def shrink(self, engine: Engine, shape: Shape, size: int) -> bool:
        """A batch of ``size`` did not fit: take half from now on. False: there is nothing smaller."""
        self.failures += 1
        rows = size // 2
        while rows and engine.batch_size(shape, rows) >= size:
            rows //= 2
        if not rows:
            return False
        old = self._limits.get(shape)
        wait = _GROW_AFTER if old is None else min(4 * old.wait, _LONGEST_WAIT)
        self._limits[shape] = _Limit(
            engine.batch_size(shape, rows), max(size, old.failed if old is not None else 0), wait
        )
        log.warning(
            "no memory for a batch of %d rows of %d frames; at most %d from now on, more again after %d calls",
            size, shape.frames, self._limits[shape].rows, wait,
        )  # fmt: skip
        return True

    def went_well(self, engine: Engine, shape: Shape, size: int) -> None:
        """A batch of ``size`` rows fitted: after many at the limit, the next larger one is tried."""
        limit = self._limits.get(shape)
        if limit is None or size < limit.rows:
            return
        limit.went_well += 1
        if limit.went_well < limit.wait:
            return
        limit.rows, limit.went_well = engine.batch_size(shape, 2 * limit.rows), 0
        log.info("trying batches of %d rows of %d frames again", limit.rows, shape.frames)
        if limit.rows > limit.failed:
            del self._limits[shape]
