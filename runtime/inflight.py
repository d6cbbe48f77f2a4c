"""Calls with an end of their own, counted so that the end of the server can wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class InFlight:
    """Generate, Optimize and their like that run now. Lives on the event loop."""

    def __init__(self) -> None:
        self._count = 0
        self.draining = False  # no more calls are taken
        self._quiet = asyncio.Event()

    def __len__(self) -> int:
        return self._count

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around a call."""
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
            if self.draining and not self._count:
                self._quiet.set()

    async def drain(self, grace_s: float) -> None:
        """Take no more calls, and wait until those that run have ended, for ``grace_s`` at most."""
        self.draining = True
        if not self._count:
            return
        try:
            async with asyncio.timeout(grace_s):
                await self._quiet.wait()
        except TimeoutError:
            return

    def give_up(self) -> None:
        """Let ``drain`` wait no longer."""
        self._quiet.set()
