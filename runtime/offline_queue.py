"""Generate and Optimize calls on the worker: whose turn it is, and how much of the device they may have."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from runtime.metrics import Metrics
from runtime.offline_call import OfflineCall

log = logging.getLogger(__name__)
_MOST_CREDIT_S = 0.2


class OfflineQueue:
    """Calls take turns, the one that had least of the device first. Beside live characters that want all of it they get
    their share; without such they go on at once. ``calls`` is filled by the event loop, all else belongs to the worker.
    """

    def __init__(
        self, share: float, metrics: Metrics, took: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """``took`` hears how much of the device a call took that ended well."""
        self.calls: list[OfflineCall] = []
        self._share, self._metrics, self._took, self._clock = share, metrics, took, clock
        self._credit_s = 0.0  # of the device, that calls may use while live characters wait

    def live(self, took_s: float) -> None:
        """Live characters had the device for so long while calls waited."""
        self._credit_s = min(self._credit_s + took_s * self._share / (1.0 - self._share), _MOST_CREDIT_S)

    def turn(self, *, live_busy: bool) -> None:
        """Slices for the calls that had least: one, or as many as their share allows beside busy live characters."""
        if not live_busy:
            self._slice()
        while live_busy and self._credit_s > 0.0:
            took_s = self._slice()
            self._credit_s -= took_s
            if not took_s:
                return

    def _slice(self) -> float:
        """How long it took; 0 when there was nothing to do."""
        for call in [call for call in self.calls if call.cancelled]:
            self.calls.remove(call)
        if not self.calls:
            return 0.0
        began_s = self._clock()
        call = min(list(self.calls), key=lambda call: call.used_s)
        if not call.begun:
            self._metrics.offline_queue_seconds.observe(began_s - call.asked_s)
        self._work(call)
        took_s = self._clock() - began_s
        self._metrics.device_seconds.labels("offline").inc(took_s)
        return took_s

    def _work(self, call: OfflineCall) -> None:
        try:
            done = call.work()
        except Exception as error:
            self._metrics.failures.labels("offline").inc()
            self.calls.remove(call)
            call.fail(error)
            return
        if done is not None:
            self.calls.remove(call)
            self._took(call.used_s)

    def end(self, error: Exception) -> None:
        """No more turns: every call fails with ``error``."""
        for call in self.calls:
            call.fail(error)
        self.calls.clear()
