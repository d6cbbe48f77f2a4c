"""The frame buffer over several streams: what is on the screen never jumps, and can be handed to another server."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.skeleton import BONE_LENGTHS_M, PARENTS
from runtime.client.bridge import Bridge
from tests.runtime.test_client_buffer import FPS, buffer, plan, walk

TICK_S = 1 / 120


def joints(frames: object, start_s: float, seconds: float) -> np.ndarray:
    """What is shown over a time, tick by tick."""
    times = start_s + np.arange(round(seconds / TICK_S)) * TICK_S
    poses = [frames.sample(float(t)) for t in times]  # type: ignore[attr-defined]
    return np.array([pose.positions_m for pose in poses])


def fastest_mps(shown: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(shown, axis=0), axis=-1).max() / TICK_S)


def test_a_resumed_session_shows_what_it_would_have_shown() -> None:
    frames, other = buffer(), buffer()
    for each in (frames, other):
        each.begin_plan(plan(4, 0), walk(0, 60, plan_id=4))
    joints(frames, 0.0, 1.0)
    frames.rejoin(resumed=True)
    frames.begin_plan(plan(4, 30), walk(30, 60, plan_id=4))
    np.testing.assert_allclose(joints(frames, 1.0, 0.9), joints(other, 1.0, 0.9), atol=1e-6)
    assert frames.last_frame_index == 89


def test_a_new_server_counts_its_plans_from_one_and_its_frames_still_count() -> None:
    frames = buffer()
    frames.begin_plan(plan(70, 0), walk(0, 90, plan_id=70))
    joints(frames, 0.0, 1.0)
    frames.rejoin(resumed=False)
    assert frames.last_frame_index == 89, "what is there is played on"
    frames.begin_plan(plan(1, 60), walk(60, 60, plan_id=1, side_m=0.5))
    pose = frames.frame(60)
    assert pose is not None and pose.plan_id == 1
    frames.begin_plan(plan(2, 70), walk(70, 10, plan_id=2))
    assert frames.last_frame_index == 79


@pytest.mark.parametrize("side_m", [0.02, 0.6])
@pytest.mark.parametrize("starved", [False, True])
def test_what_changes_under_the_eyes_is_faded(side_m: float, starved: bool) -> None:
    frames = buffer()
    frames.begin_plan(plan(9, 0), walk(0, 31 if starved else 120, plan_id=9))
    before = joints(frames, 0.0, 1.5)
    frames.rejoin(resumed=False)
    frames.begin_plan(plan(1, 0), walk(0, 200, side_m=side_m))
    after = joints(frames, 1.5, 3.0)
    shown = np.concatenate([before, after])
    assert fastest_mps(shown) < 3.5, "1 m/s of walk, half a turn a second, and the fading"
    truth = buffer()
    truth.begin_plan(plan(1, 0), walk(0, 200, side_m=side_m))
    np.testing.assert_allclose(after[-1], joints(truth, 1.5, 3.0)[-1], atol=1e-6)
    bones = np.linalg.norm(shown[:, 1:] - shown[:, list(PARENTS[1:])], axis=-1)
    np.testing.assert_allclose(bones, np.broadcast_to(BONE_LENGTHS_M[1:], bones.shape), atol=1e-5)


def test_a_plan_for_what_is_still_to_come_is_shown_as_it_is() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 60))
    joints(frames, 0.0, 1.0)
    frames.begin_plan(plan(2, 35), walk(35, 60, plan_id=2, side_m=0.3))
    pose = frames.sample(1.2)
    assert pose is not None and pose.positions_m[0, 0] == pytest.approx(0.3)


def test_a_plan_that_comes_after_its_time_is_faded() -> None:
    frames, truth = buffer(), buffer()
    frames.begin_plan(plan(1, 0), walk(0, 60))
    before = joints(frames, 0.0, 1.0)
    for each in (frames, truth):
        each.begin_plan(plan(2, 15), walk(15, 90, plan_id=2, side_m=0.3))
    once_more = joints(frames, 1.0, 0.1)
    for each in (frames, truth):
        each.begin_plan(plan(3, 25), walk(25, 90, plan_id=3, side_m=-0.1))
    after = joints(frames, 1.1, 2.0)
    assert fastest_mps(np.concatenate([before, once_more, after])) < 3.5
    np.testing.assert_allclose(after[-1], joints(truth, 1.1, 2.0)[-1], atol=1e-6)


def test_frames_that_come_after_their_time_are_faded_in() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 31))
    before = joints(frames, 0.0, 1.6)
    frames.add(walk(31, 10))
    frames.add(walk(41, 90))
    after = joints(frames, 1.6, 2.0)
    assert fastest_mps(np.concatenate([before, after])) < 3.5, "0.6 m were missed while it held"
    truth = buffer()
    truth.begin_plan(plan(1, 0), walk(0, 131))
    np.testing.assert_allclose(after[-1], joints(truth, 1.6, 2.0)[-1], atol=1e-6)


def test_no_bridge_where_nobody_sees_a_difference() -> None:
    a, b = buffer(), buffer()
    for each in (a, b):
        each.begin_plan(plan(1, 0), walk(0, 10))
    first, second = a.frame(5), b.frame(5)
    assert first is not None and second is not None
    assert not Bridge.needed(first, second)


def test_the_last_motion_ends_where_it_is_asked_to() -> None:
    frames = buffer()
    assert frames.last_motion(1.0, 1.0) is None
    frames.begin_plan(plan(1, 0), walk(0, 90))
    found = frames.last_motion(2.01, 1.0)
    assert found is not None
    motion, end_s = found
    last = frames.frame(60)
    assert last is not None
    assert (len(motion), motion.fps, end_s) == (30, FPS, 2.0)
    np.testing.assert_allclose(motion.positions_m[-1], last.positions_m)
    early = frames.last_motion(0.1, 1.0)
    assert early is not None and len(early[0]) == 4
    uneven = frames.last_motion(2.095, 1.0)
    assert uneven is not None and uneven[1] == 2.0


def test_where_nothing_is_left_to_play_it_stands() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 90))
    found = frames.last_motion(7.5, 1.0)
    assert found is not None
    motion, end_s = found
    held = frames.sample(7.5)
    assert end_s == 7.5 and held is not None
    np.testing.assert_allclose(
        motion.positions_m, np.broadcast_to(held.positions_m, motion.positions_m.shape)
    )


def test_a_gap_is_no_motion() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 10))
    frames.add(walk(20, 10))
    assert frames.last_motion(0.5, 1.0) is None
    after = frames.last_motion(0.8, 1.0)
    assert after is not None and len(after[0]) == 5
