"""What a character did last, brought to the frames of its timeline."""

from __future__ import annotations

import numpy as np

from lamp.motion import Motion
from lamp.timeline import FPS


def past_of(motion: Motion, end_s: float) -> tuple[int, Motion]:
    """What a motion whose last frame is at session time ``end_s`` was at the frames of a timeline: the index of the
    first such frame, and the motion at 20 fps from it on. Where ``end_s`` lies between two frames, the later one is the
    motion carried on with its last velocity, so that ``end_s`` itself shows what it should.
    """
    last = int(np.floor(end_s * FPS + 1e-6))
    beyond_s = end_s - last / FPS
    count = max(int(np.floor((motion.duration_s - beyond_s) * FPS + 1e-6)) + 1, 1)
    before_s = beyond_s + np.arange(count)[::-1] / FPS
    past = motion.at(motion.duration_s - before_s, FPS)
    if beyond_s > 1e-6:
        past = _carried_on(past, motion, 1.0 / FPS - beyond_s)
    return last - count + 1, past


def _carried_on(past: Motion, motion: Motion, ahead_s: float) -> Motion:
    """``past`` and one frame more: ``motion`` so long after its end."""
    end = motion.positions_m[-1]
    step = end - motion.positions_m[-2] if len(motion) > 1 else np.zeros_like(end)
    joints = np.concatenate([past.positions_m, (end + step * (motion.fps * ahead_s))[None]])
    return Motion.from_positions(joints, FPS, np.concatenate([past.contacts, motion.contacts[-1:]]))
