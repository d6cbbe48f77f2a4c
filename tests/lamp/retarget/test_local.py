"""Rotations from joints: exact, the same whichever way the body lies, continuous, hinges that are hinges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamp import rotations
from lamp.retarget.local import joints_to_rotations
from lamp.skeleton import (
    JOINT_COUNT,
    JOINT_NAMES,
    MIRROR,
    PARENTS,
    REST_OFFSETS_M,
    fit_skeleton,
    forward_kinematics,
)
from tests.lamp.retarget.poses import about, still, walk, wild_rotations

QUICK = settings(max_examples=40, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def angle_deg(a, b):
    """Between rotations ``(..., 4)``."""
    dot = np.abs((a.astype(float) * b).sum(-1)) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return np.degrees(2 * np.arccos(np.clip(dot, 0, 1)))


def posed(local):
    return forward_kinematics(np.zeros((len(local), 3)), local).astype(float)


def any_turn(rng):
    return rotations.normalize(rng.normal(size=4))


@QUICK
@given(SEEDS)
def test_kinematics_of_the_rotations_gives_the_joints_whatever_the_pose(seed):
    joints = fit_skeleton(posed(wild_rotations(8, np.random.default_rng(seed), most_deg=170.0)))
    again = forward_kinematics(joints[:, 0], joints_to_rotations(joints))
    assert np.abs(again - joints).max() < 1e-3


@QUICK
@given(SEEDS)
def test_facing_elsewhere_or_upside_down_turns_the_root_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    joints, turn = posed(wild_rotations(4, rng)), any_turn(rng)
    before, after = (
        joints_to_rotations(joints),
        joints_to_rotations(rotations.rotate(turn, joints) + [3.0, 1.0, -2.0]),
    )
    assert angle_deg(before[:, 1:], after[:, 1:]).max() < 0.1
    assert angle_deg(rotations.multiply(turn, before[:, 0].astype(float)), after[:, 0]).max() < 0.1


@QUICK
@given(SEEDS)
def test_a_chunk_gets_what_the_whole_gets(seed):
    rng = np.random.default_rng(seed)
    joints = posed(wild_rotations(12, rng))
    whole = joints_to_rotations(joints)
    cut = int(rng.integers(1, 11))
    parts = np.concatenate([joints_to_rotations(joints[:cut]), joints_to_rotations(joints[cut:])])
    assert np.allclose(parts, whole, rtol=0, atol=1e-6)
    batched = joints_to_rotations(joints.reshape(3, 4, JOINT_COUNT, 3))
    assert np.allclose(batched, whole.reshape(3, 4, JOINT_COUNT, 4), rtol=0, atol=1e-6)


@QUICK
@given(SEEDS)
def test_a_mirrored_body_gets_mirrored_rotations(seed):
    """To the few degrees by which the standard skeleton is not its own mirror image."""
    joints = posed(wild_rotations(4, np.random.default_rng(seed), most_deg=40.0))
    mirrored = joints[:, MIRROR] * [-1.0, 1.0, 1.0]
    expected = joints_to_rotations(joints)[:, MIRROR] * [1.0, -1.0, -1.0, 1.0]
    assert angle_deg(joints_to_rotations(mirrored)[:, 1:], expected[:, 1:]).max() < 16.0


@QUICK
@given(SEEDS)
def test_a_small_move_is_a_small_turn(seed):
    """From pose to pose in steps of a degree or so per joint: nothing flips on the way."""
    rng = np.random.default_rng(seed)
    a, b = wild_rotations(2, rng)
    share = np.linspace(0.0, 1.0, 60)[:, None]
    local = rotations.slerp(
        np.tile(a, (60, 1, 1)), np.tile(b, (60, 1, 1)), np.broadcast_to(share, (60, JOINT_COUNT))
    )
    steps = angle_deg(local[1:], local[:-1]).max()
    found = joints_to_rotations(posed(local))
    assert angle_deg(found[1:], found[:-1]).max() < 12.0 * max(steps, 0.5)


@pytest.mark.parametrize(
    ("upper", "middle", "axis"),
    [(1, 4, (1, 0, 0)), (2, 5, (1, 0, 0)), (16, 18, (0, -1, 0)), (17, 19, (0, 1, 0))],
)
@pytest.mark.parametrize("bend_deg", [35.0, 70.0, 110.0, 140.0])
def test_what_bends_about_its_hinge_is_found_as_that(upper, middle, axis, bend_deg, rng):
    """Thigh or upper arm turned about itself by up to 60 degrees: the twist is found, the joint is a hinge.

    The standard skeleton's shin is not in one plane with its thigh, so a knee folded flat is off by more.
    """
    twists = np.linspace(-60.0, 60.0, 9)
    local = still(len(twists))
    bone = rotations.normalize(REST_OFFSETS_M[middle].astype(float))
    local[:, upper] = about(tuple(bone), twists)
    local[:, middle] = about(axis, bend_deg)
    found = joints_to_rotations(posed(local)).astype(float)
    turned_about = np.sign(found[:, middle] @ np.append(axis, 0.0))[:, None] * rotations.normalize(
        found[:, middle, :3]
    )
    off_hinge = np.degrees(np.arccos(np.clip(turned_about @ np.array(axis, float), -1, 1)))
    assert off_hinge.max() < (20.0 if bend_deg > 120.0 else 12.0), JOINT_NAMES[middle]
    if bend_deg > 60.0:
        assert angle_deg(found[:, upper], local[:, upper]).max() < 12.0


@pytest.mark.parametrize("bend_deg", np.linspace(-12.0, 12.0, 7))
def test_a_straight_limb_has_no_twist_of_its_own_and_noise_does_not_shake_it(bend_deg, rng):
    """Elbow and knee almost straight, 1 mm of noise: hip and shoulder shake hardly more than the chest they hang on."""
    local = still(200)
    local[:, 18] = about((0, -1, 0), bend_deg)
    local[:, 4] = about((1, 0, 0), bend_deg)
    joints = posed(local)
    joints[:, 1:] += rng.normal(0.0, 0.001, joints[:, 1:].shape)
    found = joints_to_rotations(fit_skeleton(joints))
    chest_deg = angle_deg(found[1:, 9], found[:-1, 9]).max()
    for joint in (1, 16):
        assert angle_deg(found[1:, joint], found[:-1, joint]).max() < 1.5 * chest_deg, JOINT_NAMES[joint]


@pytest.mark.parametrize("bend", ["knee", "elbow"])
def test_the_twist_never_flips_as_the_lower_bone_goes_anywhere(bend):
    """The lower bone on dense circles at every bend, the wrong way included: no step above a few degrees."""
    upper, middle = (1, 4) if bend == "knee" else (16, 18)
    plane = np.linspace(-180.0, 180.0, 721)
    bone = rotations.normalize(REST_OFFSETS_M[middle].astype(float))
    across = rotations.normalize(np.cross(bone, [0.0, 0.0, 1.0]))
    for by_deg in (2.0, 10.0, 25.0, 45.0, 90.0, 150.0):
        local = still(len(plane))
        axes = rotations.rotate(about(tuple(bone), plane), np.broadcast_to(across, (len(plane), 3)))
        half = np.radians(0.5 * by_deg)
        local[:, middle] = np.concatenate([np.sin(half) * axes, np.full((len(plane), 1), np.cos(half))], -1)
        found = joints_to_rotations(posed(local))
        assert angle_deg(found[1:, upper], found[:-1, upper]).max() < 4.0, (bend, by_deg)


def test_the_rest_pose_has_no_rotation():
    assert angle_deg(joints_to_rotations(posed(still())), still()).max() < 0.05


def test_twist_of_the_trunk_is_spread_over_the_spine():
    local = still()
    local[:, 9] = about((0, 1, 0), 60.0)
    found = joints_to_rotations(posed(local)).astype(float)
    turned = [float(angle_deg(found[:, j], still()[:, 0])[0]) for j in (3, 6, 9)]
    assert max(turned) < 30.0 and min(turned) > 10.0


def test_a_cartwheel_turns_the_root_smoothly_and_the_limbs_not_at_all():
    pose = walk(1).positions_m[0].astype(float)
    wheel = rotations.rotate(about((0, 0, 1), np.arange(0.0, 720.0, 6.0))[:, None], pose[None])
    found = joints_to_rotations(wheel)
    assert angle_deg(found[1:, 0], found[:-1, 0]) == pytest.approx(6.0, abs=0.1)
    assert angle_deg(found[1:, 1:], found[:-1, 1:]).max() < 0.1


def test_joints_in_one_point_give_numbers():
    local = joints_to_rotations(np.zeros((3, JOINT_COUNT, 3)))
    assert np.isfinite(local).all() and local.shape == (3, JOINT_COUNT, 4)


def test_leaves_follow_their_parents():
    local = joints_to_rotations(walk(5).positions_m)
    leaves = [j for j in range(JOINT_COUNT) if j not in PARENTS]
    assert np.array_equal(local[:, leaves], np.broadcast_to(rotations.IDENTITY, (5, len(leaves), 4)))
