"""What a live session still has to send: scene messages in order, and only the newest playhead."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import chain

from runtime.client.errors import LampError
from runtime.client.intent import Intent
from runtime.pb.v1 import drive_pb2

PLAYHEAD_INTERVAL_S = 0.05  # playheads that come faster are merged
MAX_WAITING = 1000  # messages that could not be sent yet
MAX_REMEMBERED = 1000  # revisions whose time of sending is known


class Outgoing:
    """Thread-safe. ``wake`` is called, from whatever thread, when there is something to take.

    While there is no stream nothing waits here: ``connect`` says what there is to say then, from ``intent``.
    """

    def __init__(self, wake: Callable[[], None], intent: Intent) -> None:
        self._wake = wake
        self._intent = intent
        self._lock = threading.Lock()
        self._waiting: deque[drive_pb2.DriveRequest] = deque()
        self._connected = True
        self._told_s: float | None = None  # the newest playhead
        self._playhead_s: float | None = None  # the same, while it waits to be sent
        self._playhead_sent = -1.0
        self.revision = 0  # the newest one given out
        self._posted: dict[int, float] = {}

    def post(self, make: Callable[[int], drive_pb2.DriveRequest]) -> int:
        """Number a message with the next revision, keep it for sending, and return the revision."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise LampError(
                    "RESOURCE_EXHAUSTED", f"{MAX_WAITING} messages wait to be sent; the server reads none"
                )
            message = make(self.revision + 1)
            self._number()
            self._intent.note(self.revision, message)
            if self._connected:
                self._waiting.append(message)
            revision = self.revision
        self._wake()
        return revision

    def _number(self) -> int:
        self.revision += 1
        self._posted[self.revision] = time.monotonic()
        self._posted.pop(self.revision - MAX_REMEMBERED, None)
        return self.revision

    def post_bye(self) -> None:
        """The last message."""
        with self._lock:
            self._waiting.append(drive_pb2.DriveRequest(bye=drive_pb2.Bye()))
        self._wake()

    def set_playhead(self, time_s: float) -> None:
        """Replaces a playhead that was not sent yet."""
        with self._lock:
            self._told_s = self._playhead_s = time_s
        self._wake()

    @property
    def told_s(self) -> float | None:
        """The newest playhead."""
        return self._told_s

    def posted_at(self, revision: int) -> float | None:
        """``time.monotonic()`` when a revision was posted; None if it is not ours or long ago."""
        return self._posted.get(revision)

    def refused(self, revision: int) -> None:
        """The server could not use what was posted with ``revision``."""
        with self._lock:
            self._intent.refuse(revision)

    def disconnect(self) -> None:
        """The stream is gone, and what waited with it: the intent knows it all."""
        with self._lock:
            self._connected = False
            self._waiting.clear()

    def connect(self, known_revision: int, *, resumed: bool) -> None:
        """A new stream. Its server knows the session up to ``known_revision``, or (not ``resumed``) only its prompt."""
        with self._lock:
            self._connected = True
            self._playhead_s, self._playhead_sent = self._told_s, -1.0
            if resumed and known_revision >= self.revision:
                self.revision = known_revision
            elif self.revision > 0:
                self._tell_again(with_prompt=resumed)
        self._wake()

    def _tell_again(self, *, with_prompt: bool) -> None:
        """Everything that was asked for, under the newest number and those after it."""
        prompt, scenes = self._intent.now()
        numbers = chain([self.revision], iter(self._number, None))
        if with_prompt:
            message = drive_pb2.Prompt(revision=next(numbers), text=prompt)
            self._waiting.append(drive_pb2.DriveRequest(prompt=message))
        for scene in scenes:
            scene.revision = next(numbers)
            self._waiting.append(drive_pb2.DriveRequest(scene_update=scene))

    def take(self, now: float) -> tuple[list[drive_pb2.DriveRequest], float | None]:
        """Messages to send now, and seconds until a playhead that waits may be sent (None: none waits)."""
        with self._lock:
            messages = list(self._waiting)
            self._waiting.clear()
            if self._playhead_s is None:
                return messages, None
            delay_s = self._playhead_sent + PLAYHEAD_INTERVAL_S - now
            if delay_s > 0 and not messages:
                return messages, delay_s
            playhead = drive_pb2.DriveRequest(playhead=drive_pb2.Playhead(time_s=self._playhead_s))
            self._playhead_s, self._playhead_sent = None, now
            return [playhead, *messages], None
