"""What the service needs from whatever makes motion: the contract between ``runtime`` and ``lamp``.

``PriorBackend`` (the trained prior) and ``StubBackend`` (a puppet without a model) implement it. Only the scheduler's
worker thread calls a backend, its characters and its jobs; ``info`` may be read from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.live import Plan
from lamp.motion import Motion
from lamp.optimizer import NoiseOptimizer, Report
from lamp.prior import Result
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
class DeviceState:
    """How the device is doing."""

    out_of_memory: int = 0  # times it had too little memory for a batch
    fallback: bool = False  # it was given up for another
    memory_bytes: int = 0  # allocated on it; 0 on the host


@dataclass(frozen=True)
class CharacterStart:
    """Where and how a live character begins, in model space.

    motion, of any rate, is what it did last; its last frame is the pose at session time ``time_s``, and with it
    ``position_m`` and ``heading_rad`` mean nothing.
    """

    prompt: str
    seed: int = 0
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    heading_rad: float = 0.0
    motion: Motion | None = None
    time_s: float = 0.0


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

    @property
    def scene_revision(self) -> int: ...

    def set_prompt(self, text: str, *, revision: int | None = None) -> None: ...
    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None: ...
    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None: ...
    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None: ...
    def remove_target(self, id: str, *, revision: int | None = None) -> None: ...
    def put_key_pose(self, id: str, pose: KeyPose, *, revision: int | None = None) -> None: ...
    def remove_key_pose(self, id: str, *, revision: int | None = None) -> None: ...
    def set_look_at(self, look: LookAt | None, *, revision: int | None = None) -> None: ...
    def set_path(self, path: Path | None, *, revision: int | None = None) -> None: ...
    def set_floor(self, floor: Floor, *, revision: int | None = None) -> None: ...
    def set_pending(self, ids: frozenset[str], *, revision: int | None = None) -> None: ...
    def next_job(self, playhead_s: float) -> J | None: ...
    def publish(self, job: J, playhead_s: float | None = None) -> Plan: ...
    def cancel(self, job: J) -> None: ...
    def frames(self, start_s: float, end_s: float, fps: float) -> Motion: ...

    @property
    def planned_until_s(self) -> float: ...


class Backend(Protocol[J]):
    """Makes characters and clips. Bad input raises ``lamp.errors.InputError``."""

    @property
    def info(self) -> BackendInfo: ...

    @property
    def optimizer(self) -> NoiseOptimizer | None:
        """What moves the jobs; None where nothing is optimised. Recordings watch it and repeat what it did."""

    def provenance(self) -> dict[str, str]:
        """All that the numbers of a plan depend on besides what the client asks for: name to value, for recordings."""

    def new_character(self, start: CharacterStart) -> Character[J]:
        """A live character; it plans nothing yet."""

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[J]:
        """Offline tasks as jobs."""

    def result(self, job: J) -> Result:
        """What a job of :meth:`optimize` has reached so far."""

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        """One clip by plain sampling."""

    def advance(self, jobs: Sequence[J], steps: int) -> None:
        """A few steps for all jobs as one batch; marks finished ones."""

    def advancing(self, jobs: Sequence[J], steps: int) -> Iterator[None]:
        """As ``advance``, a part with each ``next``: none of them takes longer than the device needs for one batch."""

    def step_times(self) -> Mapping[int, float]:
        """Seconds of one step by number of live characters, as far as known before there are any."""

    def device_state(self) -> DeviceState:
        """How the device is doing; may be asked from any thread."""
