"""Sessions end cleanly however they end: nothing stays behind, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually, sphere

OnServer = Callable[..., None]


def nothing_left(here: Site) -> bool:
    return here.sessions == 0 and here.works == 0


@pytest.mark.parametrize("way", ["bye", "cancel", "disconnect"])
def test_nothing_stays_behind(way: str, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        other = await Driven.open(here.channel())
        channel = here.channel()
        driven = await Driven.open(channel)
        await driven.until(lambda: driven.plans)
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])  # ends while a job runs
        if way == "bye":
            assert await driven.bye() is grpc.StatusCode.OK
        elif way == "cancel":
            driven.call.cancel()
        else:
            await channel.close()
        await eventually(lambda: here.sessions == 1 and here.works == 1)
        await other.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await other.until(lambda: other.plans and other.plans[-1].scene_revision == 1)
        await other.bye()
        await eventually(lambda: nothing_left(here))

    on_server(body, backend=StubBackend(step_s=0.01))


def test_a_client_that_only_listens_goes_on_by_the_clock(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), horizon_s=1.0)
        await driven.call.done_writing()
        await driven.until(lambda: driven.sent_until_s() > 1.2)
        driven.call.cancel()
        await eventually(lambda: nothing_left(here))

    on_server(body)


def test_cancelling_before_the_first_plan_leaves_nothing(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        for _ in range(5):
            driven = Driven(here.channel())
            await driven.send(hello={"protocol_version": 1})
            await asyncio.sleep(0.02)
            driven.call.cancel()
        await eventually(lambda: nothing_left(here))

    on_server(body, backend=StubBackend(steps=50, step_s=0.01))


def test_a_deadline_ends_the_session_too(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = Driven(here.channel(), timeout=0.5)
        await driven.send(hello={"protocol_version": 1})
        assert await driven.end() is grpc.StatusCode.DEADLINE_EXCEEDED
        await eventually(lambda: nothing_left(here))

    on_server(body)


def test_a_character_that_fails_ends_alone(on_server: OnServer, caplog: pytest.LogCaptureFixture) -> None:
    async def body(here: Site) -> None:
        good, bad = await Driven.open(here.channel()), await Driven.open(here.channel())
        await good.until(lambda: good.plans)
        await bad.until(lambda: bad.plans)
        assert bad.welcome is not None
        here.backend.broken.add(here.backend.characters[1])
        await asyncio.gather(*(d.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)]) for d in (good, bad)))
        assert await bad.end() is grpc.StatusCode.INTERNAL
        name, _, secret = bad.welcome.session_token.partition(".")
        assert any(getattr(r, "session", "") == name for r in caplog.records)
        assert secret not in caplog.text, "tokens open sessions: logs must not tell them"
        await good.until(lambda: good.plans[-1].scene_revision == 1)
        await good.update(remove_obstacle_ids=["rock"])
        await good.until(lambda: good.plans[-1].scene_revision == 2)
        await eventually(lambda: here.sessions == 1 and here.works == 1)

    on_server(body)


def test_a_mistake_in_the_server_ends_the_session_and_says_so(
    on_server: OnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("made up")

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        monkeypatch.setattr("runtime.session.read_scene_update", broken)
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        assert await driven.end() is grpc.StatusCode.INTERNAL
        await eventually(lambda: nothing_left(here))

    on_server(body)


def test_too_many_sessions_are_turned_away_with_a_hint(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        first = await Driven.open(here.channel())
        await Driven.open(here.channel())
        third = Driven(here.channel())
        await third.send(hello={"protocol_version": 1})
        assert await third.end() is grpc.StatusCode.RESOURCE_EXHAUSTED
        status = await rpc_status.aio.from_call(third.call)
        assert status is not None
        retry = error_details_pb2.RetryInfo()
        assert any(d.Unpack(retry) for d in status.details)
        assert retry.retry_delay.ToMilliseconds() > 0
        await first.bye()
        await eventually(lambda: here.sessions == 1)
        again = await Driven.open(here.channel())
        await again.until(lambda: again.frames)

    on_server(body, limits=Limits(max_sessions=2))


def test_a_reader_that_stops_costs_bounded_memory_and_hurts_nobody(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        slow = Driven(here.channel(http2_bdp_probe=0))
        slow.may_miss_frames = True  # it reads slower than it plays
        await slow.send(hello={"protocol_version": 1, "fps": 240.0, "horizon_s": 10.0})
        await slow.until(lambda: slow.welcome is not None)
        good = await Driven.open(here.channel())
        for revision in range(1, 101):  # each would resend 10 s of frames, 1.5 MB; `slow` reads none of it
            await slow.update(revision=revision, put_obstacles=[sphere("a", 0.1, 0.9, 2 + revision / 50)])
            await slow.send(prompt=drive_pb2.Prompt(text="\x00"))
            await asyncio.sleep(0.01)
        await good.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await good.until(lambda: good.plans and good.plans[-1].scene_revision == 1)
        await slow.until(lambda: slow.plans and slow.plans[-1].scene_revision == 100)
        assert len(slow.plans) < 50, "plans that were overtaken must not be sent"
        await slow.until(lambda: slow.notices and sum(n.dropped + 1 for n in slow.notices) == 100)
        assert any(n.dropped for n in slow.notices), "notices must not queue without end"

    on_server(body)


def test_a_silent_stalled_client_is_ended(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.play(0.0)
        assert await driven.end() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert "0.5" in await driven.call.details()
        await eventually(lambda: nothing_left(here))

    on_server(body, limits=Limits(idle_timeout_s=0.5))


def test_shutdown_tells_clients_first(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven: list[Any] = [await Driven.open(here.channel()) for _ in range(3)]
        for d in driven:
            await d.until(lambda d=d: d.frames)
        stopping = asyncio.create_task(here.server.stop())
        codes = await asyncio.gather(*(d.end() for d in driven))
        await stopping
        assert all(d.going_away is not None and d.going_away.grace_s > 0 for d in driven)
        assert set(codes) == {grpc.StatusCode.UNAVAILABLE}
        assert nothing_left(here)

    on_server(body)


def test_stopping_twice_is_no_error(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        await asyncio.gather(here.server.stop(), here.server.stop())

    on_server(body)
