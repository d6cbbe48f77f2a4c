"""What a session has done so far, in numbers: for the line in the log that closes it, and for the server's metrics."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from runtime.metrics import Metrics

_MOST_SAMPLES = 1024  # of re-plan times, the newest


@dataclass
class SessionStats:
    """Counters of one session. Lives on the event loop."""

    clock: Callable[[], float] = time.monotonic
    metrics: Metrics = field(default_factory=Metrics)
    messages: int = 0  # taken in
    notices: int = 0
    plans: int = 0  # sent
    frames: int = 0  # sent
    stalls: int = 0  # times the playhead ran out of frames
    _began_s: float = field(init=False)
    _changed: tuple[int, float] | None = None  # first revision that no plan knows yet, and when it came
    _replans_s: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_SAMPLES))

    def __post_init__(self) -> None:
        self._began_s = self.clock()

    def changed(self, revision: int) -> None:
        """The client wishes something else from ``revision`` on."""
        if self._changed is None:
            self._changed = (revision, self.clock())

    def plan_sent(self, revision: int) -> float | None:
        """A plan that knows ``revision`` goes out; seconds since the change it answers, None if it answers none."""
        self.plans += 1
        if self.plans == 1:
            self.metrics.first_frame_seconds.observe(self.clock() - self._began_s)
        if self._changed is None or revision < self._changed[0]:
            return None
        took_s = self.clock() - self._changed[1]
        self._changed = None
        self._replans_s.append(took_s)
        return took_s

    def frames_sent(self, count: int) -> None:
        """Frames go out."""
        self.frames += count
        self.metrics.frames_sent.inc(count)

    def frames_dropped(self, count: int) -> None:
        """Frames whose time has passed do not go out."""
        self.metrics.frames_dropped.inc(count)

    def stalled(self) -> None:
        """The playhead ran out of frames."""
        self.stalls += 1
        self.metrics.stalls.inc()

    def noticed(self, code: str) -> None:
        """The client is told something."""
        self.notices += 1
        self.metrics.notices.labels(code).inc()

    def summary(self) -> dict[str, float | int]:
        """For the log; times in seconds, re-plan percentiles only where there was one."""
        found: dict[str, float | int] = {
            "lasted_s": round(self.clock() - self._began_s, 3), "messages": self.messages, "plans": self.plans,
            "frames": self.frames, "stalls": self.stalls, "notices": self.notices,
        }  # fmt: skip
        if self._replans_s:
            p50, p95 = np.percentile(self._replans_s, (50, 95))
            found |= {"replan_p50_s": round(float(p50), 4), "replan_p95_s": round(float(p95), 4)}
        return found
