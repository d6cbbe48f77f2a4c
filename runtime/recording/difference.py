"""Where a replay parted from its recording: in which plan, and where frames were recorded, which joint and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion
from lamp.skeleton import JOINT_NAMES
from runtime.coordinates import CoordinateSystem
from runtime.recording.events import Event, Published, Rendered, Sent
from runtime.recording.frames import SentFrames, frames_in
from runtime.recording.reader import Recording

Array = NDArray[Any]
_EXACT_M = 1e-6  # axes and units of the wire round a little


@dataclass(frozen=True)
class Difference:
    """The first thing that was not as recorded. The last four are set where recorded frames show it."""

    event: Event
    what: str
    plan: int = 0
    frame: int | None = None  # index within the session
    joint: str = ""
    away_m: float = 0.0

    @property
    def plan_id(self) -> int:
        """The plan it was found in; 0 for none."""
        return self.event.plan_id if isinstance(self.event, Published) else self.plan

    def __str__(self) -> str:
        plan = f"plan {self.plan_id}, " if self.plan_id else ""
        return f"{plan}{self.event.time_s:.3f} s into the recording: {self.what}"


def frame_difference(recording: Recording, event: Rendered, plan_id: int, now: Motion) -> Difference:
    """What is different in the frames of a plan: the first joint that is, as far as its frames were sent."""
    first = round(event.start_s * event.fps)
    if len(now) != event.frames:
        return Difference(event, f"it had {event.frames} frames, now it has {len(now)}", plan_id)
    sent = _sent_frames(recording, plan_id, event.fps)
    for i, frame in sorted(sent.items()):
        if not first <= i < first + len(now):
            continue
        away = np.linalg.norm(frame - now.positions_m[i - first], axis=-1)
        if away.max() > _EXACT_M:
            joint = int(away.argmax())
            what = f"{JOINT_NAMES[joint]} in frame {i} ({i / event.fps:.3f} s) is {away[joint]:.3g} m from where it was"
            return Difference(event, what, plan_id, i, JOINT_NAMES[joint], float(away[joint]))
    return Difference(
        event, "its frames are not the same bits; none that was sent is visibly different", plan_id
    )


def _sent_frames(recording: Recording, plan_id: int, fps: float) -> dict[int, Array]:
    """Joints ``(22, 3)`` in model space of the frames of a plan that were sent, by index."""
    coordinates: CoordinateSystem | None = None
    found: dict[int, Array] = {}
    for event in recording.events():
        if not isinstance(event, Sent):
            continue
        message = event.message
        if message.HasField("welcome"):
            coordinates = frames_in(message.welcome)
        batch = message.plan.frames if message.HasField("plan") else message.frames.frames
        wanted = [frame for frame in batch if frame.plan_id == plan_id]
        if wanted and coordinates is not None:
            sent = SentFrames.of(wanted, coordinates, fps)
            found.update({sent.first + k: pose for k, pose in enumerate(sent.positions_m)})
    return found
