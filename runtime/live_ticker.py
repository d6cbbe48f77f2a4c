"""The worker's side of live characters: one tick plans for all of them. No asyncio, no gRPC here.

Continuous batching: a job, once begun, is in every batch until it is done, and others join and leave at each tick. The
device takes only so many rows in the time of a tick. Characters in need (a change to answer, frames that run out) begin
at once, the longest waiting first; improvements begin where there is room. Each batch takes the jobs needed soonest.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from runtime.backend import Backend
from runtime.live_work import LiveWork
from runtime.load import LEAST_STEPS, LoadMeter
from runtime.metrics import Metrics
from runtime.scheduling import Scheduling
from runtime.step_times import StepTimes
from runtime.token_bucket import TokenBucket

log = logging.getLogger(__name__)
_MOST_STEPS = 8  # in one tick: a newcomer joins after it
# One step may take so many times the length of a tick, or of a single row's, where more rows make better use of it.
_MOST_TICKS, _MOST_TIMES_ALONE = 2.5, 3.0
# Of a tick, or of the time a batch takes where that is longer: one more job in a slow batch is worth its making.
_SHARE_FOR_JOBS = 0.3  # for making jobs; at least one is made
_SHARE_FOR_PLANS = 0.5  # for publishing; at least one is published


class LiveTicker:
    """All live characters of one backend."""

    def __init__(
        self,
        backend: Backend[Any],
        *,
        scheduling: Scheduling | None = None,
        metrics: Metrics | None = None,
        max_batch: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._settings = scheduling or Scheduling()
        self._metrics = metrics or Metrics()
        self._max_batch = max_batch
        self._clock = clock
        self._times = StepTimes(backend.step_times())
        self._round_s = self._settings.tick_s  # or the time of the last batch, where that was longer
        self._crowded = False  # whether somebody waited for others in the last tick
        self.load = LoadMeter(self._times, clock)
        self.works: list[LiveWork] = []

    def add(self, work: LiveWork) -> None:
        """Plan for a character that has begun, within its share of the device."""
        s = self._settings
        work.budget = TokenBucket(s.session_share, s.session_burst_s, self._clock)
        self.works.append(work)

    def tick(self) -> bool:
        """Plan a little for everybody who needs it; whether anything was done."""
        began_s = self._clock()
        self._let_go_of_closed()
        self.load.characters(len(self.works))
        self._take_over()
        self._start_jobs()
        busy = [work for work in self.works if work.job is not None]
        if not busy:
            return False
        if self._publish(
            busy
        ):  # else further steps would only make more plans wait, and come cheaper for more rows
            batch = self._choose([work for work in busy if work.job is not None])
            if batch:
                self._advance(batch)
                self._publish(batch)
        self._metrics.tick_seconds.observe(self._clock() - began_s)
        return True

    # -- who gets what ------------------------------------------------------------------------------------------------

    def _take_over(self) -> None:
        for work in list(self.works):
            if work.wishes is not work.applied:
                self._guard(work, work.take_over)

    def _start_jobs(self) -> None:
        """Begin jobs: all that are needed, then improvements up to what the device takes at a time."""
        began_s = now_s = self._clock()
        until_s = began_s + _SHARE_FOR_JOBS * self._round_s
        idle = [w for w in self.works if w.job is None and w.look_at_s <= now_s and not w.unread]
        in_need = sorted((w for w in idle if w.in_need), key=lambda w: w.due_since_s(now_s))
        others = sorted((w for w in idle if not w.in_need), key=lambda w: w.planned_at_s)
        room = self._capacity() - sum(w.job is not None for w in self.works)
        crowded = room <= 0 and len(self.works) > 1
        for work in (*in_need, *others):
            improves = not work.in_need
            if improves and room <= 0:
                crowded = True
                break
            if self._crowded and self._puts_off(work, now_s):
                crowded = True
                continue
            self._guard(work, lambda work=work: work.start_job(self._clock()))  # type: ignore[misc]
            room -= work.job is not None
            if _is_load(work):
                self.load.overhead(self._clock() - now_s)
            now_s = self._clock()
            if now_s > until_s:
                break
        self._crowded = crowded

    def _puts_off(self, work: LiveWork, now_s: float) -> bool:
        """Whether a character that took more than its share waits for others; it is told once."""
        if not work.must_wait(now_s):
            return False
        if not work.told_of_budget:
            work.told_of_budget = True
            work.listener.over_budget(self._settings.session_share)
        return True

    def _capacity(self) -> int:
        """How many rows to step at a time: all that fit into a tick, and more where that makes better use of it."""
        tick_s, alone_s = self._settings.tick_s, self._times.predict(1)
        if alone_s is None:
            return self._max_batch
        most_s = max(_MOST_TICKS * tick_s, _MOST_TIMES_ALONE * alone_s)
        best, best_rate, rows = 1, 1.0 / max(alone_s, 1e-9), 2
        while rows <= self._max_batch:
            step_s = self._times.predict(rows) or alone_s * rows
            rate = rows / max(step_s, 1e-9)
            if step_s <= tick_s or (step_s <= most_s and rate > best_rate):
                best, best_rate = rows, rate
            rows *= 2
        return best

    def _choose(self, ready: Sequence[LiveWork]) -> list[LiveWork]:
        """The jobs that are needed soonest, as many as the device takes at a time."""
        now_s = self._clock()
        return sorted(ready, key=lambda w: w.needed_by_s(now_s))[: self._capacity()]

    def _steps(self, works: Sequence[LiveWork]) -> int:
        """Steps that fit into a tick, and that every job has left."""
        step_s = self._times.predict(len(works))
        fitting = 1 if step_s is None else int(self._settings.tick_s / max(step_s, 1e-6))
        left = min(w.job.max_steps - w.job.steps for w in works if w.job is not None)
        return max(1, min(_MOST_STEPS, fitting, left))

    # -- what is done -------------------------------------------------------------------------------------------------

    def _advance(self, works: Sequence[LiveWork]) -> None:
        steps, began_s = self._steps(works), self._clock()
        for work in works:
            if work.spent.steps == 0 and work.unanswered:
                self._metrics.queue_seconds.observe(began_s - max(work.job_read_s, work.unanswered_since_s))
        try:
            self._backend.advance([work.job for work in works], steps)
        except Exception:
            self._metrics.failures.labels("live").inc()
            log.exception("a batch of %d characters failed; trying them one by one", len(works))
            for work in works:
                self._guard(work, lambda work=work: self._backend.advance([work.job], 1))  # type: ignore[misc]
            return
        self._account(works, steps, self._clock() - began_s)

    def _account(self, works: Sequence[LiveWork], steps: int, took_s: float) -> None:
        """Remember what a batch cost, and charge it to those that were in it."""
        rows = len(works)
        self._round_s = max(self._settings.tick_s, took_s)
        self._times.record(rows, took_s / steps)
        needed = sum(_is_load(w) for w in works if w.spent.steps < LEAST_STEPS)
        self.load.device(took_s * needed / rows)
        for work in works:
            work.charge(steps, took_s, rows)
        self._metrics.batch_rows.observe(rows)
        self._metrics.steps.labels("live").inc(steps * rows)
        self._metrics.device_seconds.labels("live").inc(took_s)

    def _publish(self, works: Sequence[LiveWork]) -> bool:
        """Hand out the plans that are done, those needed soonest first, while there is time; whether all went out."""
        now_s = self._clock()
        until_s = now_s + _SHARE_FOR_PLANS * self._round_s
        done = sorted((w for w in works if _finished(w)), key=lambda w: w.needed_by_s(now_s))
        for i, work in enumerate(done):
            began_s, is_load = self._clock(), _is_load(work)
            self._guard(work, lambda work=work: self._publish_one(work))  # type: ignore[misc]
            if is_load:
                self.load.overhead(self._clock() - began_s)
            if self._clock() > until_s:
                return i + 1 == len(done)
        return True

    def _publish_one(self, work: LiveWork) -> None:
        first, change = work.planned_revision < 0, work.job_revision != work.planned_revision
        asked_s = max(work.job_read_s, work.unanswered_since_s) if change else 0.0
        plan = work.publish(self._backend.info.fps)
        if work.came_late:
            self._metrics.late_plans.inc()
        kind = "start" if first else "change" if change else "further"
        self._metrics.plans.labels(kind, "yes" if plan.feasible else "no").inc()
        self._metrics.compute_seconds.observe(work.spent.device_s)
        if change:
            self._metrics.replan_seconds.observe(self._clock() - asked_s)

    # -- when something fails, or ends ------------------------------------------------------------------------------

    def _guard(self, work: LiveWork, do: Callable[[], object]) -> None:
        """A character that fails is let go; the others and the worker go on."""
        try:
            do()
        except Exception as error:
            self._metrics.failures.labels("live").inc()
            work.log.exception("planning failed; the session ends")
            self._let_go(work)
            work.listener.failed(error)

    def let_go_of_all(self) -> None:
        """Plan for nobody any more: the worker ends."""
        for work in list(self.works):
            self._let_go(work)

    def _let_go_of_closed(self) -> None:
        for work in [work for work in self.works if work.closed]:
            self._let_go(work)

    def _let_go(self, work: LiveWork) -> None:
        self.works.remove(work)
        work.let_go = True
        try:
            work.drop_job()
        except Exception:
            work.log.exception("the job of an ended session could not be cancelled")
            work.job = None


def _finished(work: LiveWork) -> bool:
    return work.job is not None and work.job.finished


def _is_load(work: LiveWork) -> bool:
    """Whether its job answers a change, or goes on where frames run out. A first plan is made only once."""
    return work.planned_revision >= 0 and (work.job_revision != work.planned_revision or work.in_need)
