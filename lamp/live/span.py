"""Which frames a plan is about, and how its window continues what was there before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features
from lamp.easing import smooth_step
from lamp.live.settings import LiveSettings
from lamp.planner import Planner
from lamp.problem import Arrays, Shape
from lamp.scene.ground_map import RAMP, Ground
from lamp.timeline import FPS, Timeline

Array = NDArray[Any]


@dataclass(frozen=True)
class Span:
    """A window of frames. ``first``: session frame of its first one, a multiple of 4, so that all windows share one
    token grid; ``anchor``: the frame, counted in the window, that is placed in the world; ``start``: the first session
    frame that is new."""

    first: int
    anchor: int
    start: int

    @property
    def joins(self) -> bool:
        """Whether it continues motion that is there already."""
        return self.start == self.first + self.anchor + 1

    def times(self, frames: int) -> Array:
        """Session times of the window's frames, seconds."""
        return np.asarray((self.first + np.arange(frames)) / FPS)


def beginning(frame: int) -> Span:
    """The window of a session whose first frame is ``frame``."""
    first = 4 * (frame // 4)
    return Span(first, frame - first, frame)


def joining(timeline: Timeline, time_s: float, settings: LiveSettings) -> Span:
    """A window that keeps everything up to ``time_s``, as far as that is planned, and shows the end of it to the prior.

    The last kept frame is one before a multiple of 4.
    """
    frame = 4 * math.ceil((time_s * FPS + 1) / 4) - 1
    last = 4 * (timeline.end // 4) - 1
    splice = max(min(frame, last), 4 * math.ceil((timeline.first + 4) / 4) - 1)
    available = splice + 1 - timeline.first
    shown = max(4, min(settings.prefix_frames, 4 * (available // 4)))
    return Span(splice - shown + 1, shown - 1, splice + 1)


def share_of_old(frame: Array, splice_frames: int) -> Array:
    """How much of the replaced motion remains ``frame (N,)`` frames after a splice: first 1 with zero slope."""
    return np.asarray(1.0 - smooth_step(frame / splice_frames))


def continued(timeline: Timeline, start: int, frames: int, name: str = "base") -> Array:
    """What is on the timeline from ``start`` on, at most ``frames``."""
    return timeline.window(start, min(start + frames, timeline.end), name)


def coasting(old: Array, frames: int, keep: float = 0.7) -> Array:
    """``old (N, 22, 3)`` made ``frames`` long: it goes on with its last velocity, of which ``keep`` stays per frame."""
    missing = frames - len(old)
    if missing <= 0:
        return old
    step = old[-1] - old[-2] if len(old) > 1 else np.zeros_like(old[-1])
    way = np.cumsum(keep ** np.arange(1, missing + 1))[:, None, None]
    return np.concatenate([old, old[-1] + way * step]).astype(np.float32)


def join(
    row: Arrays,
    span: Span,
    timeline: Timeline,
    planner: Planner,
    shape: Shape,
    ground: Ground,
    splice_frames: int,
) -> None:
    """Make the window of ``row`` continue the timeline: visible prefix, place, pose and velocity."""
    n, splice = span.anchor + 1, span.start - 1
    past = timeline.window(span.first, min(splice + 2, timeline.end), "base").copy()
    past[..., 1] -= ground.at(past[:, 0], RAMP)[:, None]  # the prior knows flat ground at 0
    tokens = n // shape.patch_frames
    row["context"][:tokens] = planner.latents(past)
    row["known"][:tokens] = 1.0
    pose = timeline.window(splice, splice + 1, "base")[0]
    heading = float(features.heading_rad(pose))
    row["place"] = np.array(
        [pose[0, 0], ground.floor_m, pose[0, 2], math.cos(heading), math.sin(heading)], np.float32
    )
    t = np.arange(shape.frames) - span.anchor
    row["splice_weight"] = share_of_old(t, splice_frames).astype(np.float32)
    row["splice"] = coasting(continued(timeline, span.first, shape.frames), shape.frames)
