"""Noise optimisation as anytime jobs (paper 3.3, design section 4).

A ``PlanJob`` is one character's task with one or several starts. ``NoiseOptimizer.advance`` moves any number of jobs a
few steps as one batch, so newcomers join at the next call. The best result so far is kept per start; a job can be read
at any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lamp.batch_limits import BatchLimits, is_out_of_memory
from lamp.engines.base import Engine
from lamp.errors import InputError
from lamp.problem import TERMS, Array, Arrays, Shape, empty_row, fresh_state, stack_rows


@dataclass(frozen=True)
class Report:
    """Terms of the best result so far in natural units, and how far the job is."""

    terms: dict[str, float]
    loss: float
    steps: int
    seconds: float


@dataclass(frozen=True)
class Tolerances:
    """A result that meets all of these is good enough to stop at (after ``least_steps``)."""

    penetration_m: float = 0.0
    target_error_m: float = 0.01
    reference_error_m: float = float("inf")
    least_steps: int = 8


@dataclass
class PlanJob:
    """One task under optimisation. ``rows`` are (problem, state) of each start, all of one shape."""

    shape: Shape
    rows: list[tuple[Arrays, Arrays]]
    max_steps: int
    deadline_s: float = float("inf")  # time.monotonic()
    tolerances: Tolerances | None = field(default_factory=Tolerances)
    on_progress: Callable[[Report], None] | None = None
    started_s: float = field(default_factory=time.monotonic)
    steps: int = 0
    finished: bool = False
    context: Any = None  # the caller's own data

    def best(self) -> Arrays:
        """State of the start with the lowest loss."""
        return min((state for _, state in self.rows), key=lambda s: float(s["best_loss"]))

    def report(self) -> Report:
        best = self.best()
        terms = {name: float(v) for name, v in zip(TERMS, best["best_terms"], strict=True)}
        return Report(terms, float(best["best_loss"]), self.steps, time.monotonic() - self.started_s)

    def good_enough(self) -> bool:
        """Whether the best result meets the tolerances."""
        t = self.tolerances
        if t is None or self.steps < t.least_steps:
            return False
        terms = dict(zip(TERMS, self.best()["best_terms"], strict=True))
        return all(
            float(terms[n]) <= getattr(t, n) for n in ("penetration_m", "target_error_m", "reference_error_m")
        )

    def stop(self) -> None:
        """No further steps; the best so far stays readable."""
        self.finished = True


@dataclass(frozen=True)
class EngineRun:
    """One call of the engine. What it does to a row may depend on the batch and the row's place, not on other rows."""

    batch: int  # rows the engine ran, padding included
    steps: int
    states: tuple[
        Arrays, ...
    ]  # of the rows that were moved, in order: the objects that ``PlanJob.rows`` hold


class NoiseOptimizer:
    """Advances jobs on one engine. One thread owns it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.step_s: dict[tuple[int, int], float] = {}  # measured time of a step by (frames, batch)
        self.pace_s: dict[int, float] = {}  # time of a step lately, by frames, in batches as they come
        self.limits = BatchLimits()
        self.on_run: Callable[[EngineRun], None] | None = None  # hears of every call that went well

    def advance(self, jobs: Sequence[PlanJob], steps: int) -> None:
        """Up to ``steps`` optimisation steps for every unfinished job; finished ones are marked so.

        A job never runs past its ``max_steps``; deadlines are looked at between calls, so keep ``steps`` small.
        """
        for _ in self.advancing(jobs, steps):
            pass

    def advancing(self, jobs: Sequence[PlanJob], steps: int) -> Iterator[None]:
        """As ``advance``, one call of the engine for each ``next``: for callers with other work in between."""
        live = [job for job in jobs if not job.finished]
        for shape, rows in self._batches(live):
            owners = [job for job in live if any(s is r for _, s in job.rows for _, r in rows)]
            self._run(shape, rows, min([steps, *(job.max_steps - job.steps for job in owners)]))
            yield
        for job in live:
            self._mark(job)

    def _batches(self, jobs: list[PlanJob]) -> Iterator[tuple[Shape, list[tuple[Arrays, Arrays]]]]:
        """Rows of all jobs by shape, cut to what the engine takes at once; a job's starts stay together if they can."""
        for shape in {job.shape for job in jobs}:
            rows = [row for job in jobs if job.shape == shape for row in job.rows]
            while rows:
                size = self.limits.size(self.engine, shape, len(rows))
                yield shape, rows[:size]
                rows = rows[size:]

    def _run(self, shape: Shape, rows: list[tuple[Arrays, Arrays]], steps: int) -> None:
        """Step rows as one batch; as several smaller ones where the device has too little memory for it."""
        while rows:
            size = self.limits.size(self.engine, shape, len(rows))
            part = rows[:size]
            try:
                self._run_batch(shape, part, size, steps)
            except Exception as error:
                if not is_out_of_memory(error) or not self._made_room(shape, size, error):
                    raise
                continue
            self.limits.went_well(self.engine, shape, size)
            rows = rows[size:]

    def _made_room(self, shape: Shape, size: int, error: Exception) -> bool:
        """After a batch did not fit: whether it is worth trying again, smaller or on another engine."""
        self.engine.release(shape, size)
        if self.limits.shrink(self.engine, shape, size):
            return True
        if not self.engine.give_up(error):
            return False
        self.limits.clear()
        self.step_s.clear()
        self.pace_s.clear()
        return True

    def _run_batch(self, shape: Shape, rows: list[tuple[Arrays, Arrays]], size: int, steps: int) -> None:
        problem = stack_rows([p for p, _ in rows], size)
        state = stack_rows([s for _, s in rows], size)
        state["rate"][len(rows) :] = 0.0
        began = time.monotonic()
        batch = self.engine.load(shape, problem, state)
        self.engine.run(batch, steps)
        after = self.engine.read(batch)
        if steps > 0:
            took_s = (time.monotonic() - began) / steps
            self.step_s[shape.frames, size] = took_s
            self.pace_s[shape.frames] = 0.5 * (self.pace_s.get(shape.frames, took_s) + took_s)
        for i, (_, own) in enumerate(rows):
            for name in own:
                own[name] = np.asarray(after[name][i]) if name in after else own[name]
        if self.on_run is not None:
            self.on_run(EngineRun(size, steps, tuple(own for _, own in rows)))

    def warm_up(self, shape: Shape, rows: int) -> None:
        """Two steps for so many rows that ask for nothing: whatever is made on first use is there, and timed."""
        state = fresh_state(shape, np.zeros((shape.tokens, shape.latent_width)), budget=1, rate=0.0)
        self._run(shape, [(empty_row(shape), dict(state)) for _ in range(rows)], 2)
        self._run(shape, [(empty_row(shape), dict(state)) for _ in range(rows)], 2)

    def repeat(self, job: PlanJob, start: int, batch: int, row: int, steps: int) -> None:
        """Do to one start of a job exactly what an ``EngineRun`` did: in that batch, at that row; copies fill the rest.

        ``InputError``: this engine has no such batch.
        """
        if self.engine.batch_size(job.shape, batch) != batch or not 0 <= row < batch:
            raise InputError(
                "batch",
                f"row {row} of {batch} cannot be run by this engine; use the engine and bundle it was run with",
            )
        problem, state = job.rows[start]
        rows = [(problem, dict(state)) for _ in range(batch)]
        rows[row] = (problem, state)
        self._run_batch(job.shape, rows, batch, steps)
        self._mark(job)

    def _mark(self, job: PlanJob) -> None:
        job.steps = int(job.rows[0][1]["count"])
        if job.steps >= job.max_steps or time.monotonic() >= job.deadline_s or job.good_enough():
            job.finished = True
        if job.on_progress is not None:
            job.on_progress(job.report())


def white_noise(rng: np.random.Generator, shape: Shape) -> Array:
    """A start: standard normal ``(L, D)``."""
    return rng.standard_normal((shape.tokens, shape.latent_width)).astype(np.float32)
