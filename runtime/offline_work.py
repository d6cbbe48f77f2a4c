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

_SLICE_S = 0.1  # how long a slice may take; live characters wait that long at most
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
    """All tasks in turn; each ``next`` does one step of as many as fit into a slice, or reads one result."""
    began = shown = time.monotonic()
    preview_s = order.preview_interval_s
    jobs = backend.optimize(order.tasks, order.options)
    at_once = 1
    while unfinished := [job for job in jobs if not job.finished]:
        unfinished.sort(key=lambda job: job.steps)
        took_s = _timed_step(backend, unfinished[:at_once])
        if took_s < _SLICE_S / 2:
            at_once = min(2 * at_once, len(jobs))
        elif took_s > _SLICE_S:
            at_once = max(at_once // 2, 1)
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


def _timed_step(backend: Backend[Any], jobs: list[Any]) -> float:
    """One step of ``jobs``; the seconds it took, without what the worker does between slices."""
    began = time.monotonic()
    backend.advance(jobs, 1)
    return time.monotonic() - began


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
