"""Frames of one session that still have to be sent: always the newest plan's, never more than what is planned."""

from __future__ import annotations

from runtime.encode import FrameBlock


class Outbox:
    """Unsent frames by index. Not a queue: a new plan replaces what an older one left unsent."""

    def __init__(self, first_index: int = 0) -> None:
        self._frames: FrameBlock | None = None
        self.next_index = first_index  # the next frame to send

    def put(self, start: int, frames: FrameBlock) -> None:
        """The motion changed from frame ``start`` on and is ``frames`` now, which begin there.

        Frames before ``start`` that were not sent stay; sent frames from ``start`` on will be sent again.
        """
        unsent = (
            self._frames.between(self.next_index, start) if self._frames is not None else frames.between(0, 0)
        )
        self.next_index = start if len(unsent) == 0 else min(self.next_index, start)
        self._frames = unsent.followed_by(frames) if len(unsent) else frames

    @property
    def end_index(self) -> int:
        """One past the last frame planned."""
        return self._frames.end if self._frames is not None else self.next_index

    def waiting(self, limit: int) -> int:
        """How many frames with an index below ``limit`` can be sent."""
        return max(min(limit, self.end_index) - self.next_index, 0)

    def take(self, limit: int, most: int) -> FrameBlock | None:
        """The next frames with an index below ``limit``, at most ``most``; None when there are none."""
        count = min(self.waiting(limit), most)
        if count == 0 or self._frames is None:
            return None
        taken = self._frames.between(self.next_index, self.next_index + count)
        self.next_index += count
        self._frames = self._frames.between(self.next_index, self._frames.end)
        return taken

    def drop_before(self, index: int) -> int:
        """Forget unsent frames older than ``index``; the last planned one stays. How many were forgotten."""
        if self._frames is None or index <= self.next_index:
            return 0
        before = self.next_index
        self.next_index = max(min(index, self._frames.end - 1), before)
        self._frames = self._frames.between(self.next_index, self._frames.end)
        return self.next_index - before
