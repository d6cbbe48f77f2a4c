"""What a live session still has to send: scene messages in order, and only the newest playhead."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from runtime.client.errors import LampError
from runtime.pb.v1 import drive_pb2

PLAYHEAD_INTERVAL_S = 0.05  # playheads that come faster are merged
MAX_WAITING = 1000  # messages that could not be sent yet
MAX_REMEMBERED = 1000  # revisions whose time of sending is known


class Outgoing:
    """Thread-safe. ``wake`` is called, from whatever thread, when there is something to take."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[drive_pb2.DriveRequest] = deque()
        self._playhead_s: float | None = None
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
            self.revision += 1
            self._waiting.append(message)
            self._posted[self.revision] = time.monotonic()
            self._posted.pop(self.revision - MAX_REMEMBERED, None)
            revision = self.revision
        self._wake()
        return revision

    def post_bye(self) -> None:
        """The last message."""
        with self._lock:
            self._waiting.append(drive_pb2.DriveRequest(bye=drive_pb2.Bye()))
        self._wake()

    def set_playhead(self, time_s: float) -> None:
        """Replaces a playhead that was not sent yet."""
        with self._lock:
            self._playhead_s = time_s
        self._wake()

    def posted_at(self, revision: int) -> float | None:
        """``time.monotonic()`` when a revision was posted; None if it is not ours or long ago."""
        return self._posted.get(revision)

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
