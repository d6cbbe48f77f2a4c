"""What the service needs from whatever makes motion: the contract between ``runtime`` and ``lamp``.

``PriorBackend`` (the trained prior) and ``StubBackend`` (a puppet without a model) implement it. Only the scheduler's
worker thread calls a backend, its characters and its jobs; ``info`` may be read from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from lamp.live import LiveCharacter, Plan
from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.prior import MotionPrior, Result
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task


@dataclass(frozen=True)
class BackendInfo:
    """What is loaded and where it runs."""

    name: str
    licence: str
    engine: str
    device: str
    fps: float
    max_frames: int

    @property
    def max_clip_s(self) -> float:
        """Longest clip, seconds."""
        return self.max_frames / self.fps


@dataclass(frozen=True)
class CharacterStart:
    """Where and how a live character begins, in model space."""

    prompt: str
    seed: int = 0
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    heading_rad: float = 0.0


@dataclass(frozen=True)
class OptimizeOptions:
    """How long and how hard to optimise; ``time_limit_s`` None: as long as the steps take."""

    steps: int = 100
    time_limit_s: float | None = None
    starts: int = 1
    seed: int = 0


class Job(Protocol):
    """Something that improves step by step and can be read at any time."""

    finished: bool
    deadline_s: float  # time.monotonic()
    steps: int
    max_steps: int

    def report(self) -> Report:
        """Terms of the best so far."""


J = TypeVar("J", bound=Job)


class Character(Protocol[J]):
    """``lamp.live.LiveCharacter``, or something that behaves like it."""

    scene_revision: int

    def set_prompt(self, text: str, *, revision: int | None = None) -> None: ...
    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None: ...
    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None: ...
    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None: ...
    def remove_target(self, id: str, *, revision: int | None = None) -> None: ...
    def next_job(self, playhead_s: float) -> Any: ...  # Job | None
    def publish(self, job: Any) -> Plan: ...
    def cancel(self, job: Any) -> None: ...
    def frames(self, start_s: float, end_s: float, fps: float) -> Motion: ...

    @property
    def planned_until_s(self) -> float: ...


class Backend(Protocol[J]):
    """Makes characters and clips. Bad input raises ``lamp.errors.InputError``."""

    @property
    def info(self) -> BackendInfo: ...

    def new_character(self, start: CharacterStart) -> Character:
        """A live character; it plans nothing yet."""

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[Any]:
        """Offline tasks as jobs."""

    def result(self, job: Any) -> Result:
        """What a job of :meth:`optimize` has reached so far."""

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        """One clip by plain sampling."""

    def advance(self, jobs: Sequence[Any], steps: int) -> None:
        """A few steps for all jobs as one batch; marks finished ones."""


class PriorBackend:
    """The real thing: a loaded ``MotionPrior``."""

    def __init__(self, prior: MotionPrior) -> None:
        self.prior = prior

    @property
    def info(self) -> BackendInfo:
        p = self.prior
        return BackendInfo(p.name, p.licence, p.engine_name, p.device, p.fps, p.max_frames)

    def new_character(self, start: CharacterStart) -> Character:
        return LiveCharacter(
            self.prior.planner,
            prompt=start.prompt,
            seed=start.seed,
            start_position_m=start.position_m,
            start_heading_rad=start.heading_rad,
        )

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[Any]:
        o = options
        jobs = self.prior.jobs(tasks, steps=o.steps, deadline_s=o.time_limit_s, starts=o.starts, seed=o.seed)
        return list(jobs)

    def result(self, job: Any) -> Result:
        return self.prior.result(job)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        return self.prior.generate([prompt], frames=frames, seed=seed, guidance=guidance)[0]

    def advance(self, jobs: Sequence[Any], steps: int) -> None:
        self.prior.planner.advance(jobs, steps)
