"""The interface between the tables and whatever is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

from lamp.tasks import Task

Array = NDArray[Any]
Trace = list[tuple[float, float]]  # (milliseconds since the start, error of the best so far in metres)


@dataclass(frozen=True)
class Budget:
    """How hard to try: optimisation steps, and seconds after which the best so far counts.

    ``stop_m``: a task also ends when the best so far asks for no more than this (see ``on_progress``). ``recipe``: a
    prior that comes with a recipe of its own (DNO: 300 to 500 steps) takes the number of steps from there.
    """

    steps: int = 100
    seed: int = 0
    deadline_s: float | None = None
    stop_m: float | None = None
    recipe: bool = False


@dataclass
class Outcome:
    """One optimised motion: world joints ``(T, 22, 3)`` at 20 fps, and what it took."""

    joints_m: Array
    seconds: float = 0.0
    steps: int = 0  # evaluations of the chain with their gradient
    terms: dict[str, float] = field(default_factory=dict)


class Prior(Protocol):
    """One row of the tables. Peers implement this over their own space; tasks are the same for all.

    ``abilities`` says which tables make sense: ``text`` (text-to-motion), ``optimize``, ``invert`` (start from a given
    motion: avoid and edit need it). A prior without one gets no row where it is needed, as EMDM in the paper.
    """

    name: str
    paper_name: str  # row of the paper's tables it stands beside, "" for none
    abilities: frozenset[str]

    @property
    def max_frames(self) -> int:
        """Longest clip it can make, frames at 20 fps."""

    @property
    def key(self) -> str:
        """Changes whenever its motions may change: weights, engine. Finished cells of another key are not used."""

    def describe(self) -> dict[str, Any]:
        """For the results: licence, engine, device; ``part_encoder`` and ``masking`` for the ablation."""

    def generate(self, prompts: Sequence[str], frames: int, seed: int) -> list[Array]:
        """World joints ``(frames, 22, 3)`` per prompt by plain sampling."""

    def optimize(
        self,
        tasks: Sequence[Task],
        budget: Budget,
        on_progress: Callable[[int, float, float], None] | None = None,
    ) -> list[Outcome]:
        """Move each task's motion towards its objective. ``on_progress(task, seconds, error)`` hears of the best so
        far; the error is how far it is from what was asked for, metres (:func:`error_m`)."""


def error_m(terms: dict[str, float]) -> float:
    """How far a motion is from what was asked for: the larger of target error and penetration, metres."""
    return max(terms["target_error_m"], terms["penetration_m"])
