"""HumanML3D folders: joints or vectors, sub-clips, twins, split lists, and the files upstream has broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamp import features
from tests.training import synthetic
from training.clips import RawClip, Skipped, SourceOptions
from training.dataset import load_any
from training.sources import detect, humanml3d

WALK = "a man walks.#a/DET man/NOUN walk/VERB#0.0#0.0\n"


def read(folder: Path, **options: str) -> dict[str, RawClip | Skipped]:
    return {item.id: item for item in humanml3d.open_source(folder, SourceOptions(**options)).items()}


def clip_of(items: dict[str, RawClip | Skipped], clip_id: str) -> RawClip:
    item = items[clip_id]
    assert isinstance(item, RawClip), item
    return item


def test_joints_texts_and_splits(tmp_path: Path) -> None:
    clips = {"000001": synthetic.motion(60), "000002": synthetic.motion(40, seed=1)}
    folder = synthetic.write_humanml3d(
        tmp_path / "h",
        clips,
        {"000001": WALK + "he strolls#x/Y#0.0#0.0\n"},
        {"train": ["000001"], "test": ["000002"]},
    )
    assert detect(folder) == "humanml3d"
    items = read(folder)
    first, second = clip_of(items, "000001"), clip_of(items, "000002")
    np.testing.assert_array_equal(first.joints, clips["000001"])
    assert first.captions == ("a man walks.", "he strolls") and first.split == "train"
    assert second.captions == () and second.split == "test"
    assert first.source == "humanml3d" and first.licence == "amass-noncommercial"


def test_described_stretches_become_clips_of_their_own(tmp_path: Path) -> None:
    joints = synthetic.motion(100)
    text = WALK + "he turns#x/Y#1.0#3.0\nhe spins#x/Y#1.0#3.0\nhe stops#x/Y#3.5#5.0\nodd line#x/Y#nan#nan\n"
    folder = synthetic.write_humanml3d(
        tmp_path / "h", {"7": joints, "8": joints}, {"7": text, "8": "a#b#2#4\n"}, {}
    )
    items = read(folder)
    assert clip_of(items, "7").captions == ("a man walks.", "odd line")
    assert clip_of(items, "7@1-3").captions == ("he turns", "he spins")
    np.testing.assert_array_equal(clip_of(items, "7@1-3").joints, joints[20:60])
    np.testing.assert_array_equal(clip_of(items, "7@3.5-5").joints, joints[70:100])
    assert "8" not in items and len(clip_of(items, "8@2-4").joints) == 40


def test_vectors_are_decoded(tmp_path: Path) -> None:
    joints = synthetic.motion(60)
    folder = synthetic.write_humanml3d(
        tmp_path / "h", {"1": features.encode(joints)}, {}, {}, motion_folder="new_joint_vecs"
    )
    decoded = clip_of(read(folder), "1").joints
    assert decoded.shape == (59, 22, 3)
    spans = np.linalg.norm(decoded[:, 20] - decoded[:, 7], axis=-1)
    np.testing.assert_allclose(spans, np.linalg.norm(joints[:-1, 20] - joints[:-1, 7], axis=-1), atol=1e-4)


def test_mirrored_twins_are_left_out_and_said_so(tmp_path: Path) -> None:
    clips = {i: synthetic.motion(40) for i in ("000001", "M000001", "Mine")}
    folder = synthetic.write_humanml3d(tmp_path / "h", clips, {}, {"train": ["000001", "M000001", "Mine"]})
    source = humanml3d.open_source(folder, SourceOptions())
    assert [i.id for i in source.items()] == ["000001", "Mine"]
    assert "1 mirrored twins" in source.notes[0]


def test_broken_files_are_skipped_with_their_reason(tmp_path: Path) -> None:
    hole = synthetic.motion(60)
    hole[30, 4, 1] = np.nan
    clips = {
        "good": synthetic.motion(60), "nan": hole, "few": synthetic.motion(60)[:, :21], "empty": np.zeros((0, 22, 3)),
        "kit": np.zeros((60, 251), np.float32), "text": synthetic.motion(60), "unlisted": synthetic.motion(60),
    }  # fmt: skip
    ids = [i for i in clips if i != "unlisted"] + ["gone"]
    folder = synthetic.write_humanml3d(tmp_path / "h", clips, {"text": "a#b#one#two\n"}, {"train": ids})
    (folder / "new_joints" / "torn.npy").write_bytes(b"\x93NUMPY torn")
    (folder / "train.txt").write_text("\n".join([*ids, "torn"]), encoding="utf-8")
    data = load_any(folder)
    assert [c.id for c in data.clips] == ["good"]
    reasons = {s["id"]: s["reason"] for s in data.manifest["skipped"]}
    assert set(reasons) == {"nan", "few", "empty", "kit", "text", "unlisted", "gone", "torn"}
    for clip_id, told in {
        "nan": "frame 30, joint 4", "few": "(60, 21, 3)", "empty": "zero length", "kit": "(60, 251)",
        "text": "text.txt line 1", "unlisted": "no split list", "gone": "no motion file", "torn": "not readable",
    }.items():  # fmt: skip
        assert told in reasons[clip_id]


def test_layout_without_lists_is_split_by_name_the_same_every_time(tmp_path: Path) -> None:
    clips = {f"{i:04d}": synthetic.motion(30) for i in range(60)}
    folder = synthetic.write_humanml3d(tmp_path / "h", clips, {}, {}, motion_folder="joints")
    splits = [{i: clip_of(items, i).split for i in clips} for items in (read(folder), read(folder))]
    assert splits[0] == splits[1]
    assert set(splits[0].values()) >= {"train", "test"} and list(splits[0].values()).count("train") > 45
    assert clip_of(read(folder, split="val", licence="mine", name="n"), "0001").split == "val"


@pytest.mark.shared
def test_reference_clip_passes_unchanged(shared_dir: Path, tmp_path: Path) -> None:
    joints = np.load(shared_dir / "data" / "golden" / "012314_joints.npy")
    vectors = np.load(shared_dir / "data" / "golden" / "012314_vecs.npy")
    for name, array in {"new_joints": joints, "new_joint_vecs": vectors}.items():
        folder = synthetic.write_humanml3d(
            tmp_path / name, {"012314": array}, {}, {"train": ["012314"]}, name
        )
        loaded = load_any(folder).joints(0)
        moved = joints - joints[0, 0] * np.float32([1, 0, 1])
        np.testing.assert_allclose(loaded, moved[: len(loaded)], atol=2e-3)
