"""Generate and Optimize beside live characters: their share, their turns, and how soon a cancelled one is let go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import numpy as np
import pytest

from lamp.motion import Motion
from runtime.live_ticker import LiveTicker
from runtime.metrics import Metrics
from runtime.offline_call import OfflineCall
from runtime.offline_queue import OfflineQueue
from runtime.offline_work import Done, Status
from runtime.scheduling import Scheduling
from tests.runtime.virtual import Clock, Device, Player, clock

__all__ = ["clock"]  # a fixture


def work(slice_s: float, slices: int, log: list[float] | None = None) -> Iterator[Status | Done]:
    """``slices`` batches of ``slice_s`` each."""
    for i in range(slices):
        time.sleep(slice_s)
        if log is not None:
            log.append(slice_s)
        yield Status(i + 1, slices, 0.0)
    yield Done(())


class Stage:
    """A worker's loop in virtual time: live characters that always want everything, and a queue of calls."""

    def __init__(self, clock: Clock, share: float = 0.2, characters: int = 4) -> None:
        device = Device(row_s=0.01)
        self.clock = clock
        self.ticker = LiveTicker(device, clock=clock, scheduling=Scheduling())
        self.players = [Player(self.ticker, device, clock, float(i)) for i in range(characters)]
        self.ended: list[float] = []
        self.queue = OfflineQueue(share, Metrics(), self.ended.append, clock)
        self.loop = asyncio.new_event_loop()

    def call(self, slices: Iterator[Status | Done]) -> OfflineCall:
        made = OfflineCall(slices, self.loop)
        self.queue.calls.append(made)
        return made

    def run(self, seconds: float) -> float:
        """The share of the time that calls had."""
        began_s, offline_s = self.clock(), 0.0
        while self.clock() < began_s + seconds:
            for player in self.players:
                player.change()
            tick_s = self.clock()
            busy = self.ticker.tick()
            turn_s = self.clock()
            if busy:
                self.queue.live(turn_s - tick_s)
            self.queue.turn(live_busy=busy)
            offline_s += self.clock() - turn_s
            self.clock.sleep(0.0001)
        return offline_s / (self.clock() - began_s)


@pytest.fixture
def stage(clock: Clock) -> Iterator[Stage]:
    made = Stage(clock)
    yield made
    made.loop.close()


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("slice_s", [0.001, 0.4])
def test_calls_get_their_share_of_a_busy_device_and_no_more(
    clock: Clock, share: float, slice_s: float
) -> None:
    stage = Stage(clock, share)
    stage.call(work(slice_s, 100_000))
    assert stage.run(12.0) == pytest.approx(share, abs=0.04)
    assert all(player.plans for player in stage.players)
    stage.loop.close()


def test_without_live_characters_a_call_has_the_device(clock: Clock) -> None:
    stage = Stage(clock, characters=0)
    stage.call(work(0.01, 100_000))
    assert stage.run(2.0) > 0.95
    stage.loop.close()


def test_calls_take_turns_by_the_time_they_had(stage: Stage) -> None:
    """One with slices a hundred times as long does not get more."""
    long, short = stage.call(work(0.1, 100_000)), stage.call(work(0.001, 100_000))
    stage.run(15.0)
    assert long.used_s == pytest.approx(short.used_s, abs=0.15)
    assert long.used_s > 0.5


def test_a_call_that_ends_makes_room_and_its_cost_is_known(stage: Stage) -> None:
    stage.call(work(0.01, 5))
    stage.run(2.0)
    assert stage.queue.calls == []
    assert stage.ended == [pytest.approx(0.05)]


def test_a_cancelled_call_does_no_further_batch(stage: Stage) -> None:
    batches: list[float] = []
    call = stage.call(work(0.001, 100_000, batches))

    def cancel_in_the_middle(work: Iterator[Status | Done]) -> Iterator[Status | Done]:
        for i, item in enumerate(work):
            if i == 20:
                call.cancelled = True  # another thread would; here: in the middle of a slice
            yield item

    call._slices = cancel_in_the_middle(call._slices)
    stage.run(2.0)
    assert len(batches) == 21, "the batch at hand ended, and no other was begun"
    assert stage.queue.calls == []


def test_a_call_that_fails_ends_alone(stage: Stage) -> None:
    def broken() -> Iterator[Status | Done]:
        yield Status(1, 2, 0.0)
        raise RuntimeError("broken")

    bad, good = stage.call(broken()), stage.call(work(0.01, 3))
    stage.run(2.0)
    with pytest.raises(RuntimeError, match="broken"):
        stage.loop.run_until_complete(bad.next())
    assert isinstance(stage.loop.run_until_complete(good.next()), Done)
    assert len(stage.ended) == 1


def test_a_preview_that_was_not_read_yet_is_kept(stage: Stage) -> None:
    def previewing() -> Iterator[Status | Done]:
        yield Status(1, 3, 0.0)
        yield Status(2, 3, 0.0, preview=(clip,))
        time.sleep(0.1)
        yield Status(3, 3, 0.0)

    clip = Motion.from_positions(np.ones((4, 22, 3)))
    call = stage.call(previewing())
    for _ in range(3):
        call.work()
    assert len(stage.loop.run_until_complete(call.next()).preview) == 1
