"""What a session has to tell its client besides motion; few, however fast they come."""

from __future__ import annotations

from collections import deque

from runtime.pb.v1 import drive_pb2

_MOST = 32


class Notices:
    """The oldest of too many is dropped and counted."""

    def __init__(self) -> None:
        self._waiting: deque[drive_pb2.Notice] = deque()
        self._dropped = 0

    def add(self, notice: drive_pb2.Notice) -> None:
        """One more."""
        if len(self._waiting) >= _MOST:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(notice)

    def take(self) -> drive_pb2.Notice | None:
        """The oldest one, which says how many were dropped before it."""
        if not self._waiting:
            return None
        notice = self._waiting.popleft()
        notice.dropped, self._dropped = self._dropped, 0
        return notice
