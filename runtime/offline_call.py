"""One Generate or Optimize call: slices of work on the worker, a slot with the newest item on the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from runtime.offline_work import Done, Status

log = logging.getLogger(__name__)
_SLICE_S = (
    0.03  # nothing more is begun in a slice after this time; live characters wait so long, and for one batch
)


class OfflineCall:
    """Made on the event loop; ``work`` and ``fail`` belong to the worker, ``next`` to the event loop."""

    def __init__(self, slices: Iterator[Status | Done], loop: asyncio.AbstractEventLoop) -> None:
        self.cancelled = False  # set by the event loop
        self.used_s = 0.0  # of the device, so far
        self.asked_s = time.monotonic()
        self.begun = False
        self._slices = slices
        self._loop = loop
        self._slot: Status | Done | BaseException | None = None
        self._filled = asyncio.Event()

    def work(self) -> Done | None:
        """Do one slice; what came of the call when that was the last one. Raises what the work raises.

        Cancelling is noticed before every batch of the device.
        """
        began_s = time.monotonic()
        until_s = began_s + (_SLICE_S if self.begun else 0.0)  # the reader hears at once that it is begun
        self.begun = True
        try:
            while not self.cancelled:
                item = next(self._slices)
                if isinstance(item, Done) or item.preview or time.monotonic() >= until_s:
                    post(self._loop, self._put, item)
                    return item if isinstance(item, Done) else None
        finally:
            self.used_s += time.monotonic() - began_s
        return None

    def fail(self, error: BaseException) -> None:
        """End the call with an error."""
        post(self._loop, self._put, error)

    def _put(self, item: Status | Done | BaseException) -> None:
        if (
            isinstance(item, Status)
            and isinstance(self._slot, Status)
            and self._slot.preview
            and not item.preview
        ):
            return  # keep a preview that was not read yet; the next status comes soon
        self._slot = item
        self._filled.set()

    async def next(self) -> Status | Done:
        """The newest item."""
        await self._filled.wait()
        self._filled.clear()
        item, self._slot = self._slot, None
        if isinstance(item, BaseException):
            raise item
        assert item is not None
        return item


def post(loop: asyncio.AbstractEventLoop, do: Callable[..., None], *args: Any) -> None:
    """Run ``do`` on the loop; a loop that is closed already has nobody left to tell."""
    try:
        loop.call_soon_threadsafe(do, *args)
    except RuntimeError:
        log.debug("the event loop is closed; a result was dropped")
