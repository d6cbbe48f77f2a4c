"""What a table is, and how its cases are run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from lamp.motion import Motion
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClip, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.metrics.base import About
from training.priors.base import Budget, Outcome, Prior

FID = About("fid", "-", "lower", "Fréchet distance to the real motion of the split")
FID_GT = About("fid_gt", "-", "lower", "Fréchet distance to the originals of the cases")
DIST = About("dist_gt", "-", "lower", "mean squared difference of embeddings, result to its original")
LABEL = About("label_kept", "ratio", "higher", "motions whose trained action label is that of the original")
SKATE = About("skate", "ratio", "lower", "frames in which a foot on the floor slides")
JITTER = About("jitter", "100 m/s³", "real", "mean jerk of all joints")
OBJECTIVE = About("objective_m", "m", "lower", "distance to what was asked for")
PENETRATION = About("penetration_m", "m", "lower", "deepest penetration of the body, mean over motions")
CLEAR = About("clear", "ratio", "higher", "motions that touch no obstacle (tolerance 1 cm)")
PAIRED = (FID, DIST, FID_GT, LABEL, SKATE, JITTER)


@dataclass
class Case:
    """One motion to make. ``original_m``: the real motion it comes from (what ``real`` columns measure)."""

    original_m: Array
    task: Task | None = None
    prompt: str = ""
    kind: str = ""
    frames: Array = field(default_factory=lambda: np.zeros(0, int))
    targets_m: Array = field(default_factory=lambda: np.zeros((0, 3)))
    obstacles: tuple[Obstacle, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


class Table(Protocol):
    """One table: cases that are the same for all priors, how to make a motion of each, and how to score the lot."""

    @property
    def key(self) -> str:
        """Name in files and options."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def needs(self) -> str:
        """The ability a prior must have to get a row."""

    @property
    def chunk(self) -> int:
        """Cases made together and kept together on disk."""

    @property
    def columns(self) -> tuple[About, ...]:
        """Metrics, in the order of the report."""

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        """The cases of one run."""

    def make(self, prior: Prior, cases: Sequence[Case], settings: Settings, seed: int) -> list[Outcome]:
        """Motions of a chunk of cases."""

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        """Metrics of a whole run."""


class OptimisedTable:
    """What tables of optimisation share: make = the prior's optimiser on the case's task."""

    needs, chunk = "invert", 4

    def make(self, prior: Prior, cases: Sequence[Case], settings: Settings, seed: int) -> list[Outcome]:
        tasks = [c.task for c in cases if c.task is not None]
        return prior.optimize(tasks, Budget(settings.steps, seed, recipe=True))


def originals(cases: Sequence[Case]) -> list[Outcome]:
    """The real motions as if they were results: the ``real`` column."""
    return [Outcome(c.original_m) for c in cases]


def paired_scores(cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge) -> Scores:
    """Realism and fidelity of results that each have an original."""
    motions = [o.joints_m for o in outcomes]
    embedded = judge.embed(motions)
    return judge.realism(embedded, motions) | judge.fidelity(
        embedded, judge.embed([c.original_m for c in cases])
    )


def clip_motion(clip: RealClip) -> Motion:
    """A clip as a motion on the standard skeleton."""
    return Motion.from_positions(clip.joints_m)
