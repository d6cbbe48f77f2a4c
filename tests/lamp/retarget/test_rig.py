"""Bone maps and rigs: every built-in map is complete, files are read, and every message says what to mend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml

from lamp.errors import InputError
from lamp.retarget import Rig, bone_map, bone_map_names, load_rig
from lamp.retarget.bone_map import REQUIRED
from lamp.skeleton import JOINT_NAMES, PARENTS
from tests.lamp.retarget.poses import character

# One bone of every rig that its users would look for first, and how many bones a rig made from the map has.
KNOWN = {
    "unity": ("LeftLowerArm", 22), "unreal4": ("lowerarm_l", 31), "unreal5": ("spine_05", 42),
    "vrm0": ("leftLowerArm", 22), "vrm1": ("upperChest", 22), "mixamo": ("mixamorig:LeftForeArm", 22),
    "smpl": ("left_elbow", 22),
}  # fmt: skip


def written(path, rig, **more):
    rows = [
        {
            "bone": b,
            "parent": rig.bone_names[p] if p >= 0 else None,
            "offset": o.tolist(),
            "rotation": q.tolist(),
        }
        for b, p, o, q in zip(
            rig.bone_names, rig.parents, rig.offsets_m, rig.rest_rotations_xyzw, strict=True
        )
    ]
    path.write_text(yaml.safe_dump({"name": "hero", "bones": "mixamo", "skeleton": rows, **more}))
    return path


def test_there_is_a_map_for_every_engine():
    assert set(bone_map_names()) == set(KNOWN)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_built_in_maps_make_rigs(name):
    bone, count = KNOWN[name]
    rig, names = load_rig(name), bone_map(name)
    assert bone in rig.bone_names and len(rig.bone_names) == count == len(set(rig.bone_names))
    assert all(
        names.bones[joint] in rig.bone_names[rig.joints[JOINT_NAMES.index(joint)]] for joint in REQUIRED
    )
    places = rig.rest_world[0]
    assert places[:, 1].min() == pytest.approx(0.0, abs=0.05), "it stands on the floor"


def test_chains_of_the_unreal_rigs_are_in_order():
    rig = load_rig("unreal5")
    parent = {
        b: rig.bone_names[p] if p >= 0 else None for b, p in zip(rig.bone_names, rig.parents, strict=True)
    }
    chain, bone = [], "head"
    while bone is not None:
        chain.append(bone)
        bone = parent[bone]
    assert chain == [
        "head",
        "neck_02",
        "neck_01",
        "spine_05",
        "spine_04",
        "spine_03",
        "spine_02",
        "spine_01",
        "pelvis",
        "root",
    ]
    assert parent["clavicle_l"] == "spine_05" and parent["calf_twist_02_r"] == "calf_r"


@pytest.mark.parametrize("prefix", ["mixamorig:", "mixamorig1:", "mixamorig", ""])
def test_the_prefix_of_mixamo_does_not_matter(prefix):
    names = [prefix + bone_map("mixamo").bones[j] for j in JOINT_NAMES]
    plain = character()
    rig = Rig.from_bones("m", bone_map("mixamo"), names, PARENTS, plain.offsets_m)
    assert rig.joints == tuple(range(22))


def test_a_file_in_centimetres_is_the_rig_in_metres(tmp_path, rng):
    rig = character(arms_down_deg=45.0, bone_axes=rng)
    again = load_rig(
        written(tmp_path / "hero.yaml", replace(rig, offsets_m=rig.offsets_m), metres_per_unit=1.0)
    )
    assert np.allclose(again.rest_world[0], rig.rest_world[0], atol=1e-6)
    rows = yaml.safe_load((tmp_path / "hero.yaml").read_text())
    for row in rows["skeleton"]:
        row["offset"] = [100.0 * v for v in row["offset"]]
    (tmp_path / "cm.yaml").write_text(yaml.safe_dump({**rows, "metres_per_unit": 0.01}))
    assert np.allclose(load_rig(tmp_path / "cm.yaml").rest_world[0], rig.rest_world[0], atol=1e-6)


def test_a_file_may_hold_only_names(tmp_path):
    bones = {joint: f"B_{joint}" for joint in JOINT_NAMES}
    (tmp_path / "names.yaml").write_text(yaml.safe_dump({"name": "mine", "bones": bones}))
    rig = load_rig(tmp_path / "names.yaml")
    assert rig.bone_names[rig.joints[18]] == "B_left_elbow" and rig.name == "mine"


def _unknown_joint(c):
    c["bones"] = {**bone_map("unity").bones, "left_ellbow": "LeftLowerArm2"}
    del c["skeleton"]


def _missing_bone(c):
    c["skeleton"] = [r for r in c["skeleton"] if "LeftHand" not in r["bone"]]


def _rename(c):
    c["skeleton"][-1]["bone"] = c["skeleton"][-1]["bone"] + "X"


def _twice(c):
    c["skeleton"].append(dict(c["skeleton"][-1]))


def _nan(c):
    c["skeleton"][5]["offset"] = [0.0, float("nan"), 0.0]


def _centimetres(c):
    for row in c["skeleton"]:
        row["offset"] = [100.0 * v for v in row["offset"]]


def _zero(c):
    c["skeleton"][4]["offset"] = [0.0, 0.0, 0.0]


def _swapped(c):
    for row in c["skeleton"]:
        for key in ("bone", "parent"):
            if row[key]:
                row[key] = row[key].replace("Left", "?").replace("Right", "Left").replace("?", "Right")


def _upside_down(c):
    for row in c["skeleton"]:
        if row["bone"].endswith(("LeftLeg", "RightLeg")):
            row["offset"] = [-v for v in row["offset"]]


def _lying(c):
    c["skeleton"][0]["rotation"] = [0.7071068, 0.0, 0.0, 0.7071068]


def _flat_tree(c):
    for row in c["skeleton"][1:]:
        row["parent"] = c["skeleton"][0]["bone"]


def _parent_later(c):
    c["skeleton"].reverse()


def _no_turn(c):
    c["skeleton"][3]["rotation"] = [0, 0, 0, 0]


def _no_spine(c):
    c["bones"] = {k: v for k, v in bone_map("unity").bones.items() if not k.startswith("spine")}


def _doubled(c):
    c["bones"] = {**bone_map("unity").bones, "left_knee": "LeftFoot"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_unknown_joint, "left_ellbow.*did you mean left_elbow"),
        (_missing_bone, "bone mixamorig:LeftHand: is missing.*left_wrist"),
        (_rename, "RightHand: is missing.*did you mean mixamorig:RightHandX"),
        (_twice, "RightHand: is in the rig twice"),
        (_nan, "bone mixamorig:RightLeg: offset.*finite"),
        (_centimetres, "Is it in centimetres.*metres_per_unit: 0.01"),
        (_zero, "LeftLeg.*less than 5 mm from .*LeftUpLeg"),
        (_swapped, "left and right of the bone map are swapped|check left and right"),
        (_upside_down, "LeftUpLeg .left_hip.: points .* degrees away from straight down"),
        (_lying, "does not stand along .Y at rest.*9. degrees off.*Convert it to Y up"),
        (_flat_tree, "does not hang on"),
        (_parent_later, "put parents first"),
        (_no_turn, "rotation: is all zero"),
        (_no_spine, "names no bone of the spine"),
        (_doubled, "LeftFoot: is the bone of both"),
        (lambda c: c.update(metres_per_unit=0), "metres_per_unit: is 0"),
        (lambda c: c.update(bones="unitty"), "bone map 'unitty': is unknown; use .*unity"),
        (lambda c: c.update(skeleton=[]), "skeleton: must be a list"),
    ],
)
def test_what_is_wrong_with_a_rig_is_named(tmp_path, spoil, says):
    content = yaml.safe_load(written(tmp_path / "hero.yaml", character()).read_text())
    spoil(content)
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=says):
        load_rig(tmp_path / "bad.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [("[1, 2]", "no mapping"), ("a: [", "cannot be read as YAML"), ("name: x", "bones: must list")],
)
def test_a_file_that_is_no_rig_is_named(tmp_path, text, says):
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError, match=f"bad.yaml.*{says}"):
        load_rig(tmp_path / "bad.yaml")


def test_unknown_rigs_are_answered_with_the_list():
    with pytest.raises(InputError, match="mixamo, smpl, unity, unreal4, unreal5, vrm0, vrm1"):
        load_rig("biped")
