"""Keeps a flood of like messages out of the log.

A client that sends rubbish a thousand times a second is worth a few lines and a count.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

PERIOD_S = 10.0
PER_SOURCE = 10  # lines of one kind from one session in a period
PER_KIND = 100  # lines of one kind from all of them
_MOST_KEYS = 4096
_Key = tuple[str, ...]


@dataclass
class _Window:
    began_s: float
    passed: int = 0
    left_out: int = 0


class Repeats(logging.Filter):
    """Lets a few records of a kind through in a period; the next one carries ``left_out``, how many did not pass.

    A kind is a place in the program: logger, level and the message before its arguments are filled in.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._windows: OrderedDict[_Key, _Window] = OrderedDict()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        kind = (record.name, str(record.levelno), str(record.msg))
        session = str(getattr(record, "session", ""))
        with self._lock:
            passes = self._admit((*kind, session), PER_SOURCE, record) if session else True
            return passes and self._admit(kind, PER_KIND, record)

    def _admit(self, key: _Key, most: int, record: logging.LogRecord) -> bool:
        now_s = self._clock()
        window = self._windows.get(key)
        if window is None or now_s - window.began_s >= PERIOD_S:
            left_out = window.left_out if window else 0
            window = self._windows[key] = _Window(now_s)
            if len(self._windows) > _MOST_KEYS:
                self._windows.popitem(last=False)
            if left_out:
                record.left_out = left_out + int(getattr(record, "left_out", 0))
        self._windows.move_to_end(key)
        if window.passed >= most:
            window.left_out += 1
            return False
        window.passed += 1
        return True
