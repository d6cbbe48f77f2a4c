"""Where a client is in its session: told by it, or taken from the clock."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

COAST_S = 1.0  # how long time goes on by itself after the last word of a client that sends playheads


class Playhead:
    """Session time at the client. Set by the event loop, read from any thread.

    ``start_s`` until ``start``; then it runs with the clock; once the client has told its time, it runs on for
    ``COAST_S`` after each telling and holds there. ``hold`` stops it until the next ``start``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, start_s: float = 0.0) -> None:
        self._clock = clock
        self._told_s: float | None = None
        self._started = False
        self._start_s = start_s
        # (session time, when that was, how long it may run on); one tuple, so that readers never see half a change
        self._state = (start_s, 0.0, 0.0)

    def start(self) -> None:
        """The first plan was sent, the client can begin to play; has no effect later."""
        if not self._started:
            self._started = True
            self._state = (self._state[0], self._clock(), COAST_S if self.told else math.inf)

    def hold(self) -> None:
        """The client is gone for now."""
        self._started = False
        self._state = (self.now_s(), 0.0, 0.0)

    def tell(self, time_s: float) -> None:
        """The client is at ``time_s``."""
        self._told_s = time_s
        self._state = (time_s, self._clock(), COAST_S if self._started else 0.0)

    @property
    def told(self) -> bool:
        """Whether the client tells its time."""
        return self._told_s is not None

    @property
    def last_told_s(self) -> float:
        """The last time the client told; where the session starts, before."""
        return self._start_s if self._told_s is None else self._told_s

    def now_s(self) -> float:
        """Session time now, seconds."""
        time_s, since, most = self._state
        return time_s + min(self._clock() - since, most)
