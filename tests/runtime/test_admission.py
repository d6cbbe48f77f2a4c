"""Newcomers are refused before those present suffer: from measured times, with a fixed clock."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime.admission import Admission, Overloaded
from runtime.load import LEAST_STEPS, LoadMeter
from runtime.scheduling import Scheduling
from runtime.step_times import StepTimes
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.virtual import Clock
from tests.runtime.wire import Driven

OnServer = Callable[..., None]
CPU = {1: 0.033, 4: 0.085}  # onnxruntime on two cores
GPU = {1: 0.004, 4: 0.004, 8: 0.0045, 16: 0.005, 32: 0.006, 64: 0.009}


def admitted(known: dict[int, float], most: int = 100, **settings: float) -> int:
    """How many characters are let in one after the other before anything but step times is known."""
    load = LoadMeter(StepTimes(known), Clock())
    admission = Admission(Scheduling(**settings), load, 8)
    for present in range(most):
        load.characters(present)
        try:
            admission.character(present)
        except Overloaded:
            return present
    return most


def live(load: LoadMeter, clock: Clock, characters: int, seconds: float, plans_per_s: float, known: dict[int, float],
         overhead_s: float = 0.002) -> None:  # fmt: skip
    """So many characters, each with so many needed plans a second."""
    times = StepTimes(known)
    for _ in range(round(seconds * 10)):
        load.characters(characters)
        row_s = (times.predict(characters) or 0.0) / characters
        plans = characters * plans_per_s / 10
        load.device(plans * LEAST_STEPS * row_s)
        load.overhead(plans * overhead_s)
        clock.sleep(0.1)
    load.characters(characters)


def test_step_times_between_and_beyond_what_was_measured() -> None:
    times = StepTimes(CPU)
    assert times.predict(1) == 0.033
    assert times.predict(2) == pytest.approx(0.066), "not more per row than one alone"
    assert times.predict(3) == 0.085, "not more than four"
    assert times.predict(8) == pytest.approx(0.17)
    assert StepTimes().predict(3) is None


def test_step_times_follow_the_machine_but_not_one_hiccup() -> None:
    times = StepTimes()
    times.record(4, 2.0)  # the graph was loaded
    for _ in range(10):
        times.record(4, 0.08)
    assert times.predict(4) == pytest.approx(0.08)
    times.record(4, 30.0)
    assert times.predict(4) < 0.15
    for _ in range(50):
        times.record(4, 0.2)  # another program took a core
    assert times.predict(4) == pytest.approx(0.2, rel=0.01)


def test_a_machine_takes_what_it_can_serve() -> None:
    assert admitted(CPU) == 4
    assert admitted({1: 0.2}) == 4, "the first few always"
    assert admitted({1: 0.2}, always_admitted=1) == 1
    assert admitted(GPU) >= 64
    assert admitted({}) == 100, "nothing is known yet"


def test_the_load_that_was_measured_counts_more_than_the_one_expected() -> None:
    clock = Clock()
    busy, quiet = (LoadMeter(StepTimes(GPU), clock) for _ in range(2))
    live(quiet, clock, 32, 30.0, plans_per_s=0.5, known=GPU)
    calm = quiet.predicted(33)
    live(busy, clock, 32, 30.0, plans_per_s=4.0, known=GPU)
    assert busy.predicted(33) > 4 * calm
    assert busy.predicted(64) > busy.predicted(33)
    clock.sleep(120.0)
    busy.characters(0)
    assert busy.predicted(33) < 0.5 * 4 * calm, "what is long ago is forgotten"


def test_once_refused_others_are_until_there_is_clearly_room() -> None:
    clock = Clock()
    load = LoadMeter(StepTimes(GPU), clock)
    admission = Admission(Scheduling(), load, 8)
    live(load, clock, 40, 60.0, plans_per_s=8.0, known=GPU)
    with pytest.raises(Overloaded) as refused:
        admission.character(40)
    assert refused.value.reason == "OVERLOADED"
    assert "40 characters" in str(refused.value)
    assert "85%" in str(refused.value)
    assert 2.0 <= refused.value.retry_s <= 30.0
    low = next(n for n in range(39, 0, -1) if load.predicted(n + 1) <= 0.85)
    assert load.predicted(low + 1) > 0.75
    with pytest.raises(Overloaded):
        admission.character(low)
    lower = next(n for n in range(39, 0, -1) if load.predicted(n + 1) <= 0.75)
    admission.character(lower)
    admission.character(low)


def test_offline_calls_are_refused_when_they_would_wait_too_long() -> None:
    clock = Clock()
    load = LoadMeter(StepTimes(CPU), clock)
    admission = Admission(Scheduling(max_offline_wait_s=30.0), load, 8)
    admission.offline(7)  # nothing is known yet
    admission.offline_took(10.0)
    admission.offline(3)
    with pytest.raises(Overloaded, match="40 s"):
        admission.offline(4)
    live(load, clock, 4, 30.0, plans_per_s=3.0, known=CPU)  # now they only get their share
    admission.offline(0)
    with pytest.raises(Overloaded, match="50 s"):
        admission.offline(1)
    with pytest.raises(Overloaded, match="8 Generate"):
        admission.offline(8)


def test_a_client_is_told_when_to_try_again(on_server: OnServer) -> None:
    """Two characters on a device that is too slow for a third: it is refused, and the two go on."""

    async def body(here: Site) -> None:
        present = [await Driven.open(here.channel()) for _ in range(2)]
        for driven in present:
            await driven.until(lambda driven=driven: driven.plans)
        late = Driven(here.channel())
        await late.send(hello={"protocol_version": 1})
        assert await late.end() is grpc.StatusCode.RESOURCE_EXHAUSTED
        status = await rpc_status.aio.from_call(late.call)
        assert "2 characters are live" in status.message
        found = {}
        for detail in status.details:
            for kind in (error_details_pb2.ErrorInfo, error_details_pb2.RetryInfo):
                if detail.Is(kind.DESCRIPTOR):
                    detail.Unpack(message := kind())
                    found[kind.__name__] = message
        assert found["ErrorInfo"].reason == "OVERLOADED"
        assert found["RetryInfo"].retry_delay.seconds >= 2
        for driven in present:
            await driven.update(revision=9)
            await driven.until(lambda driven=driven: driven.plans[-1].scene_revision == 9)

    on_server(body, backend=StubBackend(step_s=0.15), scheduling=Scheduling(always_admitted=2))
