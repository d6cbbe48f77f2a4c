"""Frames a client has received, by index; where plans overlap the newest one counts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations, skeleton
from lamp.intent import Shortfall, TargetReport
from runtime import convert, convert_intents
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2, motion_pb2

Array = NDArray[Any]
_SAME_M = 1e-3  # frames nearer than this count as unchanged
_SPLICE_S = 0.4  # how far from its start a plan is compared with the motion it replaces


@dataclass(frozen=True)
class Pose:
    """One instant in model space. positions_m ``(22, 3)``, local_rotations_xyzw ``(22, 4)``, contacts ``(4,)``."""

    index: int  # frame number; of the earlier frame when interpolated
    time_s: float
    positions_m: Array
    local_rotations_xyzw: Array
    contacts: Array
    plan_id: int


@dataclass
class ReceivedPlan:
    """What the server said about a plan, and how smoothly it joined what was buffered.

    The two jumps compare the new motion with the one buffered before, at the first frame where a joint differs by more
    than a millimetre: the largest distance over all joints, and the largest change of velocity from the frame before to
    it. Zero if nothing differs in the first moments, None while not known: nothing was buffered there, or the frames
    have not come yet.
    """

    plan_id: int
    scene_revision: int
    start_frame: int
    end_frame: int
    terms: dict[str, float]
    feasible: bool
    reason: str
    settled: bool
    steps: int
    optimise_s: float
    received_s: float  # time.monotonic()
    latency_s: float | None = None  # since this client sent scene_revision; None for plans nobody asked for
    splice_position_jump_m: float | None = None
    splice_velocity_jump_mps: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    targets: tuple[TargetReport, ...] = ()

    @classmethod
    def of(cls, plan: drive_pb2.Plan, received_s: float, latency_s: float | None = None) -> ReceivedPlan:
        """From the message."""
        return cls(
            plan.plan_id, plan.scene_revision, plan.start_frame, plan.end_frame, convert.terms_from(plan.terms),
            plan.feasible, plan.reason, plan.settled, plan.steps, plan.optimise_s, received_s, latency_s,
            shortfalls=convert_intents.shortfalls_from(plan.shortfalls),
            targets=convert_intents.target_reports_from(plan.targets),
        )  # fmt: skip


class FrameBuffer:
    """Thread-safe. Holds ``keep_past_s`` of the past and everything received ahead of it (at most the horizon)."""

    def __init__(
        self, fps: float, coordinates: CoordinateSystem, *, horizon_s: float = 10.0, keep_past_s: float = 10.0
    ) -> None:
        self.fps = fps
        self._coordinates = coordinates
        self._most = int((horizon_s + keep_past_s) * fps) + 240
        self._frames: dict[int, Pose] = {}
        self._lock = threading.Lock()
        self._plan: ReceivedPlan | None = None
        self._replaced: dict[int, Pose] = {}  # old frames around the splice
        self._starved = False
        self._stalls = 0

    def begin_plan(self, plan: ReceivedPlan, frames: Sequence[motion_pb2.Frame]) -> None:
        """The motion from ``plan.start_frame`` on is replaced; a plan older than the newest one is ignored."""
        poses = self._poses(frames)
        with self._lock:
            if self._plan is not None and plan.plan_id <= self._plan.plan_id:
                return
            k = plan.start_frame
            self._plan = plan
            self._replaced = {i: f for i, f in self._frames.items() if k <= i < k + _SPLICE_S * self.fps}
            for index in [i for i in self._frames if i >= k]:
                del self._frames[index]
            self._take(poses)

    def add(self, frames: Sequence[motion_pb2.Frame]) -> None:
        """More frames; one of an older plan than the frame it would replace is ignored."""
        poses = self._poses(frames)
        with self._lock:
            self._take(poses)

    def _poses(self, frames: Sequence[motion_pb2.Frame]) -> list[Pose]:
        if not frames:
            return []
        positions, turns, contacts = convert.frame_arrays(frames, self._coordinates)
        return [
            Pose(f.index, f.time_s, positions[i], turns[i], contacts[i], f.plan_id)
            for i, f in enumerate(frames)
        ]

    def _take(self, poses: list[Pose]) -> None:
        plan = self._plan
        for pose in poses:
            old = self._frames.get(pose.index)
            stale = plan is not None and pose.index >= plan.start_frame and pose.plan_id < plan.plan_id
            if stale or (old is not None and old.plan_id > pose.plan_id):
                continue
            self._frames[pose.index] = pose
        self._measure_splice()
        for index in sorted(self._frames)[: max(len(self._frames) - self._most, 0)]:
            del self._frames[index]

    def _measure_splice(self) -> None:
        """Fill in the jumps of the newest plan once both sides are known: at the first frame that really differs."""
        plan = self._plan
        if plan is None or not self._replaced or plan.splice_position_jump_m is not None:
            return
        earlier: Array = np.zeros((1, 3))
        for index, before in sorted(self._replaced.items()):
            now = self._frames.get(index)
            if now is None:
                return
            offset = now.positions_m - before.positions_m
            if _largest(offset) > _SAME_M:
                plan.splice_position_jump_m = _largest(offset)
                plan.splice_velocity_jump_mps = _largest(offset - earlier) * self.fps
                return
            earlier = offset
        plan.splice_position_jump_m = plan.splice_velocity_jump_mps = 0.0

    # -- reading --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def last_frame_index(self) -> int:
        """Index of the last frame buffered; -1 before the first."""
        with self._lock:
            return max(self._frames, default=-1)

    @property
    def stalls(self) -> int:
        """How often ``sample`` ran out of frames; one uninterrupted wait counts once."""
        return self._stalls

    def frame(self, index: int) -> Pose | None:
        """A received frame, or None."""
        with self._lock:
            return self._frames.get(index)

    def sample(self, time_s: float) -> Pose | None:
        """The pose at a session time: between two frames rotations are interpolated and the joints follow from them.

        Beyond what is buffered the last frame is held, and a stall is counted; before it, the first. None when empty.
        """
        position = time_s * self.fps
        low = int(np.floor(position + 1e-6))
        share = max(position - low, 0.0)
        with self._lock:
            if not self._frames:
                return None
            first, last = min(self._frames), max(self._frames)
            starved = position > last + 1e-6
            self._stalls += starved and not self._starved
            self._starved = starved
            if starved or low < first:
                return self._frames[last if starved else first]
            a = self._frames.get(low)
            if a is None:  # a gap: the server skipped frames whose time had passed
                a = self._frames[min(i for i in self._frames if i > low)]
                share = 0.0
            b = self._frames.get(low + 1)
        return a if b is None or share < 1e-6 else _between(a, b, share, time_s)


def _largest(offsets: Array) -> float:
    return float(np.linalg.norm(offsets, axis=-1).max())


def _between(a: Pose, b: Pose, share: float, time_s: float) -> Pose:
    """The pose ``share`` of the way from ``a`` to ``b``, with exact bone lengths."""
    qa = a.local_rotations_xyzw
    qb = (
        np.where(np.sum(qa * b.local_rotations_xyzw, -1, keepdims=True) < 0, -1.0, 1.0)
        * b.local_rotations_xyzw
    )
    turns = rotations.normalize((1 - share) * qa + share * qb).astype(np.float32)
    root = (1 - share) * a.positions_m[0] + share * b.positions_m[0]
    joints = skeleton.forward_kinematics(root, turns)
    contacts = ((1 - share) * a.contacts + share * b.contacts).astype(np.float32)
    return Pose(a.index, time_s, joints, turns, contacts, a.plan_id)
