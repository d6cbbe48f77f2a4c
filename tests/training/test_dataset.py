"""Loading prepared sets: shapes, splits, mirroring, and clear words about folders that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp.errors import InputError
from lamp.skeleton import BONE_LENGTHS_M, JOINT_NAMES, PARENTS
from tests.training import synthetic
from training.__main__ import main
from training.dataset import PreparedSet, load_any, mirror_caption, mirror_clip, mirror_joints

LEFT_WRIST, RIGHT_WRIST = JOINT_NAMES.index("left_wrist"), JOINT_NAMES.index("right_wrist")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    clips = {f"c{i}": synthetic.motion(30 + 10 * i, seed=i) for i in range(4)}
    records = {"c2": {"split": "val"}, "c3": {"split": "test", "licence": "other"}}
    return synthetic.write_shards(tmp_path / "raw", clips, records)


@pytest.fixture
def folder(raw: Path, tmp_path: Path) -> Path:
    assert main(["prepare", str(raw), str(tmp_path / "out")]) == 0
    return tmp_path / "out"


def test_splits_and_joints(folder: Path) -> None:
    data = PreparedSet.load(folder)
    assert [list(data.split(s)) for s in ("train", "val", "test", "heldout")] == [[0, 1], [2], [3], []]
    assert list(data.split("all")) == [0, 1, 2, 3]
    assert [len(data.joints(i)) for i in range(4)] == [30, 40, 50, 60]
    assert isinstance(data.units, np.memmap), "a large set must not be read into memory"
    data.joints(0)[:] = 7.0
    assert data.joints(0).max() < 3.0, "a caller's change must not reach the set"
    with pytest.raises(InputError, match="'tests' is unknown; use all, train"):
        data.split("tests")


def test_raw_source_is_prepared_on_the_fly_to_the_same_set(raw: Path, folder: Path) -> None:
    loaded, direct = load_any(folder), load_any(raw)
    assert [c.as_record() for c in direct.clips] == [c.as_record() for c in loaded.clips]
    np.testing.assert_array_equal(direct.joints(3), loaded.joints(3))
    np.testing.assert_array_equal(direct.mean, loaded.mean)
    assert [c.id for c in load_any(raw, licences=["other"]).clips] == ["c3"]


def _edit_manifest(folder: Path, **fields: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **fields}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: _edit_manifest(f, schema=99), "schema is 99, this version reads 1"),
        (lambda f: _edit_manifest(f, skeleton_hash="abc"), "made for skeleton 'abc'"),
        (lambda f: _edit_manifest(f, fps=30), "fps 30"),
        (lambda f: (f / "manifest.json").write_text("{", encoding="utf-8"), "not readable as JSON"),
        (lambda f: (f / "manifest.json").write_text("[]", encoding="utf-8"), "schema is None"),
        (lambda f: (f / "manifest.json").unlink(), "was not finished"),
        (lambda f: (f / "joints.npy").unlink(), "damaged"),
        (lambda f: (f / "joints.npy").write_bytes(b"x"), "damaged"),
        (lambda f: np.save(f / "joints.npy", np.zeros((5, 22, 3), np.int16)), r"needs int16 \(180, 22, 3\)"),
        (lambda f: np.save(f / "joints.npy", np.zeros((180, 22, 3), np.float32)), "holds float32"),
        (lambda f: (f / "clips.jsonl").write_text('{"id": "x"}\n', encoding="utf-8"), "damaged"),
        (lambda f: (f / "statistics.npz").unlink(), "damaged"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_with_the_remedy(folder: Path, damage: object, told: str) -> None:
    damage(folder)  # type: ignore[operator]
    with pytest.raises(InputError, match=told) as error:
        PreparedSet.load(folder)
    assert "python -m training prepare" in str(error.value)


def test_a_folder_that_is_no_prepared_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no prepared data set"):
        PreparedSet.load(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        PreparedSet.load(tmp_path / "absent")
    with pytest.raises(InputError, match="no known format"):
        load_any(tmp_path)


@given(st.integers(0, 1000), st.integers(1, 5))
def test_mirroring_joints_is_an_involution_that_exchanges_sides(seed: int, frames: int) -> None:
    joints = np.random.default_rng(seed).normal(size=(frames, 22, 3)).astype(np.float32)
    mirrored = mirror_joints(joints)
    np.testing.assert_array_equal(mirror_joints(mirrored), joints)
    np.testing.assert_array_equal(mirrored[:, LEFT_WRIST], joints[:, RIGHT_WRIST] * np.float32([-1, 1, 1]))
    np.testing.assert_array_equal(mirrored[:, 0], joints[:, 0] * np.float32([-1, 1, 1]))


def test_mirror_image_of_a_clip_has_standard_bones_stands_on_the_floor_and_walks_as_far(folder: Path) -> None:
    joints = PreparedSet.load(folder).joints(3)
    mirrored = mirror_clip(joints)
    bones = np.linalg.norm(mirrored[:, 1:] - mirrored[:, PARENTS[1:]], axis=-1)
    np.testing.assert_allclose(bones, np.broadcast_to(BONE_LENGTHS_M[1:], bones.shape), atol=1e-4)
    assert -0.021 < mirrored[..., 1].min() <= 0.001
    np.testing.assert_allclose(mirrored[:, 0, 0], -joints[:, 0, 0], atol=1e-6)
    np.testing.assert_allclose(mirrored[:, 0, 2], joints[:, 0, 2], atol=1e-6)


WORDS = st.sampled_from(
    ["left", "Right", "LEFT", "leftwards", "Clockwise", "counterclockwise", "upright", "a", "turns"]
)


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", "-", "/", "_", ". "]))))
def test_mirroring_captions_is_an_involution(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in parts)
    assert mirror_caption(mirror_caption(text)) == text


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("a person raises the left hand.", "a person raises the right hand."),
        ("Left foot, RIGHT hand", "Right foot, LEFT hand"),
        ("turns counter-clockwise", "turns clockwise"),
        ("turns clockwise", "turns counterclockwise"),
        ("steps leftwards, left-handed", "steps rightwards, right-handed"),
        ("stands upright, brightly", "stands upright, brightly"),
        ("", ""),
    ],
)
def test_mirrored_words(text: str, mirrored: str) -> None:
    assert mirror_caption(text) == mirrored
