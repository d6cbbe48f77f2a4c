"""The playhead of one character: runs in real time, waits for frames that are not there, and can be paused."""

from __future__ import annotations


class Clock:
    """``now_s`` is session time; ``stalls`` counts how often it had to wait."""

    def __init__(self, start_s: float = 0.0) -> None:
        self.now_s = start_s
        self.paused = False
        self.stalls = 0
        self._waiting = False

    def tick(self, passed_s: float, buffered_until_s: float) -> float:
        """Move on by ``passed_s``, at most to ``buffered_until_s``; returns the new session time."""
        if self.paused:
            return self.now_s
        wanted = self.now_s + max(passed_s, 0.0)
        waiting = wanted > buffered_until_s + 1e-6
        self.stalls += waiting and not self._waiting
        self._waiting = waiting
        self.now_s = max(self.now_s, min(wanted, buffered_until_s))
        return self.now_s
