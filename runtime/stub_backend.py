"""A backend without a model: characters walk straight ahead at 1 m/s, step aside for obstacles and stretch an arm
towards targets. It obeys every rule of the live interface, so servers and clients can be tested without weights.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.live import Plan
from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.prior import Result
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_COUNT, REST_OFFSETS_M, forward_kinematics, joint_index
from lamp.tasks import Task
from lamp.timeline import FPS, Timeline
from runtime.backend import BackendInfo, Character, CharacterStart, OptimizeOptions

Array = NDArray[Any]
_ARMS = {  # wrist: (shoulder, elbow)
    joint_index(f"{side}_wrist"): (joint_index(f"{side}_shoulder"), joint_index(f"{side}_elbow"))
    for side in ("left", "right")
}
_STEP_HZ = 0.9  # strides per second
_PELVIS_M = 0.92
_SPEEDS_MPS = {"stand": 0.0, "run": 2.5}  # by a word of the prompt


@dataclass
class StubJob:
    """Finishes after a number of pretended steps."""

    character: StubCharacter | None  # None: a clip
    splice: int
    revision: int
    max_steps: int
    deadline_s: float = float("inf")
    started_s: float = field(default_factory=time.monotonic)
    steps: int = 0
    finished: bool = False
    task: Task | None = None

    def report(self) -> Report:
        seconds = time.monotonic() - self.started_s
        return Report({"penetration_m": 0.0, "target_error_m": 0.0}, 0.0, self.steps, seconds)


class StubCharacter:
    """See ``lamp.live.LiveCharacter`` for the meaning of every method."""

    window_s = 3.0
    lead_s = 0.3

    def __init__(self, start: CharacterStart, steps: int) -> None:
        self.prompt = start.prompt
        self.obstacles: dict[str, Obstacle] = {}
        self.targets: dict[str, Target] = {}
        self.scene_revision = 0
        self._start = np.array(start.position_m, np.float64)
        self._heading = start.heading_rad
        self._steps = steps
        self._lock = threading.Lock()
        self._planned_revision = -1
        self._active: StubJob | None = None
        self._plans = 0
        self._along: Array = np.zeros(0)  # metres walked, per frame since the start of the session
        self._aside: Array = np.zeros(0)  # metres to the left, per frame
        self.timeline = Timeline()

    def set_prompt(self, text: str, *, revision: int | None = None) -> None:
        with self._lock:
            self.prompt = text
            self._bump(revision)

    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None:
        with self._lock:
            self.obstacles[id] = obstacle
            self._bump(revision)

    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None:
        with self._lock:
            self.obstacles.pop(id, None)
            self._bump(revision)

    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None:
        with self._lock:
            self.targets[id] = target
            self._bump(revision)

    def remove_target(self, id: str, *, revision: int | None = None) -> None:
        with self._lock:
            self.targets.pop(id, None)
            self._bump(revision)

    def _bump(self, revision: int | None) -> None:
        last = self.scene_revision
        self.scene_revision = last + 1 if revision is None else max(last, revision)

    @property
    def planned_until_s(self) -> float:
        return self.timeline.until_s

    def next_job(self, playhead_s: float) -> StubJob | None:
        changed = self.scene_revision != self._planned_revision
        if self._active is not None or not (changed or self.planned_until_s - playhead_s < self.window_s / 2):
            return None
        splice = self.timeline.end
        if changed:
            splice = min(splice, round((playhead_s + self.lead_s) * FPS))
        self._active = StubJob(self, splice, self.scene_revision, self._steps, time.monotonic() + 0.5)
        return self._active

    def cancel(self, job: StubJob) -> None:
        if self._active is job:
            self._active = None

    def publish(self, job: StubJob, playhead_s: float | None = None) -> Plan:
        self._active = None
        frames = np.arange(job.splice, job.splice + round(self.window_s * FPS) + 20)
        walked = self._along[job.splice - 1] if job.splice else -1.0 / FPS
        speed = next((v for word, v in _SPEEDS_MPS.items() if word in self.prompt), 1.0)
        along = walked + speed / FPS * (1 + np.arange(len(frames)))
        wanted = self._detour(frames, along)
        old = self._aside[job.splice - 1] if job.splice else 0.0
        ease = np.clip(np.arange(1, len(frames) + 1) / 16, 0, 1)
        ease = ease * ease * (3 - 2 * ease)
        aside = old + ease * (wanted - old)
        self._along = np.concatenate([self._along[: job.splice], along])
        self._aside = np.concatenate([self._aside[: job.splice], aside])
        motion = self._pose(frames, along, aside)
        self.timeline.replace_from(job.splice, motion.positions_m, motion.contacts)
        self._planned_revision = job.revision
        self._plans += 1
        terms = {"penetration_m": 0.0, "target_error_m": 0.0}
        return Plan(self._plans, job.revision, job.splice / FPS, self.planned_until_s, terms, True, "", True, job.steps,
                    time.monotonic() - job.started_s)  # fmt: skip

    def _axes(self) -> tuple[Array, Array]:
        """Unit vectors ahead and to the left, world."""
        s, c = np.sin(self._heading), np.cos(self._heading)
        return np.array([s, 0.0, c]), np.array([c, 0.0, -s])

    def _detour(self, frames: Array, along: Array) -> Array:
        """Metres to the left that keep 0.5 m clear of every obstacle, smooth in time."""
        ahead, left = self._axes()
        aside = np.zeros(len(frames))
        for obstacle in self.obstacles.values():
            if obstacle.shape == "plane":
                continue
            offset = obstacle.trajectory(frames / FPS)[0] - self._start
            x, z = offset @ left, offset @ ahead
            clear = max(obstacle.size_m) + 0.5
            side = np.where(np.mean(x) > 0, x - clear, x + clear)
            near = np.abs(x) < clear
            aside += np.where(near, side, 0.0) * np.exp(-(((along - z) / clear) ** 4) / 8)
        return aside

    def _pose(self, frames: Array, along: Array, aside: Array) -> Motion:
        ahead, left = self._axes()
        t = frames / FPS
        root = self._start + along[:, None] * ahead + aside[:, None] * left + np.array([0, _PELVIS_M, 0])
        moving = np.clip(np.gradient(along) * FPS, 0, 1) if len(along) > 1 else np.ones(len(along))
        local = _gait(t, moving)
        world = rotations.yaw(self._heading)
        local[:, 0] = world
        for target in self.targets.values():
            if target.joint in _ARMS:
                self._reach(local, root, target, t)
        joints, contacts = forward_kinematics(root, local), np.zeros((len(t), 4), np.float32)
        return Motion(joints, local.astype(np.float32), contacts, FPS)

    def _reach(self, local: Array, root: Array, target: Target, t: Array) -> None:
        """Turn an arm linearly, over the second before arrival, until it points at the target."""
        shoulder, elbow = _ARMS[target.joint]
        arrive = target.arrive_s if target.arrive_s is not None else t[0] + 1.0
        share = np.clip(t - (arrive - 1.0), 0.0, 1.0)
        joints = forward_kinematics(root, local)
        back = rotations.inverse(np.broadcast_to(local[:, 0], local[:, 0].shape))
        direction = rotations.rotate(back, np.array(target.position_m) - joints[:, shoulder])
        straight = rotations.shortest_arc(REST_OFFSETS_M[elbow].astype(np.float64), direction)
        local[:, shoulder] = rotations.slerp(local[:, shoulder], straight, share)

    def frames(self, start_s: float, end_s: float, fps: float) -> Motion:
        first = int(np.ceil(start_s * fps - 1e-6))
        last = int(np.floor(min(end_s, self.planned_until_s) * fps + 1e-6))
        motion = self.timeline.sample(np.arange(first, max(last, first) + 1) / fps, fps)
        return motion[: max(last - first + 1, 0)]


def _gait(t: Array, moving: Array) -> Array:
    """Local rotations ``(N, 22, 4)`` of a walk at times ``t (N,)``, its size scaled by ``moving (N,)``; arms hang."""
    local = np.broadcast_to(rotations.IDENTITY.astype(np.float64), (len(t), JOINT_COUNT, 4)).copy()
    swing = np.sin(2 * np.pi * _STEP_HZ * t) * moving
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[:, joint_index(f"{side}_hip")] = _about(0, -0.45 * sign * swing)
        local[:, joint_index(f"{side}_knee")] = _about(0, 0.5 * np.maximum(0.0, sign * swing))
        hang = _about(2, np.full(len(t), -1.35 * sign))
        local[:, joint_index(f"{side}_shoulder")] = rotations.multiply(_about(0, 0.35 * sign * swing), hang)
    return local


def _about(axis: int, angle_rad: Array) -> Array:
    q = np.zeros((len(angle_rad), 4))
    q[:, axis], q[:, 3] = np.sin(angle_rad / 2), np.cos(angle_rad / 2)
    return q


class StubBackend:
    """``steps``: how many steps a job takes; ``step_s``: how long each pretends to; ``broken``: these fail."""

    def __init__(self, *, steps: int = 4, step_s: float = 0.0) -> None:
        self.steps, self.step_s = steps, step_s
        self.characters: deque[StubCharacter] = deque(maxlen=64)  # the newest, for tests
        self.broken: set[StubCharacter] = set()
        self.threads: set[str] = set()  # names of the threads that did tensor work

    @property
    def info(self) -> BackendInfo:
        return BackendInfo("stub", "none needed: no model", "stub", "cpu", FPS, 196)

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

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[Any]:
        deadline = time.monotonic() + (options.time_limit_s or 3600.0)
        return [StubJob(None, 0, 0, options.steps, deadline, task=task) for task in tasks]

    def result(self, job: Any) -> Result:
        task = job.task
        motion = self._clip(task.prompt, task.frames, task.obstacles, task.targets)
        return Result(motion, dict(job.report().terms), True, "", job.steps, time.monotonic() - job.started_s)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        return self._clip(prompt, frames, (), ())

    def _clip(
        self, prompt: str, frames: int, obstacles: Sequence[Obstacle], targets: Sequence[Target]
    ) -> Motion:
        character = StubCharacter(CharacterStart(prompt), 1)
        character.obstacles = {str(i): o for i, o in enumerate(obstacles)}
        character.targets = {str(i): t for i, t in enumerate(targets)}
        character.window_s = frames / FPS
        job = character.next_job(0.0)
        assert job is not None
        character.publish(job)
        return character.frames(0.0, (frames - 1) / FPS, FPS)
