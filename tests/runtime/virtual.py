"""Time that passes only when somebody sleeps, so that what is fair on a busy device is exact on any machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lamp.live import Plan
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.coordinates import PRESETS
from runtime.encode import FrameBlock
from runtime.live_ticker import LiveTicker
from runtime.live_work import LiveWork
from runtime.log import SessionLog
from runtime.playhead import Playhead
from runtime.scene_state import Wishes
from runtime.stub_backend import StubBackend
from runtime.stub_character import StubJob


class Clock:
    """In place of ``time.monotonic`` and ``time.sleep``."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made)
    monkeypatch.setattr(time, "sleep", made.sleep)
    return made


class Device(StubBackend):
    """A device on which every row costs ``row_s`` a step, and that remembers who was in each batch."""

    def __init__(self, *, row_s: float, steps: int = 4) -> None:
        super().__init__(steps=steps)
        self.row_s = row_s
        self.batches: list[list[Any]] = []

    def advance(self, jobs: Sequence[StubJob], steps: int) -> None:
        self.batches.append([job.character for job in jobs])
        time.sleep(self.row_s * len(jobs) * steps)
        super().advance(jobs, steps)

    def step_times(self) -> dict[int, float]:
        return {1: self.row_s, 64: 64 * self.row_s}


class Player:
    """A character, its client, and what the client heard."""

    def __init__(self, ticker: LiveTicker, backend: Any, clock: Clock, x: float = 0.0) -> None:
        self.clock = clock
        self.plans: list[tuple[Plan, float]] = []  # with the time they came
        self.budget_notices: list[float] = []
        log = SessionLog(logging.getLogger("test"), f"no-{x:g}")
        start = CharacterStart("walk", position_m=(x, 0.0, 0.0))
        self.work = LiveWork(start, PRESETS["MODEL"], 30.0, Playhead(clock), self, log, Wishes("walk"))
        self.work.planned_at_s = self.work.unanswered_since_s = clock()
        self.changed_s: dict[int, float] = {0: clock()}
        self.work.begin(backend)
        ticker.add(self.work)

    def change(self, z: float = 3.0) -> None:
        """Another scene."""
        revision = self.work.wishes.revision + 1
        rock = Obstacle("sphere", (0.1, 0.9, z + 0.001 * revision))
        self.changed_s[revision] = self.clock()
        self.work.wishes = replace(
            self.work.wishes, obstacles={"rock": rock}, revision=revision, read_s=self.clock()
        )

    def waits_s(self) -> list[float]:
        """From each change to the first plan that knows it, or a later one."""
        found = []
        for revision, changed_s in self.changed_s.items():
            came = [
                at_s for plan, at_s in self.plans if plan.scene_revision >= revision and at_s >= changed_s
            ]
            found.append(min(came) - changed_s if came else float("inf"))
        return found

    def least_left_s(self) -> float:
        """The least that was ever left of the plan when the next one came."""
        began_s = self.plans[0][1]
        pairs = zip(self.plans, self.plans[1:], strict=False)
        return min(
            (before.end_s - (at_s - began_s) for (before, _), (_, at_s) in pairs), default=float("inf")
        )

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        if not self.plans:
            self.work.playhead.start()
        self.plans.append((plan, self.clock()))

    def failed(self, error: Exception) -> None:
        raise AssertionError("planning failed") from error

    def over_budget(self, share: float) -> None:
        self.budget_notices.append(self.clock())


def run(
    ticker: LiveTicker, clock: Clock, seconds: float, each_tick: Callable[[], None] = lambda: None
) -> list[float]:
    """Tick for a while as the worker does; how long each tick took."""
    until_s, took = clock() + seconds, []
    while clock() < until_s:
        each_tick()
        began_s = clock()
        busy = ticker.tick()
        took.append(clock() - began_s)
        clock.sleep(0.0005 if busy else 0.01)
    return took
