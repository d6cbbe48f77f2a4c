"""A live character without a model: it walks, steps aside, reaches, looks and poses by simple rules at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features
from lamp.easing import smooth_step
from lamp.intent import Floor, KeyPose, LookAt, Path, Shortfall, TargetReport, Want
from lamp.live import Plan
from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_COUNT, fit_skeleton, forward_kinematics
from lamp.tasks import Task
from lamp.timeline import FPS, Timeline
from runtime import stub_pose
from runtime.backend import CharacterStart
from runtime.start_motion import past_of
from runtime.stub_walk import Spot, detour_m, walk

Array = NDArray[Any]
_SPEEDS_MPS = {"stand": 0.0, "run": 2.5}  # by a word of the prompt
_FADE_FRAMES = 12  # from the old motion to the new one
_KEEP_PAST_S = 10.0
_TARGET_OK_M = 0.05


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
    changes: int = 0  # of the character that it knows

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
        self.key_poses: dict[str, KeyPose] = {}
        self.look_at: LookAt | None = None
        self.path: Path | None = None
        self.floor = Floor.PLANE
        self.pending: frozenset[str] = frozenset()
        self.scene_revision = 0
        self._steps = steps
        self._lock = threading.Lock()
        self._changes = 0  # of intent; geometry that became ready changes it without a new revision
        self._planned_changes = -1
        self._planned_path: Path | None = None
        self._arrivals: dict[str, float] = {}  # of targets that name no time
        self._active: StubJob | None = None
        self._plans = 0
        self._spots: list[
            Spot
        ] = []  # one per planned frame; the last belongs to the last frame of the timeline
        self._aside: Array = np.zeros(0)
        self._height_m = start.position_m[1]
        self._begin(start)

    def _begin(self, start: CharacterStart) -> None:
        """An empty timeline, or one that holds the motion to go on from."""
        if start.motion is None:
            self.timeline = Timeline(int(np.ceil(start.time_s * FPS - 1e-6)))
            speed, heading = self._speed_mps(), start.heading_rad
            back = speed / FPS
            x, _, z = start.position_m
            self._spot = Spot(x - back * np.sin(heading), z - back * np.cos(heading), heading, speed)
            return
        first, past = past_of(start.motion, start.time_s)
        self.timeline = Timeline(first)
        self.timeline.replace_from(first, past.positions_m, past.contacts)
        here = past.positions_m[-1]
        heading = float(features.heading_rad(here))
        step = (here - past.positions_m[-2])[0] if len(past) > 1 else np.zeros(3)
        speed = float(step @ np.array([np.sin(heading), 0.0, np.cos(heading)])) * FPS
        self._spot = Spot(float(here[0, 0]), float(here[0, 2]), heading, max(speed, 0.0))
        self._spots = [self._spot] * len(past)
        self._aside = np.zeros(len(past))

    # -- intent -----------------------------------------------------------------------------------------------------

    def set_prompt(self, text: str, *, revision: int | None = None) -> None:
        self._set("prompt", text, revision)

    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None:
        self._put(self.obstacles, id, obstacle, revision)

    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None:
        self._put(self.obstacles, id, None, revision)

    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None:
        self._arrivals.pop(id, None)
        self._put(self.targets, id, target, revision)

    def remove_target(self, id: str, *, revision: int | None = None) -> None:
        self._put(self.targets, id, None, revision)

    def put_key_pose(self, id: str, pose: KeyPose, *, revision: int | None = None) -> None:
        self._put(self.key_poses, id, pose, revision)

    def remove_key_pose(self, id: str, *, revision: int | None = None) -> None:
        self._put(self.key_poses, id, None, revision)

    def set_look_at(self, look: LookAt | None, *, revision: int | None = None) -> None:
        self._set("look_at", look, revision)

    def set_path(self, path: Path | None, *, revision: int | None = None) -> None:
        self._set("path", path, revision)

    def set_floor(self, floor: Floor, *, revision: int | None = None) -> None:
        self._set("floor", floor, revision)

    def set_pending(self, ids: frozenset[str], *, revision: int | None = None) -> None:
        self._set("pending", ids, revision)

    def _set(self, name: str, value: Any, revision: int | None) -> None:
        with self._lock:
            setattr(self, name, value)
            self._bump(revision)

    def _put(self, things: dict[str, Any], id: str, value: Any, revision: int | None) -> None:
        with self._lock:
            things.pop(id, None)
            if value is not None:
                things[id] = value
            self._bump(revision)

    def _bump(self, revision: int | None) -> None:
        last = self.scene_revision
        self.scene_revision = last + 1 if revision is None else max(last, revision)
        self._changes += 1

    # -- planning ---------------------------------------------------------------------------------------------------

    @property
    def planned_until_s(self) -> float:
        return self.timeline.until_s

    def next_job(self, playhead_s: float) -> StubJob | None:
        changed = self._changes != self._planned_changes
        if self._active is not None or not (changed or self.planned_until_s - playhead_s < self.window_s / 2):
            return None
        self.timeline.forget_before(int((playhead_s - _KEEP_PAST_S) * FPS))
        splice = self.timeline.end
        if changed and self._plans:
            splice = max(min(splice, round((playhead_s + self.lead_s) * FPS)), self.timeline.first)
        self._active = StubJob(
            self, splice, self.scene_revision, self._steps, time.monotonic() + 0.5, changes=self._changes
        )
        return self._active

    def cancel(self, job: StubJob) -> None:
        if self._active is job:
            self._active = None

    def publish(self, job: StubJob, playhead_s: float | None = None) -> Plan:
        self._active = None
        joints = self._continue(job.splice, round(self.window_s * FPS) + 20)
        self.timeline.replace_from(job.splice, joints, np.zeros((len(joints), 4), np.float32))
        self._planned_changes = job.changes
        self._plans += 1
        reports = self._target_reports(job.splice, joints)
        shortfalls = self._shortfalls(reports)
        error = max((report.error_m for report in reports), default=0.0)
        terms = {"penetration_m": 0.0, "target_error_m": error}
        reason = "; ".join(f"{s.kind.value} {s.id}".strip() for s in shortfalls)
        return Plan(
            self._plans, job.revision, job.splice / FPS, self.planned_until_s, terms, not shortfalls, reason, True,
            job.steps, time.monotonic() - job.started_s, shortfalls, reports,
        )  # fmt: skip

    def _continue(self, splice: int, count: int) -> Array:
        """Joints ``(count, 22, 3)`` from frame ``splice`` on, faded in from what the timeline has there."""
        kept = splice - self.timeline.end + len(self._spots)
        spot = self._spots[kept - 1] if kept > 0 else self._spot
        if self.path is not self._planned_path:
            spot, self._planned_path = Spot(spot.x_m, spot.z_m, spot.heading_rad, spot.speed_mps), self.path
        way = walk(spot, splice, count, self.path, self._speed_mps())
        frames = splice + np.arange(count)
        ground = np.array([(s.x_m, s.z_m) for s in way])
        heading = np.array([s.heading_rad for s in way])
        old = self._aside[max(kept, 0) :][:count]
        last = old[-1] if len(old) else (self._aside[kept - 1] if kept > 0 else 0.0)
        old = np.concatenate([old, np.full(count - len(old), last)])
        share = smooth_step(np.arange(1, count + 1) / 16)
        aside = old + share * (detour_m(self.obstacles.values(), frames, ground, heading) - old)
        most = round((_KEEP_PAST_S + self.window_s) * FPS)
        self._spots = [*self._spots[: max(kept, 0)][-most:], *way]
        self._aside = np.concatenate([self._aside[: max(kept, 0)][-most:], aside])
        left = np.stack([np.cos(heading), -np.sin(heading)], -1)
        ground = ground + aside[:, None] * left
        moving = np.clip([s.speed_mps for s in way], 0.0, 1.0)
        return self._faded(splice, self._bodies(frames / FPS, ground, heading, moving))

    def _bodies(self, times_s: Array, ground: Array, heading: Array, moving: Array) -> Array:
        height = np.full(len(times_s), self._height_m + stub_pose.PELVIS_M)
        root = np.stack([ground[:, 0], height, ground[:, 1]], -1)
        local = stub_pose.gait(times_s, heading, moving)
        if self.look_at is not None:
            stub_pose.look(local, root, self.look_at, times_s)
        for id, target in self.targets.items():
            if target.joint in stub_pose.ARMS:
                share = np.clip(times_s - (self._arrive_s(id, target, times_s[0]) - 1.0), 0.0, 1.0)
                stub_pose.reach(local, root, target.joint, np.array(target.position_m), share)
        joints = forward_kinematics(root, local)
        return stub_pose.keyed(joints, self.key_poses.values(), times_s)

    def _faded(self, splice: int, joints: Array) -> Array:
        """Position and velocity are continuous where new motion begins; what was planned coasts on beyond its end."""
        if splice - 2 < self.timeline.first:
            return joints
        n = min(_FADE_FRAMES, len(joints))
        old = self.timeline.window(splice - 2, min(splice + n, self.timeline.end))
        step, missing = old[-1] - old[-2], n + 2 - len(old)
        coasting = old[-1] + np.arange(1, missing + 1)[:, None, None] * step
        old = np.concatenate([old, coasting])[2:]
        share = smooth_step(np.arange(1, n + 1) / (n + 1))[:, None, None]
        faded: Array = joints.copy()
        faded[:n] = fit_skeleton((1.0 - share) * old + share * joints[:n])
        return faded

    def _speed_mps(self) -> float:
        return next((v for word, v in _SPEEDS_MPS.items() if word in self.prompt), 1.0)

    def _arrive_s(self, id: str, target: Target, now_s: float) -> float:
        if target.arrive_s is not None:
            return target.arrive_s
        return self._arrivals.setdefault(id, float(now_s) + 1.0)

    # -- what it says about a plan ----------------------------------------------------------------------------------

    def _target_reports(self, start: int, joints: Array) -> tuple[TargetReport, ...]:
        reports = []
        for id, target in self.targets.items():
            arrive_s = self._arrive_s(id, target, start / FPS)
            frame = round(arrive_s * FPS) - start
            if 0 <= frame < len(joints):
                offset = (joints[frame, target.joint] - target.position_m) * np.array(target.axis_mask)
                reports.append(TargetReport(id, float(np.linalg.norm(offset)), arrive_s))
        return tuple(reports)

    def _shortfalls(self, reports: tuple[TargetReport, ...]) -> tuple[Shortfall, ...]:
        found = [
            Shortfall(Want.TARGET_MISSED, r.id, r.error_m, r.arrive_s)
            for r in reports if r.error_m > _TARGET_OK_M
        ]  # fmt: skip
        found += [Shortfall(Want.GEOMETRY_PENDING, id) for id in sorted(self.pending)]
        if self.floor is Floor.NONE and not any(o.walkable for o in self.obstacles.values()):
            found.append(Shortfall(Want.NO_GROUND))
        return tuple(found)

    def frames(self, start_s: float, end_s: float, fps: float) -> Motion:
        first = int(np.ceil(start_s * fps - 1e-6))
        last = int(np.floor(min(end_s, self.planned_until_s) * fps + 1e-6))
        if last < first or self.timeline.end == self.timeline.first:
            return Motion(np.zeros((0, JOINT_COUNT, 3)), np.zeros((0, JOINT_COUNT, 4)), np.zeros((0, 4)), fps)
        return self.timeline.sample(np.arange(first, last + 1) / fps, fps)


def clip_of(task: Task) -> tuple[Motion, dict[str, float]]:
    """What a puppet makes of an offline task, and its terms."""
    character = StubCharacter(CharacterStart(task.prompt), 1)
    character.obstacles = {str(i): o for i, o in enumerate(task.obstacles)}
    character.targets = {str(i): t for i, t in enumerate(task.targets)}
    character.key_poses = {str(i): p for i, p in enumerate(task.key_poses)}
    character.look_at, character.path, character.floor = task.look_at, task.path, task.floor
    character.window_s = task.frames / FPS
    job = character.next_job(0.0)
    assert job is not None
    plan = character.publish(job)
    return character.frames(0.0, (task.frames - 1) / FPS, FPS), plan.terms
