"""The head follows a point as a person's does."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import gaze
from lamp.intent import LookAt
from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, forward_kinematics

FPS = 20.0
FRAMES = 60
TIMES = np.arange(FRAMES) / FPS


def standing() -> Motion:
    still = np.zeros((FRAMES, JOINT_COUNT, 4))
    still[..., 3] = 1.0
    root = np.tile([0.0, 0.95, 0.0], (FRAMES, 1))
    joints = forward_kinematics(root, still)
    return Motion(joints.astype(np.float32), still.astype(np.float32), np.zeros((FRAMES, 4)), FPS)


def angles(look: LookAt | None, before: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    return gaze.follow(standing().positions_m, TIMES, FPS, look, np.array(before))


def test_left_is_positive_and_up_is_negative() -> None:
    head = standing().positions_m[0, 15]
    out = angles(LookAt((float(head[0]) + 1.0, float(head[1]) + 0.5, float(head[2]) + 1.0)))[-1]
    assert out[0] == pytest.approx(np.pi / 4, abs=0.1)
    assert out[1] == pytest.approx(-np.arctan2(0.5, np.sqrt(2.0)), abs=0.1)


@pytest.mark.parametrize("behind", [(0.5, 1.5, -3.0), (-0.5, 1.5, -3.0)])
def test_a_point_behind_the_back_is_followed_to_the_limit_of_its_side(
    behind: tuple[float, float, float],
) -> None:
    out = angles(LookAt(behind))[-1]
    assert out[0] == pytest.approx(np.sign(behind[0]) * gaze.MOST_YAW_RAD, abs=1e-3)
    assert abs(out[1]) <= gaze.MOST_PITCH_RAD


def test_the_head_turns_no_faster_than_a_person_and_goes_back_in_the_end() -> None:
    there = angles(LookAt((3.0, 1.6, 0.0)))
    assert np.abs(np.diff(there, axis=0, prepend=np.zeros((1, 2)))).max() * FPS <= 3.0 + 1e-6
    back = angles(None, tuple(there[-1]))
    assert np.abs(np.diff(back, axis=0)).max() * FPS <= 3.0 + 1e-6
    assert np.abs(back[-1]).max() < 1e-3


def test_turning_is_continued_over_a_border() -> None:
    look = LookAt((3.0, 1.6, 0.0))
    whole = angles(look)
    joints = standing().positions_m
    rest = gaze.follow(joints[30:], TIMES[30:], FPS, look, whole[29])
    assert rest == pytest.approx(whole[30:])


def test_positions_are_those_of_the_rotations_and_only_the_head_moves() -> None:
    before = standing()
    after = gaze.turn_head(before, np.tile([0.9, -0.3], (FRAMES, 1)))
    assert forward_kinematics(after.positions_m[:, 0], after.local_rotations_xyzw) == pytest.approx(
        after.positions_m, abs=1e-5
    )
    moved = np.linalg.norm(after.positions_m - before.positions_m, axis=-1).max(0)
    assert set(np.flatnonzero(moved > 1e-5)) <= {15}
    assert gaze.turn_head(before, np.zeros((FRAMES, 2))) is before
