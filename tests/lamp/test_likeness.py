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


def both(joints, reference, weight=None):
    """((loss, term) of the pose, (loss, term) of the pace) of one clip."""
    p = {
        "reference": torch.from_numpy(np.asarray(reference)[None]),
        "like_weight": torch.ones(1, FRAMES).double()
        if weight is None
        else torch.from_numpy(weight[None]).double(),
    }
    terms = likeness_terms(torch.from_numpy(joints[None]), p)
    assert all(value.shape == (1,) for pair in terms for value in pair)
    return tuple(tuple(float(value) for value in pair) for pair in terms)


def unlike(joints, reference=CLIP, weight=None):
    """Natural terms (pose in m, pace in m/s) of one clip."""
    (_, pose), (_, going) = both(joints, reference, weight)
    return pose, going


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


@pytest.mark.parametrize("joint, axis, share", [(20, 2, 1.0), (8, 1, 0.8), (8, 2, 0.1), (11, 0, 0.1)])
def test_legs_may_step_elsewhere_but_not_higher(joint, axis, share):
    """The term tells what is; the loss takes little of where legs reach to, and most of how high they are."""
    rest = np.zeros((22, 3))
    for children, parents in depth_levels():
        rest[children] = rest[parents] + REST_OFFSETS_M[children]
    still = np.repeat((rest + [0.0, 0.9, 0.0])[None], FRAMES, axis=0)
    moved = still.copy()
    moved[:, joint, axis] += 0.44
    (loss, term), _ = both(moved, still)
    # the heading is a little short of a unit vector, as above; the loss is linear beyond 2 cm
    assert term == pytest.approx(0.44 / 22, rel=0.01)
    assert loss == pytest.approx((np.hypot(0.44 * share, 0.02) - 0.02) / 22, rel=0.01)
