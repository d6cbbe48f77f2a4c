"""The worker's side of Generate and Optimize: long work cut into slices, so that live characters never wait for it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.prior import Result
from runtime.backend import Backend
from runtime.decode_clips import GenerateOrder, OptimizeOrder

_PREVIEW_SHARE = 5.0  # previews come no oftener than this many times what one costs


@dataclass(frozen=True)
class Status:
    """How far a call is. ``preview`` holds the best so far when one was asked for and is due."""

    step: int
    steps: int
    elapsed_s: float
    reports: tuple[Report, ...] = ()
    preview: tuple[Motion, ...] = ()


@dataclass(frozen=True)
class Done:
    """What came of a call: the clips, with the results they belong to for Optimize."""

    motions: tuple[Motion, ...]
    results: tuple[Result, ...] = ()


def generate(backend: Backend[Any], order: GenerateOrder) -> Iterator[Status | Done]:
    """Clips one after the other; each ``next`` does one of them."""
    began = time.monotonic()
    motions: list[Motion] = []
    for i, prompt in enumerate(order.prompts):
        motions.append(backend.generate(prompt, order.frames, order.seed + i, order.guidance))
        yield Status(i + 1, len(order.prompts), time.monotonic() - began)
    yield Done(tuple(motions))


def optimize(backend: Backend[Any], order: OptimizeOrder) -> Iterator[Status | Done]:
    """All tasks together; each ``next`` makes one job, lets the device do one batch, or reads one result."""
    began = shown = time.monotonic()
    preview_s = order.preview_interval_s
    jobs: list[Any] = []
    for i, task in enumerate(order.tasks):
        jobs += backend.optimize([task], replace(order.options, seed=order.options.seed + i))
        yield Status(0, order.options.steps, time.monotonic() - began)
    for _ in _steps(backend, jobs):
        status = _status(jobs, began)
        yield status
        if preview_s is not None and time.monotonic() - shown >= preview_s:
            asked = time.monotonic()
            results = yield from _results(backend, jobs, status)
            yield replace(status, preview=tuple(result.motion for result in results))
            shown = time.monotonic()
            preview_s = max(
                preview_s, _PREVIEW_SHARE * (shown - asked)
            )  # showing must not crowd out the work
    results = yield from _results(backend, jobs, _status(jobs, began))
    yield Done(tuple(result.motion for result in results), results)


def _steps(backend: Backend[Any], jobs: list[Any]) -> Iterator[None]:
    """All steps of all jobs, one batch of the device with each ``next``."""
    while any(not job.finished for job in jobs):
        yield from backend.advancing(jobs, 1)


def _status(jobs: list[Any], began: float) -> Status:
    most = max(job.max_steps for job in jobs)
    left = [job.steps for job in jobs if not job.finished]
    reports = tuple(job.report() for job in jobs)
    return Status(min(left, default=most), most, time.monotonic() - began, reports)


def _results(
    backend: Backend[Any], jobs: list[Any], status: Status
) -> Generator[Status | Done, None, tuple[Result, ...]]:
    """What the jobs have reached, one job a slice."""
    results = []
    for job in jobs:
        results.append(backend.result(job))
        yield status
    return tuple(results)
