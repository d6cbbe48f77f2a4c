"""One thread owns the device: it runs all live characters and, a slice at a time, all offline calls.

The asyncio loop hands work in and hears of results through ``loop.call_soon_threadsafe``; it never computes motion. An
exception ends the character or the call it belongs to, never the worker.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

from runtime.admission import Admission
from runtime.backend import Backend
from runtime.live_ticker import LiveTicker
from runtime.live_work import LiveWork
from runtime.metrics import Metrics
from runtime.offline_call import OfflineCall, post
from runtime.offline_queue import OfflineQueue
from runtime.offline_work import Done, Status
from runtime.scheduling import Scheduling

log = logging.getLogger(__name__)
T = TypeVar("T")
_IDLE_POLL_S = (
    0.01  # how often live characters are asked whether they need a plan when nothing else wakes the worker
)
_STOP_S = 30.0  # most a slice may take when the worker is asked to stop


class Stopped(Exception):
    """The worker is stopping or has stopped."""


class Scheduler:
    """The worker thread and what it works on. Made, started and stopped on the event loop."""

    def __init__(
        self, backend: Backend[Any], *, max_offline: int = 8, scheduling: Scheduling | None = None,
        metrics: Metrics | None = None,
    ) -> None:  # fmt: skip
        self.backend = backend
        self.metrics = metrics or Metrics()
        scheduling = scheduling or Scheduling()
        self._ticker = LiveTicker(backend, scheduling=scheduling, metrics=self.metrics)
        self.load = self._ticker.load
        self.admission = Admission(scheduling, self.load, max_offline)
        self._offline = OfflineQueue(scheduling.offline_share, self.metrics, self.admission.offline_took)
        self._calls: deque[Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._woken = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="lamp-device", daemon=True)

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    async def stop(self) -> None:
        """Let the worker end after its present slice; offline calls still waiting are cancelled."""
        self._stopping = True
        self.wake()
        await asyncio.to_thread(self._thread.join, _STOP_S)
        if self._thread.is_alive():
            log.error("the worker did not stop within %.0f s", _STOP_S)

    # -- for the event loop -----------------------------------------------------------------------------------------

    async def add(self, work: LiveWork) -> None:
        """Make the character of ``work`` and plan for it from now on. Raises what making it raises."""

        def begin() -> None:
            if not work.closed:
                work.begin(self.backend)
                self._ticker.add(work)

        try:
            await self.call(begin)
        except asyncio.CancelledError:
            self.remove(work)
            raise

    def remove(self, work: LiveWork) -> None:
        """Plan for it no more; takes effect at the next tick."""
        work.closed = True
        if work.recording is not None:
            work.recording.close()
        self.wake()

    async def call(self, do: Callable[[], T]) -> T:
        """Run ``do`` on the worker between two slices and return what it returns. ``Stopped``: too late in life."""
        if self._stopping:
            raise Stopped("the server is stopping")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = do()
            except Exception as error:
                post(loop, _settle, answer, None, error)
            else:
                post(loop, _settle, answer, result, None)

        self._calls.append(run)
        self.wake()
        return await answer

    async def run_offline(self, slices: Iterator[Status | Done]) -> AsyncIterator[Status | Done]:
        """Work through ``slices`` on the worker; yields the newest status, then ``Done``.

        A reader that is slower than the work misses statuses in between. Leaving the iteration cancels the work.
        Raises ``Overloaded`` when too many calls wait, ``Stopped`` when the server stops, and what ``slices`` raises.
        """
        if self._stopping:
            raise Stopped("the server is stopping")
        self.admission.offline(self.offline_count)
        call = OfflineCall(slices, asyncio.get_running_loop())
        # a newcomer is level with those that had least: it neither waits for them to end nor pushes them aside
        call.used_s = min((other.used_s for other in self._offline.calls), default=0.0)
        self._offline.calls.append(call)
        self.wake()
        try:
            while True:
                item = await call.next()
                yield item
                if isinstance(item, Done):
                    return
        finally:
            call.cancelled = True
            self.wake()

    def wake(self) -> None:
        """Something new is there for the worker."""
        with self._wake:
            self._woken = True
            self._wake.notify()

    @property
    def live_count(self) -> int:
        """Characters the worker holds; a moment behind ``add`` and ``remove``."""
        return len(self._ticker.works)

    @property
    def offline_count(self) -> int:
        """Offline calls running or waiting."""
        return len(self._offline.calls)

    # -- on the worker ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        busy = False
        while not self._stopping:
            with self._wake:
                if not busy and not self._woken:
                    self._wake.wait(_IDLE_POLL_S if self._ticker.works else None)
                self._woken = False
            try:
                busy = self._slice()
            except Exception:
                log.exception("the worker met an error that belongs to no session; it goes on")
        self._answer_calls()
        self._offline.end(Stopped("the server is stopping"))
        self._ticker.let_go_of_all()
        log.debug("worker stopped")

    def _slice(self) -> bool:
        """Waiting calls, one tick for the live characters, a turn of offline work; whether there may be more."""
        self._answer_calls()
        began_s = time.monotonic()
        busy = self._ticker.tick()
        if not self._offline.calls:
            return busy
        if busy:
            self._offline.live(time.monotonic() - began_s)
        self._offline.turn(live_busy=busy)
        return True

    def _answer_calls(self) -> None:
        while self._calls:
            self._calls.popleft()()


def _settle(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.cancelled():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
