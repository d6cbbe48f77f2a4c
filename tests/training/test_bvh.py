"""BVH folders: any naming, channels, unit, rate and vertical give the same joints; what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.formats.bone_maps import Between, load_bone_map, named_maps, normalised, resolve
from lamp.formats.bvh_file import read_bvh
from lamp.skeleton import JOINT_NAMES, MIRROR
from tests.training import synthetic
from training.clips import RawClip, Skipped, SourceOptions
from training.sources import bvh, detect

MAPS = {m.name: m for m in named_maps()}
# first-choice names of each convention; joints that it places between bones have none
NAMES = {
    m.name: {j: places[0] for j, places in m.places.items() if not isinstance(places[0], Between)}
    for m in named_maps()
}


def read(folder: Path, **options: object) -> list[RawClip | Skipped]:
    return list(bvh.open_source(folder, SourceOptions(**options)).items())  # type: ignore[arg-type]


def only_clip(folder: Path, **options: object) -> RawClip:
    (item,) = read(folder, **options)
    assert isinstance(item, RawClip), item
    return item


@pytest.mark.parametrize("naming", [n for n in NAMES if n != "sfu"])
def test_every_named_convention_is_detected_and_gives_the_true_joints(tmp_path: Path, naming: str) -> None:
    truth = synthetic.write_bvh(tmp_path / "walk.bvh", NAMES[naming])[::3]
    source = bvh.open_source(tmp_path, SourceOptions())
    (clip,) = source.items()
    assert isinstance(clip, RawClip), clip
    assert f"naming {naming};" in source.notes[0]
    assert clip.joints.shape == truth.shape
    placed = [j for j, name in enumerate(JOINT_NAMES) if name in NAMES[naming]]
    assert len(placed) >= 20
    np.testing.assert_allclose(clip.joints[:, placed], truth[:, placed], atol=1e-4)


def test_convention_with_fewer_spine_bones_places_the_missing_one_between(tmp_path: Path) -> None:
    truth = synthetic.write_bvh(tmp_path / "a.bvh", NAMES["sfu"])[::3]
    clip = only_clip(tmp_path)
    spine1, spine2, spine3 = (JOINT_NAMES.index(n) for n in ("spine1", "spine2", "spine3"))
    expected = 0.4 * truth[:, spine1] + 0.6 * truth[:, spine3]
    np.testing.assert_allclose(clip.joints[:, spine2], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("unit", "units_per_m"),
    [("m", 1), ("cm", 100), ("mm", 1000), ("inch", 1 / 0.0254), ("asf", 0.45 / 0.0254)],
)
def test_unit_is_told_by_the_legs_and_reported(tmp_path: Path, unit: str, units_per_m: float) -> None:
    truth = synthetic.write_bvh(tmp_path / "a.bvh", NAMES["mixamo"], units_per_m=units_per_m)[::3]
    source = bvh.open_source(tmp_path, SourceOptions())
    (clip,) = source.items()
    assert isinstance(clip, RawClip)
    np.testing.assert_allclose(clip.joints, truth, atol=1e-4)
    assert f"unit {unit}" in source.notes[0]


def test_a_giant_is_scaled_to_a_person_and_said_so(tmp_path: Path) -> None:
    synthetic.write_bvh(tmp_path / "a.bvh", NAMES["mixamo"], units_per_m=5.0)
    source = bvh.open_source(tmp_path, SourceOptions())
    (clip,) = source.items()
    assert isinstance(clip, RawClip)
    thigh = np.linalg.norm(clip.joints[0, 4] - clip.joints[0, 1])
    assert 0.35 < thigh < 0.45
    assert "unknown" in source.notes[0]


def test_z_up_files_are_turned_upright(tmp_path: Path) -> None:
    truth = synthetic.write_bvh(tmp_path / "a.bvh", NAMES["unreal"], z_up=True)[::3]
    np.testing.assert_allclose(only_clip(tmp_path).joints, truth, atol=1e-4)


@pytest.mark.parametrize(("fps", "frames"), [(20.0, 61), (30.0, 61), (50.0, 61), (120.0, 61)])
def test_any_rate_becomes_20_fps_by_turning_bones_not_cutting_corners(
    tmp_path: Path, fps: float, frames: int
) -> None:
    synthetic.write_bvh(tmp_path / "a.bvh", NAMES["smpl"], fps=fps)
    joints = only_clip(tmp_path).joints
    truth = synthetic.motion(frames)
    assert joints.shape == truth.shape
    np.testing.assert_allclose(joints, truth, atol=2e-3)
    forearm = np.linalg.norm(joints[:, 20] - joints[:, 18], axis=-1)
    assert np.ptp(forearm) < 1e-5, "bones must keep their length between the frames of the file"


def test_position_channels_on_every_joint_are_honoured(tmp_path: Path) -> None:
    truth = synthetic.write_bvh(tmp_path / "a.bvh", NAMES["unity"], positions=True)[::3]
    np.testing.assert_allclose(only_clip(tmp_path).joints, truth, atol=1e-4)


def test_leading_rest_pose_frame_is_removed(tmp_path: Path) -> None:
    truth = synthetic.write_bvh(tmp_path / "a.bvh", NAMES["cmu-daz"], rest_frame=True)
    source = bvh.open_source(tmp_path, SourceOptions())
    (clip,) = source.items()
    assert isinstance(clip, RawClip)
    np.testing.assert_allclose(clip.joints[0, 0], truth[0, 0], atol=1e-4)
    assert any("rest-pose frame removed from 1 files" in note for note in source.notes)


def test_same_numbers_as_an_independent_reader(tmp_path: Path) -> None:
    pybvh = pytest.importorskip("pybvh")
    synthetic.write_bvh(tmp_path / "a.bvh", NAMES["lafan"], seed=3)
    ours = read_bvh(tmp_path / "a.bvh")
    other = pybvh.read_bvh_file(tmp_path / "a.bvh", world_up="+y")
    names = [n.name for n in other.nodes if not n.is_end_site()]
    theirs = other.joint_positions()
    np.testing.assert_allclose(
        ours.world_positions()[:, [ours.names.index(n) for n in names]], theirs, atol=1e-6
    )
    assert ours.fps == 60.0


def test_unknown_names_are_refused_with_the_nearest_candidates(tmp_path: Path) -> None:
    synthetic.write_bvh(tmp_path / "a.bvh", {**NAMES["xsens"], "left_knee": "LeftKnie"})
    (item,) = read(tmp_path)
    assert isinstance(item, Skipped)
    assert "left_knee" in item.reason and "LeftKnie" in item.reason and "--bone-map" in item.reason
    assert "right_knee" not in item.reason, "joints that were found are not listed"


def test_users_own_map_flat_and_with_sides(tmp_path: Path) -> None:
    bones = {name: f"zz_{i}" for i, name in enumerate(JOINT_NAMES)}
    truth = synthetic.write_bvh(tmp_path / "bvh" / "a.bvh", bones)[::3]
    flat = tmp_path / "flat.yaml"
    flat.write_text("\n".join(f"{ours}: {theirs}" for ours, theirs in bones.items()), encoding="utf-8")
    np.testing.assert_allclose(only_clip(tmp_path / "bvh", bone_map=flat).joints, truth, atol=1e-4)
    sided = tmp_path / "sided.yaml"
    sided.write_text("sides: [A, B]\njoints: {pelvis: [nope, hub], knee: 'k_{side}'}", encoding="utf-8")
    places = load_bone_map(sided).places
    assert places["left_knee"] == ("k_A",) and places["right_knee"] == ("k_B",)
    assert places["pelvis"] == ("nope", "hub")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("left_nee: X", "left_knee"),
        ("- a\n- b", "no mapping"),
        ("{unclosed", "YAML"),
        ("joints: {pelvis: {between: [A], at: 1}}", "between"),
        ("pelvis: 3", "neither a bone"),
    ],
)
def test_faulty_bone_map_is_explained(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_bone_map(file)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda s: s[: s.index("JOINT", s.index("MOTION") // 2)], "truncated"),
        (lambda s: s[: int(len(s) * 0.8)], "motion values"),
        (lambda s: s.replace("Frame Time: 0.016667", "Frame Time: soon"), "no number"),
        (lambda s: s.replace("Frame Time:", "Frametime"), "missing"),
        (lambda s: s.replace("CHANNELS 3 Z", "CHANNELS 3 Q", 1), "line"),
        (lambda s: s.replace("CHANNELS 3", "CHANNELS 4", 1), "announces 4"),
        (lambda s: s.replace("Frames: 181", "Frames: 180"), "180 frames"),
        (lambda s: s.replace("OFFSET", "OFFSET nan_or_so", 1), "line 4"),
        (lambda s: "", "truncated or no BVH"),
        (lambda s: "HIERARCHY\n}\nMOTION\n", "line 2"),
        (lambda s: s.replace("MOTION", "JOINT more\n{\n}\nMOTION", 1), "ROOT"),
    ],
)
def test_damaged_file_is_named_with_the_place_and_the_others_are_read(
    tmp_path: Path, damage: object, told: str
) -> None:
    synthetic.write_bvh(tmp_path / "good.bvh", NAMES["mixamo"])
    text = (tmp_path / "good.bvh").read_text(encoding="utf-8")
    (tmp_path / "bad.bvh").write_text(damage(text), encoding="utf-8")  # type: ignore[operator]
    bad, good = read(tmp_path)
    assert isinstance(bad, Skipped) and bad.id.endswith("/bad") and told in bad.reason
    assert isinstance(good, RawClip)


def test_captions_come_from_a_text_file_or_the_file_name(tmp_path: Path) -> None:
    synthetic.write_bvh(tmp_path / "sneakLeft_02.bvh", NAMES["mixamo"], seconds=1.5)
    assert only_clip(tmp_path).captions == ("sneak left",)
    (tmp_path / "sneakLeft_02.txt").write_text("he sneaks#he/PRON#0#0\n\nslow steps\n", encoding="utf-8")
    assert only_clip(tmp_path).captions == ("he sneaks", "slow steps")


def test_exchanged_sides_are_pointed_out(tmp_path: Path) -> None:
    swapped = {ours: NAMES["mixamo"][JOINT_NAMES[MIRROR[j]]] for j, ours in enumerate(JOINT_NAMES)}
    synthetic.write_bvh(tmp_path / "a.bvh", swapped)
    source = bvh.open_source(tmp_path, SourceOptions())
    list(source.items())
    assert any("left and right exchanged" in note for note in source.notes)


def test_names_are_compared_without_decoration() -> None:
    assert (
        normalised("mixamorig:LeftArm")
        == normalised("mixamorig7_Left Arm")
        == normalised("Character1_LeftArm")
    )
    assert normalised("Bip01 L Thigh") == "lthigh"
    assert normalised("lFoot.end") == "lfoot.end" != normalised("lFootend")
    decorated = ["Armature|mixamorig:" + bone for bone in NAMES["mixamo"].values()]
    assert resolve(decorated).name == "mixamo"


def test_format_is_detected(tmp_path: Path) -> None:
    synthetic.write_bvh(tmp_path / "deep" / "a.BVH", NAMES["mixamo"])
    assert detect(tmp_path) == "bvh"
    with pytest.raises(InputError, match="no known format"):
        (tmp_path / "empty").mkdir()
        detect(tmp_path / "empty")
