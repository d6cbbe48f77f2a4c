"""A client that stops reading, in front of a real server process: it costs little memory, and the others nothing."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from tests.runtime.process import served
from tests.runtime.test_metrics import Samples, read
from tests.runtime.wire import Driven, sphere

STOPPED_S = 20.0
FPS = 30
MIB = 2**20


class Game:
    """A client at 30 frames a second that moves an obstacle once a second, and notes what reached it too late."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven
        self.late_s: list[float] = []
        self.answers_s: list[float] = []
        self._asked: dict[int, float] = {}

    async def play(self, seconds: float) -> None:
        reading = asyncio.ensure_future(self._read())
        await self.driven.update(revision=1)
        while not self.driven.frames:
            await asyncio.sleep(0.01)
        began = time.monotonic()
        frame = 0
        while (now := time.monotonic() - began) < seconds:
            frame = int(now * FPS)
            missing_since = time.monotonic()
            while self.driven.last_index < frame:
                await asyncio.sleep(0.002)
            self.late_s.append(time.monotonic() - missing_since if self.driven.last_index < frame else 0.0)
            if frame % 3 == 0:
                await self.driven.play(frame / FPS)
            if frame % FPS == 0 and frame // FPS + 2 not in self._asked:
                await self._change(frame // FPS + 2, frame / FPS)
            await asyncio.sleep(1 / FPS)
        reading.cancel()

    async def _change(self, revision: int, now_s: float) -> None:
        self._asked[revision] = time.monotonic()
        await self.driven.update(revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, now_s + 3.0)])

    async def _read(self) -> None:
        while await self.driven.read():
            known = self.driven.plans[-1].scene_revision if self.driven.plans else -1
            for revision in [r for r in self._asked if r <= known]:
                self.answers_s.append(time.monotonic() - self._asked.pop(revision))


class Stopped:
    """A client that asks for as much as it may, goes on talking, and reads nothing after the first plan."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven

    async def talk(self, seconds: float) -> None:
        await self.driven.until(lambda: self.driven.frames)
        began, revision = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            revision += 1
            await self.driven.play(now)
            await self.driven.update(
                revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, now + 3.0 + revision % 2)]
            )
            await asyncio.sleep(0.05)


async def in_time(work: Awaitable[Any], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await work


def rss(samples: Samples) -> float:
    return samples["process_resident_memory_bytes", ()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_a_stopped_reader_holds_little_and_slows_nobody(tmp_path: Path) -> None:
    log = tmp_path / "server.log"

    async def body(address: str, port: int) -> None:
        def channel() -> grpc.aio.Channel:
            return grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])

        channels = [channel() for _ in range(9)]
        games = [Game(await Driven.open(c, fps=FPS)) for c in channels[:8]]
        playing = [asyncio.ensure_future(game.play(STOPPED_S + 8.0)) for game in games]
        await asyncio.sleep(6.0)
        before = rss(await asyncio.to_thread(read, port))
        alone = [a for game in games for a in game.answers_s]
        stopped = Stopped(await Driven.open(channels[8], fps=240, horizon_s=10.0))
        talking, most = asyncio.ensure_future(stopped.talk(STOPPED_S)), 0.0
        while not talking.done():
            most = max(most, rss(await asyncio.to_thread(read, port)))
            await asyncio.sleep(0.5)
        await talking
        for game in playing:
            await in_time(game, 20.0)
        beside = [a for game in games for a in game.answers_s][len(alone) :]
        late = np.concatenate([game.late_s for game in games])
        figures = (
            f"memory {(most - before) / MIB:.1f} MiB more; answers p95 {np.percentile(alone, 95):.3f} s without, "
            f"{np.percentile(beside, 95):.3f} s beside it; late frames {np.count_nonzero(late)} of {len(late)}"
        )
        print(figures)
        assert (most - before) / MIB <= 8.0, figures
        assert np.percentile(late, 99) <= 0.033, figures
        assert len(beside) >= 8 * 15, "everybody got answers all the time"
        assert np.percentile(beside, 50) <= 2.0 * np.percentile(alone, 50) + 0.05, figures
        # it was not cut off: when it reads again, it catches up
        newest = len(stopped.driven.plans)
        await stopped.driven.update(revision=10_000)
        stopped.driven.may_miss_frames = True
        await stopped.driven.until(lambda: stopped.driven.plans[-1].scene_revision == 10_000)
        assert len(stopped.driven.plans) - newest < 100, "no queue of old plans"
        assert await stopped.driven.bye() is grpc.StatusCode.OK
        for c in channels:
            await c.close()

    with served("--metrics-address", "127.0.0.1:0", "--log-level", "info", log=log) as (_, address):
        port = int(re.search(r"metrics on port (\d+)", log.read_text())[1])  # type: ignore[index]
        asyncio.run(in_time(body(address, port), 120.0))
