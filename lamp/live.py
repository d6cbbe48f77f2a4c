"""One live character: a rolling plan that follows prompt, obstacles and targets (design section 5). No network here.

The played and fixed frames up to a splice are the visible prefix, seen through the masked encoder; the diffusion prior
continues them, and the noise is optimised for the scene. Plans replace the timeline from the splice on.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features, metrics
from lamp.intent import Shortfall, TargetReport
from lamp.motion import Motion
from lamp.optimizer import PlanJob, Tolerances, white_noise
from lamp.planner import Planner
from lamp.problem import Arrays, KeyFrames, Target, Weights, empty_row, fresh_state
from lamp.scene.distance import pack, penetration_depth
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.skeleton import JOINT_COUNT, JOINT_RADII_M, fit_skeleton
from lamp.timeline import FPS, Timeline

Array = NDArray[Any]


@dataclass(frozen=True)
class LiveSettings:
    """How a live character plans; times in seconds."""

    prefix_frames: int = 20  # most frames of the past the prior sees; a multiple of 4
    lead_s: float = 0.40  # frames nearer to the playhead than this stay as they are
    first_budget_s: float = 0.30  # time to the first plan after a change
    improve_budget_s: float = (
        0.3  # time of each further improvement; short, so that only near frames get fixed
    )
    improve_attempts: int = 12
    polish_attempts: int = (
        1  # improvements of a plan that already meets every demand: cleaner feet, less jitter
    )
    refill_s: float = 1.8  # plan on when less than this is left
    extend_budget_s: float = 0.7
    splice_frames: int = 10  # frames over which what is left of the old pose decays
    rate: float = 0.15  # peak step size in noise space
    schedule_steps: int = (
        60  # steps the learning-rate schedule is laid out for, over all improvements of a change
    )
    most_steps: int = 120
    keep_past_s: float = 10.0
    stay: float = 0.1  # how strongly the pelvis keeps to the old path when only obstacles changed
    walk_speed_mps: float = 1.1  # assumed when a target names no time
    penetration_ok_m: float = 0.01
    target_ok_m: float = 0.05
    target_goal_m: float = 0.02  # a feasible plan is still improved until its targets are met this well
    weights: Weights = field(default_factory=lambda: Weights(key=2.0, smooth=5e-5, start=0.02))


@dataclass(frozen=True)
class Plan:
    """What a re-plan changed. Times are session time; terms are in natural units."""

    plan_id: int
    scene_revision: int
    start_s: float
    end_s: float
    terms: dict[str, float]
    feasible: bool
    reason: str
    settled: bool
    steps: int
    optimise_s: float
    shortfalls: tuple[Shortfall, ...] = ()
    targets: tuple[TargetReport, ...] = ()


@dataclass
class _Context:
    """What a job was started for."""

    splice: int  # session frame of the anchor: the last fixed frame
    anchor: int  # the same frame inside the window
    revision: int
    kind: str  # "start" | "change" | "improve" | "extend"
    prompt: str
    attempt: int
    obstacles: tuple[Obstacle, ...]
    targets: tuple[Target, ...]
    carried_steps: int  # Adam steps of the search this job goes on with


class LiveCharacter:
    """Intent may be set from any thread; ``next_job``, ``publish`` and ``frames`` belong to the planning thread."""

    def __init__(
        self, planner: Planner, *, prompt: str, seed: int = 0, start_position_m: tuple[float, float, float] = (0, 0, 0),
        start_heading_rad: float = 0.0, settings: LiveSettings | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or LiveSettings()
        self._planner = planner
        self._shape = planner.live_shape
        self._rng = np.random.default_rng(seed)
        self._place = (*start_position_m, math.cos(start_heading_rad), math.sin(start_heading_rad))
        self._lock = threading.Lock()
        self._prompt = prompt
        self._obstacles: dict[str, Obstacle] = {}
        self._targets: dict[str, Target] = {}
        self.scene_revision = 0
        self._planned_revision = -1
        self._planned_prompt = prompt
        self._attempts = 0  # improvements made for the present revision
        self._settled = True
        self._active: PlanJob | None = None
        self._last: Arrays | None = None  # optimiser state of the plan on the timeline
        self._last_start = 0  # session frame of the first token of its noise
        self._plans = 0
        self.timeline = Timeline()

    # -- intent ---------------------------------------------------------------------------------------------------

    def set_prompt(self, text: str, *, revision: int | None = None) -> None:
        """What the character should be doing, in words."""
        with self._lock:
            self._prompt = text
            self._bump(revision)

    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None:
        """Add or replace an obstacle; beyond ``MAX_OBSTACLES`` the nearest ones count."""
        with self._lock:
            self._obstacles[id] = obstacle
            self._bump(revision)

    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None:
        """Forget an obstacle; an unknown id is no error."""
        with self._lock:
            self._obstacles.pop(id, None)
            self._bump(revision)

    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None:
        """Add or replace a target; without an arrival time one is chosen by distance at the next plan."""
        with self._lock:
            self._targets[id] = target
            self._bump(revision)

    def remove_target(self, id: str, *, revision: int | None = None) -> None:
        """Forget a target; an unknown id is no error."""
        with self._lock:
            self._targets.pop(id, None)
            self._bump(revision)

    def _bump(self, revision: int | None) -> None:
        self.scene_revision = (
            self.scene_revision + 1 if revision is None else max(self.scene_revision, revision)
        )
        self._attempts = 0
        self._settled = False

    @property
    def planned_until_s(self) -> float:
        """Session time of the last planned frame; negative before the first plan."""
        return self.timeline.until_s

    # -- planning -------------------------------------------------------------------------------------------------

    def next_job(self, playhead_s: float) -> PlanJob | None:
        """The job that is due at this playhead, or None. The caller advances it and then calls ``publish``."""
        if self._active is not None:
            return None
        s = self.settings
        with self._lock:
            changed = self.scene_revision != self._planned_revision
            prompt, revision = self._prompt, self.scene_revision
            attempt = 0 if changed else self._attempts
        self.timeline.forget_before(int((playhead_s - s.keep_past_s) * FPS))
        if self.timeline.end == 0:
            job = self._job("start", revision, prompt, -1, s.first_budget_s, 0)
        elif changed:
            splice = self._splice_frame(playhead_s + s.lead_s)
            job = self._job("change", revision, prompt, splice, s.first_budget_s, 0)
        elif not self._settled and attempt < s.improve_attempts:
            splice = self._splice_frame(playhead_s + s.lead_s + s.improve_budget_s)
            job = self._job("improve", revision, prompt, splice, s.improve_budget_s, attempt + 1)
        elif self.timeline.until_s - playhead_s < s.refill_s:
            splice = self._splice_frame(
                max(playhead_s + s.lead_s + s.extend_budget_s, self.timeline.until_s - 0.4)
            )
            job = self._job("extend", revision, prompt, splice, s.extend_budget_s, 0)
        else:
            return None
        self._active = job
        return job

    def cancel(self, job: PlanJob) -> None:
        """Drop a job without publishing it."""
        if self._active is job:
            self._active = None

    def _splice_frame(self, time_s: float) -> int:
        """The last frame to keep: at least as late as ``time_s``, one before a multiple of 4 (so that windows share a
        token grid and old noise can be taken over), and inside what is planned."""
        frame = 4 * math.ceil((time_s * FPS + 1) / 4) - 1
        last = 4 * (self.timeline.end // 4) - 1
        return max(min(frame, last), 3)

    def _job(
        self,
        kind: str,
        revision: int,
        prompt: str,
        splice: int,
        budget_s: float,
        attempt: int,
    ) -> PlanJob:
        s = self.settings
        anchor = 0 if splice < 0 else self._prefix(splice) - 1
        obstacles, targets = self._scene(splice)
        row = empty_row(self._shape, s.weights)
        row["text"] = self._planner.embed(prompt)
        row["has_text"] = np.array(1.0 if prompt else 0.0, np.float32)
        first = splice - anchor if splice >= 0 else 0
        if splice < 0:
            row["place"] = np.array(self._place, np.float32)
        else:
            self._join(row, splice, anchor)
        times = (first + np.arange(self._shape.frames)) / FPS
        scene = pack(obstacles, times)
        row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
                   obstacle_kind=scene.kind)  # fmt: skip
        row["key"], row["key_weight"] = self._keys(targets, first, anchor)
        if kind in ("change", "improve") and not targets and prompt == self._planned_prompt:
            self._stay_near(row, first, anchor)
        state = self._start_state(first, carry_moments=kind == "improve")
        row["start_noise"] = state["noise"].copy()
        step_s = self._planner.optimizer.step_s.get((self._shape.frames, 1), 0.03)
        steps = int(np.clip(budget_s / step_s, 6, s.most_steps))
        job = PlanJob(
            self._shape, [(row, state)], max_steps=steps + int(state["count"]),
            deadline_s=time.monotonic() + (budget_s if splice >= 0 else 4 * budget_s),
            # many steps for quality alone would end in standing still, which slides and shakes least
            tolerances=Tolerances(0.0, 0.02, least_steps=10 if kind == "change" else 6),
        )  # fmt: skip
        carried = int(state["count"])
        job.context = _Context(splice, anchor, revision, kind, prompt, attempt, obstacles, targets, carried)
        return job

    def _stay_near(self, row: Arrays, first: int, anchor: int) -> None:
        """Ask the pelvis to keep to the path planned so far: a detour then comes back instead of wandering off."""
        old = self._continued(first, self._shape.frames)
        row["reference"][: len(old)] = old
        row["reference_weight"][anchor + 1 : len(old), 0] = 1.0
        row["weights"] = replace(self.settings.weights, reference=self.settings.stay).array()

    def _prefix(self, splice: int) -> int:
        """Frames of the past to show: a multiple of 4, as many as there are, at most the setting."""
        available = splice + 1 - self.timeline.first
        return max(4, min(self.settings.prefix_frames, 4 * (available // 4)))

    def _join(self, row: Arrays, splice: int, anchor: int) -> None:
        """Make the window continue the timeline at ``splice``: visible prefix, place, pose and velocity."""
        n = anchor + 1
        past = self.timeline.window(splice - anchor, min(splice + 2, self.timeline.end))
        tokens = n // self._shape.patch_frames
        row["context"][:tokens] = self._planner.latents(past)
        row["known"][:tokens] = 1.0
        pose = self.timeline.window(splice, splice + 1)[0]
        heading = float(features.heading_rad(pose))
        row["anchor"][:] = 0.0
        row["anchor"][anchor] = 1.0
        row["place"] = np.array(
            [pose[0, 0], self._place[1], pose[0, 2], math.cos(heading), math.sin(heading)], np.float32
        )
        t = np.arange(self._shape.frames) - anchor
        row["splice_weight"] = self._share_of_old(t).astype(np.float32)
        row["splice"] = self._old_motion(splice - anchor)
        row["frame_valid"] = (t >= 0).astype(np.float32)

    def _old_motion(self, first: int) -> Array:
        """What the timeline has from frame ``first`` on, as long as the window; its end coasts to a stop."""
        old = self._continued(first, self._shape.frames)
        missing = self._shape.frames - len(old)
        if missing == 0:
            return old
        step = old[-1] - old[-2]
        coasting = np.cumsum(0.7 ** np.arange(1, missing + 1))[:, None, None]
        return np.concatenate([old, old[-1] + coasting * step]).astype(np.float32)

    def _scene(self, splice: int) -> tuple[tuple[Obstacle, ...], tuple[Target, ...]]:
        """Obstacles and targets that matter now; a target without a time gets one, a passed one is left out."""
        here = self.timeline.window(splice, splice + 1)[0, 0] if splice >= 0 else np.array(self._place[:3])
        now_s = max(splice, 0) / FPS
        with self._lock:
            for id, target in self._targets.items():
                if target.arrive_s is None:
                    away = float(np.hypot(target.position_m[0] - here[0], target.position_m[2] - here[2]))
                    arrive = now_s + max(1.2, away / self.settings.walk_speed_mps + 0.6)
                    self._targets[id] = replace(target, arrive_s=arrive)
            targets = tuple(t for t in self._targets.values() if (t.arrive_s or 0) + t.hold_s >= now_s)
            obstacles = list(self._obstacles.values())
        if len(obstacles) > MAX_OBSTACLES:
            obstacles.sort(key=lambda o: float(np.linalg.norm(o.at(now_s)[0] - here)))
        return tuple(obstacles[:MAX_OBSTACLES]), targets

    def _keys(self, targets: tuple[Target, ...], first: int, anchor: int) -> tuple[Array, Array]:
        """Dense key arrays; a target beyond the window becomes a waypoint of the pelvis at the window's end."""
        keys = KeyFrames(self._shape.frames)
        last = self._shape.frames - 1
        for target in targets:
            arrive = round((target.arrive_s or 0.0) * FPS) - first
            if arrive <= last:
                keys.add(
                    target, max(arrive, anchor + 1), max(arrive + round(target.hold_s * FPS), anchor + 1)
                )
            elif self.timeline.end > 0:
                here = self.timeline.window(first + anchor, first + anchor + 1)[0, 0]
                share = (last - anchor) / (arrive - anchor)
                goal = here + share * (np.array(target.position_m) - here)
                waypoint = Target(0, (float(goal[0]), 0.0, float(goal[2])), (True, False, True), weight=0.3)
                keys.add(waypoint, last, last)
        return keys.key, keys.weight

    def _start_state(self, first: int, *, carry_moments: bool) -> Arrays:
        """Optimiser state whose noise is that of the previous plan, moved to the new window's token grid and continued
        by fresh noise. An improvement goes on with the Adam moments too."""
        s = self.settings
        state = fresh_state(
            self._shape, white_noise(self._rng, self._shape), budget=s.schedule_steps, rate=s.rate
        )
        if self._last is None:
            return state
        shift = (first - self._last_start) // self._shape.patch_frames
        kept = self._shape.tokens - shift
        if shift >= 0 and kept > 0:
            state["noise"][:kept] = self._last["best_noise"][shift:]
            if carry_moments:
                for name in ("moment1", "moment2"):
                    state[name][:kept] = self._last[name][shift:]
                state["count"] = np.array(min(float(self._last["count"]), 0.7 * s.schedule_steps), np.float32)
        return state

    # -- publishing -----------------------------------------------------------------------------------------------

    def publish(self, job: PlanJob, playhead_s: float | None = None) -> Plan:
        """Splice the best result of a job into the timeline and say what it achieves.

        Where the plan comes too late for its own splice (``playhead_s`` is past it), what was played stays and the new
        motion is faded in from there.
        """
        c: _Context = job.context
        best = job.best()
        after = slice(c.anchor + 1, None) if c.splice >= 0 else slice(0, None)
        start = c.splice + 1 if c.splice >= 0 else 0
        joints, contacts = best["best_joints"][after], np.clip(best["best_contacts"][after], 0.0, 1.0)
        if c.splice >= 0 and playhead_s is not None and (late := math.ceil(playhead_s * FPS) + 1 - start) > 0:
            late = min(late, self.timeline.end - start, len(joints) - 2)
            joints, contacts, start = (
                self._faded_in(joints[late:], start + late),
                contacts[late:],
                start + late,
            )
        terms, feasible, reason = self._judge(joints, start, c)
        if c.kind == "improve" and not self._improves(joints, terms, start, c):
            terms, feasible, reason = self._judge(self._continued(start, len(joints)), start, c)
        else:
            self.timeline.replace_from(start, joints, contacts)
        # the search goes on from it; its first token is that of the window, however late the plan was spliced in
        self._last, self._last_start = best, max(c.splice - c.anchor, 0)
        terms |= {
            name: value
            for name, value in job.report().terms.items()
            if name in ("foot_slide_mps", "jitter_mps3")
        }
        with self._lock:
            self._planned_revision, self._planned_prompt = c.revision, c.prompt
            current = self.scene_revision == c.revision
            self._attempts = c.attempt if current else 0
            met = feasible and terms["target_error_m"] <= self.settings.target_goal_m
            enough = self.settings.polish_attempts if met else self.settings.improve_attempts
            done = c.attempt >= enough or c.kind in ("start", "extend")
            self._settled = current and done
        self._active = None
        self._plans += 1
        return Plan(self._plans, c.revision, start / FPS, self.timeline.until_s, terms, feasible, reason, self._settled,
                    job.steps - c.carried_steps, time.monotonic() - job.started_s)  # fmt: skip

    def _share_of_old(self, frame: Array) -> Array:
        """How much of the replaced motion remains ``frame (N,)`` frames after a splice: first 1 with zero slope."""
        u = np.clip(frame / self.settings.splice_frames, 0.0, 1.0)
        share: Array = 1.0 - u * u * (3.0 - 2.0 * u)
        return share

    def _faded_in(self, joints: Array, start: int) -> Array:
        """New joints from session frame ``start`` on, cross-faded from what the timeline has there."""
        old = self._continued(start, min(len(joints), self.settings.splice_frames))
        weight = self._share_of_old(np.arange(len(old)))[:, None, None]
        faded: Array = joints.copy()
        faded[: len(old)] = fit_skeleton((1 - weight) * joints[: len(old)] + weight * old)
        return faded

    def _judge(self, joints: Array, start: int, c: _Context) -> tuple[dict[str, float], bool, str]:
        """Penetration and target errors of frames that begin at session frame ``start``, in metres."""
        times = (start + np.arange(len(joints))) / FPS
        depth = (
            penetration_depth(joints, JOINT_RADII_M, pack(c.obstacles, times)) if c.obstacles else np.zeros(1)
        )
        terms = {"penetration_m": float(depth.max())}
        reason = ""
        if terms["penetration_m"] > self.settings.penetration_ok_m:
            at = times[int(depth.argmax())]
            reason = f"penetrates an obstacle by {depth.max():.3f} m at {at:.2f} s"
        error = 0.0
        for target in c.targets:
            arrive = round((target.arrive_s or 0.0) * FPS) - start
            if 0 <= arrive < len(joints):
                offset = (joints[arrive, target.joint] - target.position_m) * np.array(target.axis_mask)
                error = max(error, float(np.linalg.norm(offset)))
        terms["target_error_m"] = error
        if error > self.settings.target_ok_m:
            reason = reason or f"misses a target by {error:.3f} m; it may be out of reach in the time given"
        return terms, not reason, reason

    def _improves(self, joints: Array, terms: dict[str, float], start: int, c: _Context) -> bool:
        """Whether new motion beats what the timeline already has from ``start`` on: demands first, then quality."""
        old = self._continued(start, len(joints))
        if any(len(old) <= round((t.arrive_s or 0.0) * FPS) - start < len(joints) for t in c.targets):
            return True  # it reaches for something that the old plan ends before
        old_terms, _, _ = self._judge(old, start, c)
        return self._score(joints[: len(old)], terms) < self._score(old, old_terms) - 1e-3

    def _score(self, joints: Array, terms: dict[str, float]) -> float:
        """Lower is better: metres by which demands are missed, plus a little for sliding feet and jitter."""
        s = self.settings
        missed = max(0.0, terms["penetration_m"] - s.penetration_ok_m)
        missed += max(0.0, terms["target_error_m"] - s.target_goal_m)
        return missed + 0.05 * metrics.foot_skate_ratio(joints) + 5e-5 * metrics.jitter_mps3(joints)

    def _continued(self, start: int, frames: int) -> Array:
        """What is on the timeline from ``start`` on, at most ``frames``."""
        return self.timeline.window(start, min(start + frames, self.timeline.end))

    def frames(self, start_s: float, end_s: float, fps: float) -> Motion:
        """Frames ``k / fps`` with ``start_s <= k / fps <= end_s`` and planned, at any rate."""
        first = math.ceil(start_s * fps - 1e-6)
        last = math.floor(min(end_s, self.timeline.until_s) * fps + 1e-6)
        times = np.arange(first, max(last, first - 1) + 1) / fps
        if len(times) == 0 or self.timeline.end == 0:
            return Motion(np.zeros((0, JOINT_COUNT, 3)), np.zeros((0, JOINT_COUNT, 4)), np.zeros((0, 4)), fps)
        return self.timeline.sample(times, fps)
