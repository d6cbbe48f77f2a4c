"""{ok, cancel, deadline, error, shutdown} x every call: afterwards nothing of it is left in the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from runtime.pb.v1 import service_pb2_grpc
from tests.catalogue.calls import CUT, ENDS_WELL, LATE, RPCS, SHUT, Rpc, SlowStub, code_of, mesh_id, wedge
from tests.catalogue.leftovers import holdings, nothing_beyond
from tests.runtime.conftest import Site
from tests.runtime.uploads import wait_settled

pytestmark = pytest.mark.usefixtures("no_errors")
ENDS = ("ok", "cancel", "deadline", "error", "shutdown")
_ROUNDS = 3  # one leftover may hide in noise, three of a kind do not
_UNDER_WAY_S = 0.15


@pytest.mark.parametrize("rpc", RPCS, ids=lambda rpc: rpc.name)
@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_left(
    end: str, rpc: Rpc, on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    async def body(here: Site) -> None:
        await _one(here, rpc, "ok")  # what is made once and kept: caches, executors, the geometry that stays
        if rpc.name == "UploadGeometry":
            await _built(here)
        await _one(here, rpc, end if end != "shutdown" else "ok")
        before = holdings(here)
        if end == "shutdown":
            await _shutdown(here, rpc)
        else:
            for _ in range(_ROUNDS):
                await _one(here, rpc, end)
        await nothing_beyond(here, before)
        tried(f"endings of calls: {end}", _ROUNDS)

    on_server(body, backend=SlowStub())


async def _built(here: Site) -> None:
    """Wait until the geometry that stays is there: its upload ends before it is built."""
    async with grpc.aio.insecure_channel(here.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        await wait_settled(service_pb2_grpc.MotionServiceStub(channel), mesh_id(*wedge()))


async def _one(here: Site, rpc: Rpc, end: str) -> None:
    """One call on a connection of its own, ended as asked."""
    async with grpc.aio.insecure_channel(here.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = service_pb2_grpc.MotionServiceStub(channel)
        if end == "error":
            assert await code_of(rpc.wrong(stub)) is rpc.refused
            return
        unary = rpc.name.startswith("Get")
        late = {"timeout": 0.02 if unary else _UNDER_WAY_S} if end == "deadline" else {}
        begin = rpc.again if rpc.again is not None and end == "ok" else rpc.begin
        call = begin(stub, **late)
        if late and unary:  # the server shares this loop: it finds the request when its time is over already
            await asyncio.sleep(0)
            time.sleep(0.06)
        if end == "ok":
            await rpc.finish(call)
            assert await code_of(call) in ENDS_WELL | _missing(rpc)
        elif end == "deadline":
            assert await code_of(call) in LATE
        else:
            await asyncio.sleep(0.0 if unary else _UNDER_WAY_S)
            call.cancel()
            assert await code_of(call) in CUT


def _missing(rpc: Rpc) -> set[grpc.StatusCode]:
    """A geometry that nobody uploaded is rightly not found."""
    return {grpc.StatusCode.NOT_FOUND} if rpc.name == "GetGeometry" else set()


async def _shutdown(here: Site, rpc: Rpc) -> None:
    """Calls under way while the server stops."""
    async with grpc.aio.insecure_channel(here.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = service_pb2_grpc.MotionServiceStub(channel)
        calls: list[Any] = [rpc.begin(stub) for _ in range(_ROUNDS)]
        await asyncio.sleep(_UNDER_WAY_S)
        await here.server.stop()
        codes = {await code_of(call) for call in calls}
        assert codes <= SHUT | _missing(rpc), codes
