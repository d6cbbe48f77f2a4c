"""One line on the terminal that says how far something is and how long it will still take."""

from __future__ import annotations

import sys
import time

_WIDTH = 30
_PLAIN_EVERY_S = 10.0  # where the output is no terminal


class ProgressLine:
    """Call ``show`` as often as you like and ``done`` at the end. Writes to standard error."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._began_s = time.monotonic()
        self._told_s = self._began_s if not self._terminal else 0.0

    def show(self, share: float, text: str = "") -> None:
        """``share`` of the whole is done, 0 to 1; ``text`` says what has been seen so far."""
        now = time.monotonic()
        if now - self._told_s < (0.1 if self._terminal else _PLAIN_EVERY_S):
            return
        self._told_s = now
        share = min(max(share, 0.0), 1.0)
        left_s = (now - self._began_s) * (1.0 - share) / share if share > 0.01 else None
        left = "" if left_s is None else f"{left_s:4.0f} s left"
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
