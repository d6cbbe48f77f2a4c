"""One live character, seen from the game: intent goes out, plans and frames come in, over one stream after another."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self

from runtime.client.asking import Asking
from runtime.client.buffer import FrameBuffer
from runtime.client.errors import LampError, SessionClosedError
from runtime.client.intent import Intent
from runtime.client.link import Link
from runtime.client.outgoing import Outgoing
from runtime.client.plan_log import PlanLog
from runtime.client.pose import Pose
from runtime.client.received_plan import ReceivedPlan
from runtime.client.reconnect import Reconnect, is_lost
from runtime.client.search import Search
from runtime.client.targets import Targets
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2

log = logging.getLogger(__name__)
Notice = drive_pb2.Notice

MAX_NOTICES = 100


class AsyncDriveSession(Asking):
    """An async context manager made by ``AsyncLampClient.drive``; inside it the server has said welcome.

    Everything is in model space (metres, Y up, right-handed), session time and seconds. What sends (``set_prompt``,
    ``put_obstacle`` ...) never waits for the network and returns the revision that plans will name.
    ``on_plan`` is called on the event loop for every plan.

    When the connection is lost the session looks for a server again (``Reconnect``), goes on with the character there
    or starts it anew from what is buffered, and tells it the whole scene; session time goes on. Meanwhile ``sample``
    plays what is buffered and then holds.
    """

    def __init__(
        self,
        open_stream: Callable[[tuple[str, str], bool], Any],
        targets: Targets,
        hello: drive_pb2.Hello,
        coordinates: CoordinateSystem,
        *,
        welcome_timeout_s: float = 30.0,
        on_plan: Callable[[ReceivedPlan], None] | None = None,
        reconnect: Reconnect | None = None,
        restore: Callable[[Iterable[str]], Awaitable[None]] | None = None,
    ) -> None:
        self._intent = Intent(hello.prompt, coordinates)
        super().__init__(coordinates, Outgoing(self._wake_sender, self._intent))
        self._search = Search(open_stream, targets, hello, coordinates, reconnect)
        self._targets, self._reconnect = targets, reconnect
        self._welcome_timeout_s, self._on_plan = welcome_timeout_s, on_plan
        self._restore = restore  # geometry, by id, to a server that may not have it
        self._plans = PlanLog()
        self._closing = False
        self._link: Link | None = None
        self._moved: Link | None = None  # to the server that takes over from one that is about to stop
        self._read_at_s = 0.0  # when the server was last heard
        self.welcome = drive_pb2.Welcome()
        self.buffer = FrameBuffer(30.0, coordinates)
        self.notices: deque[drive_pb2.Notice] = deque(maxlen=MAX_NOTICES)
        self.going_away: drive_pb2.GoingAway | None = None
        self.error: LampError | None = None  # why the session ended, when nobody here wished it
        self.reconnects = 0  # how often the connection was lost and found again
        self.resumed = False  # the present stream took up the session where the one before lost it

    # -- life -----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._to_send, self._news, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._leaving = asyncio.Event()
        self._link = await self._search.first(self._welcome_timeout_s)
        self.welcome = self._link.welcome
        self.resumed = self.welcome.resumed
        self.buffer = FrameBuffer(self.welcome.fps, self._coordinates, horizon_s=self.welcome.horizon_s)
        self._outgoing.revision = self.welcome.scene_revision
        self._task = asyncio.create_task(self._live(self._link))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, timeout_s: float = 2.0) -> None:
        """Say bye and wait for the server to end the stream; after ``timeout_s`` the stream is cut."""
        if not self._closing:
            self._closing = True
            self._outgoing.post_bye()
        if self._link is not None:
            await asyncio.wait({self._task}, timeout=timeout_s)
        self._task.cancel()  # ends the stream, or the search for a server
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def closed(self) -> bool:
        """Whether nothing will be sent or received any more."""
        return self._closing or self.error is not None or self._ended.is_set()

    @property
    def connected(self) -> bool:
        """Whether there is a stream now; False while the session looks for a server."""
        return self._link is not None

    async def _live(self, link: Link) -> None:
        """One stream after another until the session ends."""
        try:
            while True:
                began_s = time.monotonic()
                error = await self._converse(link)
                self._link = None
                if self._moved is not None:
                    link, self._moved = self._moved, None
                    self._outgoing.disconnect()
                    await self._take_up(link)
                    continue
                if error is None or self._closing:
                    return
                if self._reconnect is None or not is_lost(error):
                    self.error = error
                    return
                log.warning("the connection is lost (%s); looking for a server", error)
                self._outgoing.disconnect()
                if time.monotonic() - began_s >= self._reconnect.stable_s:
                    self._search.calm()
                link = await self._search.again(
                    error, self._intent, self._outgoing, self.buffer, self.welcome
                )
                await self._take_up(link)
        except LampError as error:
            self.error = error
        except asyncio.CancelledError:
            if not self._closing:
                self.error = SessionClosedError("CANCELLED", "the stream was cut")
            raise
        except Exception as error:
            self.error = LampError("INTERNAL", f"a message of the server could not be used: {error}")
        finally:
            if self._moved is not None:
                self._moved.cut()
            self._link = None
            self._ended.set()
            self._wake_readers()

    async def _take_up(self, link: Link) -> None:
        """Go on over another stream; its server is told the scene, and first of all has its geometry."""
        if self._restore is not None and not link.welcome.resumed:
            await self._restore(self._intent.geometry_ids())
        self._link, self.welcome = link, link.welcome
        self.reconnects += 1
        self.resumed, self.going_away = link.welcome.resumed, None
        self.buffer.rejoin(resumed=self.resumed)
        self._outgoing.connect(link.welcome.scene_revision, resumed=self.resumed)
        log.info(
            "connected again; the session %s", "goes on" if self.resumed else "starts from what is buffered"
        )

    # -- to the server ----------------------------------------------------------------------------------------------

    async def set_playhead(self, time_s: float) -> None:
        """How far the game has played, session seconds; call it every frame, it is sent at most 20 times a second."""
        self._check_open()
        self._outgoing.set_playhead(time_s)
        pose = self.buffer.frame(int(time_s * self.buffer.fps))
        if pose is not None:
            self._intent.walked(pose.positions_m[0])

    def _check_open(self) -> None:
        if self.error is not None:
            raise self.error
        if self._closing or self._ended.is_set():
            raise SessionClosedError("CANCELLED", "the session is closed; open a new one with drive()")

    def _wake_sender(self) -> None:
        self._loop.call_soon_threadsafe(self._to_send.set)

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

    # -- the two directions of a stream -------------------------------------------------------------------------------

    async def _converse(self, link: Link) -> LampError | None:
        """Send and receive until the stream ends; why it did, None if it ended well."""
        self._read_at_s = time.monotonic()
        self._leaving.clear()
        self._to_send.set()
        receiving = asyncio.create_task(self._receive(link))
        others = {
            asyncio.create_task(task) for task in (self._send(link), self._watch(link), self._move(link))
        }
        try:
            return await receiving
        finally:
            link.cut()  # has no effect on a stream that ended
            for task in (receiving, *others):
                task.cancel()
            await asyncio.gather(receiving, *others, return_exceptions=True)

    async def _send(self, link: Link) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            messages, delay_s = self._outgoing.take(time.monotonic())
            if delay_s is not None:
                self._loop.call_later(delay_s, self._to_send.set)
            for message in messages:
                if not await link.write(message) or message.HasField("bye"):
                    return  # _receive knows why

    async def _watch(self, link: Link) -> None:
        """Cut a stream that is silent while the game waits: a connection may be dead without anybody having said so."""
        if self._reconnect is None:
            return
        while True:
            await asyncio.sleep(0.2)
            told_s = self._outgoing.told_s
            waits = told_s is not None and told_s * self.buffer.fps > self.buffer.last_frame_index + 1
            if waits and time.monotonic() - self._read_at_s > self._reconnect.silence_s:
                log.warning("the server has said nothing for %g s", self._reconnect.silence_s)
                self._silent = True
                link.cut()
                return

    async def _move(self, link: Link) -> None:
        """Find another server when this one is about to stop; its frames keep coming until one is found."""
        await self._leaving.wait()
        if self._reconnect is None:
            return
        self._moved = await self._search.elsewhere(self._intent, self._outgoing, self.buffer, self.welcome)
        if self._closing and self._moved is not None:
            self._moved.cut()
            self._moved = None
        if self._moved is not None:
            link.cut()

    async def _receive(self, link: Link) -> LampError | None:
        self._silent = False
        while (response := await link.read()) is not None:
            self._read_at_s = time.monotonic()
            self._handle(response)
        if self._silent:
            await self._targets.redial()
            return LampError("UNAVAILABLE", "the server fell silent")
        return await link.end()

    def _handle(self, response: drive_pb2.DriveResponse) -> None:
        kind = response.WhichOneof("message")
        if kind == "frames":
            self.buffer.add(response.frames.frames)
            self._wake_readers()
        elif kind == "plan":
            self._handle_plan(response.plan)
        elif kind == "notice":
            self._handle_notice(response.notice)
        elif kind == "going_away":
            self.going_away = response.going_away
            log.warning("the server goes away in %.0f s: %s", self.going_away.grace_s, self.going_away.reason)
            self._leaving.set()

    def _handle_notice(self, notice: drive_pb2.Notice) -> None:
        self.notices.append(notice)
        log.warning("notice from the server: %s", notice.message)
        if notice.revision and notice.code in (Notice.CODE_INVALID, Notice.CODE_STALE_REVISION):
            self._outgoing.refused(notice.revision)

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
