"""Measures against hand-computed values and the reference clip."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import metrics, rotations
from tests.training.synthetic import motion


def test_reference_clip(shared_dir):
    joints = np.load(shared_dir / "data" / "golden" / "012314_joints.npy")
    assert metrics.foot_skate_ratio(joints) == pytest.approx(23 / 169)
    assert metrics.jitter_mps3(joints) == pytest.approx(113.2, abs=0.1)


def standing(frames: int = 20):
    joints = np.zeros((frames, 22, 3))
    joints[:, :, 1] = 1.0
    return joints


def test_skate_counts_frames_with_a_fast_low_toe():
    joints = standing()
    joints[:, 10, 1] = 0.02
    joints[5:13, 10, 0] = 0.05 * np.arange(1, 9)  # 1 m/s over 8 steps, then back in one long one
    joints[13:, 10, 0] = 0.4
    # steps 4..11 move at 1 m/s; the mean of five is above 0.5 m/s from the step with 3 of 5 moving on: all eight
    assert metrics.foot_skate_ratio(joints) == pytest.approx(8 / 19)
    joints[:, 10, 1] = 0.06
    assert metrics.foot_skate_ratio(joints) == 0.0


def test_a_single_slip_is_not_skating():
    joints = standing()
    joints[:, 11, 1] = 0.0
    joints[8:, 11, 2] += 0.05
    assert metrics.foot_skate_ratio(joints) == 0.0


def test_jitter_of_a_cubic():
    joints = standing(10)
    joints[:, :, 0] = (np.arange(10)[:, None] / 20.0) ** 3
    assert metrics.jitter_mps3(joints) == pytest.approx(6.0)
    assert metrics.jitter_mps3(joints[:3]) == 0.0 and metrics.foot_skate_ratio(joints[:1]) == 0.0


def test_errors_with_and_without_place_and_heading():
    joints = motion(20).astype(float)
    moved = rotations.rotate(rotations.yaw(0.8), joints) + [1.0, 0.0, 2.0]
    assert metrics.mpjpe_m(joints, joints + [0.3, 0.0, 0.4]) == pytest.approx(0.5)
    assert metrics.mpjpe_m(joints, moved) > 1.0
    assert metrics.mpjpe_root_m(joints, moved) < 1e-6
    raised = joints.copy()
    raised[:, 15] += [0.0, 0.22, 0.0]
    assert metrics.mpjpe_root_m(joints, raised) == pytest.approx(0.01)
