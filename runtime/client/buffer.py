"""Frames a client has received, by index; where plans overlap the newest one counts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion
from runtime import convert
from runtime.client.bridge import Bridge
from runtime.client.pose import Pose, between
from runtime.client.received_plan import ReceivedPlan
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import motion_pb2

Array = NDArray[Any]
_SAME_M = 1e-3  # frames nearer than this count as unchanged
_SPLICE_S = 0.4  # how far from its start a plan is compared with the motion it replaces


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
        self._shown_s: float | None = None  # the latest time sampled
        self._bridge: Bridge | None = None

    def begin_plan(self, plan: ReceivedPlan, frames: Sequence[motion_pb2.Frame]) -> None:
        """The motion from ``plan.start_frame`` on is replaced; a plan older than the newest one is ignored."""
        poses = self._poses(frames)
        with self._lock:
            if self._plan is not None and plan.plan_id < self._plan.plan_id:
                return
            k = plan.start_frame
            self._plan = plan
            before = self._on_screen(min([k, *(pose.index for pose in poses[:1])]))
            self._replaced = {i: f for i, f in self._frames.items() if k <= i < k + _SPLICE_S * self.fps}
            for index in [i for i in self._frames if i >= k]:
                del self._frames[index]
            self._take(poses)
            self._bridge_from(before)

    def rejoin(self, *, resumed: bool) -> None:
        """Frames will come over another stream; those here stay until the first plan replaces them.

        Where that changes what is on the screen, ``sample`` lets the difference fade away; also where a plan or frames
        come too late for their time.
        """
        with self._lock:
            if not resumed:  # plans are numbered from 1 again
                self._plan = None
                self._frames = {i: replace(pose, plan_id=0) for i, pose in self._frames.items()}

    def _on_screen(self, first: int) -> tuple[Pose, Array] | None:
        """The motion that is on the screen and how its root came there, metres per second; None where frames from
        ``first`` on change nothing about it."""
        if self._shown_s is None or not (self._starved or first <= self._shown_s * self.fps + 1.0):
            return None
        return self._moving(self._shown_s, -1)

    def _bridge_from(self, before: tuple[Pose, Array] | None) -> None:
        """Let what was on the screen fade to what is there now, place and velocity."""
        if before is None or self._shown_s is None:
            return
        now = self._moving(self._shown_s, 1)
        if now is None or not Bridge.needed(before[0], now[0]):
            return
        shown, velocity_mps = before
        if self._bridge is not None:  # what was on the screen is on its way from an earlier difference
            velocity_mps = velocity_mps + self._bridge.velocity_mps(self._shown_s)
            shown = self._bridge.apply(shown, self._shown_s)
        self._bridge = Bridge(shown, now[0], self._shown_s, velocity_mps - now[1])

    def _moving(self, time_s: float, frames: int) -> tuple[Pose, Array] | None:
        """The pose at a session time, and the root's velocity over so many frames from it: 0 where a pose is held."""
        pose, other = self._at(time_s), self._at(time_s + frames / self.fps)
        if pose is None or other is None:
            return None
        return pose, (other.positions_m[0] - pose.positions_m[0]) * (self.fps / frames)

    def add(self, frames: Sequence[motion_pb2.Frame]) -> None:
        """More frames; one of an older plan than the frame it would replace is ignored."""
        poses = self._poses(frames)
        with self._lock:
            before = self._on_screen(poses[0].index) if poses else None
            self._take(poses)
            self._bridge_from(before)

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
        with self._lock:
            pose = self._at(time_s)
            if pose is None:
                return None
            starved = time_s * self.fps > max(self._frames) + 1e-6
            self._stalls += starved and not self._starved
            self._starved = starved
            self._shown_s = time_s
            if self._bridge is not None and self._bridge.over(time_s):
                self._bridge = None
            return pose if self._bridge is None else self._bridge.apply(pose, time_s)

    def _at(self, time_s: float) -> Pose | None:
        """The pose at a session time, held at both ends of what is buffered."""
        if not self._frames:
            return None
        position = time_s * self.fps
        low = int(np.floor(position + 1e-6))
        share = max(position - low, 0.0)
        first, last = min(self._frames), max(self._frames)
        if position > last + 1e-6 or low < first:
            return self._frames[last if low >= first else first]
        a = self._frames.get(low)
        if a is None:  # a gap: the server skipped frames whose time had passed
            a = self._frames[min(i for i in self._frames if i > low)]
            share = 0.0
        b = self._frames.get(low + 1)
        return a if b is None or share < 1e-6 else between(a, b, share, time_s)

    @property
    def shown_s(self) -> float | None:
        """The latest session time that was sampled."""
        return self._shown_s

    def last_motion(self, end_s: float, longest_s: float) -> tuple[Motion, float] | None:
        """What is buffered up to about ``end_s``, and the session time of its last frame; None when nothing is.

        It ends at a whole tenth of a second where the rate has frames there: those are frames inside every model, too.
        Where that lies beyond what is buffered the motion ends there, standing as ``sample`` shows it.
        """
        with self._lock:
            if not self._frames:
                return None
            most = max(int(longest_s * self.fps), 1)
            last, end = max(self._frames), int(np.floor(end_s * self.fps + 1e-6))
            if self.fps % 10.0 == 0.0:
                end -= end % int(self.fps / 10.0)
            if end > last:
                frames = [self._frames[last]] * min(most, max(int(0.4 * self.fps), 2))
            else:
                end = max(end, min(self._frames))
                frames = []
                while (pose := self._frames.get(end - len(frames))) is not None and len(frames) < most:
                    frames.insert(0, pose)
                if not frames:  # a gap
                    return None
        positions, turns, contacts = (
            np.stack([getattr(f, name) for f in frames])
            for name in ("positions_m", "local_rotations_xyzw", "contacts")
        )
        return Motion(positions, turns, contacts, self.fps), end / self.fps


def _largest(offsets: Array) -> float:
    return float(np.linalg.norm(offsets, axis=-1).max())
