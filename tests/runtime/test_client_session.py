"""The client against a scripted server: what it makes of a good session, of bad ends and of errors with details."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime import encode
from runtime.client import (
    AsyncLampClient,
    AuthenticationError,
    FieldViolation,
    InvalidRequestError,
    LampClient,
    LampError,
    OverloadedError,
    SessionClosedError,
    UnavailableError,
    VersionError,
)
from runtime.coordinates import MODEL, UNREAL
from runtime.pb.v1 import drive_pb2, service_pb2, service_pb2_grpc
from tests.runtime.test_client_buffer import FPS, walk

Script = Callable[[Any, Any], Awaitable[None]]


class Scripted(service_pb2_grpc.MotionServiceServicer):
    """Runs a script for Drive and ends other calls with a status."""

    def __init__(self, script: Script | None = None, status: status_pb2.Status | None = None) -> None:
        self.script, self.status = script, status
        self.received: list[drive_pb2.DriveRequest] = []
        self.metadata: dict[str, Any] = {}

    async def GetServerInfo(self, request: Any, context: Any) -> service_pb2.GetServerInfoResponse:  # noqa: N802
        self.metadata = dict(context.invocation_metadata())
        if self.status is not None:
            end = rpc_status.to_status(self.status)
            await context.abort(end.code, end.details, end.trailing_metadata)
        return service_pb2.GetServerInfoResponse(server_version="9", max_protocol_version=1)

    async def Drive(self, requests: AsyncIterator[Any], context: Any) -> None:  # noqa: N802
        assert self.script is not None

        async def noted() -> AsyncIterator[Any]:
            async for request in requests:
                self.received.append(request)
                yield request

        await self.script(noted(), context)


@asynccontextmanager
async def serving(servicer: Scripted) -> AsyncIterator[str]:
    server = grpc.aio.server()
    service_pb2_grpc.add_MotionServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


def run(servicer: Scripted, body: Callable[[AsyncLampClient], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(20),
            serving(servicer) as target,
            AsyncLampClient(target, **options) as client,
        ):
            await body(client)

    asyncio.run(main())


def welcome(**changes: Any) -> drive_pb2.DriveResponse:
    message = drive_pb2.Welcome(protocol_version=1, fps=FPS, horizon_s=4.0, skeleton=encode.skeleton(MODEL))
    message.MergeFrom(drive_pb2.Welcome(**changes))
    return drive_pb2.DriveResponse(welcome=message)


def plan(plan_id: int, revision: int, start: int = 0, count: int = 10) -> drive_pb2.DriveResponse:
    frames = walk(start, count, plan_id=plan_id)
    return drive_pb2.DriveResponse(
        plan=drive_pb2.Plan(plan_id=plan_id, scene_revision=revision, start_frame=start, frames=frames)
    )


async def good(requests: AsyncIterator[Any], context: Any) -> None:
    """Answers each change with a plan."""
    await anext(requests)
    await context.write(welcome())
    await context.write(plan(1, 0))
    plan_id = 1
    async for request in requests:
        kind = request.WhichOneof("message")
        if kind == "bye":
            return
        if kind != "playhead":
            plan_id += 1
            await context.write(plan(plan_id, getattr(request, kind).revision, start=5))


def test_each_change_has_a_revision_and_its_plan_a_latency() -> None:
    servicer = Scripted(good)

    async def body(client: AsyncLampClient) -> None:
        async with client.drive(prompt="walk", start_position_m=(1.0, 0.0, 2.0)) as session:
            first = await session.wait_plan()
            assert first.latency_s is None and (await session.wait_for_frame(9)).plan_id == 1
            assert await session.put_obstacle("o", Obstacle("sphere", (0, 1, 2), (0.3, 0.3, 0.3))) == 1
            assert await session.put_target("t", Target(20, (0, 1, 2))) == 2
            assert await session.remove_obstacle("o") == 3
            assert await session.set_prompt("run") == 4 == session.revision
            last = await session.wait_plan(lambda p: p.scene_revision == 4)
            assert last.latency_s is not None and last.latency_s > 0
            assert last.splice_position_jump_m == pytest.approx(0.0, abs=1e-6)
            assert [p.scene_revision for p in session.plan_log] == [0, 1, 2, 3, 4]
            await session.set_playhead(0.2)
        with pytest.raises(SessionClosedError):
            await session.set_prompt("too late")

    run(servicer, body)
    kinds = [request.WhichOneof("message") for request in servicer.received]
    assert kinds == ["hello", *["scene_update"] * 3, "prompt", "playhead", "bye"]
    hello = servicer.received[0].hello
    assert (hello.start_position.x, hello.start_position.z, hello.protocol_version) == (1.0, 2.0, 1)
    assert servicer.received[3].scene_update.remove_obstacle_ids == ["o"]


def test_the_wire_carries_the_axes_and_unit_that_were_chosen() -> None:
    servicer = Scripted(good)

    async def body(client: AsyncLampClient) -> None:
        async with client.drive(start_position_m=(1.0, 0.0, 2.0), start_heading_rad=0.0):
            pass

    run(servicer, body, coordinates=UNREAL)
    hello = servicer.received[0].hello
    assert (hello.start_position.x, hello.start_position.y, hello.start_position.z) == (200.0, -100.0, 0.0)
    assert (hello.start_facing.x, hello.start_facing.y, hello.start_facing.z) == (1.0, 0.0, 0.0)


def test_another_skeleton_is_a_version_error() -> None:
    async def script(requests: AsyncIterator[Any], context: Any) -> None:
        await anext(requests)
        await context.write(welcome(skeleton={"hash": "another"}))
        await asyncio.sleep(10)

    async def body(client: AsyncLampClient) -> None:
        with pytest.raises(VersionError, match="another"):
            async with client.drive():
                pass

    run(Scripted(script), body)


def test_a_server_that_never_welcomes_is_unavailable() -> None:
    async def script(requests: AsyncIterator[Any], context: Any) -> None:
        await asyncio.sleep(10)

    async def body(client: AsyncLampClient) -> None:
        with pytest.raises(UnavailableError, match="no welcome"):
            async with client.drive(welcome_timeout_s=0.2):
                pass

    run(Scripted(script), body)


def test_a_session_that_breaks_tells_every_reader_and_writer_why() -> None:
    async def script(requests: AsyncIterator[Any], context: Any) -> None:
        await anext(requests)
        await context.write(welcome())
        await context.write(plan(1, 0))
        await context.abort(grpc.StatusCode.UNAVAILABLE, "the machine is on fire")

    async def body(client: AsyncLampClient) -> None:
        async with client.drive(reconnect=None) as session:
            plans = session.plans()
            assert (await anext(plans)).plan_id == 1
            with pytest.raises(UnavailableError, match="on fire"):
                await anext(plans)
            with pytest.raises(UnavailableError, match="on fire"):
                await session.set_prompt("run")
            with pytest.raises(UnavailableError, match="on fire"):
                await session.wait_for_frame(1000)
            assert session.error is not None and session.frame(3) is not None, "what came stays"

    run(Scripted(script), body)


def test_frames_that_do_not_come_are_named() -> None:
    async def body(client: AsyncLampClient) -> None:
        async with client.drive() as session:
            await session.wait_for_frame(9)
            with pytest.raises(LampError, match=r"frame 500 .* the last is 9"):
                await session.wait_for_frame(500, timeout_s=0.1)

    run(Scripted(good), body)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (code_pb2.INVALID_ARGUMENT, InvalidRequestError),
        (code_pb2.FAILED_PRECONDITION, VersionError),
        (code_pb2.UNAUTHENTICATED, AuthenticationError),
        (code_pb2.RESOURCE_EXHAUSTED, OverloadedError),
        (code_pb2.INTERNAL, LampError),
    ],
)
def test_errors_are_exceptions_with_the_details_of_the_server(code: int, kind: type[LampError]) -> None:
    status = status_pb2.Status(code=code, message="no")
    bad = error_details_pb2.BadRequest(
        field_violations=[{"field": "tasks[0].keep", "description": "is negative"}]
    )
    retry = error_details_pb2.RetryInfo(retry_delay={"seconds": 2, "nanos": 500_000_000})
    for detail in (bad, retry):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)

    async def body(client: AsyncLampClient) -> None:
        with pytest.raises(kind) as caught:
            await client.server_info()
        assert caught.value.violations == (FieldViolation("tasks[0].keep", "is negative"),)
        assert caught.value.retry_after_s == 2.5 and caught.value.message == "no"
        assert caught.value.code == code_pb2.Code.Name(code)

    run(Scripted(status=status), body)


def test_the_token_is_sent() -> None:
    servicer = Scripted()

    async def body(client: AsyncLampClient) -> None:
        assert (await client.server_info()).server_version == "9"

    run(servicer, body, token="secret")
    assert servicer.metadata["authorization"] == "Bearer secret"


@contextmanager
def in_thread(servicer: Scripted) -> Iterator[str]:
    """A server with a loop of its own, for clients that block."""
    ready, targets, done = threading.Event(), [], threading.Event()

    async def main() -> None:
        async with serving(servicer) as target:
            targets.append(target)
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield targets[0]
    finally:
        done.set()
        thread.join()


def test_the_blocking_client_does_the_same_and_leaves_no_thread() -> None:
    servicer = Scripted(good)
    with in_thread(servicer) as target:
        before = threading.active_count()
        with LampClient(target) as client, client.drive(prompt="walk") as session:
            assert next(session.plans()).plan_id == 1
            assert session.set_prompt("run") == 1
            assert session.wait_plan(lambda p: p.scene_revision == 1).plan_id == 2
            assert session.wait_for_frame(14).plan_id == 2 and session.last_frame_index == 14
            session.set_playhead(0.1)
            pose = session.sample(0.1)
            assert pose is not None and pose.index == 3 and session.stalls == 0
        assert threading.active_count() <= before
        with pytest.raises(LampError, match="closed"):
            client.server_info()
        assert list(session.plan_log)[-1].plan_id == 2


def test_no_server_is_an_error_that_says_so() -> None:
    with LampClient("127.0.0.1:1") as client, pytest.raises(LampError):
        client.generate(["walk"], timeout_s=1.0)
