"""A client that sends too much is read more slowly and told so once; it is not cut off, and others do not feel it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import grpc

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.token_bucket import TokenBucket
from tests.runtime.conftest import Site
from tests.runtime.virtual import Clock
from tests.runtime.wire import Driven

OnServer = Callable[..., None]


def test_a_bucket_fills_with_time_and_owes_what_it_lacked() -> None:
    clock = Clock()
    bucket = TokenBucket(10.0, 5.0, clock)
    bucket.take(5.0)
    assert bucket.owed_s() == 0.0
    bucket.take(1.0)
    assert abs(bucket.owed_s() - 0.1) < 1e-9
    clock.sleep(0.05)
    assert abs(bucket.owed_s() - 0.05) < 1e-9
    clock.sleep(100.0)
    bucket.take(5.5)
    assert abs(bucket.owed_s() - 0.05) < 1e-9, "it saves up no more than its burst"


def test_a_flood_is_read_at_the_rate_and_loses_nothing(on_server: OnServer) -> None:
    rate, sent = 50.0, 250

    async def body(here: Site) -> None:
        other, flood = await Driven.open(here.channel()), await Driven.open(here.channel())
        began = time.monotonic()

        async def send() -> None:
            for revision in range(1, sent + 1):
                await flood.update(revision=revision)

        sending = asyncio.ensure_future(send())
        await other.update(revision=1)
        await other.until(lambda: other.plans and other.plans[-1].scene_revision == 1, 2.0, "beside a flood")
        await flood.until(lambda: flood.plans and flood.plans[-1].scene_revision == sent)
        await sending
        assert time.monotonic() - began > (sent - 2 * rate) / rate * 0.9, "read no faster than the rate"
        told = [n for n in flood.notices if n.code == drive_pb2.Notice.CODE_BUDGET]
        assert len(told) == 1
        assert "50 messages a second" in told[0].message
        assert not other.notices
        assert await flood.bye() is grpc.StatusCode.OK

    on_server(body, limits=Limits(max_messages_per_s=rate))


def test_an_honest_client_is_never_told(on_server: OnServer) -> None:
    """30 playheads and 10 changes a second, for a while, at the default limit."""

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.frames)
        for tick in range(90):
            await driven.play(tick / 30)
            if tick % 3 == 0:
                await driven.update(revision=tick + 1)
            await driven.for_s(1 / 30)
        assert not driven.notices

    on_server(body)
