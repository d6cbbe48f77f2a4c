"""One live character, seen from the game: intent goes out, plans and frames come in."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self

import grpc

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import SKELETON_HASH
from runtime import convert, convert_intents
from runtime.client.buffer import FrameBuffer, Pose, ReceivedPlan
from runtime.client.errors import (
    LampError,
    SessionClosedError,
    UnavailableError,
    VersionError,
    from_rpc_error,
)
from runtime.client.outgoing import Outgoing
from runtime.client.plan_log import PlanLog
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2

log = logging.getLogger(__name__)

MAX_NOTICES = 100


class AsyncDriveSession:
    """An async context manager made by ``AsyncLampClient.drive``; inside it the server has said welcome.

    Everything is in model space (metres, Y up, right-handed), session time and seconds. What sends (``set_prompt``,
    ``put_obstacle`` ...) never waits for the network and returns the revision that plans will name.
    ``on_plan`` is called on the event loop for every plan.
    """

    def __init__(
        self,
        open_stream: Callable[[], Any],
        hello: drive_pb2.Hello,
        coordinates: CoordinateSystem,
        *,
        welcome_timeout_s: float = 30.0,
        on_plan: Callable[[ReceivedPlan], None] | None = None,
    ) -> None:
        self._open_stream, self._hello, self._coordinates = open_stream, hello, coordinates
        self._welcome_timeout_s, self._on_plan = welcome_timeout_s, on_plan
        self._outgoing = Outgoing(self._wake_sender)
        self._plans = PlanLog()
        self._closing = False
        self.welcome = drive_pb2.Welcome()
        self.buffer = FrameBuffer(30.0, coordinates)
        self.notices: deque[drive_pb2.Notice] = deque(maxlen=MAX_NOTICES)
        self.going_away: drive_pb2.GoingAway | None = None
        self.error: LampError | None = None  # why the session ended, when nobody here wished it

    # -- life -----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._to_send, self._news, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._call = self._open_stream()
        try:
            async with asyncio.timeout(self._welcome_timeout_s):
                await self._call.write(drive_pb2.DriveRequest(hello=self._hello))
                first = await self._call.read()
        except TimeoutError:
            self._call.cancel()
            raise UnavailableError(
                "DEADLINE_EXCEEDED", f"no welcome within {self._welcome_timeout_s:g} s; is the server up?"
            ) from None
        except asyncio.InvalidStateError:  # the stream ended before Hello could be written
            raise await self._end_error() from None
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        except BaseException:
            self._call.cancel()
            raise
        if first is grpc.aio.EOF:
            raise await self._end_error()
        self._accept(first)
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._send())]
        return self

    async def _end_error(self) -> LampError:
        code = await self._call.code()
        if code is grpc.StatusCode.OK:
            return LampError("ABORTED", "the server ended the stream without a welcome")
        call = grpc.aio.AioRpcError(
            code,
            await self._call.initial_metadata(),
            await self._call.trailing_metadata(),
            await self._call.details(),
        )
        return from_rpc_error(call)

    def _accept(self, first: drive_pb2.DriveResponse) -> None:
        if first.WhichOneof("message") != "welcome":
            self._call.cancel()
            raise LampError("INTERNAL", f"the first message was {first.WhichOneof('message')}, not welcome")
        self.welcome = first.welcome
        if self.welcome.skeleton.hash != SKELETON_HASH:
            self._call.cancel()
            raise VersionError(
                "FAILED_PRECONDITION",
                f"the server's skeleton is {self.welcome.skeleton.hash}, this client knows {SKELETON_HASH}; "
                "install the same version on both sides",
            )
        self.buffer = FrameBuffer(self.welcome.fps, self._coordinates, horizon_s=self.welcome.horizon_s)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, timeout_s: float = 2.0) -> None:
        """Say bye and wait for the server to end the stream; after ``timeout_s`` the stream is cut."""
        if not self._closing:
            self._closing = True
            self._outgoing.post_bye()
        try:
            await asyncio.wait_for(self._ended.wait(), timeout_s)
        except TimeoutError:
            self._call.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ended.set()
        self._wake_readers()

    @property
    def closed(self) -> bool:
        """Whether nothing will be sent or received any more."""
        return self._closing or self.error is not None or self._ended.is_set()

    # -- intent ---------------------------------------------------------------------------------------------------

    async def set_prompt(self, text: str) -> int:
        """What the character should do from now on. Returns the revision."""
        return self._post(
            lambda revision: drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(revision=revision, text=text))
        )

    async def put_obstacle(self, id: str, obstacle: Obstacle) -> int:
        """Add or replace an obstacle; its pose holds at session time ``time_s``. Returns the revision."""
        return self._update(put_obstacles=[convert.obstacle_of(id, obstacle, self._coordinates)])

    async def remove_obstacle(self, id: str) -> int:
        """Take an obstacle away; unknown ids are no error. Returns the revision."""
        return self._update(remove_obstacle_ids=[id])

    async def put_target(self, id: str, target: Target) -> int:
        """Add or replace a target; ``arrive_s`` is session time. Returns the revision."""
        return self._update(put_targets=[convert.target_of(id, target, self._coordinates)])

    async def remove_target(self, id: str) -> int:
        """Take a target away; unknown ids are no error. Returns the revision."""
        return self._update(remove_target_ids=[id])

    async def look_at(self, look: LookAt) -> int:
        """Look at a point from now on. Returns the revision."""
        return self._update(look_at=convert_intents.look_at_of(look, self._coordinates))

    async def clear_look_at(self) -> int:
        """Look ahead again. Returns the revision."""
        return self._update(clear_look_at=True)

    async def set_path(self, path: Path) -> int:
        """Walk along a path from now on; arrival times are session time. Returns the revision."""
        return self._update(path=convert_intents.path_of(path, self._coordinates))

    async def clear_path(self) -> int:
        """Follow no path any more. Returns the revision."""
        return self._update(clear_path=True)

    async def put_key_pose(self, id: str, pose: KeyPose) -> int:
        """Add or replace a pose to be in at its session time. Returns the revision."""
        return self._update(put_key_poses=[convert_intents.key_pose_of(id, pose, self._coordinates)])

    async def remove_key_pose(self, id: str) -> int:
        """Take a key pose away; unknown ids are no error. Returns the revision."""
        return self._update(remove_key_pose_ids=[id])

    async def set_floor(self, floor: Floor) -> int:
        """What carries the feet where no walkable obstacle does. Returns the revision."""
        return self._update(floor=convert_intents.FLOORS[floor])

    async def clear_scene(self) -> int:
        """Take everything away but prompt and floor. Returns the revision."""
        return self._update(clear=True)

    async def set_playhead(self, time_s: float) -> None:
        """How far the game has played, session seconds; call it every frame, it is sent at most 20 times a second."""
        self._check_open()
        self._outgoing.set_playhead(time_s)

    def _update(self, **fields: Any) -> int:
        return self._post(
            lambda revision: drive_pb2.DriveRequest(
                scene_update=drive_pb2.SceneUpdate(revision=revision, **fields)
            )
        )

    def _post(self, make: Callable[[int], drive_pb2.DriveRequest]) -> int:
        self._check_open()
        return self._outgoing.post(make)

    def _check_open(self) -> None:
        if self.error is not None:
            raise self.error
        if self._closing or self._ended.is_set():
            raise SessionClosedError("CANCELLED", "the session is closed; open a new one with drive()")

    def _wake_sender(self) -> None:
        self._loop.call_soon_threadsafe(self._to_send.set)

    @property
    def revision(self) -> int:
        """The newest revision sent; 0 before the first change."""
        return self._outgoing.revision

    # -- what came back -------------------------------------------------------------------------------------------

    def frame(self, index: int) -> Pose | None:
        """A received frame by number, or None."""
        return self.buffer.frame(index)

    def sample(self, time_s: float) -> Pose | None:
        """The pose at a session time; see ``FrameBuffer.sample``."""
        return self.buffer.sample(time_s)

    async def wait_for_frame(self, index: int, *, timeout_s: float = 30.0) -> Pose:
        """A frame by number, as soon as it is there."""
        try:
            async with asyncio.timeout(timeout_s):
                while (pose := self.buffer.frame(index)) is None:
                    self._check_open()
                    await self._news.wait()
        except TimeoutError:
            raise LampError(
                "DEADLINE_EXCEEDED",
                f"frame {index} did not come within {timeout_s:g} s, the last is {self.last_frame_index}; "
                "was the playhead sent?",
            ) from None
        return pose

    @property
    def last_frame_index(self) -> int:
        """Index of the last frame received; -1 before the first."""
        return self.buffer.last_frame_index

    @property
    def stalls(self) -> int:
        """How often ``sample`` ran out of frames."""
        return self.buffer.stalls

    @property
    def plan_log(self) -> list[ReceivedPlan]:
        """Plans received so far, the oldest first (the last 1000)."""
        return self._plans.all()

    async def plans(self) -> AsyncIterator[ReceivedPlan]:
        """Every plan from the first on, then each as it arrives; ends with the session, raises if that failed."""
        async for plan in self._plans.follow(self._news_or_end):
            yield plan

    async def _news_or_end(self) -> bool:
        """Wait for something new. False once the session has ended; raises what it ended with."""
        if self.error is not None:
            raise self.error
        if self._ended.is_set():
            return False
        await self._news.wait()
        return True

    async def wait_plan(
        self, wanted: Callable[[ReceivedPlan], bool] = lambda plan: True, *, timeout_s: float = 30.0
    ) -> ReceivedPlan:
        """The first plan, among those received and those to come, for which ``wanted`` holds."""

        try:
            async with asyncio.timeout(timeout_s):
                async for plan in self.plans():
                    if wanted(plan):
                        return plan
        except TimeoutError:
            raise LampError("DEADLINE_EXCEEDED", f"no such plan within {timeout_s:g} s") from None
        raise SessionClosedError("CANCELLED", "the session ended before such a plan came")

    # -- the two directions ---------------------------------------------------------------------------------------

    async def _send(self) -> None:
        try:
            while True:
                await self._to_send.wait()
                self._to_send.clear()
                messages, delay_s = self._outgoing.take(time.monotonic())
                if delay_s is not None:
                    self._loop.call_later(delay_s, self._to_send.set)
                for message in messages:
                    await self._call.write(message)
                    if message.HasField("bye"):
                        await self._call.done_writing()
                        return
        except (grpc.RpcError, asyncio.InvalidStateError):
            return  # the stream is over; _receive knows why

    async def _receive(self) -> None:
        try:
            while (response := await self._call.read()) is not grpc.aio.EOF:
                self._handle(response)
            if await self._call.code() is not grpc.StatusCode.OK:
                self.error = await self._end_error()
        except grpc.RpcError as error:
            if not self._closing:
                self.error = from_rpc_error(error)
        except asyncio.CancelledError:
            if not self._closing:
                self.error = SessionClosedError("CANCELLED", "the stream was cut")
            raise
        except Exception as error:
            self.error = LampError("INTERNAL", f"a message of the server could not be used: {error}")
            self._call.cancel()
        finally:
            self._ended.set()
            self._wake_readers()

    def _handle(self, response: drive_pb2.DriveResponse) -> None:
        kind = response.WhichOneof("message")
        if kind == "frames":
            self.buffer.add(response.frames.frames)
            self._wake_readers()
        elif kind == "plan":
            self._handle_plan(response.plan)
        elif kind == "notice":
            self.notices.append(response.notice)
            log.warning("notice from the server: %s", response.notice.message)
        elif kind == "going_away":
            self.going_away = response.going_away
            log.warning("the server goes away in %.0f s: %s", self.going_away.grace_s, self.going_away.reason)

    def _handle_plan(self, message: drive_pb2.Plan) -> None:
        now = time.monotonic()
        sent = self._outgoing.posted_at(message.scene_revision)
        plan = ReceivedPlan.of(message, now, None if sent is None else now - sent)
        self.buffer.begin_plan(plan, message.frames)
        self._plans.add(plan)
        if self._on_plan is not None:
            self._on_plan(plan)
        self._wake_readers()

    def _wake_readers(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
