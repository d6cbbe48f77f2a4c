"""Motion of any rate, brought to the frames of a timeline."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.motion import Motion
from lamp.rotations import yaw
from lamp.skeleton import forward_kinematics
from lamp.timeline import Timeline
from runtime.start_motion import past_of


def walk(fps: float, frames: int, end_s: float) -> Motion:
    """1.5 m/s along +Z and half a turn a second; at session time 0 the pelvis is over the origin."""
    times = end_s - np.arange(frames)[::-1] / fps
    turns = np.tile([0, 0, 0, 1.0], (frames, 22, 1))
    turns[:, 0] = yaw(0.5 * times)
    root = np.stack([np.zeros(frames), np.full(frames, 0.95), 1.5 * times], -1)
    return Motion.from_positions(forward_kinematics(root, turns), fps)


@pytest.mark.parametrize("fps", [20.0, 30.0, 60.0, 90.0, 24.0])
@pytest.mark.parametrize("end_s", [0.0, 2.0, 7.0 + 1.0 / 30.0, 123.456])
def test_the_timeline_shows_the_motion_where_it_was(fps: float, end_s: float) -> None:
    motion = walk(fps, round(fps) + 1, end_s)
    first, past = past_of(motion, end_s)
    assert past.fps == 20.0
    timeline = Timeline(first)
    timeline.replace_from(first, past.positions_m, past.contacts)
    assert end_s - 1e-6 <= timeline.until_s < end_s + 0.05
    assert timeline.first / 20.0 >= end_s - motion.duration_s - 1e-6
    times = end_s - np.array([0.0, 0.1, 0.35])
    # at its very end a timeline interpolates with a little less speed, until the plan that goes on is there
    shown = timeline.sample(times, 20.0).positions_m
    np.testing.assert_allclose(
        shown, motion.at(motion.duration_s - (end_s - times), 20.0).positions_m, atol=1e-2
    )


def test_one_frame_is_enough() -> None:
    motion = walk(30.0, 1, 4.01)
    first, past = past_of(motion, 4.01)
    assert (first, len(past)) == (80, 2)
    np.testing.assert_allclose(
        past.positions_m, np.broadcast_to(motion.positions_m, past.positions_m.shape), atol=5e-4
    )
