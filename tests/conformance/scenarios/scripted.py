"""Servers that follow a script: what the contract allows, but the real server does too rarely or not any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import numpy as np

from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, REST_OFFSETS_M, forward_kinematics
from runtime import encode
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_coordinates
from runtime.pb.v1 import drive_pb2, service_pb2_grpc
from runtime.validation import Checker
from tests.conformance import judge
from tests.conformance.clients import Client
from tests.conformance.program import Program
from tests.conformance.serving import Site

FPS = 30.0
PELVIS_M = 0.95
Send = Callable[[drive_pb2.DriveResponse], Awaitable[None]]


async def old_frames(site: Site, client: Client) -> None:
    """Frames of a plan that was replaced, frames twice, a gap, a message from the future: the newest plan is shown."""

    async def script(send: Send, axes: CoordinateSystem) -> None:
        await send(plan(1, 0, _walk(0, 150, 1.0), axes))
        await asyncio.sleep(1.0)
        await send(plan(2, 60, _walk(60, 60, 1.6, 2.0), axes))
        await send(frames(1, 60, _walk(60, 60, 1.0), axes))  # late: plan 2 has replaced them
        await send(frames(2, 60, _walk(60, 60, 1.6, 2.0), axes))  # twice
        await send(drive_pb2.DriveResponse.FromString(b"\xfa\x01\x02\x08\x07"))  # field 31 of a later version
        await send(drive_pb2.DriveResponse(notice=drive_pb2.Notice(code=99, message="of a later version")))  # type: ignore[arg-type]
        await send(frames(2, 124, _walk(124, 60, 1.6, 2.0), axes))  # 120 to 123 were skipped
        await asyncio.sleep(60.0)

    async with scripted(script) as address, Program(client, address) as game:
        await game.wait("plan", lambda e: e["plan_id"] == 2)
        await asyncio.sleep(4.0)
        await game.close()
        judge.sound(game)
        judge.newest_plan_shown(game)
        times, places = judge.roots_m(game)
        assert times[-1] > 4.5, "the game did not run on"
        for time_s, place, sample in zip(times, places, game.samples, strict=True):
            if not sample["held"] and not 119 <= time_s * FPS <= 124:
                wanted = _forward_m(time_s * FPS)
                assert abs(place[2] - wanted) < 0.02, (
                    f"at {time_s:.3f} s the root is at {place[2]:.3f} m, plan {sample['plan_id']}; not {wanted:.3f} m"
                )


async def wrong_skeleton(site: Site, client: Client) -> None:
    """A server with another skeleton: refused by the client, with a word about the skeleton."""

    async def script(send: Send, axes: CoordinateSystem) -> None:
        await asyncio.sleep(10.0)

    async with (
        scripted(script, skeleton_hash="0123456789abcdef") as address,
        Program(client, address) as game,
    ):
        await game.wait("error", lambda e: e["fatal"])
        await game.end()
        judge.named_error(game, "FAILED_PRECONDITION", "skeleton", fatal=True)


async def broken_promise(site: Site, client: Client) -> None:
    """The first message is no Welcome: an error, not a crash and not a wait for ever."""

    async def script(send: Send, axes: CoordinateSystem) -> None:
        await asyncio.sleep(10.0)

    async with scripted(script, welcome=False) as address, Program(client, address) as game:
        await game.wait("error", lambda e: e["fatal"])
        await game.end()
        judge.sound(game)


def _forward_m(frame: float) -> float:
    """Where the script says the pelvis is: 1 m/s, and from frame 60 on 1.6 m/s."""
    return frame / FPS if frame <= 60 else 2.0 + (frame - 60) / FPS * 1.6


def _walk(start: int, count: int, speed_mps: float, from_m: float = 0.0) -> Motion:
    """A figure in its rest pose that glides along +Z."""
    begin = 60 if from_m else 0
    z = from_m + (start - begin + np.arange(count)) / FPS * speed_mps
    root = np.stack([0 * z, PELVIS_M + 0 * z, z], -1) + REST_OFFSETS_M[0]
    turns = np.tile(np.array([0, 0, 0, 1], np.float32), (count, JOINT_COUNT, 1))
    return Motion(forward_kinematics(root, turns), turns, np.zeros((count, 4)), FPS)


def frames(plan_id: int, start: int, motion: Motion, axes: CoordinateSystem) -> drive_pb2.DriveResponse:
    """A Frames message."""
    block = encode.FrameBlock.of(motion, start, plan_id, axes)
    return drive_pb2.DriveResponse(frames=drive_pb2.Frames(frames=block.messages()))


def plan(plan_id: int, start: int, motion: Motion, axes: CoordinateSystem) -> drive_pb2.DriveResponse:
    """A Plan with all its frames."""
    block = encode.FrameBlock.of(motion, start, plan_id, axes)
    message = drive_pb2.Plan(
        plan_id=plan_id, start_frame=start, end_frame=start + len(motion), feasible=True, settled=True,
        frames=block.messages(),
    )  # fmt: skip
    return drive_pb2.DriveResponse(plan=message)


class _Script(service_pb2_grpc.MotionServiceServicer):
    def __init__(self, script: Callable[..., Awaitable[None]], skeleton_hash: str, welcome: bool) -> None:
        self._script, self._hash, self._welcome = script, skeleton_hash, welcome

    async def Drive(self, requests: Any, context: Any) -> None:  # noqa: N802 - named by the contract
        hello = (await anext(aiter(requests))).hello
        check = Checker()
        axes = read_coordinates(hello.coordinate_system, check.at("coordinate_system"))
        skeleton = encode.skeleton(axes)
        skeleton.hash = self._hash or skeleton.hash
        if self._welcome:
            message = drive_pb2.Welcome(
                protocol_version=1, session_token="scripted", skeleton=skeleton, fps=FPS, horizon_s=4.0,
                coordinate_system=encode.coordinate_system(axes), right_handed=axes.right_handed,
            )  # fmt: skip
            await context.write(drive_pb2.DriveResponse(welcome=message))
        else:
            await context.write(drive_pb2.DriveResponse(frames=drive_pb2.Frames()))
        playing = asyncio.ensure_future(self._script(context.write, axes))
        try:
            async for request in requests:
                if request.HasField("bye"):
                    return
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


@asynccontextmanager
async def scripted(
    script: Callable[..., Awaitable[None]], *, skeleton_hash: str = "", welcome: bool = True
) -> AsyncIterator[str]:
    """A server that says welcome, follows ``script``, and ends a stream after Bye; its address."""
    server = grpc.aio.server()
    service_pb2_grpc.add_MotionServiceServicer_to_server(_Script(script, skeleton_hash, welcome), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0.2)
