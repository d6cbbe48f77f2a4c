"""The worker's tick, without threads and without a network."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lamp.live import Plan
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.coordinates import PRESETS
from runtime.encode import FrameBlock
from runtime.live_ticker import LiveTicker
from runtime.live_work import LiveWork
from runtime.log import SessionLog
from runtime.outbox import Outbox
from runtime.playhead import Playhead
from runtime.scene_state import Wishes
from runtime.stub_backend import StubBackend, StubJob


class Heard:
    """A listener that remembers, and keeps frames as a session does."""

    def __init__(self) -> None:
        self.plans: list[tuple[Plan, int]] = []
        self.errors: list[Exception] = []
        self.outbox = Outbox()

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        self.plans.append((plan, start_frame))
        self.outbox.put(frames.first, frames)

    def failed(self, error: Exception) -> None:
        self.errors.append(error)


class Recording(StubBackend):
    """Remembers how many characters each step was for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.batches: list[int] = []

    def advance(self, jobs: Sequence[StubJob], steps: int) -> None:
        self.batches.append(len(jobs))
        super().advance(jobs, steps)


def add(ticker: LiveTicker, backend: StubBackend, x: float = 0.0) -> tuple[LiveWork, Heard]:
    start, heard = CharacterStart("walk", position_m=(x, 0.0, 0.0)), Heard()
    log = SessionLog(logging.getLogger("test"), f"no-{x:g}")
    work = LiveWork(start, PRESETS["MODEL"], 30.0, Playhead(), heard, log, Wishes("walk"))
    work.begin(backend)
    ticker.works.append(work)
    return work, heard


def settle(ticker: LiveTicker) -> None:
    for _ in range(100):
        if not ticker.tick():
            return
    raise AssertionError("it never came to rest")


def wish(work: LiveWork, z: float) -> None:
    rock = Obstacle("sphere", (0.1, 0.9, z))
    work.wishes = replace(work.wishes, obstacles={"rock": rock}, revision=work.wishes.revision + 1)


def test_everybody_who_needs_steps_shares_one_batch() -> None:
    backend = Recording()
    ticker = LiveTicker(backend)
    heard = [add(ticker, backend, float(i))[1] for i in range(5)]
    settle(ticker)
    assert set(backend.batches) == {5}
    assert all(len(h.plans) == 1 for h in heard)


def test_a_newcomer_joins_at_the_next_tick() -> None:
    backend = Recording(steps=1000)
    ticker = LiveTicker(backend)
    add(ticker, backend)
    ticker.tick()
    add(ticker, backend, 1.0)
    ticker.tick()
    assert backend.batches == [1, 2]


def test_one_that_fails_is_let_go_and_the_batch_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    backend = Recording()
    ticker = LiveTicker(backend)
    _, good = add(ticker, backend)
    bad_work, bad = add(ticker, backend, 1.0)
    backend.broken.add(backend.characters[1])
    settle(ticker)
    assert len(good.plans) == 1
    assert good.errors == []
    assert [type(e) for e in bad.errors] == [RuntimeError]
    assert bad_work not in ticker.works
    assert bad_work.job is None
    assert "no-1" in {getattr(r, "session", "") for r in caplog.records}


def test_a_closed_session_leaves_no_job() -> None:
    backend = Recording(steps=1000)
    ticker = LiveTicker(backend)
    work, heard = add(ticker, backend)
    ticker.tick()
    assert work.job is not None
    work.closed = True
    assert not ticker.tick()
    assert ticker.works == []
    assert work.job is None
    assert heard.plans == []


def test_only_the_newest_wish_is_planned_for() -> None:
    backend = StubBackend()
    ticker = LiveTicker(backend)
    work, heard = add(ticker, backend)
    settle(ticker)
    for z in range(2, 30):
        wish(work, float(z))
    settle(ticker)
    assert [plan.scene_revision for plan, _ in heard.plans] == [0, 28]


def test_what_is_on_the_screen_when_a_plan_comes_stays() -> None:
    backend = StubBackend(steps=50)
    ticker = LiveTicker(backend)
    work, heard = add(ticker, backend)
    settle(ticker)
    work.playhead.start()
    work.playhead.tell(0.5)
    wish(work, 2.0)
    ticker.tick()  # the plan will change the motion from 0.8 s on, and interpolation a little before
    assert work.job is not None
    work.playhead.tell(0.78)
    work.job.steps = work.job.max_steps
    ticker.tick()
    plan, start_frame = heard.plans[-1]
    assert plan.start_s == pytest.approx(0.8)
    assert start_frame == 24


def test_a_slow_device_makes_plans_begin_later_and_a_fast_one_sooner_again() -> None:
    backend = StubBackend(steps=50)
    ticker = LiveTicker(backend)
    work, heard = add(ticker, backend)
    settle(ticker)
    work.playhead.start()

    def plan_while_playing(from_s: float, seconds: float) -> float:
        """How long after the playhead the plan begins, when planning takes ``seconds`` of play."""
        work.playhead.tell(from_s)
        wish(work, 2.0 + from_s)
        ticker.tick()
        assert work.job is not None
        work.playhead.tell(from_s + seconds)
        work.job.steps = work.job.max_steps
        ticker.tick()
        return heard.plans[-1][0].start_s - (from_s + seconds)

    slow = [plan_while_playing(0.6 * i, 0.5) for i in range(1, 6)]
    assert slow[0] < 0  # nobody knew
    assert min(slow[2:]) > 0
    slack = work.slack_s
    for i in range(30):
        settle(ticker)
        plan_while_playing(4.0 + 0.1 * i, 0.05)
    assert work.slack_s < slack / 2


def test_frames_of_plan_after_plan_have_no_gap_and_no_jump() -> None:
    backend = StubBackend()
    ticker = LiveTicker(backend)
    work, heard = add(ticker, backend)
    work.playhead.start()
    taken: list[FrameBlock] = []
    settle(ticker)
    for i in range(6):
        work.playhead.tell(0.5 * i)
        wish(work, 2.0 + i)
        settle(ticker)
        block = heard.outbox.take(30 * (i + 1) // 2 + 9, 1000)
        if block is not None:
            taken.append(block)
    frames: dict[int, Any] = {}
    for block in taken:
        assert block.first <= len(frames)
        frames.update({block.first + k: root for k, root in enumerate(block.roots)})
    path = np.array([frames[i] for i in range(len(frames))])
    assert len(path) > 80
    assert np.abs(np.diff(path, n=2, axis=0)).max() < 0.03
