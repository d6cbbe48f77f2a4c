"""A small client on raw stubs: keeps frames by the rules of drive.proto and complains when they are broken."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc

from runtime.pb.v1 import drive_pb2, motion_pb2, scene_pb2, service_pb2_grpc

TIMEOUT_S = 10.0


def sphere(id: str, x: float, y: float, z: float, radius: float = 0.3) -> scene_pb2.Obstacle:
    return scene_pb2.Obstacle(id=id, position={"x": x, "y": y, "z": z}, sphere={"radius": radius})


def target(id: str, joint: str, x: float, y: float, z: float, **more: Any) -> scene_pb2.Target:
    return scene_pb2.Target(id=id, joint=joint, position={"x": x, "y": y, "z": z}, **more)


class Driven:
    """One Drive stream. ``frames`` is what a game would have buffered; every rule about their order is asserted."""

    def __init__(self, channel: grpc.aio.Channel, **call: Any) -> None:
        self.call = service_pb2_grpc.MotionServiceStub(channel).Drive(**call)
        self.frames: dict[int, motion_pb2.Frame] = {}
        self.plans: list[drive_pb2.Plan] = []
        self.notices: list[drive_pb2.Notice] = []
        self.welcome: drive_pb2.Welcome | None = None
        self.going_away: drive_pb2.GoingAway | None = None
        self.ended = False
        self.may_miss_frames = False
        self._reading: asyncio.Task[Any] | None = None

    @classmethod
    async def open(cls, channel: grpc.aio.Channel, *, metadata: Any = None, **hello: Any) -> Driven:
        """Say Hello and wait for Welcome."""
        self = cls(channel, metadata=metadata)
        await self.send(
            hello=drive_pb2.Hello(**{"protocol_version": 1, "prompt": "walk", "fps": 30, **hello})
        )
        await self.until(lambda: self.welcome is not None)
        return self

    async def send(self, **message: Any) -> None:
        await self.call.write(drive_pb2.DriveRequest(**message))

    async def update(self, **update: Any) -> None:
        await self.send(scene_update=drive_pb2.SceneUpdate(**update))

    async def play(self, time_s: float) -> None:
        await self.send(playhead={"time_s": time_s})

    async def read(self) -> bool:
        """Take one message; False at the end of the stream. Cancelling it loses nothing, unlike the call's own."""
        self._reading = self._reading or asyncio.ensure_future(self.call.read())
        message = await asyncio.shield(self._reading)
        self._reading = None
        if message is grpc.aio.EOF:
            self.ended = True
            return False
        self._take(message)
        return True

    async def until(
        self, condition: Callable[[], object], timeout_s: float = TIMEOUT_S, what: str = ""
    ) -> None:
        """Read until a condition holds; fails when the stream ends first, or with what was seen after the timeout."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    if not await self.read():
                        raise AssertionError(
                            f"the stream ended: {await self.call.code()} {await self.call.details()}"
                        )
        except TimeoutError:
            revisions = [p.scene_revision for p in self.plans]
            seen = f"{len(self.frames)} frames, plans {revisions}, notices {self.notices[-3:]}"
            raise AssertionError(f"waited {timeout_s} s in vain {what}; seen: {seen}") from None

    async def for_s(self, seconds: float) -> None:
        """Read for a while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.read():
                    pass

    async def end(self) -> grpc.StatusCode:
        """Read to the end; the status."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while await self.read():
                    pass
            except grpc.aio.AioRpcError:
                pass
            code: grpc.StatusCode = await self.call.code()
            return code

    async def bye(self) -> grpc.StatusCode:
        await self.send(bye={})
        return await self.end()

    @property
    def last_index(self) -> int:
        """Of the last frame received; before the first, the one before the first that was announced."""
        first = round(self.welcome.start_time_s * self.welcome.fps) if self.welcome is not None else 0
        return max(self.frames, default=first - 1)

    def sent_until_s(self, fps: float = 30.0) -> float:
        return self.last_index / fps

    def _take(self, message: drive_pb2.DriveResponse) -> None:
        kind = message.WhichOneof("message")
        assert (kind == "welcome") == (self.welcome is None), f"{kind} at the wrong time"
        if kind == "welcome":
            self.welcome = message.welcome
        elif kind == "plan":
            plan = message.plan
            assert not self.plans or plan.plan_id > self.plans[-1].plan_id, "plan ids must count up"
            assert not self.plans or plan.scene_revision >= self.plans[-1].scene_revision, (
                "revisions never go back"
            )
            for index in [i for i in self.frames if i >= plan.start_frame]:
                del self.frames[index]
            self.plans.append(plan)
            self._append(plan.frames)
        elif kind == "frames":
            assert message.frames.frames, "an empty message of frames"
            self._append(message.frames.frames)
        elif kind == "notice":
            self.notices.append(message.notice)
        else:
            self.going_away = message.going_away

    def _append(self, frames: Any) -> None:
        for frame in frames:
            missed = self.may_miss_frames and frame.index > self.last_index
            assert missed or frame.index == self.last_index + 1, (
                f"frame {frame.index} follows {self.last_index}"
            )
            assert len(frame.joint_positions) == 66
            assert len(frame.local_rotations) == 88
            self.frames[frame.index] = frame


async def eventually(condition: Callable[[], object], timeout_s: float = TIMEOUT_S) -> None:
    """Wait for something that happens on the server."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.01)


async def collect(stream: AsyncIterator[Any]) -> list[Any]:
    async with asyncio.timeout(TIMEOUT_S):
        return [message async for message in stream]
