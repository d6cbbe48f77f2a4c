"""A recording to look at: what was shown, what was planned and what was wished, at any time of the session.

>>> playback = Playback.of(Recording.open("session.lamprec"))  # doctest: +SKIP
>>> playback.motion, playback.scene(12.0).obstacles, playback.planned(12.0)  # doctest: +SKIP
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2
from runtime.recording.errors import RecordingError
from runtime.recording.events import Event, Sent
from runtime.recording.frames import SentFrames, frames_in
from runtime.recording.reader import Recording
from runtime.recording.scenes import Scene, Scenes

Array = NDArray[Any]


@dataclass(frozen=True)
class PlanMark:
    """A plan as the client got it. ``session_s``: where it was then; ``message``: without its frames."""

    session_s: float
    message: drive_pb2.Plan


@dataclass
class _Planned:
    """Frames of one plan, in the order they were sent: indices, and which message (of all) brought each."""

    start_frame: int
    order: int
    parts: list[tuple[int, SentFrames]]


class Playback:
    """Everything is in model space. Frame k of ``motion`` is at session time ``start_s + k / fps``.

    motion: what was shown, the newest plan's frame at every time; a frame that was never sent repeats the one before.
    plan_ids ``(N,)``: the plan each frame belongs to.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.plans: list[PlanMark] = []
        self.notices: list[tuple[float, str]] = []
        self.fps = 0.0
        self._scenes = Scenes()
        self._orders: list[float] = []  # session time of every message with frames
        self._planned: list[_Planned] = []
        self._coordinates: CoordinateSystem | None = None
        self.shown_until_s = 0.0  # where the client was when the recording ended
        for event in recording.events():
            self._take(event)
            self.shown_until_s = max(self.shown_until_s, event.session_s)
        self._compose()

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Read it all. ``RecordingError``: nothing was shown in it, or it makes no sense."""
        return cls(recording)

    @property
    def end_s(self) -> float:
        """Session time of the last frame."""
        return self.start_s + (len(self.motion) - 1) / self.fps

    def scene(self, time_s: float) -> Scene:
        """What was wished at a session time, as the planner knew it."""
        return self._scenes.at(time_s)

    def plan(self, time_s: float) -> PlanMark | None:
        """The newest plan the client had at a session time."""
        i = bisect.bisect_right([mark.session_s for mark in self.plans], time_s)
        return self.plans[i - 1] if i else None

    def index(self, time_s: float) -> int:
        """The row of ``motion`` that was shown at a session time."""
        return int(np.clip(round((time_s - self.start_s) * self.fps), 0, len(self.motion) - 1))

    def planned(self, time_s: float) -> tuple[float, Array]:
        """What the client had ahead of it at a session time: when its first frame is, and joints ``(N, 22, 3)``.

        Before the first plan came: that one.
        """
        last = max(bisect.bisect_right(self._orders, time_s), 1)  # messages 0 .. last - 1 had come
        index = max(int(np.ceil(time_s * self.fps - 1e-6)), 0)
        poses: list[Array] = []
        while (pose := self._known(index + len(poses), last)) is not None:
            poses.append(pose)
        return index / self.fps, np.array(poses, np.float32).reshape(-1, 22, 3)

    def _known(self, index: int, messages: int) -> Array | None:
        """Joints of a frame after so many messages; None when it was not there, or no more."""
        for planned in reversed(self._planned):
            if planned.order >= messages:
                continue
            for order, frames in planned.parts:
                if order < messages and 0 <= index - frames.first < len(frames):
                    return frames.positions_m[index - frames.first]
            if index >= planned.start_frame:
                return None
        return None

    # -- reading ----------------------------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        self._scenes.take(event)
        if not isinstance(event, Sent):
            return
        message = event.message
        kind = message.WhichOneof("message")
        if kind == "welcome":
            self._coordinates = frames_in(message.welcome)
            self.fps = self.fps or message.welcome.fps
        elif kind == "notice":
            self.notices.append((event.session_s, message.notice.message))
        elif kind == "plan":
            self._planned.append(_Planned(message.plan.start_frame, len(self._orders), []))
            self._add(event.session_s, message.plan.frames)
            del message.plan.frames[:]
            self.plans.append(PlanMark(event.session_s, message.plan))
        elif kind == "frames":
            self._add(event.session_s, message.frames.frames)

    def _add(self, session_s: float, messages: Any) -> None:
        if self._coordinates is None or not self._planned:
            raise RecordingError("frames come before Welcome and Plan; the file was put together wrongly")
        if len(messages):
            frames = SentFrames.of(messages, self._coordinates, self.fps)
            self._planned[-1].parts.append((len(self._orders), frames))
        self._orders.append(max(session_s, self._orders[-1] if self._orders else 0.0))

    def _compose(self) -> None:
        """The motion that was shown, from all plans one after the other."""
        rows: dict[int, tuple[SentFrames, int]] = {}
        for planned in self._planned:
            rows = {i: row for i, row in rows.items() if i < planned.start_frame}
            for _, frames in planned.parts:
                rows.update({frames.first + k: (frames, k) for k in range(len(frames))})
        if not rows:
            raise RecordingError(
                "no frame was sent in it, so there is nothing to show", str(self.recording.path)
            )
        first, last = min(rows), max(rows)
        if last - first > 10 * len(rows) + 1000:
            raise RecordingError("its frames lie too far apart; it was changed", str(self.recording.path))
        chosen = [rows[first]]
        for i in range(first + 1, last + 1):
            chosen.append(rows.get(i, chosen[-1]))
        self.start_s = first / self.fps
        self.motion = Motion(
            np.stack([f.positions_m[k] for f, k in chosen]),
            np.stack([f.local_rotations_xyzw[k] for f, k in chosen]),
            np.stack([f.contacts[k] for f, k in chosen]),
            self.fps,
        )
        self.plan_ids = np.array([f.plan_ids[k] for f, k in chosen])
