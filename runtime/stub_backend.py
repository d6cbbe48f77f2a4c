"""A backend without a model: characters walk ahead at 1 m/s or along a path, step aside for obstacles, stretch an arm
towards targets. It obeys every rule of the live interface, so servers and clients can be tested without weights.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from lamp.motion import Motion
from lamp.prior import Result
from lamp.tasks import Task
from lamp.timeline import FPS
from runtime.backend import BackendInfo, Character, CharacterStart, DeviceState, OptimizeOptions
from runtime.stub_character import StubCharacter, StubJob, clip_of


class StubBackend:
    """``steps``: how many steps a job takes; ``step_s``: how long each pretends to; ``broken``: these fail."""

    def __init__(self, *, steps: int = 4, step_s: float = 0.0) -> None:
        self.steps, self.step_s = steps, step_s
        self.characters: list[StubCharacter] = []
        self.broken: set[StubCharacter] = set()
        self.threads: set[str] = set()  # names of the threads that did tensor work

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("stub", "none needed: no model", "stub", "cpu", FPS, 196)

    @property
    def optimizer(self) -> None:
        return None

    def provenance(self) -> dict[str, str]:
        return {"bundle": "stub", "steps": str(self.steps)}

    def new_character(self, start: CharacterStart) -> Character:
        character = StubCharacter(start, self.steps)
        self.characters.append(character)
        return character

    def advance(self, jobs: Sequence[Any], steps: int) -> None:
        self.threads.add(threading.current_thread().name)
        if any(job.character in self.broken for job in jobs):
            raise RuntimeError("the stub was told to fail")
        time.sleep(self.step_s * steps)
        for job in jobs:
            job.steps = min(job.steps + steps, job.max_steps)
            job.finished = job.steps >= job.max_steps or time.monotonic() >= job.deadline_s

    def advancing(self, jobs: Sequence[Any], steps: int) -> Iterator[None]:
        self.advance(jobs, steps)
        yield

    def step_times(self) -> dict[int, float]:
        return {1: self.step_s, 64: self.step_s} if self.step_s else {}

    def device_state(self) -> DeviceState:
        return DeviceState()

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[Any]:
        deadline = time.monotonic() + (options.time_limit_s or 3600.0)
        return [StubJob(None, 0, 0, options.steps, deadline, task=task) for task in tasks]

    def result(self, job: StubJob) -> Result:
        assert job.task is not None
        motion, terms = clip_of(job.task)
        return Result(motion, terms, True, "", job.steps, time.monotonic() - job.started_s)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        return clip_of(Task(prompt=prompt, frames=frames))[0]
