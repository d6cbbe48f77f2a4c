"""The Drive call: handshake, then one task that reads, one that writes and one that watches for silence."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

import grpc

from runtime import limits as bounds
from runtime.backend import BackendInfo
from runtime.decode import read_hello
from runtime.limits import Limits
from runtime.log import with_fields
from runtime.pb.v1 import drive_pb2
from runtime.scheduler import Scheduler
from runtime.session import Session
from runtime.status import Fault, exhausted, fault_of, invalid, unavailable
from runtime.validation import Violation

Requests = AsyncIterator[drive_pb2.DriveRequest]
Context = grpc.aio.ServicerContext[drive_pb2.DriveRequest, drive_pb2.DriveResponse]


class Drives:
    """All live sessions of a server."""

    def __init__(self, scheduler: Scheduler, info: BackendInfo, limits: Limits) -> None:
        self._scheduler, self._info, self._limits = scheduler, info, limits
        self._sessions: dict[str, Session | None] = {}  # None while a stream has not said Hello
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._sessions)

    async def drive(self, requests: Requests, context: Context) -> None:
        """One stream from Hello to its end. Raises what ``status.fault_of`` understands."""
        token = self._admit()
        session, ended = None, "the client went away"
        try:
            opening = read_hello(await self._hello(requests), self._limits)
            session = Session(token, opening, self._info, self._limits, self._scheduler.wake)
            self._sessions[token] = session
            about = with_fields(peer=context.peer(), client=opening.client_name)
            session.log.info("session opened", extra=about)
            await self._scheduler.add(session.work)
            await context.write(session.welcome())
            await self._converse(session, requests, context)
            ended = "bye"
        except Exception as error:
            ended = fault_of(error).reason
            raise
        finally:
            if session is not None:
                self._scheduler.remove(session.work)
                counts = session.stats.summary()
                session.log.info(
                    "session closed", extra=with_fields(reason=ended, peer=context.peer(), **counts)
                )
            del self._sessions[token]
            if not self._sessions:
                self._empty.set()

    def _admit(self) -> str:
        if self._draining:
            raise unavailable()
        if len(self._sessions) >= self._limits.max_sessions:
            raise exhausted(
                "TOO_MANY_SESSIONS",
                f"all {self._limits.max_sessions} sessions are in use; try again later, or on another server",
                5.0,
            )
        token = secrets.token_hex(8)
        self._sessions[token] = None
        self._empty.clear()
        return token

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
        reader = asyncio.create_task(_read(session, requests))
        others = {asyncio.create_task(_write(session, context)), asyncio.create_task(self._watch(session))}
        try:
            # The reader may end early: a client that half-closes without Bye goes on by the clock.
            done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancel({reader, *others})

    async def _watch(self, session: Session) -> None:
        """Ends a session that neither says nor takes anything, also while its writer is stuck."""
        limit_s = self._limits.idle_timeout_s
        while (left_s := session.active_s + limit_s - time.monotonic()) > 0:
            await asyncio.sleep(left_s)
        raise Fault(
            grpc.StatusCode.DEADLINE_EXCEEDED, "IDLE",
            f"nothing was sent or read for {limit_s:g} s; send playheads, also while paused, and keep reading",
        )  # fmt: skip

    async def drain(self, reason: str, grace_s: float) -> None:
        """Take no new sessions, announce the end to the others, and end those that are left after ``grace_s``."""
        self._draining = True
        for session in self._sessions.values():
            if session is not None:
                session.go_away(reason, grace_s)
        try:
            async with asyncio.timeout(grace_s):
                await self._empty.wait()
        except TimeoutError:
            self.end_all()

    def end_all(self) -> None:
        """End every session with UNAVAILABLE."""
        for session in self._sessions.values():
            if session is not None:
                session.fail(unavailable())


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


async def _read(session: Session, requests: Requests) -> None:
    while True:
        try:
            request = await anext(requests)
        except StopAsyncIteration:
            return
        except Fault as malformed:  # no message at all, see runtime.malformed; the stream can be read on
            session.notify(drive_pb2.Notice.CODE_INVALID, malformed.message)
            continue
        try:
            session.handle(request)
        except Exception as error:  # nobody waits for this task, so a mistake of ours must not end it unseen
            session.log.exception("a message could not be handled; the session ends")
            session.fail(fault_of(error))
            return


async def _write(session: Session, context: Context) -> None:
    while (message := await session.next_message()) is not None:
        await context.write(message)
        session.active_s = time.monotonic()


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    """End tasks and wait for them; what they have to say about it is of no interest any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
