"""One thread owns the device. Each tick it takes the jobs of all live characters, advances them a few steps as one batch,
publishes what is done, and runs one slice of whatever else was asked for. The event loop never computes motion.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from runtime.backend import Backend, Character, Job

log = logging.getLogger(__name__)
T = TypeVar("T")
_END: Any = object()


class Driven(Protocol):
    """A session, as the worker sees it. All of it is called on the worker thread."""

    session_id: str
    character: Character
    closed: bool

    def apply_intent(self) -> bool:
        """Bring the newest wishes to the character; whether anything changed."""

    def playhead_s(self) -> float: ...

    def deliver(self, plan: Any) -> None:
        """A plan was published."""

    def fail(self, error: BaseException) -> None:
        """Planning for this session failed; the session must end."""


class Scheduler:
    """See the module. ``start`` and ``stop`` bracket its life; everything else may be called from any thread."""

    poll_s = 0.02  # how often playheads are looked at while nothing else wakes the worker
    hopeless_s = 0.25  # a job that has longer to go than this is dropped when the wishes it knows are out of date

    def __init__(self, backend: Backend, *, steps_per_tick: int = 3) -> None:
        self.backend = backend
        self.steps_per_tick = steps_per_tick
        self._wake = threading.Condition()
        self._stopping = False
        self._calls: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._sessions: dict[str, Driven] = {}
        self._jobs: dict[str, Job] = {}
        self._thread = threading.Thread(target=self._run, name="lamp-device-worker", daemon=True)

    # -- from any thread ------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop after the tick under way; calls that wait are cancelled."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.error("the device worker did not stop within %.0f s", timeout_s)

    def attach(self, session: Driven) -> None:
        """Plan for this session from the next tick on."""
        with self._wake:
            self._sessions[session.session_id] = session
            self._wake.notify()

    def detach(self, session: Driven) -> None:
        """Forget the session and its job; it may be called twice."""
        with self._wake:
            self._sessions.pop(session.session_id, None)
            self._wake.notify()

    def wake(self) -> None:
        """Something changed; look now."""
        with self._wake:
            self._wake.notify()

    def call(self, work: Callable[[], T]) -> Future[T]:
        """Run ``work`` on the worker between two ticks."""
        future: Future[T] = Future()
        with self._wake:
            if self._stopping:
                future.cancel()
                future.set_running_or_notify_cancel()
            else:
                self._calls.append((work, future))
                self._wake.notify()
        return future

    async def stream(self, make: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """Items of a generator that runs on the worker, one slice per tick; leaving the loop closes the generator."""
        slices = await asyncio.wrap_future(self.call(make))
        try:
            while (item := await asyncio.wrap_future(self.call(lambda: next(slices, _END)))) is not _END:
                yield item
        finally:
            self.call(getattr(slices, "close", lambda: None))

    def counts(self) -> tuple[int, int]:
        """Sessions and jobs held now."""
        with self._wake:
            return len(self._sessions), len(self._jobs)

    # -- on the worker --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait():
            try:
                self.tick()
            except Exception:  # the worker outlives everything; what caused this was not one session's job
                log.exception("a tick of the device worker failed")
        with self._wake:
            waiting, self._calls = list(self._calls), deque()
        for _, future in waiting:
            if future.cancel():
                future.set_running_or_notify_cancel()
        self._jobs.clear()

    def _wait(self) -> bool:
        """Sleep until there may be something to do; False when the worker should end."""
        with self._wake:
            if not (self._stopping or self._calls or self._jobs):
                self._wake.wait(self.poll_s if self._sessions else None)
            return not self._stopping

    def tick(self) -> None:
        """One round; public for tests."""
        self._run_calls()
        with self._wake:
            sessions = dict(self._sessions)
        for id in [id for id, job in self._jobs.items() if id not in sessions]:
            del self._jobs[id]  # the session is gone, and nobody else knows its character
        for session in sessions.values():
            self._guard(session, self._update, session)
        self._advance(sessions)
        for id, job in list(self._jobs.items()):
            if job.finished:
                self._guard(sessions[id], self._publish, sessions[id], job)

    def _run_calls(self) -> None:
        """Everything that waits now; what they ask for in turn comes in the next tick."""
        with self._wake:
            calls, self._calls = self._calls, deque()
        for work, future in calls:
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - the caller gets it
                future.set_exception(error)
            else:
                future.set_result(result)

    def _update(self, session: Driven) -> None:
        """Bring wishes to the character and start the job that is due."""
        id, job = session.session_id, self._jobs.get(session.session_id)
        changed = session.apply_intent()
        playhead = session.playhead_s()
        if changed and job is not None and self._is_hopeless(session, job, playhead):
            session.character.cancel(job)
            del self._jobs[id]
            job = None
        if job is None:
            started = session.character.next_job(playhead)
            if started is not None:
                self._jobs[id] = started

    def _is_hopeless(self, session: Driven, job: Job, playhead_s: float) -> bool:
        """Whether a job that does not know the newest wishes would only delay them. A first plan, or one that
        is done soon, is worth having: a client that changes its mind every frame still gets plans."""
        has_motion = session.character.planned_until_s > playhead_s + self.hopeless_s
        return has_motion and job.deadline_s - time.monotonic() > self.hopeless_s

    def _advance(self, sessions: dict[str, Driven]) -> None:
        jobs = dict(self._jobs)
        if not jobs:
            return
        try:
            self.backend.advance(list(jobs.values()), self.steps_per_tick)
        except Exception as error:  # find whose job it is: each alone
            if len(jobs) == 1:
                (id,) = jobs
                self._drop(sessions[id], error)
                return
            log.warning("a batch of %d jobs failed (%s); trying them one by one", len(jobs), error)
            for id, job in jobs.items():
                self._guard(sessions[id], self.backend.advance, [job], self.steps_per_tick)

    def _publish(self, session: Driven, job: Job) -> None:
        del self._jobs[session.session_id]
        if not session.closed:
            session.deliver(session.character.publish(job))

    def _guard(self, session: Driven, work: Callable[..., Any], *args: Any) -> None:
        """Run something for one session; if it fails, only that session ends."""
        try:
            work(*args)
        except Exception as error:
            self._drop(session, error)

    def _drop(self, session: Driven, error: BaseException) -> None:
        log.error("session %s: planning failed", session.session_id, exc_info=error)
        self._jobs.pop(session.session_id, None)
        self.detach(session)
        session.fail(error)
