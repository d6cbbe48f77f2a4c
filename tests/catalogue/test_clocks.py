"""Clocks that jump: the client's playhead, and the clock of the machine the server runs on."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import time
from collections.abc import Callable

import grpc
import pytest

from runtime.pb.v1 import drive_pb2
from tests.catalogue.neighbour import neighbour
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, sphere

pytestmark = pytest.mark.usefixtures("no_errors")
OnServer = Callable[..., None]
Tried = Callable[..., None]
JUMPS = (
    0.0,
    0.2,
    0.1,
    1e6,
    0.3,
    -1.0,
    math.nan,
    math.inf,
    1e300,
    5e-324,
    0.3,
    0.3,
    0.29,
    9e6,
    1e7,
    1.1e7,
    0.4,
)


def test_a_playhead_that_jumps_about_is_followed_no_further_than_the_frames(
    on_server: OnServer, tried: Tried
) -> None:
    async def body(here: Site) -> None:
        async with neighbour(here.channel()):
            driven = await Driven.open(here.channel(), horizon_s=2.0)
            await driven.until(lambda: driven.frames)
            for time_s in JUMPS:
                await driven.play(time_s)
            await driven.until(lambda: driven.notices)
            assert {n.code for n in driven.notices} <= {
                drive_pb2.Notice.CODE_PLAYHEAD,
                drive_pb2.Notice.CODE_INVALID,
            }
            await driven.update(revision=1, put_obstacles=[sphere("rock", 0.1, 0.9, 9.0)])
            await driven.until(lambda: driven.plans[-1].scene_revision == 1)
            assert driven.sent_until_s() < 60.0, "time ran away with the playhead"
            assert await driven.bye() is grpc.StatusCode.OK
            tried("jumps of a playhead", len(JUMPS))

    on_server(body)


def test_a_playhead_that_stands_still_stops_the_frames_and_goes_on_later(
    on_server: OnServer, tried: Tried
) -> None:
    """A paused game: the same time again and again keeps the session, and costs no frames."""

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), horizon_s=1.0)
        await driven.until(lambda: driven.frames)
        for _ in range(20):
            await driven.play(0.1)
            await driven.for_s(0.1)
        paused = driven.last_index
        assert paused <= math.ceil((0.1 + 1.0 + 1.0) * 30), (
            "frames went on beyond playhead, coasting and horizon"
        )
        for i in range(1, 20):
            await driven.play(0.1 + i * 0.1)
            await driven.for_s(0.05)
        await driven.until(lambda: driven.last_index > paused + 15)
        assert await driven.bye() is grpc.StatusCode.OK
        tried("pauses of a playhead", 20)

    on_server(body)


def test_the_clock_of_the_machine_may_be_set_while_characters_play(
    on_server: OnServer, tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Daylight saving, NTP, a laptop that wakes up: nothing here may depend on the time of day."""
    chance, true = random.Random(3), time.time
    jumps = itertools.count()

    def jumping() -> float:
        next(jumps)
        return true() + chance.choice((-86_400.0, 0.0, 3600.0, 1e9))

    async def body(here: Site) -> None:
        async with neighbour(here.channel()) as other:
            driven = await Driven.open(here.channel())
            await driven.until(lambda: driven.frames)
            monkeypatch.setattr(time, "time", jumping)
            for revision in range(1, 21):
                await driven.play(revision * 0.1)
                await driven.update(
                    revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0 + revision)]
                )
                await driven.until(lambda r=revision: driven.plans[-1].scene_revision >= r)
                await asyncio.sleep(0.02)
            await other.prove()
            monkeypatch.undo()
            assert await driven.bye() is grpc.StatusCode.OK
            tried("plans while the system clock jumped", 20)

    on_server(body)
