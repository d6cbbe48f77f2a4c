"""A forwarder with the faults of a bad network that last: jitter, stalls, and a narrow line."""

from __future__ import annotations

import asyncio
import random
from types import TracebackType
from typing import Self

from tests.runtime.proxy import Proxy


class BadNetwork(Proxy):
    """jitter_s: every piece of data waits up to so long, in order. bytes_per_s: of each direction; None: no limit.

    stall_share: the share of the time in which nothing passes at all, ``stall_s`` at a time.
    """

    def __init__(self, target_port: int) -> None:
        super().__init__(target_port)
        self.jitter_s = 0.0
        self.bytes_per_s: float | None = None
        self.stall_share, self.stall_s = 0.0, 0.5
        self.stalls = 0
        self._stalled = 0
        self._passing = asyncio.Event()
        self._passing.set()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._stalling = asyncio.create_task(self._stall_now_and_then())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stalling.cancel()
        await super().__aexit__(kind, error, trace)

    async def stall(self, seconds: float) -> None:
        """Nothing passes for so long, and then everything at once."""
        self.stalls += 1
        self._stalled += 1
        self._passing.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._stalled -= 1
            if not self._stalled:
                self._passing.set()

    async def _stall_now_and_then(self) -> None:
        while True:
            if self.stall_share <= 0.0:
                await asyncio.sleep(0.05)
                continue
            await asyncio.sleep(self.stall_s * (1.0 / self.stall_share - 1.0) * random.uniform(0.5, 1.5))
            await self.stall(self.stall_s)

    async def _carry(self, data: bytes) -> None:
        if self.bytes_per_s is not None:
            await asyncio.sleep(len(data) / self.bytes_per_s)
        if self.jitter_s > 0.0:
            await asyncio.sleep(random.uniform(0.0, self.jitter_s))
        await self._passing.wait()
