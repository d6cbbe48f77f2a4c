"""Joints <-> HumanML3D vectors: published values, and the properties the representation promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamp import features, rotations
from lamp.errors import InputError
from lamp.skeleton import MIRROR, forward_kinematics
from tests.training.synthetic import motion

Array = np.ndarray
HALF_TURN = features.ROOT.start  # column of the yaw velocity


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> tuple[Array, Array]:
    folder = shared_dir / "data" / "golden"
    return np.load(folder / "012314_joints.npy"), np.load(folder / "012314_vecs.npy")


def turned(joints: Array, yaw_rad: float, shift=(0.0, 0.0, 0.0)) -> Array:
    return (rotations.rotate(rotations.yaw(yaw_rad), joints.astype(float)) + np.array(shift)).astype(
        np.float32
    )


def canonical(joints: Array) -> Array:
    """Moved so that frame 0 is at the origin, facing +Z, as decoding starts."""
    moved = joints - joints[:1, :1] * np.array([1.0, 0.0, 1.0])
    return rotations.rotate(rotations.yaw(-features.heading_rad(moved[0])), moved.astype(float))


def spin(frames: int = 100, degrees_per_frame: float = 4.5) -> Array:
    """A standing pose that turns about itself through more than a whole turn."""
    pose = motion(1)[0].astype(float)
    pose -= pose[:1] * np.array([1.0, 0.0, 1.0])
    angles = np.deg2rad(degrees_per_frame) * np.arange(frames)
    return rotations.rotate(rotations.yaw(angles)[:, None], np.broadcast_to(pose, (frames, 22, 3)))


# -- published values -------------------------------------------------------------------------------------------------


def test_golden_decode(golden):
    joints, vectors = golden
    again = features.decode(vectors)
    assert again.shape == (170, 22, 3)
    assert np.abs(again - joints[: len(again)]).max() <= 2.1e-7 * 2.5  # measured 2.1e-7 in single precision


def test_golden_encode(golden):
    joints, vectors = golden
    ours, theirs = features.encode(joints), vectors[:-1]
    assert ours.shape == theirs.shape
    difference = np.abs(ours - theirs)
    exact = np.delete(difference[:89], np.r_[features.ROTATIONS], axis=1)
    assert exact.max() <= 2.0e-6
    # nearly antiparallel bones magnify the rounding of the stored joints in a handful of the 6D values
    sixd = difference[:89, features.ROTATIONS]
    assert sixd.max() <= 1e-5 and (sixd > 2.0e-6).sum() <= 10
    assert difference[89:, features.ROTATIONS].max() <= 1.4e-2
    assert difference[89:, features.RIC].max() <= 7e-3
    assert difference[:, features.CONTACTS].max() == 0
    assert difference.sum() == pytest.approx(3.81, abs=0.05)


def test_golden_torch_decode_agrees(golden):
    torch = pytest.importorskip("torch")
    joints, vectors = golden
    again = features.decode(torch.from_numpy(vectors))
    assert np.abs(again.numpy() - joints[: len(again)]).max() <= 1e-5


# -- properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["clean", "humanml3d"])
def test_shape_type_and_leading_dimensions(heading):
    clips = np.stack([motion(30, seed=s) for s in range(4)]).reshape(2, 2, 30, 22, 3)
    vectors = features.encode(clips, heading=heading)
    assert vectors.shape == (2, 2, 29, 263) and vectors.dtype == np.float32
    for i in range(2):
        for j in range(2):
            assert np.allclose(vectors[i, j], features.encode(clips[i, j], heading=heading), atol=1e-6)
    joints = features.decode(vectors)
    assert np.allclose(joints[1, 0], features.decode(vectors[1, 0]), atol=1e-6)


@pytest.mark.parametrize("heading", ["clean", "humanml3d"])
@pytest.mark.parametrize("yaw_rad", [0.7, np.pi, -2.5])
def test_code_does_not_know_place_and_direction(heading, yaw_rad):
    joints = motion(60)
    moved = turned(joints, yaw_rad, (3.0, 0.0, -7.0))
    difference = features.encode(joints, heading=heading) - features.encode(moved, heading=heading)
    assert np.abs(difference).max() < 2e-5


def test_height_is_kept_unless_the_floor_is_asked_for():
    joints = motion(30)
    raised = joints + np.array([0.0, 0.5, 0.0], np.float32)
    assert np.allclose(features.encode(raised)[:, 3] - features.encode(joints)[:, 3], 0.5, atol=1e-6)
    on_floor = features.encode(raised, floor=True)
    assert np.allclose(on_floor, features.encode(joints, floor=True), atol=1e-5)
    assert features.decode(on_floor)[..., 1].min() >= -1e-6


def test_clean_code_decodes_to_the_same_joints():
    joints = motion(80)
    assert (
        np.abs(features.decode(features.encode(joints, heading="clean")) - canonical(joints)[:-1]).max()
        < 1e-5
    )


def test_clean_heading_survives_a_spin_through_half_a_turn():
    joints = spin()
    vectors = features.encode(joints, heading="clean")
    assert np.allclose(vectors[:, HALF_TURN], vectors[0, HALF_TURN], atol=1e-5)
    assert abs(abs(vectors[0, HALF_TURN]) - np.deg2rad(4.5) / 2) < 1e-5
    assert np.abs(features.decode(vectors) - canonical(joints)[:-1]).max() < 1e-5


def test_default_heading_has_the_published_wrap_defect():
    """One yaw velocity of a spin has the wrong sign in the published vectors; the default must reproduce it."""
    yaw = features.encode(spin(), heading="humanml3d")[20:-20, HALF_TURN]
    assert (yaw > 0.01).any() and (yaw < -0.01).any()


def test_walks_of_the_default_heading_decode_too():
    joints = motion(60)
    again = features.decode(features.encode(joints))
    assert np.abs(again[0] - canonical(joints)[0]).max() < 1e-5
    step = np.linalg.norm(np.diff(again[:, 0], axis=0), axis=-1)
    assert np.allclose(step, np.linalg.norm(np.diff(joints[:-1, 0], axis=0), axis=-1), atol=1e-5)


@pytest.mark.parametrize("heading", ["clean", "humanml3d"])
def test_mirrored_input_is_mirrored_code(heading):
    joints = motion(50)
    mirrored = joints[:, list(MIRROR)] * np.array([-1.0, 1.0, 1.0], np.float32)
    a, b = (features.encode(j, heading=heading) for j in (joints, mirrored))
    sign = np.array([-1.0, 1.0, 1.0])
    assert np.allclose(b[:, 0], -a[:, 0], atol=1e-5)
    assert np.allclose(b[:, 1:3], a[:, 1:3] * [-1, 1], atol=1e-5)
    assert np.allclose(b[:, 3], a[:, 3], atol=1e-6)
    ric, twin = (v[:, features.RIC].reshape(-1, 21, 3) for v in (a, b))
    swap = [j - 1 for j in MIRROR[1:]]
    assert np.allclose(twin, ric[:, swap] * sign, atol=1e-5)
    speed, twin = (v[:, features.VELOCITY].reshape(-1, 22, 3) for v in (a, b))
    assert np.allclose(twin, speed[:, list(MIRROR)] * sign, atol=1e-5)
    assert np.array_equal(b[:, features.CONTACTS], a[:, features.CONTACTS][:, [2, 3, 0, 1]])


@pytest.mark.parametrize("heading", ["clean", "humanml3d"])
def test_a_constant_pose_has_no_velocity_and_full_contact(heading):
    vectors = features.encode(np.repeat(canonical(motion(1))[:1], 12, 0), heading=heading)
    assert np.abs(vectors[1:, :3]).max() < 1e-6
    assert np.abs(vectors[:, features.VELOCITY]).max() < 1e-6
    assert (vectors[:, features.CONTACTS] == 1).all()


def test_clean_code_is_causal():
    joints = motion(60)
    whole, part = (features.encode(j, heading="clean") for j in (joints, joints[:31]))
    assert np.abs(whole[:30] - part).max() < 1e-6


def test_six_numbers_per_joint_are_the_first_two_columns_of_a_rotation():
    block = features.encode(motion(20))[:, features.ROTATIONS].reshape(-1, 21, 2, 3)
    assert np.allclose(np.linalg.norm(block, axis=-1), 1.0, atol=1e-5)
    assert np.abs((block[..., 0, :] * block[..., 1, :]).sum(-1)).max() < 1e-5


def test_lying_poses_keep_the_last_heading():
    """Turning to the left, then on the side: shoulders and hips are vertical and say nothing about the heading."""
    pose = forward_kinematics(np.array([0.0, 0.9, 0.0]), np.broadcast_to(rotations.IDENTITY, (22, 4)))
    turn = rotations.yaw(np.minimum(0.05 * np.arange(20), 0.5))[:, None]
    roll = np.array([0.0, 0.0, np.sin(np.pi / 4), np.cos(np.pi / 4)])
    joints = rotations.rotate(turn, np.broadcast_to(pose.astype(float), (20, 22, 3)))
    joints[10:] = rotations.rotate(turn[10:], np.broadcast_to(rotations.rotate(roll, pose), (10, 22, 3)))
    vectors = features.encode(joints, heading="clean")
    assert np.isfinite(vectors).all()
    assert np.allclose(vectors[:9, HALF_TURN], vectors[0, HALF_TURN], atol=1e-5)
    assert np.abs(vectors[9:, HALF_TURN]).max() < 1e-5
    assert abs(vectors[0, HALF_TURN]) == pytest.approx(0.025, abs=1e-4)


# -- torch ------------------------------------------------------------------------------------------------------------


def test_torch_gives_what_numpy_gives():
    torch = pytest.importorskip("torch")
    joints = motion(40)
    vectors = features.encode(joints, heading="clean")
    tensor = features.encode(torch.from_numpy(joints), heading="clean")
    assert isinstance(tensor, torch.Tensor) and np.array_equal(tensor.numpy(), vectors)
    assert np.allclose(features.decode(tensor).numpy(), features.decode(vectors), atol=1e-5)


def test_decode_is_differentiable(rng):
    torch = pytest.importorskip("torch")
    vectors = torch.from_numpy(rng.standard_normal((2, 5, 67)) * 0.2).requires_grad_()
    assert torch.autograd.gradcheck(features.decode, (vectors,))


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joints", "says"),
    [
        (np.zeros((5, 21, 3)), "(5, 21, 3)"),
        (np.zeros((22, 3)), "(22, 3)"),
        (np.zeros((1, 22, 3)), "1 frames"),
    ],
)
def test_wrong_shapes_are_named(joints, says):
    with pytest.raises(InputError) as error:
        features.encode(joints)
    assert error.value.field == "joints" and says in error.value.problem


def test_values_that_are_not_finite_are_located():
    joints = motion(10)
    joints[4, 7, 1] = np.nan
    with pytest.raises(InputError, match=r"\(4, 7, 1\)"):
        features.encode(joints)


def test_too_narrow_vectors_are_refused():
    with pytest.raises(InputError, match="66"):
        features.decode(np.zeros((4, 66)))


def test_a_clip_without_legs_cannot_be_scaled():
    with pytest.raises(InputError, match="leg"):
        features.uniform_skeleton(np.zeros((4, 22, 3)))
