"""Optimize in slices: small enough for live characters, and not slowed by what the worker does in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lamp.prior import Result
from lamp.tasks import Task
from runtime.backend import OptimizeOptions
from runtime.coordinates import MODEL
from runtime.decode_clips import ClipFormat, OptimizeOrder
from runtime.offline_work import Done, Status, optimize
from runtime.stub_backend import StubBackend


class Counting(StubBackend):
    """Remembers how many jobs each step had, and how many results were read."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.results = 0

    def advance(self, jobs: Sequence[Any], steps: int) -> None:
        self.batches.append(len(jobs))
        super().advance(jobs, steps)

    def result(self, job: Any) -> Result:
        self.results += 1
        return super().result(job)


def order(tasks: int, steps: int, preview_s: float | None = None) -> OptimizeOrder:
    return OptimizeOrder(
        tuple(Task(frames=20) for _ in range(tasks)),
        OptimizeOptions(steps),
        preview_s,
        ClipFormat(MODEL, 20.0),
    )


def test_a_slice_reads_at_most_one_result() -> None:
    backend = Counting()
    before, items = 0, []
    for item in optimize(backend, order(tasks=6, steps=8, preview_s=0.0)):
        assert backend.results - before <= 1
        before = backend.results
        items.append(item)
    assert any(isinstance(item, Status) and len(item.preview) == 6 for item in items)
    assert isinstance(items[-1], Done)
    assert len(items[-1].results) == 6


def test_all_tasks_share_a_batch_and_each_slice_is_one_batch() -> None:
    backend, before = Counting(), 0
    for _ in optimize(backend, order(tasks=4, steps=4)):
        assert len(backend.batches) - before <= 1
        before = len(backend.batches)
    assert backend.batches == [4, 4, 4, 4]


def test_all_steps_are_done_and_progress_never_goes_back() -> None:
    items = list(optimize(StubBackend(), order(tasks=3, steps=7)))
    steps = [item.step for item in items if isinstance(item, Status)]
    assert steps == sorted(steps)
    assert steps[-1] == 7
    assert isinstance(items[-1], Done)
    assert [result.steps for result in items[-1].results] == [7, 7, 7]
