"""Motions on other rigs: the same whatever the bone axes, feet that stand still, hands that reach, and what is told."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import rotations
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.problem import Target
from lamp.retarget import Rig, load_rig, retarget_motion
from lamp.retarget.bone_map import bone_map_names
from lamp.retarget.rig_pose import leg_m
from lamp.skeleton import BONE_LENGTHS_M, JOINT_NAMES
from tests.lamp.retarget.poses import character, joints_of, walk

LEG_M = float(BONE_LENGTHS_M[[4, 5, 7, 8]].sum() / 2)
SIZES = [(0.7, 0.8), (1.0, 1.0), (1.25, 1.2)]


def directions(joints, pairs):
    return rotations.normalize(np.stack([joints[:, b] - joints[:, a] for a, b in pairs], 1))


@pytest.mark.parametrize("name", ["standard", *bone_map_names()])
def test_rigs_made_from_names_play_the_very_joints(name):
    motion, rig = walk(), load_rig(name)
    out = retarget_motion(motion, rig)
    mapped = [j for j, bone in enumerate(rig.joints) if bone >= 0]
    assert np.abs(joints_of(rig, out.positions_m)[:, mapped] - motion.positions_m[:, mapped]).max() < 1e-3
    again, _ = rig.pose(out.local_rotations_xyzw, out.hips_m)
    assert np.abs(again - out.positions_m).max() < 1e-4
    assert not out.missed


@pytest.mark.parametrize("path", ["scaled", "scene"])
@pytest.mark.parametrize("arms_down_deg", [0.0, 45.0])
def test_bone_axes_rest_facing_and_a_pose_make_no_difference(path, arms_down_deg, rng):
    motion = walk()
    plain = character(legs=0.9, arms=1.1)
    odd = character(legs=0.9, arms=1.1, arms_down_deg=arms_down_deg, facing_deg=140.0, bone_axes=rng)
    a = joints_of(plain, retarget_motion(motion, plain, path=path).positions_m)
    b = joints_of(odd, retarget_motion(motion, odd, path=path).positions_m)
    limbs = [j for j in range(22) if j not in (16, 17, 18, 19, 20, 21)] if arms_down_deg else list(range(22))
    assert np.abs(a - b)[:, limbs].max() < 2e-3
    assert np.abs(directions(a, [(16, 18), (18, 20)]) - directions(b, [(16, 18), (18, 20)])).max() < 2e-3


@pytest.mark.parametrize(("legs", "arms"), SIZES)
def test_scaled_feet_stand_as_still_as_before_and_on_the_floor(legs, arms):
    motion, rig = walk(), character(legs=legs, arms=arms, arms_down_deg=45.0)
    out = retarget_motion(motion, rig, path="scaled")
    joints = joints_of(rig, out.positions_m)
    standing_m = rig.rest_world[0][[rig.joints[10], rig.joints[11]], 1].mean()
    for toe, contact in ((10, 1), (11, 3)):
        stands = (motion.contacts[1:, contact] > 0.5) & (motion.contacts[:-1, contact] > 0.5)
        assert np.linalg.norm(np.diff(joints[:, toe], axis=0), axis=-1)[stands].max() < 2e-3
        assert joints[motion.contacts[:, contact] > 0.5, toe, 1] == pytest.approx(standing_m, abs=4e-3), toe
    went = np.linalg.norm(np.ptp(joints[:, 0, [0, 2]], axis=0)) / np.linalg.norm(
        np.ptp(motion.positions_m[:, 0, [0, 2]], axis=0)
    )
    assert went == pytest.approx(leg_m(rig) / LEG_M, rel=0.02), "steps as long as the legs"
    assert not out.missed


@pytest.mark.parametrize(("legs", "arms"), SIZES)
def test_in_the_scene_feet_stand_where_the_motion_has_them(legs, arms):
    motion, rig = walk(speed_mps=1.0), character(legs=legs, arms=arms)
    out = retarget_motion(motion, rig, path="scene")
    joints = joints_of(rig, out.positions_m)
    for toe, contact in ((10, 1), (11, 3)):
        stands = motion.contacts[:, contact] > 0.5
        away = np.linalg.norm((joints - motion.positions_m)[:, toe][:, [0, 2]], axis=-1)[stands]
        assert away.max() < 0.01 or any(m.joint.endswith("ankle") for m in out.missed)
    if legs >= 1.0:
        assert not out.missed
    across = np.linalg.norm((joints - motion.positions_m)[:, 0][:, [0, 2]], axis=-1)
    assert across.max() < 0.02, "the hips keep their way"


def test_bones_keep_their_length_whatever_is_reached_for():
    rig = character(legs=0.8, arms=0.8, arms_down_deg=45.0)
    target = Target(20, (0.5, 1.4, 1.5), arrive_s=1.5)
    out = retarget_motion(walk(), rig, targets=[target])
    rest, joints = rig.rest_world[0][list(rig.joints)], joints_of(rig, out.positions_m)
    for a, b in ((16, 18), (18, 20), (1, 4), (4, 7), (7, 10), (12, 15)):
        length = np.linalg.norm(joints[:, b] - joints[:, a], axis=-1)
        assert length == pytest.approx(np.linalg.norm(rest[b] - rest[a]), abs=1e-4), JOINT_NAMES[b]


@pytest.mark.parametrize(("legs", "arms"), SIZES)
@pytest.mark.parametrize("wrist", ["left_wrist", "right_wrist"])
def test_hands_reach_their_targets_and_move_there_smoothly(legs, arms, wrist):
    motion, rig = walk(), character(legs=legs, arms=arms, arms_down_deg=45.0)
    free = joints_of(rig, retarget_motion(motion, rig, path="scene").positions_m)
    joint, frame = JOINT_NAMES.index(wrist), 30
    goal = free[frame, joint - 4] + [0.0, -0.1, 0.3 * arms]  # from the shoulder
    out = retarget_motion(
        motion, rig, targets=[Target(joint, tuple(goal), arrive_s=frame / 20.0, hold_s=0.0)]
    )
    joints = joints_of(rig, out.positions_m)
    assert np.linalg.norm(joints[frame, joint] - goal) < 1e-3 and not out.missed
    assert np.abs(joints[:15] - free[:15]).max() < 1e-3, "long before, nothing changes"
    assert np.linalg.norm(np.diff(joints[:, joint], axis=0), axis=-1).max() < 0.25, "no jump at 20 fps"


def test_what_is_out_of_reach_is_said_and_approached():
    rig = character(arms=0.7)
    out = retarget_motion(walk(), rig, targets=[Target(20, (0.3, 1.9, 4.0), arrive_s=1.0)])
    (missed,) = [m for m in out.missed if m.joint == "left_wrist"]
    assert missed.by_m > 0.5 and missed.time_s == pytest.approx(1.0) and "out of reach" in str(missed)
    joints = joints_of(rig, out.positions_m)
    arm = np.linalg.norm(joints[20, 20] - joints[20, 16])
    assert arm > 0.98 * 0.7 * BONE_LENGTHS_M[[18, 20]].sum(), "the arm is stretched out"


def test_elbows_and_knees_bend_to_the_side_they_did():
    motion, rig = walk(), character(legs=0.85, arms=0.85)
    joints = joints_of(rig, retarget_motion(motion, rig).positions_m)
    for a, b, c in ((1, 4, 7), (2, 5, 8), (16, 18, 20), (17, 19, 21)):
        theirs = np.cross(joints[:, b] - joints[:, a], joints[:, c] - joints[:, b])
        ours = motion.positions_m.astype(float)
        ours = np.cross(ours[:, b] - ours[:, a], ours[:, c] - ours[:, b])
        bent = np.linalg.norm(ours, axis=-1) > 0.02
        assert ((theirs * ours).sum(-1)[bent] > 0.0).all()


def test_parts_with_the_same_origin_are_the_whole():
    motion, rig = walk(), character(legs=0.8)
    whole = retarget_motion(motion, rig, origin_m=(0.0, 0.0)).positions_m
    parts = [
        retarget_motion(motion[s], rig, origin_m=(0.0, 0.0)).positions_m
        for s in (slice(0, 33), slice(33, 80))
    ]
    assert np.abs(np.concatenate(parts) - whole).max() < 1e-4


def test_rotations_of_neighbouring_frames_have_the_same_sign():
    out = retarget_motion(walk(), character(arms_down_deg=45.0, bone_axes=np.random.default_rng(5)))
    q = out.local_rotations_xyzw
    assert ((q[1:] * q[:-1]).sum(-1) > 0.5).all()


def test_a_rig_without_toes_neck_and_upper_chest_still_walks():
    full = character(names="unity")
    keep = [j for j in range(22) if JOINT_NAMES[j] not in ("left_foot", "right_foot", "neck", "spine3")]
    names, parents, places = [], [], full.rest_world[0]
    for j in keep:
        above = full.parents[j]
        while above >= 0 and above not in keep:
            above = full.parents[above]
        names.append(full.bone_names[j])
        parents.append(keep.index(above) if above >= 0 else -1)
    offsets = [places[j] - (places[keep[p]] if p >= 0 else 0.0) for j, p in zip(keep, parents, strict=True)]
    from lamp.retarget import bone_map

    rig = Rig.from_bones("few bones", bone_map("unity"), names, parents, np.array(offsets))
    motion = walk()
    joints = joints_of(rig, retarget_motion(motion, rig).positions_m)
    assert np.abs(joints[:, [7, 8]] - motion.positions_m[:, [7, 8]]).max() < 0.06
    shoulders = directions(joints, [(17, 16)]) @ directions(
        motion.positions_m.astype(float), [(17, 16)]
    ).swapaxes(1, 2)
    assert shoulders.min() > 0.99, "the highest bone of its spine turns as the chest does"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": "sideways"}, "path.*scaled or scene"),
        ({"targets": [Target(15, (0, 1, 0))]}, r"targets\[0\].joint.*head.*left_wrist"),
        ({"targets": [Target(20, (0, 1, 0), arrive_s=99.0)]}, r"targets\[0\].arrive_s.*99.*3.95 s"),
    ],
)
def test_what_cannot_be_is_named(change, says):
    with pytest.raises(InputError, match=says):
        retarget_motion(walk(), character(), **change)


def test_a_motion_with_nan_is_refused_by_frame():
    good = walk()
    bad = good.positions_m.copy()
    bad[7, 3, 1] = np.nan
    with pytest.raises(InputError, match="frame 7"):
        retarget_motion(Motion(bad, good.local_rotations_xyzw, good.contacts, 20.0), character())
