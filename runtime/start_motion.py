"""What a character did last, brought to the frames of its timeline."""

from __future__ import annotations

import numpy as np

from lamp.motion import Motion
from lamp.timeline import FPS


def past_of(motion: Motion, end_s: float) -> tuple[int, Motion]:
    """What a motion whose last frame is at session time ``end_s`` was at the frames of a timeline up to then: the index
    of the first such frame, and the motion at 20 fps from it on (at least one frame)."""
    last = int(np.floor(end_s * FPS + 1e-6))
    beyond_s = end_s - last / FPS
    count = max(int(np.floor((motion.duration_s - beyond_s) * FPS + 1e-6)) + 1, 1)
    before_s = beyond_s + np.arange(count)[::-1] / FPS
    return last - count + 1, motion.at(motion.duration_s - before_s, FPS)
