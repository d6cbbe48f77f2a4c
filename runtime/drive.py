"""The Drive call: handshake, then one task that reads, one that writes and one that watches for silence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import grpc

from runtime import limits as bounds
from runtime.backend import BackendInfo
from runtime.decode import Opening, read_hello
from runtime.geometry.store import GeometryStore
from runtime.limits import Limits
from runtime.live_work import LiveWork
from runtime.log import with_fields
from runtime.pb.v1 import drive_pb2
from runtime.recording import Recorder
from runtime.roster import Roster
from runtime.scheduler import Scheduler
from runtime.session import Session
from runtime.status import Fault, exhausted, fault_of, invalid, unavailable
from runtime.token_bucket import TokenBucket
from runtime.validation import Violation

Requests = AsyncIterator[drive_pb2.DriveRequest]
_STUCK_S = 0.5
_BURST_S = 2.0  # of messages at the greatest rate that a client may save up
Context = grpc.aio.ServicerContext[drive_pb2.DriveRequest, drive_pb2.DriveResponse]


class Drives:
    """All live sessions of a server."""

    def __init__(
        self,
        scheduler: Scheduler,
        info: BackendInfo,
        limits: Limits,
        geometry: GeometryStore | None = None,
    ) -> None:
        self._scheduler, self._info, self._limits = scheduler, info, limits
        self._geometry = geometry
        self.recorder: Recorder | None = None  # records every session that begins from now on
        self.roster = Roster(limits.max_sessions, limits.resume_s, self._forget)
        self._strangers = 0  # streams that have not said Hello
        self._streams = 0
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self.roster) + self._strangers

    async def drive(self, requests: Requests, context: Context) -> None:
        """One stream from Hello to its end. Raises what ``status.fault_of`` understands."""
        self._streams += 1
        self._empty.clear()
        try:
            session = await self._open(requests)
            about = with_fields(peer=context.peer(), client=session.client_name)
            session.log.info("session %s", "taken up again" if session.resumed else "opened", extra=about)
            broken, reason = False, "bye"
            try:
                await self._start(session)
                welcome = session.welcome()
                await context.write(welcome)
                session.sent(welcome)
                await self._converse(session, requests, context)
            except BaseException as error:
                broken, reason = _is_broken(error, context), _reason(error)
                raise
            finally:
                self._leave(session, broken, reason)
        finally:
            self._streams -= 1
            if not self._streams:
                self._empty.set()

    async def _open(self, requests: Requests) -> Session:
        """Read Hello; a place for the session it asks for.

        Also who is to be refused may say Hello first: the status of a stream that ends before its client has written
        is lost to clients whose write then fails.
        """
        if self._strangers >= self._limits.max_sessions:
            raise exhausted("TOO_MANY_STREAMS", f"{self._strangers} streams have not said Hello yet", 5.0)
        self._strangers += 1
        try:
            hello = await self._hello(requests)
            if hello.HasField("start_motion"):  # takes milliseconds
                opening = await asyncio.to_thread(read_hello, hello, self._limits)
            else:
                opening = read_hello(hello, self._limits)
        finally:
            self._strangers -= 1
        if self._draining:
            raise unavailable()
        session = self._place(opening)
        self._record(session, hello)
        return session

    def _place(self, opening: Opening) -> Session:
        """The session that a Hello asks for: the one that lost its stream, or a new one."""
        old = self.roster.find(opening.resume_token) if opening.resume_token else None
        if old is not None and old.fault is None and old.started:
            return self._take_up(old, opening)
        if self.roster.full:
            raise exhausted(
                "TOO_MANY_SESSIONS",
                f"all {self._limits.max_sessions} sessions are in use; try again later, or on another server",
                5.0,
            )
        self._scheduler.admission.character(len(self.roster) + self.roster.kept)
        session = self._session(self.roster.new_token(), opening)
        self.roster.add(session)
        return session

    def _session(self, token: str, opening: Opening, lost: LiveWork | None = None) -> Session:
        scheduler, how = self._scheduler, "new" if lost is None else "resumed"
        scheduler.metrics.sessions_opened.labels(how).inc()
        return Session(
            token, opening, self._info, self._limits, scheduler.wake, lost, scheduler.metrics, self._geometry
        )

    def _record(self, session: Session, hello: drive_pb2.Hello) -> None:
        work = session.work
        if self.recorder is not None and not session.resumed:
            work.recording = self.recorder.session(session.token, work.log, work.playhead.now_s)
        if work.recording is not None:
            work.recording.tape.received(drive_pb2.DriveRequest(hello=hello))

    def _take_up(self, old: Session, opening: Opening) -> Session:
        """A session that goes on where ``old`` lost its stream, or is about to: the newer stream of a token wins, since
        a client knows of a broken connection long before its server does."""
        old.work.playhead.hold()
        session = self._session(old.token, opening, old.work)
        session.started, session.stats = True, old.stats
        self.roster.replace(old, session)
        old.fail(Fault(grpc.StatusCode.ABORTED, "TAKEN_OVER", "another stream with the same token took over"))
        return session

    async def _start(self, session: Session) -> None:
        """Have the worker plan for this session."""
        if not session.resumed:
            await self._scheduler.add(session.work)
            session.started = True
            return
        try:
            await self._scheduler.call(session.attach)
        except LookupError:
            raise unavailable("the character failed in the meantime; connect again") from None

    def _leave(self, session: Session, broken: bool, reason: str) -> None:
        """The stream of ``session`` is over."""
        if not self.roster.has(session):
            session.log.info("stream ended: another one took over")
        elif broken and session.started and self._limits.resume_s > 0 and not self._draining:
            session.work.playhead.hold()
            self.roster.keep(session)
            session.log.info("stream lost; the character is kept for %g s", self._limits.resume_s)
        else:
            self.roster.remove(session)
            self._scheduler.remove(session.work)
            session.log_end(reason)

    def _forget(self, session: Session) -> None:
        self._scheduler.remove(session.work)
        session.log_end("its client did not come back, or others needed its place")

    async def _hello(self, requests: Requests) -> drive_pb2.Hello:
        """The Hello that must come first, in a version this server speaks."""
        try:
            async with asyncio.timeout(self._limits.hello_timeout_s):
                request = await anext(requests, None)
        except TimeoutError:
            raise Fault(
                grpc.StatusCode.DEADLINE_EXCEEDED, "NO_HELLO",
                f"no Hello within {self._limits.hello_timeout_s:g} s; send it as the first message",
            ) from None  # fmt: skip
        return _checked(request)

    async def _converse(self, session: Session, requests: Requests, context: Context) -> None:
        """Until the session ends: returns when it ends well, raises ``Fault`` otherwise."""
        rate = self._limits.max_messages_per_s
        budget = TokenBucket(rate, _BURST_S * rate)
        reader = asyncio.create_task(_read(session, requests, budget))
        others = {asyncio.create_task(_write(session, context)), asyncio.create_task(self._watch(session))}
        try:
            # The reader may end early: a client that half-closes without Bye goes on by the clock.
            done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancel({reader, *others})

    async def _watch(self, session: Session) -> None:
        """Ends a session that failed or neither says nor takes anything, also while its writer is stuck."""
        limit_s = self._limits.idle_timeout_s
        while (left_s := session.active_s + limit_s - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(session.faulty.wait(), left_s)
            except TimeoutError:
                continue
            await asyncio.sleep(_STUCK_S)  # the writer ends with the fault, unless nobody reads
            assert session.fault is not None
            raise session.fault
        raise Fault(
            grpc.StatusCode.DEADLINE_EXCEEDED, "IDLE",
            f"nothing was sent or read for {limit_s:g} s; send playheads, also while paused, and keep reading",
        )  # fmt: skip

    async def drain(self, reason: str, grace_s: float) -> None:
        """Take no new sessions, announce the end to the others, and end those that are left after ``grace_s``."""
        self._draining = True
        self.roster.forget_kept()
        for session in self.roster:
            session.go_away(reason, grace_s)
        try:
            async with asyncio.timeout(grace_s):
                await self._empty.wait()
        except TimeoutError:
            self.end_all()

    def end_all(self) -> None:
        """End every session with UNAVAILABLE."""
        for session in self.roster:
            session.fail(unavailable())


def _is_broken(error: BaseException, context: Context) -> bool:
    """Whether a stream ended because its connection did (or its client cancelled it), not by a decision made here."""
    if isinstance(error, Fault):
        return False
    return isinstance(error, asyncio.CancelledError) or context.done() or context.cancelled()


def _reason(error: BaseException) -> str:
    """Why a stream ended, for the log."""
    return fault_of(error).reason if isinstance(error, Exception) else "the client went away"


def _checked(request: drive_pb2.DriveRequest | None) -> drive_pb2.Hello:
    if request is None or request.WhichOneof("message") != "hello":
        raise invalid([Violation("hello", "must be the first message of the stream")], "HELLO_EXPECTED")
    version = request.hello.protocol_version
    if version != bounds.PROTOCOL_VERSION:
        raise Fault(
            grpc.StatusCode.FAILED_PRECONDITION, "PROTOCOL_VERSION",
            f"hello.protocol_version is {version}; this server speaks version {bounds.PROTOCOL_VERSION} only: use a "
            f"{'newer' if version < bounds.PROTOCOL_VERSION else 'older'} client, or another server",
        )  # fmt: skip
    return request.hello


async def _read(session: Session, requests: Requests, budget: TokenBucket) -> None:
    """Take in messages, no faster than ``budget`` allows: what is not read keeps the sender waiting."""
    async for request in requests:
        try:
            session.handle(request)
        except Exception as error:  # nobody waits for this task, so a mistake of ours must not end it unseen
            session.log.exception("a message could not be handled; the session ends")
            session.fail(fault_of(error))
            return
        budget.take(1.0)
        if (owed_s := budget.owed_s()) > 0.0:
            session.too_many_messages()
            await asyncio.sleep(owed_s)


async def _write(session: Session, context: Context) -> None:
    while (message := await session.next_message()) is not None:
        await context.write(message)
        session.sent(message)


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    """End tasks and wait for them; what they have to say about it is of no interest any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
