"""``input``: gives every task its own input back. The row that says what a table measures when nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lamp.tasks import Task
from training.priors.base import Array, Budget, Outcome


class InputPrior:
    """The unchanged input of every task; it makes no motion from text."""

    name, paper_name, key = "input", "Input", "input-1"
    abilities = frozenset({"optimize", "invert"})
    max_frames = 196

    def describe(self) -> dict[str, Any]:
        return {"note": "the input of every task, unchanged"}

    def generate(self, prompts: Sequence[str], frames: int, seed: int) -> list[Array]:
        raise NotImplementedError("the input row has no text-to-motion; ask abilities first")

    def optimize(
        self,
        tasks: Sequence[Task],
        budget: Budget,
        on_progress: Callable[[int, float, float], None] | None = None,
    ) -> list[Outcome]:
        made = []
        for i, task in enumerate(tasks):
            if task.reference is None:
                joints = np.zeros((task.frames, 22, 3), np.float32)
                raise ValueError(f"task {i} has no input ({joints.shape[0]} frames asked for)")
            made.append(Outcome(task.reference.positions_m))
            if on_progress is not None:
                on_progress(i, 0.0, max(task.target_errors_m(task.reference), default=0.0))
        return made
