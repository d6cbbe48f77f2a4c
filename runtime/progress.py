"""One line on the terminal that says how far something is and how long it will still take."""

from __future__ import annotations

import sys
import time

_WIDTH = 30
_PLAIN_EVERY_S = 10.0  # where the output is no terminal


class ProgressLine:
    """Call ``show`` as often as you like and ``done`` at the end. Writes to standard error.

    real_time: a second of the total takes a second; otherwise the time left is judged by the pace until now.
    """

    def __init__(self, total_s: float, *, real_time: bool = True) -> None:
        self._total_s, self._real_time = max(total_s, 1e-9), real_time
        self._began_at = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._told_at = -_PLAIN_EVERY_S

    def show(self, done_s: float, text: str) -> None:
        """``done_s`` of the total is over; ``text`` says what has been seen so far."""
        now = time.monotonic()
        if not self._terminal and now - self._told_at < _PLAIN_EVERY_S:
            return
        self._told_at = now
        share = min(max(done_s / self._total_s, 0.0), 1.0)
        left_s = max(self._total_s - done_s, 0.0)
        if not self._real_time:
            left_s *= (now - self._began_at) / max(done_s, 1e-9)
        left = f"{left_s:4.0f} s left"
        if self._terminal:
            bar = "#" * round(share * _WIDTH)
            sys.stderr.write(f"\r[{bar:<{_WIDTH}}] {left}  {text}\x1b[K")
        else:
            sys.stderr.write(f"{share:4.0%}  {left}  {text}\n")
        sys.stderr.flush()

    def done(self) -> None:
        """Leave the line."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
