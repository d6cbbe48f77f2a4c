"""What can be played back: a clip, or the recording of a session. Times count from the first frame, in seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.commands import clips
from runtime.recording import Playback, Recording
from runtime.recording.format import SUFFIX

Array = NDArray[Any]


@dataclass(frozen=True)
class Moment:
    """The scene at one time. planned_m: pelvis positions ``(N, 3)`` still to come; clock_s: what obstacles go by."""

    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    planned_m: Array = field(default_factory=lambda: np.zeros((0, 3)))
    feasible: bool = True
    clock_s: float = 0.0
    rows: tuple[tuple[str, str], ...] = ()  # figures: name and value


class Source(Protocol):
    """A motion, and what was around it."""

    title: str
    motion: Motion

    def moment(self, time_s: float) -> Moment:
        """The scene at a time since the first frame."""
        ...


@dataclass
class ClipSource:
    """A clip has no scene; all of it is known."""

    title: str
    motion: Motion

    def moment(self, time_s: float) -> Moment:
        """Only the way ahead."""
        return Moment(planned_m=self.motion.positions_m[round(time_s * self.motion.fps) :, 0], clock_s=time_s)


class RecordingSource:
    """A session as its client saw it."""

    def __init__(self, title: str, playback: Playback) -> None:
        self.title, self.motion = title, playback.motion
        self._playback = playback

    def moment(self, time_s: float) -> Moment:
        """Scene and newest plan at that time."""
        session_s = self._playback.start_s + time_s
        scene, mark = self._playback.scene(session_s), self._playback.plan(session_s)
        _, planned = self._playback.planned(session_s)
        rows = [("Session time", f"{session_s:.2f} s"), ("Prompt", scene.prompt or "-")]
        if mark is not None:
            plan = mark.message
            verdict = "feasible" if plan.feasible else f"**not feasible**: {plan.reason}"
            rows.append(("Plan", f"{plan.plan_id}{', settled' if plan.settled else ''}; {verdict}"))
            rows += [(term.name, f"{term.value:.4g}") for term in plan.terms]
        feasible = mark is None or mark.message.feasible
        return Moment(scene.obstacles, scene.targets, planned[:, 0], feasible, session_s, tuple(rows))


def open_source(path: Path) -> Source:
    """A recording, or any clip that ``lamp edit`` reads. ``InputError``, ``RecordingError`` or ``OSError``: not so."""
    if path.suffix == SUFFIX:
        return RecordingSource(path.name, Playback.of(Recording.open(path)))
    return ClipSource(path.name, clips.load(path))


def frame_at(motion: Motion, time_s: float) -> int:
    """The frame shown at a time, within the clip."""
    return min(max(math.floor(time_s * motion.fps + 1e-6), 0), len(motion) - 1)
