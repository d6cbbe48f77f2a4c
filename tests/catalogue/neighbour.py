"""An honest client beside the ones that misbehave: it plays in real time and must not notice anything."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import grpc

from tests.runtime.wire import Driven, eventually, sphere

_PATIENCE_S = 30.0


class Neighbour:
    """Reads and plays in the background; ``prove`` shows that it is served as ever. See ``neighbour``."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven
        self.proofs = 0
        self._began = time.monotonic()
        self._writing = asyncio.Lock()  # grpc takes one write at a time
        self._leaving = False
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._play())]

    async def _read(self) -> None:
        while await self.driven.read():
            pass
        raise AssertionError(f"an honest client lost its session: {await self.driven.call.code()}")

    async def _play(self) -> None:
        while not self._leaving:
            played_s = min(time.monotonic() - self._began, max(self.driven.sent_until_s(), 0.0))
            async with self._writing:
                await self.driven.play(played_s)
            await asyncio.sleep(0.1)

    def check(self) -> None:
        """Raises what went wrong so far."""
        for task in self._tasks:
            if task.done():
                task.result()
        assert self.driven.notices == [], "an honest client was scolded"

    async def prove(self) -> None:
        """A change of the scene is answered by a plan that knows it."""
        self.check()
        self.proofs += 1
        revision = 1 + (self.driven.plans[-1].scene_revision if self.driven.plans else 0)
        async with self._writing:
            await self.driven.update(
                revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0 + revision % 50)]
            )

        def known() -> bool:
            self.check()
            return bool(self.driven.plans) and self.driven.plans[-1].scene_revision >= revision

        await eventually(known, _PATIENCE_S)

    async def close(self) -> None:
        """End the session; it must end well."""
        self.check()
        self._leaving = True
        reading, playing = self._tasks
        await playing  # not cancelled: a write that is cancelled cancels its call
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        assert await self.driven.bye() is grpc.StatusCode.OK


@contextlib.asynccontextmanager
async def neighbour(channel: grpc.aio.Channel) -> AsyncIterator[Neighbour]:
    """A session that is proven before and after what happens inside."""
    one = Neighbour(await Driven.open(channel))
    await one.prove()
    yield one
    await one.prove()
    await one.close()
