"""Cancelled and late calls: the worker stops working for them within one iteration, whenever it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import grpc
import pytest

from lamp.motion import Motion
from runtime.pb.v1 import drive_pb2, service_pb2
from runtime.stub_backend import StubBackend
from tests.catalogue.calls import RPCS, code_of, unresumable
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually, sphere

pytestmark = pytest.mark.usefixtures("no_errors")
_STEP_S = 0.1
_WATCH_S = 0.6  # six iterations: time enough to see work that goes on


class WatchedStub(StubBackend):
    """Takes 0.1 s for every iteration and clip, and remembers when each began."""

    def __init__(self) -> None:
        super().__init__(steps=40, step_s=_STEP_S)
        self.began_s: list[float] = []

    def advance(self, jobs: Sequence[Any], steps: int) -> None:
        self.began_s.append(time.monotonic())
        super().advance(jobs, steps)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        self.began_s.append(time.monotonic())
        time.sleep(_STEP_S)
        return super().generate(prompt, frames, seed, guidance)

    def begun_since(self, moment_s: float) -> int:
        return sum(began > moment_s for began in self.began_s)


def optimize(here: Site, **call: Any) -> Any:
    request = service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=1000)
    return here.stub().Optimize(request, **call)


def generate(here: Site, **call: Any) -> Any:
    return here.stub().Generate(service_pb2.GenerateRequest(prompts=["walk"] * 16), **call)


OFFLINE = pytest.mark.parametrize("begin", [optimize, generate], ids=["Optimize", "Generate"])


@OFFLINE
def test_a_call_cancelled_in_the_middle_stops_the_work(
    begin: Callable[..., Any], on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        call = begin(here)
        await eventually(lambda: len(here.backend.began_s) >= 2)
        call.cancel()
        await stopped(here)
        tried("cancelled calls")

    on_server(body, backend=WatchedStub())


async def stopped(here: Site) -> None:
    """From now on the worker begins at most the iteration that was on its way."""
    now_s = time.monotonic()
    await asyncio.sleep(_WATCH_S)
    assert here.backend.begun_since(now_s) <= 1
    await eventually(lambda: here.server.scheduler.offline_count == 0 and here.works == 0)


@OFFLINE
def test_a_call_cancelled_at_its_start_does_no_work(
    begin: Callable[..., Any], on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        for delay_s in (0.0, 0.0, 0.002, 0.005, 0.01):
            call = begin(here)
            await asyncio.sleep(delay_s)
            call.cancel()
            await stopped(here)
            tried("cancelled calls")

    on_server(body, backend=WatchedStub())


def test_a_call_cancelled_at_its_end_is_no_error(
    on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        for after in ("result", "last"):
            call = here.stub().Optimize(service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=2))
            async for response in call:
                kind = response.WhichOneof("message")
                if kind == "result" or (after == "last" and kind == "chunk" and response.chunk.last):
                    break
            call.cancel()
            await stopped(here)
            tried("cancelled calls")

    on_server(body, backend=WatchedStub())


@pytest.mark.parametrize("moment", ["hello", "first plan", "replan", "completion"])
def test_a_cancelled_character_is_not_planned_for(
    moment: str, on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        backend: WatchedStub = here.backend
        if moment in ("replan", "completion"):
            backend.steps = 2
        driven = await Driven.open(here.channel())
        if moment == "first plan":
            await eventually(lambda: backend.began_s)
        elif moment in ("replan", "completion"):
            await driven.until(lambda: driven.plans)
            backend.steps = 40
            begun = len(backend.began_s)
            await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
            if moment == "replan":
                await eventually(lambda: len(backend.began_s) > begun)
        driven.call.cancel()
        await stopped(here)
        tried("cancelled calls")

    on_server(body, backend=WatchedStub(), limits=unresumable())


@pytest.mark.parametrize("rpc", RPCS, ids=lambda rpc: rpc.name)
def test_every_call_keeps_its_deadline(
    rpc: Any, on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    """A server too busy to answer: the client hears DEADLINE_EXCEEDED in time, and the worker lets go."""

    async def body(here: Site) -> None:
        stub = here.stub()
        await stub.GetServerInfo(service_pb2.GetServerInfoRequest())  # connected
        began_s = time.monotonic()
        call = rpc.begin(stub, timeout=0.3)
        if rpc.name.startswith("Get"):
            await asyncio.sleep(0)
            time.sleep(0.5)  # the server shares this loop: it cannot answer
        assert await code_of(call) is grpc.StatusCode.DEADLINE_EXCEEDED
        assert time.monotonic() - began_s >= 0.25
        await stopped(here)
        tried("calls beyond their deadline")

    on_server(body, backend=WatchedStub(), limits=unresumable())


def test_a_deadline_in_the_middle_of_a_stream_of_changes(
    on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        driven = Driven(here.channel(), timeout=1.0)
        await driven.send(hello=drive_pb2.Hello(protocol_version=1))
        with pytest.raises((grpc.RpcError, asyncio.InvalidStateError)):
            for revision in range(1, 100_000):
                await driven.update(revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
                await asyncio.sleep(0.01)
        await stopped(here)
        tried("calls beyond their deadline")

    on_server(body, backend=WatchedStub(), limits=unresumable())
