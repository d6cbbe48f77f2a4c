"""One live character: a rolling plan that follows its intent (design section 5). No network here.

The played and fixed frames up to a splice are the visible prefix, seen through the masked encoder; the diffusion prior
continues them, and the noise is optimised for the scene. Plans replace the timeline from the splice on.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import feet, gaze, metrics
from lamp.deblock import deblock
from lamp.intent import Floor, Shortfall, TargetReport
from lamp.keying import Route, add_look, add_pose, add_route, pose_goals, route
from lamp.live.corrections import Corrections
from lamp.live.intent import IntentSetters, Snapshot
from lamp.live.judge import Demands, Verdict, judge
from lamp.live.keeping import go_around, stay_near
from lamp.live.settings import LiveSettings
from lamp.live.span import Span, beginning, coasting, continued, join, joining, share_of_old
from lamp.motion import Motion
from lamp.optimizer import PlanJob, Tolerances, white_noise
from lamp.planner import Planner
from lamp.problem import WEIGHT_NAMES, Arrays, KeyFrames, Shape, Target, empty_row, fresh_state
from lamp.scene.distance import pack
from lamp.scene.ground_map import RAMP, Ground
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.scene.window import SceneWindows, Surroundings
from lamp.skeleton import JOINT_COUNT, fit_skeleton
from lamp.timeline import FPS, Timeline

Array = NDArray[Any]


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

    span: Span
    kind: str  # "start" | "change" | "improve" | "extend"
    prompt: str
    intent: Snapshot
    attempt: int
    demands: Demands
    carried_steps: int  # Adam steps of the search this job goes on with


class LiveCharacter(IntentSetters):
    """Intent may be set from any thread; ``next_job``, ``publish`` and ``frames`` belong to the planning thread."""

    def __init__(
        self, planner: Planner, *, prompt: str, seed: int = 0, start_position_m: tuple[float, float, float] = (0, 0, 0),
        start_heading_rad: float = 0.0, start_motion: Motion | None = None, start_time_s: float = 0.0,
        settings: LiveSettings | None = None,
    ) -> None:  # fmt: skip
        """``start_motion``: what was played before; its last frame is at ``start_time_s``, and it is gone on from there
        instead of starting at ``start_position_m``, whose y is the height of the endless floor either way."""
        super().__init__(prompt)
        self.settings = settings or LiveSettings()
        self._planner = planner
        self._rng = np.random.default_rng(seed)
        self._place = (*start_position_m, math.cos(start_heading_rad), math.sin(start_heading_rad))
        self._floor_m = float(start_position_m[1])
        self._windows = SceneWindows()
        self._ground = Ground(self._floor_m)
        self._planned_for: Snapshot | None = None  # the intent of the last plan
        self._planned_prompt = prompt
        self._attempts = 0  # improvements made for the present revision
        self._settled = True
        self._active: PlanJob | None = None
        self._last: Arrays | None = None  # optimiser state of the plan on the timeline
        self._last_first = 0  # session frame of the first token of its noise
        self._plans = 0
        self._corrections = Corrections()
        self._arrivals: dict[
            str, tuple[Target, Target]
        ] = {}  # by id: as asked for, and with a time of arrival
        self._progress_m = 0.0  # along the path
        self._path_of_progress: object = None
        self._start_frame = round(start_time_s * FPS)
        self.timeline = Timeline(self._start_frame)
        if start_motion is not None:
            self._begin_with(start_motion)

    def _begin_with(self, motion: Motion) -> None:
        """Put a given past on the timeline, up to where a window may join it."""
        past = motion.resample(FPS)
        lead = max(4 - len(past), 0)
        joints = np.concatenate([np.repeat(past.positions_m[:1], lead, 0), past.positions_m])
        first = self._start_frame - len(joints) + 1
        end = 4 * math.ceil((self._start_frame + 1) / 4)
        joints = np.asarray(fit_skeleton(coasting(joints, end - first, keep=0.95)))
        contacts = np.pad(past.contacts, ((lead, end - self._start_frame - 1), (0, 0)), mode="edge")
        self.timeline = Timeline(first)
        self.timeline.replace_from(first, joints, contacts)

    def _on_change(self) -> None:
        self._attempts = 0
        self._settled = False

    @property
    def planned_until_s(self) -> float:
        """Session time of the last planned frame; before the start while there is no plan."""
        return self.timeline.until_s

    # -- planning -------------------------------------------------------------------------------------------------

    def next_job(self, playhead_s: float) -> PlanJob | None:
        """The job that is due at this playhead, or None. The caller advances it and then calls ``publish``."""
        if self._active is not None:
            return None
        s = self.settings
        with self._lock:
            intent = self._intent
            # not by revision: geometry becomes ready, and changes the scene, under the same one
            changed = intent is not self._planned_for
            attempt = 0 if changed else self._attempts
            settled = self._settled
        self.timeline.forget_before(int((playhead_s - s.keep_past_s) * FPS))
        now_s = playhead_s + s.lead_s
        if self.timeline.empty or self._plans == 0:
            fresh = self.timeline.empty
            span = beginning(self._start_frame) if fresh else joining(self.timeline, self.timeline.until_s, s)
            job = self._job("start", span, intent, s.first_budget_s, 0)
        elif changed:
            job = self._job("change", joining(self.timeline, now_s, s), intent, s.first_budget_s, 0)
        elif not settled and attempt < s.improve_attempts:
            span = joining(self.timeline, now_s + s.improve_budget_s, s)
            job = self._job("improve", span, intent, s.improve_budget_s, attempt + 1)
        elif self.timeline.until_s - playhead_s < s.refill_s:
            late_s = max(now_s + s.extend_budget_s, self.timeline.until_s - 0.4)
            job = self._job("extend", joining(self.timeline, late_s, s), intent, s.extend_budget_s, 0)
        else:
            return None
        self._active = job
        return job

    def cancel(self, job: PlanJob) -> None:
        """Drop a job without publishing it."""
        if self._active is job:
            self._active = None

    def _job(self, kind: str, span: Span, intent: Snapshot, budget_s: float, attempt: int) -> PlanJob:
        s = self.settings
        if kind == "change":
            self._corrections = Corrections()
        shape = self._planner.live_shape
        if intent.geometry:
            shape = self._planner.engine.with_geometry(shape)
        times = span.times(shape.frames)
        around = self._surroundings(span, shape, intent)
        row = empty_row(shape, s.weights)
        row.update(pack(self._nearest(intent, around, times), times).row(geometry=shape.geometry))
        self._ground = self._windows.ground(list(intent.obstacles.values()), around)
        if shape.geometry:
            row.update(self._windows.arrays(list(intent.obstacles.values()), around, times))
        demands, way = self._demands(span, intent, around)
        row["anchor"][:] = np.arange(shape.frames) == span.anchor
        row["frame_valid"] = (np.arange(shape.frames) >= span.anchor).astype(np.float32)
        if span.joins:
            join(row, span, self.timeline, self._planner, shape, self._ground, s.splice_frames)
        else:
            row["place"] = np.array(self._place, np.float32)
        self._ask(row, span, shape, intent, demands, way)
        prompt = self._prompt_for(intent, demands, way)
        row["text"] = self._planner.embed(prompt)
        row["has_text"] = np.array(1.0 if prompt else 0.0, np.float32)
        asks = bool(demands.targets or demands.poses or way)
        self._hint(row, span, times, kind, demands, attempt, free=asks or prompt != self._planned_prompt)
        job = self._optimisation(row, span, shape, kind, budget_s)
        carried = int(job.rows[0][1]["count"])
        job.context = _Context(span, kind, prompt, intent, attempt, demands, carried)
        return job

    def _hint(
        self, row: Arrays, span: Span, times: Array, kind: str, demands: Demands, attempt: int, *, free: bool
    ) -> None:
        """Where the pelvis should be, and how clear to keep, from what the plans before taught. ``free``: something is
        asked for that leads away from the path planned so far."""
        s, learned = self.settings, self._corrections
        row["weights"][WEIGHT_NAMES.index("skin_m")] += learned.clearance_m
        if not span.joins or kind not in ("change", "improve"):
            return
        old = continued(self.timeline, span.first, len(times))
        stuck = attempt > s.patience and learned.depth_m > s.stuck_m
        if stuck and go_around(row, old, span.anchor, times[: len(old)], demands, s):
            return
        if not free:
            stay_near(row, old, span.anchor, s)

    def _optimisation(self, row: Arrays, span: Span, shape: Shape, kind: str, budget_s: float) -> PlanJob:
        """The search for the noise of a row: it starts near the plan on the timeline and ends with its budget.

        The budget is longer where a step takes so long that too few would fit: a plan of three steps avoids nothing.
        Only the deadline may depend on the pace. What a plan is for must not: a recording replays without a clock.
        """
        s = self.settings
        state = self._start_state(span.first, shape, carry_moments=kind == "improve")
        row["start_noise"] = state["noise"].copy()
        step_s = self._planner.optimizer.pace_s.get(shape.frames, 0.03)
        budget_s = max(budget_s, min(s.least_steps * step_s, s.most_budget_s))
        steps = int(np.clip(budget_s / step_s, s.least_steps, s.most_steps))
        # Many steps for quality alone would end in standing still, which slides and shakes least. Where what is shown
        # misses a demand that the search believes to be met, there is no telling when it is good enough.
        tolerances = Tolerances(0.0, 0.02, least_steps=10 if kind == "change" else 6)
        return PlanJob(
            shape, [(row, state)], max_steps=steps + int(state["count"]),
            deadline_s=time.monotonic() + (budget_s if span.joins else 4 * budget_s),
            tolerances=None if kind == "improve" and self._corrections.short else tolerances,
        )  # fmt: skip

    # -- what a plan is asked for -----------------------------------------------------------------------------------

    def _surroundings(self, span: Span, shape: Shape, intent: Snapshot) -> Surroundings:
        """Where the character is at the start of the span, and where it is headed."""
        floor = self._floor_m if intent.floor is Floor.PLANE else None
        if not span.joins:
            x, y, z, cos, sin = self._place
            return Surroundings((x, y, z), (3.0 * sin, 3.0 * cos), floor)
        here = self.timeline.window(span.start - 1, span.start, "base")[0, 0]
        end = self.timeline.window(self.timeline.end - 1, self.timeline.end, "base")[0, 0]
        before = self.timeline.window(max(span.start - 11, self.timeline.first), span.start, "base")[:, 0]
        left = shape.frames - span.anchor
        ahead = (before[-1] - before[0]) / max(len(before) - 1, 1) * left * 0.7
        if self.timeline.end - span.start > 20:
            ahead = end - here
        level = float(self._ground.at(here[None], RAMP)[0])
        return Surroundings(
            (float(here[0]), level, float(here[2])), (float(ahead[0]), float(ahead[2])), floor
        )

    def _nearest(self, intent: Snapshot, around: Surroundings, times: Array) -> list[Obstacle]:
        """Obstacles with a formula, at most as many as a problem holds: those nearest during the window."""
        found = [o for o in intent.obstacles.values() if o.grid is None]
        if len(found) > MAX_OBSTACLES:
            here = np.array(around.here_m)
            found.sort(key=lambda o: float(np.linalg.norm(o.trajectory(times)[0] - here, axis=-1).min()))
        return found[:MAX_OBSTACLES]

    def _demands(self, span: Span, intent: Snapshot, around: Surroundings) -> tuple[Demands, Route | None]:
        """Everything asked for that is not over; a target without a time of arrival gets one."""
        here, now_s = (around.here_m[0], around.here_m[2]), span.start / FPS
        targets = {id: self._timed(id, t, here, now_s) for id, t in intent.targets.items()}
        self._arrivals = {id: (intent.targets[id], t) for id, t in targets.items()}
        due = {id: t for id, t in targets.items() if (t.arrive_s or 0.0) + t.hold_s >= now_s}
        poses = {}
        for id, pose in intent.poses.items():
            if pose.time_s + pose.hold_s >= now_s:
                poses[id] = (pose_goals(pose, self._pose_at(pose.time_s)), pose.joints, pose.time_s)
        way = self._route(intent, np.array(here), now_s)
        waypoints = {}
        if way is not None and intent.path is not None:
            for corner, index in way.waypoints[: len(intent.path.waypoints)]:
                x, _, z = intent.path.waypoints[index].position_m
                place = Target(0, (x, 0.0, z), (True, False, True), float(way.times_s[corner]))
                waypoints[f"path[{index}]"] = place
        demands = Demands(intent.obstacles, due, waypoints, poses, intent.pending, self._ground, here, now_s)
        return demands, way

    def _timed(self, id: str, target: Target, here: tuple[float, float], now_s: float) -> Target:
        """The target with a time of arrival: the one it got before, or one chosen by distance."""
        if target.arrive_s is not None:
            return target
        asked, timed = self._arrivals.get(id, (None, None))
        if asked is target and timed is not None:
            return timed
        away = math.hypot(target.position_m[0] - here[0], target.position_m[2] - here[1])
        return replace(target, arrive_s=now_s + max(1.2, away / self.settings.walk_speed_mps + 0.6))

    def _pose_at(self, time_s: float) -> Array | None:
        """The planned joints at a session time, the last ones where nothing is planned yet; None without a plan."""
        if self.timeline.empty:
            return None
        frame = min(max(round(time_s * FPS), self.timeline.first), self.timeline.end - 1)
        return self.timeline.window(frame, frame + 1, "base")[0]

    def _route(self, intent: Snapshot, here: Array, now_s: float) -> Route | None:
        """What is left of the path, or None."""
        if intent.path is None:
            return None
        if intent.path is not self._path_of_progress:
            self._path_of_progress, self._progress_m = intent.path, 0.0
        way = route(intent.path, here, now_s, self._progress_m)
        self._progress_m = way.progress_m
        return None if way.finished else way

    def _prompt_for(self, intent: Snapshot, demands: Demands, way: Route | None) -> str:
        """The prompt, or what stands in for an empty one: walking on a path, standing when everything is done."""
        if intent.prompt or not (intent.path or intent.targets or intent.poses):
            return intent.prompt
        if way is not None:
            return self.settings.walk_prompt
        return "" if demands.targets or demands.poses else self.settings.idle_prompt

    def _ask(
        self, row: Arrays, span: Span, shape: Shape, intent: Snapshot, demands: Demands, way: Route | None
    ) -> None:
        """Write targets, poses, path and point to look at into the row."""
        keys, times = KeyFrames(shape.frames), span.times(shape.frames)
        if intent.look is not None:
            add_look(row, intent.look, times, span.anchor)
        if way is not None and intent.path is not None:
            add_route(keys, row, way, intent.path, times, span.anchor)
        for id, target in demands.targets.items():
            self._add_target(keys, self._corrections.allowed_for(id, target), span, demands)
        for id, (goals, _, time_s) in demands.poses.items():
            pose = intent.poses[id]
            arrive = max(round(time_s * FPS) - span.first, span.anchor + 1)
            leave = max(round((time_s + pose.hold_s) * FPS) - span.first, arrive)
            if arrive < shape.frames:
                add_pose(keys, pose, goals, arrive, leave)
        row["key"], row["key_weight"] = keys.key, keys.weight

    def _add_target(self, keys: KeyFrames, target: Target, span: Span, demands: Demands) -> None:
        """One target; beyond the window it becomes a waypoint of the pelvis at the window's end."""
        last = keys.frames - 1
        arrive = round((target.arrive_s or 0.0) * FPS) - span.first
        after = span.anchor + 1
        if arrive <= last:
            leave = arrive + round(target.hold_s * FPS)
            keys.add(target, max(arrive, after), max(leave, after))
        elif span.joins:
            share = (last - span.anchor) / (arrive - span.anchor)
            x, z = (
                h + share * (target.position_m[axis] - h)
                for h, axis in zip(demands.here_m, (0, 2), strict=True)
            )
            keys.add(Target(0, (x, 0.0, z), (True, False, True), weight=0.3), last, last)

    def _start_state(self, first: int, shape: Shape, *, carry_moments: bool) -> Arrays:
        """Optimiser state whose noise is that of the previous plan, moved to the new window's token grid and continued
        by fresh noise. An improvement goes on with the Adam moments too."""
        s = self.settings
        state = fresh_state(shape, white_noise(self._rng, shape), budget=s.schedule_steps, rate=s.rate)
        if self._last is None:
            return state
        shift = (first - self._last_first) // shape.patch_frames
        kept = shape.tokens - shift
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
        start, after = c.span.start, c.span.start - c.span.first
        base, contacts = best["best_joints"][after:], np.clip(best["best_contacts"][after:], 0.0, 1.0)
        if c.span.joins and playhead_s is not None and (late := _earliest(playhead_s) - start) > 0:
            late = min(late, self.timeline.end - start, len(base) - 2)
            start += late
            base, contacts = self._faded_in(base[late:], start), contacts[late:]
        contacts = self._faded_contacts(contacts, start)
        shown, angles = self._finished(base, contacts, start, c)
        verdict = judge(shown, contacts, start, c.demands, self.settings)
        if c.kind == "improve" and not self._improves(shown, verdict, start, c):
            verdict = judge(
                continued(self.timeline, start, len(shown), "joints"),
                continued(self.timeline, start, len(shown), "contacts"), start, c.demands, self.settings,
            )  # fmt: skip
        else:
            self.timeline.replace_from(start, shown, contacts, base, angles)
        self._corrections.learn(verdict, base, shown, start, c.demands, self.settings)
        # the search goes on from it; its first token is that of the window, however late the plan was spliced in
        self._last, self._last_first = best, c.span.first
        settled = self._settle(c, verdict)
        self._active = None
        self._plans += 1
        return Plan(self._plans, c.intent.revision, start / FPS, self.timeline.until_s, verdict.terms, verdict.feasible,
                    verdict.reason, settled, job.steps - c.carried_steps, time.monotonic() - job.started_s,
                    verdict.shortfalls, verdict.targets)  # fmt: skip

    def _settle(self, c: _Context, verdict: Verdict) -> bool:
        """Note what was planned for; whether no better plan for it will follow."""
        with self._lock:
            self._planned_for, self._planned_prompt = c.intent, c.prompt
            current = self._intent is c.intent
            self._attempts = c.attempt if current else 0
            met = verdict.feasible and verdict.terms["target_error_m"] <= self.settings.target_goal_m
            enough = self.settings.polish_attempts if met else self.settings.improve_attempts
            done = c.attempt >= enough or (met and c.kind in ("start", "extend"))
            self._settled = current and done
            return self._settled

    def _finished(self, base: Array, contacts: Array, start: int, c: _Context) -> tuple[Array, Array]:
        """Joints as they are shown, feet planted, and the angles of the head, for frames from ``start`` on."""
        before, last, head = feet.Footing.none(), None, np.zeros(2)
        known = max(start - 4, self.timeline.first)  # as far back as a step between tokens reaches
        if known < start:
            base = np.concatenate([self.timeline.window(known, start, "base"), base])
        smooth = deblock(base, known)
        shown = smooth[start - known :]
        if known < start:
            last = smooth[start - known - 1]
            before = feet.footing(last, self.timeline.window(start - 1, start)[0])
            head = self.timeline.window(start - 1, start, "gaze")[0]
        if self.settings.plant_feet:
            shown = feet.plant(shown, contacts, c.demands.ground, before, last)
        times = (start + np.arange(len(shown))) / FPS
        return shown, gaze.follow(shown, times, FPS, c.intent.look, head)

    def _faded_in(self, joints: Array, start: int) -> Array:
        """New joints from session frame ``start`` on, cross-faded from what the timeline has there."""
        faded = self._crossfaded(joints, start, "base")
        mixed = min(len(joints), self.settings.splice_frames, self.timeline.end - start)
        faded[:mixed] = fit_skeleton(faded[:mixed])
        return faded

    def _faded_contacts(self, contacts: Array, start: int) -> Array:
        """Contacts cross-faded like the joints: a foot that swings must not be held from one frame to the next."""
        if self.timeline.empty or start >= self.timeline.end:
            return contacts
        return self._crossfaded(contacts, start, "contacts")

    def _crossfaded(self, new: Array, start: int, name: str) -> Array:
        """``new (T, ...)`` from session frame ``start`` on, faded in from the timeline's array of that name."""
        old = continued(self.timeline, start, min(len(new), self.settings.splice_frames), name)
        weight = share_of_old(np.arange(len(old)), self.settings.splice_frames)
        weight = weight.reshape(-1, *[1] * (new.ndim - 1))
        faded: Array = new.copy()
        faded[: len(old)] = (1 - weight) * new[: len(old)] + weight * old
        return faded

    def _improves(self, joints: Array, verdict: Verdict, start: int, c: _Context) -> bool:
        """Whether new motion beats what the timeline already has from ``start`` on: demands first, then quality."""
        old = continued(self.timeline, start, len(joints), "joints")
        if len(old) == 0:
            return True  # it comes so late that nothing is left to compare it with, or to go on with
        asked = [
            *(t.arrive_s or 0.0 for t in c.demands.targets.values()),
            *(p[2] for p in c.demands.poses.values()),
        ]
        if any(len(old) <= round(t * FPS) - start < len(joints) for t in asked):
            return True  # it reaches for something that the old plan ends before
        contacts = continued(self.timeline, start, len(joints), "contacts")
        before = judge(old, contacts, start, c.demands, self.settings)
        return self._score(joints[: len(old)], verdict) < self._score(old, before) - 1e-3

    def _score(self, joints: Array, verdict: Verdict) -> float:
        """Lower is better: metres by which demands are missed, plus a little for sliding feet and jitter."""
        s = self.settings
        missed = max(0.0, verdict.terms["penetration_m"] - s.penetration_ok_m)
        missed += max(0.0, verdict.terms["target_error_m"] - s.target_goal_m)
        return missed + 0.05 * metrics.foot_skate_ratio(joints) + 5e-5 * metrics.jitter_mps3(joints)

    def frames(self, start_s: float, end_s: float, fps: float) -> Motion:
        """Frames ``k / fps`` with ``start_s <= k / fps <= end_s`` and planned, at any rate."""
        first = math.ceil(start_s * fps - 1e-6)
        last = math.floor(min(end_s, self.timeline.until_s) * fps + 1e-6)
        times = np.arange(first, max(last, first - 1) + 1) / fps
        if len(times) == 0 or self.timeline.empty:
            return Motion(np.zeros((0, JOINT_COUNT, 3)), np.zeros((0, JOINT_COUNT, 4)), np.zeros((0, 4)), fps)
        return gaze.turn_head(self.timeline.sample(times, fps), self.timeline.gaze(times))


def _earliest(playhead_s: float) -> int:
    """First session frame that may still change: frames between are interpolated over two of them to either side, and
    none of those may be on the screen, or a jump would be what is left of a smooth start."""
    return math.ceil(playhead_s * FPS) + 2
