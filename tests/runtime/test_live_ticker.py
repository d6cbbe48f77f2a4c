"""Who gets the device when there is not enough of it. Time is virtual: the shares are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.live_ticker import LiveTicker
from runtime.scheduling import Scheduling
from tests.runtime.virtual import Clock, Device, Player, clock, run

__all__ = ["clock"]  # a fixture
TICK_S = Scheduling().tick_s


def stage(
    clock: Clock, characters: int, row_s: float, **options: Any
) -> tuple[LiveTicker, list[Player], Device]:
    device = Device(row_s=row_s)
    ticker = LiveTicker(device, clock=clock, scheduling=Scheduling(**options))
    return ticker, [Player(ticker, device, clock, float(i)) for i in range(characters)], device


def test_a_tick_stays_short_however_many_characters_there_are(clock: Clock) -> None:
    ticker, players, _ = stage(clock, 64, row_s=0.004)
    took = run(ticker, clock, 6.0)
    assert max(took) <= 2.5 * TICK_S
    assert all(player.plans for player in players)


def test_batches_hold_what_fits_into_a_tick_and_those_needed_soonest(clock: Clock) -> None:
    ticker, players, device = stage(clock, 32, row_s=0.004)
    run(ticker, clock, 5.0)
    assert max(len(batch) for batch in device.batches) == 8, (
        "of the sizes that fit into 50 ms the largest power of two"
    )
    device.batches.clear()
    players[7].change()
    players[20].change()
    ticker.tick()
    assert {players[7].work.character, players[20].work.character} <= set(device.batches[0])


def test_nobody_starves_beside_one_that_changes_its_scene_all_the_time(clock: Clock) -> None:
    """Honest ones alone ask for 1.3 times what the device can do; the rude one changes its scene before every tick."""
    ticker, players, _ = stage(clock, 9, row_s=0.01, session_share=0.1)
    rude, honest = players[0], players[1:]
    run(ticker, clock, 3.0)
    due = {id(p): clock() + 0.03 * i for i, p in enumerate(honest)}

    def changes() -> None:
        rude.change()
        for player in honest:
            if clock() >= due[id(player)]:
                due[id(player)] += 0.25
                player.change()

    run(ticker, clock, 8.0, changes)
    run(ticker, clock, 2.0)
    waits = np.array([wait for p in honest for wait in p.waits_s()[1:]])
    assert np.isfinite(waits).all(), "every change is answered"
    assert waits.max() < 1.5
    plans = np.array([len(p.plans) for p in honest])
    assert plans.max() < 1.5 * plans.min(), "equals are served alike"
    assert len(rude.plans) < 1.5 * plans.max(), "asking oftener does not give more"
    assert rude.waits_s()[-1] < 2.0, "the rude one is served too"
    assert all(p.least_left_s() > 0.0 for p in players), "nobody runs out of frames"


def test_who_takes_more_than_its_share_is_told_once_and_only_when_others_wait(clock: Clock) -> None:
    ticker, (alone,), device = stage(clock, 1, row_s=0.01, session_share=0.05, session_burst_s=0.1)
    run(ticker, clock, 5.0, alone.change)
    assert not alone.budget_notices, "an idle device may be used"
    plans = len(alone.plans)
    others = [Player(ticker, device, clock, 1.0 + i) for i in range(8)]

    def all_change() -> None:
        for player in (alone, *others):
            player.change()

    run(ticker, clock, 5.0, all_change)
    assert len(alone.budget_notices) == 1
    assert len(alone.plans) - plans >= 3, "it is slowed down, not cut off"


def test_a_character_whose_frames_run_out_comes_before_all_changes(clock: Clock) -> None:
    ticker, players, _ = stage(clock, 12, row_s=0.01)
    run(ticker, clock, 3.0)
    quiet = players[0]

    def others_change() -> None:
        for player in players[1:]:
            player.change()

    run(ticker, clock, 10.0, others_change)
    assert quiet.least_left_s() > 0.0
    assert quiet.plans[-1][0].end_s > 10.0


def test_what_is_finished_is_published_over_several_ticks(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticker, players, _ = stage(clock, 40, row_s=0.0001)
    for player in players:
        told = player.planned

        def slow(*args: Any, told: Any = told) -> None:
            clock.sleep(0.005)  # rendering a plan takes time
            told(*args)

        monkeypatch.setattr(player, "planned", slow)
    took = run(ticker, clock, 1.0)
    assert max(took) < 2.5 * TICK_S
    assert all(player.plans for player in players)
    first = [player.plans[0][1] for player in players]
    assert max(first) - min(first) > 0.1, "they came one after the other"


def test_a_slow_device_is_not_left_with_half_empty_batches(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes half a second whatever the batch: all waiting jobs are made before it, though each takes a while."""

    class Slow(Device):
        def advance(self, jobs: Any, steps: int) -> None:
            clock.sleep(0.5 * steps)
            super().advance(jobs, steps)

    device = Slow(row_s=0.0, steps=1)
    ticker = LiveTicker(device, clock=clock)
    players = [Player(ticker, device, clock, float(i)) for i in range(6)]
    for player in players:
        start = player.work.start_job

        def slow(now_s: float, start: Any = start) -> bool:
            clock.sleep(0.02)
            return bool(start(now_s))

        monkeypatch.setattr(player.work, "start_job", slow)
    run(ticker, clock, 4.0)
    device.batches.clear()
    for _ in range(5):
        for player in players:
            player.change()
        run(ticker, clock, 1.0)
    assert np.mean([len(batch) for batch in device.batches]) > 4
