"""Finding a server for a live session: the first one, and another when the connection is lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from runtime import convert
from runtime.client.affinity import Affinity
from runtime.client.buffer import FrameBuffer
from runtime.client.errors import LampError, UnavailableError
from runtime.client.intent import Intent
from runtime.client.link import Link
from runtime.client.outgoing import Outgoing
from runtime.client.reconnect import Reconnect, may_try_again
from runtime.client.targets import Targets
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2

log = logging.getLogger(__name__)
_START_MOTION_S = 1.0  # of the past, for a server to go on from
STOPPING = "SHUTTING_DOWN"  # why a server that is about to stop ends streams and refuses new ones
_HELD_LEAD_S = 0.4  # where nothing is left to play


class Search:
    """``open_stream`` makes a Drive call to the target in use; its arguments are metadata that goes along and whether
    to wait for the connection."""

    def __init__(
        self,
        open_stream: Callable[[tuple[str, str], bool], Any],
        targets: Targets,
        hello: drive_pb2.Hello,
        coordinates: CoordinateSystem,
        reconnect: Reconnect | None,
    ) -> None:
        self._open_stream, self._targets, self._hello = open_stream, targets, hello
        self._coordinates, self._settings = coordinates, reconnect or Reconnect()
        self._affinity = Affinity()
        self._delays: Iterator[float] | None = None  # None: all is calm
        self._deadline_s = 0.0

    async def first(self, timeout_s: float) -> Link:
        """The first stream, within ``timeout_s``. Raises ``LampError``."""
        if len(self._targets) == 1:
            return await Link.open(self._open_stream(self._affinity.metadata, True), self._hello, timeout_s)
        end_s = time.monotonic() + timeout_s
        delays = self._settings.delays_s()
        while True:
            for _ in self._targets.addresses:
                try:
                    return await self._try(self._hello, end_s)
                except LampError as error:
                    if not may_try_again(error) or time.monotonic() >= end_s:
                        raise
                    log.info("%s does not take this session: %s", self._targets.address, error)
            await asyncio.sleep(min(next(delays), max(end_s - time.monotonic(), 0.0)))

    def calm(self) -> None:
        """The stream just lost lasted long enough: what was before it does not count any more."""
        self._delays = None

    async def again(
        self,
        error: LampError,
        intent: Intent,
        outgoing: Outgoing,
        buffer: FrameBuffer,
        welcome: drive_pb2.Welcome,
    ) -> Link:
        """Another stream for a session that lost its own with ``error``. Raises ``LampError`` when none is found."""
        if self._delays is None:
            self._delays = self._settings.delays_s()
            self._deadline_s = time.monotonic() + self._settings.give_up_s
        if error.reason == STOPPING:
            self._affinity.forget()
        if len(self._targets) > 1 and error.code == "UNAVAILABLE" and error.reason in ("", STOPPING):
            self._targets.leave(self._targets.address)
        delays, failed = self._delays, 0
        while (left_s := self._deadline_s - time.monotonic()) > 0.0:
            # one round over all servers, then a pause
            if failed % len(self._targets) == 0:
                await asyncio.sleep(min(max(next(delays), error.retry_after_s or 0.0), left_s))
            hello = self._hello_again(intent, outgoing, buffer, welcome)
            try:
                return await self._try(hello, self._deadline_s)
            except LampError as found:
                if not may_try_again(found):
                    raise
                error, failed = found, failed + 1
                log.info("attempt %d to connect again failed: %s", failed, found)
        raise UnavailableError(
            error.code,
            f"no server took the session up within {self._settings.give_up_s:g} s: {error.message}",
        )

    async def elsewhere(
        self, intent: Intent, outgoing: Outgoing, buffer: FrameBuffer, welcome: drive_pb2.Welcome
    ) -> Link | None:
        """A stream to another server, while the one that is about to stop still sends: behind a balancer any address
        may lead to one. Tries until it is cancelled; None when there is no sense in trying."""
        self._affinity.forget()
        self._targets.leave(self._targets.address)
        for delay_s in self._settings.delays_s():
            await asyncio.sleep(delay_s)
            hello = self._hello_again(intent, outgoing, buffer, welcome)
            for name in ("resume_token", "last_frame_index"):
                hello.ClearField(name)
            try:
                return await self._try(hello, time.monotonic() + self._settings.attempt_s)
            except LampError as error:
                if not may_try_again(error):
                    return None
                log.info("no other server takes the session up yet: %s", error)
        return None

    async def _try(self, hello: drive_pb2.Hello, end_s: float) -> Link:
        """One attempt at the target in use; one that fails is left."""
        address = self._targets.address
        timeout_s = min(max(end_s - time.monotonic(), 0.1), self._settings.attempt_s)
        try:
            return await Link.open(self._open_stream(self._affinity.metadata, False), hello, timeout_s)
        except LampError as error:
            if error.reason == STOPPING:
                self._affinity.forget()
            self._targets.leave(address)
            raise

    def _hello_again(
        self, intent: Intent, outgoing: Outgoing, buffer: FrameBuffer, welcome: drive_pb2.Welcome
    ) -> drive_pb2.Hello:
        """A Hello by which any server can go on: one that knows the session with that, others from the last frames."""
        hello = drive_pb2.Hello()
        hello.CopyFrom(self._hello)
        hello.prompt, _ = intent.now()
        hello.fps, hello.horizon_s = welcome.fps, welcome.horizon_s
        for name in ("resume_token", "last_frame_index"):
            hello.ClearField(name)
        last = buffer.last_frame_index
        if last < 0:  # nothing was seen yet: as in the beginning, but with the session if that is known
            hello.resume_token = welcome.session_token
            return hello
        now_s = next((s for s in (outgoing.told_s, buffer.shown_s) if s is not None), last / buffer.fps)
        starved = now_s * buffer.fps > last
        if not starved:
            # Otherwise the character has been standing still here, while the server knows nothing of that.
            hello.resume_token, hello.last_frame_index = welcome.session_token, last
        lead_s = _HELD_LEAD_S if starved else self._settings.lead_s
        cut_s = now_s + lead_s if starved else min(now_s + lead_s, last / buffer.fps)
        found = buffer.last_motion(cut_s, _START_MOTION_S)
        if found is not None:
            motion, hello.start_time_s = found
            hello.start_motion.CopyFrom(convert.motion_of(motion, self._coordinates))
        return hello
