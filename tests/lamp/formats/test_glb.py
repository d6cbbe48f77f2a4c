"""glTF files, read back by the tests' own reader: the same joints, the same angles, a body that follows them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lamp.formats.glb import save_glb
from lamp.formats.skeletal import SkeletalAnimation
from lamp.formats.skin import skin_of
from lamp.motion import Motion
from lamp.skeleton import JOINT_NAMES, PARENTS
from tests.lamp.formats.motions import tumbling
from tests.lamp.formats.reading import Glb

pytest.importorskip("pygltflib", reason="needs the extra export")


@pytest.fixture(scope="module")
def motion() -> Motion:
    return tumbling()


@pytest.fixture(scope="module")
def file(motion: Motion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("glb") / "tumble.glb"
    animation = SkeletalAnimation.of_motion(motion)
    save_glb(path, animation, skin_of(animation), title="tumble")
    return path


def test_joints_are_where_the_motion_has_them_within_a_millimetre(motion: Motion, file: Path) -> None:
    glb = Glb(file)
    times, _ = glb.clip()
    bones = [glb.node(name) for name in JOINT_NAMES]
    assert times == pytest.approx(np.arange(len(motion)) / motion.fps)
    for frame in range(len(motion)):
        found = glb.world(frame)[bones]
        assert np.abs(found[:, :3, 3] - motion.positions_m[frame]).max() < 1e-3
        local = [
            np.linalg.inv(found[PARENTS[j]][:3, :3]) @ found[j][:3, :3] if j else found[0][:3, :3]
            for j in range(len(bones))
        ]
        wanted = Rotation.from_quat(motion.local_rotations_xyzw[frame])
        assert np.rad2deg((Rotation.from_matrix(local) * wanted.inv()).magnitude()).max() < 0.1


def test_keys_can_be_interpolated_without_a_flip(file: Path) -> None:
    _, keys = Glb(file).clip()
    turns = [values for (_, path), values in keys.items() if path == "rotation"]
    assert len(turns) >= 15
    for values in turns:
        assert (np.sum(values[1:] * values[:-1], axis=-1) > 0.9).all()


def test_the_bind_pose_is_a_t_pose_on_the_floor_and_skins_to_itself(file: Path) -> None:
    glb = Glb(file)
    rest = {name: glb.world(None)[glb.node(name)][:3, 3] for name in JOINT_NAMES}
    assert min(place[1] for place in rest.values()) == pytest.approx(0.0, abs=1e-6)
    assert abs(rest["left_wrist"][1] - rest["left_shoulder"][1]) < 1e-3
    assert rest["left_wrist"][0] > 0.5 > -0.5 > rest["right_wrist"][0]
    points = glb.array(glb.tree["meshes"][0]["primitives"][0]["attributes"]["POSITION"])
    assert glb.skinned(None) == pytest.approx(points, abs=1e-5)


def test_the_body_follows_its_bones_and_does_not_tear(motion: Motion, file: Path) -> None:
    glb = Glb(file)
    primitive = glb.tree["meshes"][0]["primitives"][0]
    weights = glb.array(primitive["attributes"]["WEIGHTS_0"])
    assert weights.sum(axis=-1) == pytest.approx(1.0, abs=1e-5)
    assert (weights[:, 1] > 0.3).sum() > 100, (
        "no vertex is shared between bones: the skin would break at joints"
    )
    faces = glb.array(primitive["indices"]).reshape(-1, 3)
    for frame in (20, 50, 80):
        points = glb.skinned(frame)
        away = np.linalg.norm(points[:, None] - motion.positions_m[frame], axis=-1).min(axis=1)
        assert away.max() < 0.30, "a part of the skin was left behind"
        edges = np.linalg.norm(points[faces[:, 0]] - points[faces[:, 1]], axis=-1)
        assert edges.max() < 0.10, "an edge of at most 3 cm was torn"


def test_faces_look_outwards(file: Path) -> None:
    glb = Glb(file)
    primitive = glb.tree["meshes"][0]["primitives"][0]
    points = glb.array(primitive["attributes"]["POSITION"]).astype(np.float64)
    a, b, c = (points[glb.array(primitive["indices"]).reshape(-1, 3)[:, i]] for i in range(3))
    assert 0.04 < np.sum(np.cross(a, b) * c) / 6 < 0.10  # the volume of a person in m³


@pytest.mark.parametrize("root_motion", [False, True])
def test_a_root_bone_changes_nothing_of_what_is_seen(
    motion: Motion, root_motion: bool, tmp_path: Path
) -> None:
    plain = SkeletalAnimation.of_motion(motion)
    rooted = plain.with_root_motion() if root_motion else plain.with_root()
    save_glb(tmp_path / "ready.glb", rooted, key_every_bone=True)
    glb = Glb(tmp_path / "ready.glb")
    (armature,) = glb.tree["scenes"][0]["nodes"]
    assert glb.nodes[armature]["children"] == [0]
    assert glb.nodes[0]["name"] == "root"
    _, keys = glb.clip()
    assert len(keys) == 2 * len(rooted.names), "every bone needs both of its channels"
    assert not any("scale" in node or "matrix" in node for node in glb.nodes)
    for frame in (0, 45, 89):
        matrices = glb.world(frame)
        joints = matrices[[glb.node(name) for name in JOINT_NAMES]][:, :3, 3]
        assert joints == pytest.approx(motion.positions_m[frame], abs=1e-3)
        ground = motion.positions_m[frame, 0] * [1, 0, 1] if root_motion else np.zeros(3)
        assert matrices[0][:3, 3] == pytest.approx(ground, abs=1e-5)


def test_a_single_frame_is_a_file_too(motion: Motion, tmp_path: Path) -> None:
    save_glb(tmp_path / "pose.glb", SkeletalAnimation.of_motion(motion[:1]))
    assert Glb(tmp_path / "pose.glb").world(0)[0][:3, 3] == pytest.approx(motion.positions_m[0, 0], abs=1e-5)


def test_without_pygltflib_the_message_says_what_to_install(
    motion: Motion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygltflib", None)
    with pytest.raises(ImportError, match=r"pip install 'lamp-motion\[export\]'"):
        save_glb(tmp_path / "a.glb", SkeletalAnimation.of_motion(motion))
    assert not list(tmp_path.iterdir())


def test_the_validator_of_khronos_finds_nothing(
    file: Path, motion: Motion, tmp_path: Path, gltf_validator: list[str]
) -> None:
    ready = SkeletalAnimation.of_motion(motion).with_root_motion()
    save_glb(tmp_path / "ready.glb", ready, skin_of(ready), key_every_bone=True)
    save_glb(tmp_path / "bare.glb", SkeletalAnimation.of_motion(motion))
    for path in (file, tmp_path / "ready.glb", tmp_path / "bare.glb"):
        done = subprocess.run(
            [*gltf_validator, str(path)], check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
    broken = bytearray(file.read_bytes())
    at = broken.index(b'"VEC4"')
    broken[at : at + 6] = b'"VEC2"'
    (tmp_path / "broken.glb").write_bytes(broken)
    done = subprocess.run(
        [*gltf_validator, str(tmp_path / "broken.glb")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, "the validator lets a broken file pass, so it proves nothing"
