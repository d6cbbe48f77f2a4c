"""A budget per second with a reserve: for messages, and for time on the device."""

from __future__ import annotations

import time
from collections.abc import Callable


class TokenBucket:
    """Fills at ``rate`` a second up to ``burst``; what is taken beyond that is owed. Used by one thread."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst = rate, burst
        self._clock = clock
        self._level, self._at_s = burst, clock()

    def take(self, amount: float) -> None:
        """Spend ``amount``, also where it is not there."""
        self._level = self._now() - amount

    def owed_s(self) -> float:
        """Seconds until nothing is owed; 0 when nothing is."""
        return max(-self._now(), 0.0) / self.rate

    def _now(self) -> float:
        now_s = self._clock()
        self._level = min(self._level + (now_s - self._at_s) * self.rate, self.burst)
        self._at_s = now_s
        return self._level
