"""Idle clients are not cut, rude ones are, and either side notices when the other has vanished.

Time is compressed: the intervals of both sides are scaled alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import grpc
import pytest

from runtime.client import targets
from runtime.keepalive import PING_INTERVAL_S, client_options, server_options
from runtime.limits import Limits
from tests.runtime.conftest import Site
from tests.runtime.tcp_proxy import Wire, wire_to
from tests.runtime.wire import Driven, eventually

OnServer = Callable[..., None]
READY = grpc.ChannelConnectivity.READY


def channel_over(wire: Wire, interval_s: float) -> grpc.aio.Channel:
    options = [("grpc.use_local_subchannel_pool", 1), *client_options(interval_s)]
    return grpc.aio.insecure_channel(f"127.0.0.1:{wire.port}", options=options)


async def connected(channel: grpc.aio.Channel) -> None:
    await asyncio.wait_for(channel.channel_ready(), 5)


def test_the_python_client_pings_as_the_server_allows() -> None:
    client, server = dict(targets._OPTIONS), dict(server_options())
    assert client["grpc.keepalive_time_ms"] == PING_INTERVAL_S * 1000
    assert server["grpc.http2.min_ping_interval_without_data_ms"] < client["grpc.keepalive_time_ms"]
    assert client["grpc.keepalive_permit_without_calls"] == server["grpc.keepalive_permit_without_calls"] == 1
    assert client["grpc.http2.max_pings_without_data"] == 0, "or gRPC stops pinging after two"


@pytest.mark.slow
def test_an_idle_client_is_not_cut(on_server: OnServer) -> None:
    interval_s, pings = 1.0, 16  # gRPC pings no faster; with one strike too many, 5 of them would do

    async def body(here: Site) -> None:
        async with wire_to(here.server.port) as wire, channel_over(wire, interval_s) as channel:
            await connected(channel)
            await eventually(lambda: wire.pings >= pings, 25)
            assert channel.get_state() is READY
            driven = await Driven.open(channel)
            await driven.until(lambda: driven.frames)
            assert await driven.bye() is grpc.StatusCode.OK

    on_server(body, ping_interval_s=interval_s)


def test_a_client_that_pings_without_measure_is_cut(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        async with wire_to(here.server.port) as wire, channel_over(wire, 0.05) as channel:
            await connected(channel)
            await asyncio.wait_for(channel.wait_for_state_change(READY), 5)
            assert wire.pings >= 3

    on_server(body, ping_interval_s=PING_INTERVAL_S)


def test_the_server_notices_a_client_that_vanished(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        async with wire_to(here.server.port) as wire, channel_over(wire, 60.0) as channel:
            driven = await Driven.open(channel)
            await driven.until(lambda: driven.frames)
            assert here.sessions == 1
            wire.frozen = True
            began = time.monotonic()
            await eventually(lambda: here.sessions == 0 and here.works == 0)
            assert time.monotonic() - began < 9, "long before the session would count as idle"
            driven.call.cancel()

    on_server(body, ping_interval_s=0.3, limits=Limits(idle_timeout_s=600.0, resume_s=0.0))


def test_a_client_notices_a_server_that_vanished(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        async with wire_to(here.server.port) as wire, channel_over(wire, 1.0) as channel:
            driven = await Driven.open(channel)
            await driven.until(lambda: driven.frames)
            wire.frozen = True
            assert await driven.end() is grpc.StatusCode.UNAVAILABLE
            assert (
                "ping" in (await driven.call.details()).lower() or "keepalive" in await driven.call.details()
            )

    on_server(body, ping_interval_s=1.0)
