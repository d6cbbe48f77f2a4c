"""Where a client is in its session."""

from __future__ import annotations

import pytest

from runtime.playhead import COAST_S, Playhead


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_it_stands_until_the_first_plan_and_then_runs_with_the_clock(clock: Clock) -> None:
    playhead = Playhead(clock)
    clock.now += 50
    assert playhead.now_s() == 0.0
    playhead.start()
    clock.now += 7.5
    assert playhead.now_s() == pytest.approx(7.5)
    playhead.start()  # later plans change nothing
    assert playhead.now_s() == pytest.approx(7.5)


def test_a_client_that_tells_is_believed_and_coasts_for_a_while(clock: Clock) -> None:
    playhead = Playhead(clock)
    playhead.start()
    clock.now += 5
    playhead.tell(2.0)
    assert playhead.now_s() == 2.0
    clock.now += COAST_S / 2
    assert playhead.now_s() == pytest.approx(2.0 + COAST_S / 2)
    clock.now += 60
    assert playhead.now_s() == pytest.approx(2.0 + COAST_S)
    assert playhead.told
    assert playhead.last_told_s == 2.0


def test_telling_before_the_first_plan_does_not_start_the_clock(clock: Clock) -> None:
    playhead = Playhead(clock)
    playhead.tell(0.0)
    clock.now += 10
    assert playhead.now_s() == 0.0


def test_a_session_may_start_at_any_time_and_hold_until_its_client_is_back(clock: Clock) -> None:
    playhead = Playhead(clock, start_s=50.0)
    assert (playhead.now_s(), playhead.last_told_s, playhead.told) == (50.0, 50.0, False)
    playhead.start()
    clock.now += 2.0
    playhead.hold()
    clock.now += 9.0
    assert playhead.now_s() == pytest.approx(52.0)
    playhead.start()
    clock.now += 1.0
    assert playhead.now_s() == pytest.approx(53.0), "by the clock again"
    playhead.tell(53.5)
    clock.now += 0.4
    playhead.hold()
    assert playhead.now_s() == pytest.approx(53.9)
    assert playhead.last_told_s == 53.5, "the client may say so again"
    clock.now += 9.0
    playhead.tell(53.6)
    clock.now += 9.0
    assert playhead.now_s() == pytest.approx(53.6)
    playhead.start()
    clock.now += 9.0
    assert playhead.now_s() == pytest.approx(53.6 + COAST_S)
