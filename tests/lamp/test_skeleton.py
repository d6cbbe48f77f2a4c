"""The standard skeleton: exact bones, rotations that reproduce the joints, smooth resampling."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import rotations
from lamp.errors import InputError
from lamp.motion import Motion, estimate_contacts, interpolate
from lamp.retarget import joints_to_rotations
from lamp.skeleton import (
    BONE_LENGTHS_M,
    JOINT_NAMES,
    MIRROR,
    PARENTS,
    PARTS,
    REST_OFFSETS_M,
    fit_skeleton,
    forward_kinematics,
    joint_index,
    project_bones,
)
from lamp.timeline import Timeline
from tests.training.synthetic import motion

IDENTITY = np.broadcast_to(rotations.IDENTITY, (22, 4))


def bone_lengths(joints):
    return np.linalg.norm(joints[..., 1:, :] - joints[..., list(PARENTS[1:]), :], axis=-1)


@pytest.fixture
def wild(rng):
    """Joints of random local rotations up to 70 degrees, any heading and tilt, then shaken: no real body."""
    angle = rng.uniform(-1.2, 1.2, (40, 22, 3))
    local = rotations.normalize(np.concatenate([np.sin(angle / 2), np.ones((40, 22, 1))], -1))
    local[:, 0] = rotations.normalize(rng.standard_normal((40, 4)))
    joints = forward_kinematics(rng.standard_normal((40, 3)), local).astype(float)
    return joints + 0.02 * rng.standard_normal(joints.shape)


# -- tables -----------------------------------------------------------------------------------------------------------


def test_tables_describe_one_tree():
    assert len(JOINT_NAMES) == len(PARENTS) == len(BONE_LENGTHS_M) == 22
    assert all(parent < child for child, parent in enumerate(PARENTS))
    assert sorted(j for part in PARTS.values() for j in part) == list(range(22))
    assert np.allclose(np.linalg.norm(REST_OFFSETS_M, axis=-1), BONE_LENGTHS_M, atol=1e-6)
    for j, twin in enumerate(MIRROR):
        swapped = JOINT_NAMES[j].replace("left", "x").replace("right", "left").replace("x", "right")
        assert JOINT_NAMES[twin] == swapped and MIRROR[twin] == j


def test_joints_by_name_and_number():
    assert joint_index("left_wrist") == 20 and joint_index(3) == 3
    for bad in ("hand", 22, -1):
        with pytest.raises(InputError, match="left_wrist"):
            joint_index(bad)


# -- kinematics -------------------------------------------------------------------------------------------------------


def test_rest_pose_stands_and_faces_forward():
    rest = forward_kinematics(np.zeros(3), IDENTITY)
    assert rest[15, 1] > 0.4 and rest[10, 1] < -0.8
    assert rest[20, 0] > 0.5 > -0.5 > rest[21, 0]
    assert rest[10, 2] > rest[7, 2]  # toes in front of ankles


def test_fit_then_rotations_then_kinematics_is_the_identity(wild):
    fitted = fit_skeleton(wild)
    again = forward_kinematics(fitted[:, 0], joints_to_rotations(fitted))
    assert np.abs(again - fitted).max() < 1e-3


@pytest.mark.parametrize("yaw_rad", np.linspace(-np.pi, np.pi, 9))
def test_the_same_at_every_heading(yaw_rad):
    joints = rotations.rotate(rotations.yaw(yaw_rad), motion(20).astype(float))
    again = forward_kinematics(joints[:, 0], joints_to_rotations(joints))
    assert np.abs(again - joints).max() < 1e-3


def test_bones_are_exact_and_fitting_twice_changes_nothing(wild):
    fitted = fit_skeleton(wild)
    assert np.abs(bone_lengths(fitted) - BONE_LENGTHS_M[1:]).max() < 1e-6
    assert np.abs(bone_lengths(project_bones(wild)) - BONE_LENGTHS_M[1:]).max() < 1e-6
    assert np.abs(fit_skeleton(fitted) - fitted).max() < 1e-4  # the rest pose is rounded to 0.1 mm
    assert np.allclose(fitted[:, 0], wild[:, 0])


def test_a_posed_standard_skeleton_is_left_alone():
    joints = motion(30).astype(float)
    assert np.abs(fit_skeleton(joints) - joints).max() < 1e-4


def test_rotations_are_unit_with_positive_w(wild):
    local = joints_to_rotations(wild)
    assert np.allclose(np.linalg.norm(local, axis=-1), 1.0, atol=1e-5) and (local[..., 3] >= 0).all()


def test_torch_fits_as_numpy_does(wild):
    torch = pytest.importorskip("torch")
    assert np.abs(fit_skeleton(torch.from_numpy(wild), torch).numpy() - fit_skeleton(wild)).max() < 1e-9


@pytest.mark.parametrize("case", ["all joints in one point", "elbow on shoulder", "ordinary"])
def test_gradients_of_the_fit_are_finite(case):
    torch = pytest.importorskip("torch")
    joints = torch.from_numpy(motion(3).astype(float))
    if case == "all joints in one point":
        joints = torch.zeros_like(joints)
    elif case == "elbow on shoulder":
        joints[:, 18] = joints[:, 16]
    joints.requires_grad_()
    fitted = fit_skeleton(joints, torch)
    fitted.pow(2).sum().backward()
    assert torch.isfinite(fitted).all() and torch.isfinite(joints.grad).all()


def test_gradient_of_the_fit_matches_finite_differences():
    torch = pytest.importorskip("torch")
    joints = torch.from_numpy(motion(1).astype(float)).requires_grad_()
    assert torch.autograd.gradcheck(lambda j: fit_skeleton(j, torch), (joints,))


# -- motion -----------------------------------------------------------------------------------------------------------


def test_motion_refuses_what_it_cannot_hold():
    good = Motion.from_positions(motion(5))
    with pytest.raises(InputError, match="contacts"):
        Motion(good.positions_m, good.local_rotations_xyzw, good.contacts[:, :3], 20.0)
    with pytest.raises(InputError, match="fps"):
        Motion(good.positions_m, good.local_rotations_xyzw, good.contacts, 0.0)
    for bad in (np.zeros((0, 22, 3)), np.zeros((3, 21, 3)), np.full((3, 22, 3), np.nan)):
        with pytest.raises(InputError, match="positions_m"):
            Motion.from_positions(bad)


def test_resampling_keeps_bones_and_comes_back():
    clip = Motion.from_positions(motion(41))
    fine = clip.resample(60.0)
    assert len(fine) == 121 and fine.duration_s == pytest.approx(clip.duration_s)
    assert np.abs(bone_lengths(fine.positions_m) - BONE_LENGTHS_M[1:]).max() < 1e-5
    back = fine.resample(20.0)
    assert np.abs(back.positions_m - clip.positions_m).max() < 3e-4
    assert clip.resample(20.0) is clip
    again = forward_kinematics(fine.positions_m[:, 0], fine.local_rotations_xyzw)
    assert np.abs(again - fine.positions_m).max() < 1e-3


def test_resampling_is_near_the_true_motion_between_frames():
    clip = Motion.from_positions(motion(41)).resample(60.0)
    assert np.abs(clip.positions_m[6:-6] - motion(121, 60.0)[6:-6]).max() < 5e-3


def test_interpolation_has_a_continuous_velocity(rng):
    points = rng.standard_normal((8, 3))
    h = 1e-4
    for knot in range(1, 7):
        a, b, c = interpolate(points, np.array([knot - h, knot, knot + h]))
        assert np.allclose((b - a) / h, (c - b) / h, atol=5e-3)
        assert np.allclose(b, points[knot])


def test_slicing_and_single_frames():
    clip = Motion.from_positions(motion(10))
    assert len(clip[2:5]) == 3 and np.array_equal(clip[2:5].positions_m, clip.positions_m[2:5])
    assert len(clip[:1].resample(60.0)) == 1


def test_contacts_need_slow_and_low_feet():
    joints = np.repeat(motion(1), 5, 0)
    assert estimate_contacts(joints, 20.0).max() == 1.0
    moving = joints + np.arange(5)[:, None, None] * np.array([0.0, 0.0, 0.1])
    assert estimate_contacts(moving, 20.0).max() == 0.0


# -- timeline ---------------------------------------------------------------------------------------------------------


def test_timeline_replaces_forgets_and_says_what_it_has():
    timeline, joints = Timeline(), motion(30)
    assert timeline.end == 0 and timeline.until_s < 0
    timeline.replace_from(0, joints, np.zeros((30, 4)))
    timeline.replace_from(20, joints[:5], np.ones((5, 4)))
    assert timeline.end == 25 and np.array_equal(timeline.window(20, 25), joints[:5])
    timeline.forget_before(10)
    assert timeline.first == 10 and np.array_equal(timeline.window(10, 20), joints[10:20])
    assert np.abs(timeline.sample(np.array([0.75]), 20.0).positions_m[0] - joints[15]).max() < 1e-4
    for start, stop in ((9, 12), (20, 26)):
        with pytest.raises(IndexError):
            timeline.window(start, stop)
    with pytest.raises(IndexError):
        timeline.replace_from(26, joints, np.zeros((30, 4)))
