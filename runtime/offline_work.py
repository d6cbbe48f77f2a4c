"""The worker's side of Generate and Optimize: long work cut into slices, so that live characters never wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.prior import Result
from runtime.backend import Backend
from runtime.decode_clips import GenerateOrder, OptimizeOrder

_SLICE_S = 0.1  # how long a slice may take; live characters wait that long at most


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
    """All tasks in turn; each ``next`` does one step of as many as fit into a slice."""
    began = shown = now = time.monotonic()
    jobs = backend.optimize(order.tasks, order.options)
    at_once = 1
    while unfinished := [job for job in jobs if not job.finished]:
        unfinished.sort(key=lambda job: job.steps)
        backend.advance(unfinished[:at_once], 1)
        took, now = time.monotonic() - now, time.monotonic()
        at_once = (
            min(2 * at_once, len(jobs))
            if took < _SLICE_S / 2
            else max(at_once // 2, 1)
            if took > _SLICE_S
            else at_once
        )
        preview: tuple[Motion, ...] = ()
        if order.preview_interval_s is not None and now - shown >= order.preview_interval_s:
            preview = tuple(backend.result(job).motion for job in jobs)
            shown = now
        most = max(job.max_steps for job in jobs)
        reports = tuple(job.report() for job in jobs)
        yield Status(min(job.steps for job in unfinished), most, now - began, reports, preview)
    results = tuple(backend.result(job) for job in jobs)
    yield Done(tuple(result.motion for result in results), results)
