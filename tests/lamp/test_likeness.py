"""Likeness to a reference: place and heading do not matter, pose and pace do, in their units."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp import rotations  # noqa: E402
from lamp.engines.likeness import likeness_terms  # noqa: E402
from lamp.skeleton import REST_OFFSETS_M, depth_levels  # noqa: E402
from tests.training.synthetic import motion  # noqa: E402

FRAMES = 16
CLIP = motion(FRAMES).astype(np.float64)


def unlike(joints, reference=CLIP, weight=None):
    """Natural terms (pose in m, pace in m/s) of one clip."""
    p = {
        "reference": torch.from_numpy(np.asarray(reference)[None]),
        "like_weight": torch.ones(1, FRAMES).double()
        if weight is None
        else torch.from_numpy(weight[None]).double(),
    }
    (pose_loss, pose), (going_loss, going) = likeness_terms(torch.from_numpy(joints[None]), p)
    assert pose_loss.shape == going_loss.shape == (1,)
    return float(pose), float(going)


def test_the_same_motion_elsewhere_is_alike():
    turned = rotations.rotate(np.broadcast_to(rotations.yaw(2.0), (FRAMES, 22, 4)), CLIP)
    assert unlike(turned + [5.0, 0.0, -3.0]) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_a_raised_body_is_another_pose():
    """Heights count from the floor: a jump is not a walk."""
    pose, going = unlike(CLIP + [0.0, 0.2, 0.0])
    assert pose == pytest.approx(0.2) and going == pytest.approx(0.0, abs=1e-9)


def test_one_moved_joint_counts_by_its_share():
    moved = CLIP.copy()
    moved[:, 20, 1] += 0.44
    assert unlike(moved) == pytest.approx((0.44 / 22, 0.0), abs=1e-9)


def test_another_pace_is_told_in_metres_per_second():
    rest = np.zeros((22, 3))
    for children, parents in depth_levels():
        rest[children] = rest[parents] + REST_OFFSETS_M[children]
    glide = np.arange(FRAMES)[:, None, None] * np.array([0.0, 0.0, 1.0])
    slow, fast = rest + [0.0, 0.9, 0.0] + 0.05 * glide, rest + [0.0, 0.9, 0.0] + 0.08 * glide
    # the heading is a little short of a unit vector so that lying bodies have a finite gradient
    assert unlike(fast, slow) == pytest.approx((0.0, 0.6), abs=5e-3)


def test_frames_without_weight_do_not_count():
    moved = CLIP.copy()
    moved[8:] += np.random.default_rng(0).normal(0, 0.3, (8, 22, 3))
    assert unlike(moved, weight=(np.arange(FRAMES) < 8) * 1.0) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert min(unlike(moved)) > 0.01
