"""``python -m training prepare``: what it writes, what it leaves out, and what an aborted run leaves behind."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lamp import features
from lamp.skeleton import BONE_LENGTHS_M, PARENTS
from tests.training import synthetic
from training.__main__ import main
from training.clips import RawClip, Source
from training.collect import PrepareOptions, collect
from training.dataset import PreparedSet
from training.row_file import RowFile

FREE = {"licence": "cc0-1.0", "source": "small"}


def prepared(*args: object) -> PreparedSet:
    """Run the command, which must succeed, and load what it wrote (the last positional argument)."""
    words = [str(a) for a in args]
    assert main(["prepare", *words]) == 0
    return PreparedSet.load(next(w for w in reversed(words) if Path(w).is_dir()))


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Six clips of one source, two of another, on bodies of different size."""
    clips = {f"big{i}": synthetic.motion(60, seed=i) * np.float32(1.0 + 0.05 * i) for i in range(6)}
    clips |= {f"small{i}": synthetic.motion(40, seed=9 + i) + np.float32([3, 0.4, -2]) for i in range(2)}
    records = {"small0": FREE, "small1": {**FREE, "split": "test"}, "big5": {"split": "val"}}
    return synthetic.write_shards(tmp_path / "data", clips, records)


def test_clips_stand_on_the_floor_at_the_origin_with_standard_bones_and_their_own_heading(
    shards: Path, tmp_path: Path
) -> None:
    data = prepared(shards, tmp_path / "out")
    assert len(data) == 8
    for i, clip in enumerate(data.clips):
        joints = data.joints(i)
        assert joints.shape == (clip.frames, 22, 3) and joints.dtype == np.float32
        bones = np.linalg.norm(joints[:, 1:] - joints[:, PARENTS[1:]], axis=-1)
        np.testing.assert_allclose(bones, np.broadcast_to(BONE_LENGTHS_M[1:], bones.shape), atol=1.5e-3)
        np.testing.assert_allclose(joints[0, 0, [0, 2]], 0.0, atol=5e-4)
        assert -0.021 < joints[..., 1].min() <= 0.001
    truth = synthetic.motion(60, seed=0)
    heading = features.heading_rad(data.joints(0))
    np.testing.assert_allclose(heading, features.heading_rad(truth), atol=0.02)
    travelled = data.joints(0)[-1, 0, 2]
    assert travelled == pytest.approx(truth[-1, 0, 2] - truth[0, 0, 2], rel=0.02)


def test_every_field_of_a_clip_arrives(shards: Path, tmp_path: Path) -> None:
    data = prepared(shards, tmp_path / "out")
    clip = next(c for c in data.clips if c.id == "small1")
    assert (clip.source, clip.licence, clip.split, clip.frames) == ("small", "cc0-1.0", "test", 40)
    assert clip.captions == ("a person waves the left hand.",) and clip.caption_kinds == ("template",)
    assert clip.actions == ("wave",) and clip.mirrored is False
    assert [c.offset for c in data.clips] == list(np.cumsum([0] + [c.frames for c in data.clips])[:-1])


def test_sources_are_balanced_by_the_inverse_root_of_their_minutes(shards: Path, tmp_path: Path) -> None:
    data = prepared(shards, tmp_path / "out")
    weight = {c.source: c.weight for c in data.clips}
    minutes = Counter({"made": 360 / 1200, "small": 80 / 1200})
    assert weight["small"] / weight["made"] == pytest.approx(
        (minutes["made"] / minutes["small"]) ** 0.5, rel=1e-3
    )
    assert np.mean([c.weight for c in data.clips]) == pytest.approx(1.0, abs=1e-4)
    favoured = prepared(shards, tmp_path / "favoured", "--source-weight", "small=3")
    other = {c.source: c.weight for c in favoured.clips}
    assert other["small"] / other["made"] == pytest.approx(3 * weight["small"] / weight["made"], rel=1e-3)


def test_statistics_are_those_of_the_training_split_the_same_for_both_sides(
    shards: Path, tmp_path: Path
) -> None:
    data = prepared(shards, tmp_path / "out")
    mean, std = data.statistics()
    assert mean.shape == std.shape == (263,)
    vectors = np.concatenate([features.encode(data.joints(i), heading="clean") for i in data.split("train")])
    assert mean[3] == pytest.approx(vectors[:, 3].mean(), abs=6e-3), (
        "one leg is 1 cm longer, so mirror images differ"
    )
    assert abs(mean[0]) < 0.1 * abs(vectors[:, 0].mean()), "turning left and right cancel in mirrored clips"
    assert len(np.unique(std[4:67])) == 1 and len(np.unique(std[1:3])) == 1, "one deviation per group"
    assert std[4] > 0.01


def test_licence_filter_keeps_only_what_was_named(shards: Path, tmp_path: Path) -> None:
    data = prepared(shards, tmp_path / "out", "--licences", "cc0-1.0")
    assert {c.id for c in data.clips} == {"small0", "small1"}
    assert list(data.manifest["sources"]) == ["small"]
    assert data.manifest["sources"]["small"]["licence"] == "cc0-1.0"


def test_include_file_keeps_only_its_ids_and_reports_those_it_could_not_find(
    shards: Path, tmp_path: Path
) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("big1\nnobody\n", encoding="utf-8")
    data = prepared(shards, tmp_path / "out", "--include", ids)
    assert [c.id for c in data.clips] == ["big1"]
    assert [s["id"] for s in data.manifest["skipped"]] == ["nobody"]


def test_long_takes_are_cut_into_equal_parts_that_join_without_a_gap(tmp_path: Path) -> None:
    take = synthetic.motion(500)
    synthetic.write_shards(tmp_path / "data", {"take": take})
    data = prepared(tmp_path / "data", tmp_path / "out", "--max-frames", "196")
    assert [c.id for c in data.clips] == ["take.part1", "take.part2", "take.part3"]
    lengths = [c.frames for c in data.clips]
    assert sum(lengths) == 500 and max(lengths) - min(lengths) <= 1
    whole = prepared(tmp_path / "data", tmp_path / "whole", "--max-frames", "600")
    end = data.joints(0)[-1, 0, 2] + (whole.joints(0)[lengths[0], 0] - whole.joints(0)[lengths[0] - 1, 0])[2]
    assert end == pytest.approx(whole.joints(0)[lengths[0], 0, 2], abs=2e-3)


def test_a_take_a_little_over_the_limit_is_trimmed_not_halved(tmp_path: Path) -> None:
    synthetic.write_shards(tmp_path / "data", {"a": synthetic.motion(199)})
    data = prepared(tmp_path / "data", tmp_path / "out")
    assert [(c.id, c.frames) for c in data.clips] == [("a", 196)]


def test_a_take_that_travels_farther_than_the_file_can_hold_is_cut(tmp_path: Path) -> None:
    synthetic.write_shards(tmp_path / "data", {"run": synthetic.motion(160, speed_mps=5.0)})
    data = prepared(tmp_path / "data", tmp_path / "out")
    assert len(data) == 4 and sum(c.frames for c in data.clips) == 160
    steps = np.concatenate([np.diff(data.joints(i)[:, 0, 2]) for i in range(len(data))])
    assert steps.min() > 0.15, "no wrap-around of the integers"


def test_bad_clips_are_skipped_by_name_and_reason_and_the_rest_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = synthetic.motion(40)
    jump = good.copy()
    jump[20:, :, 0] += 1.5
    clips = {"good": good, "short": good[:10], "jump": jump, "ant": good * np.float32(0.01), "ghost": good}
    folder = synthetic.write_shards(tmp_path / "data", clips, {"ghost": {"split": "tset"}})
    with (folder / "captions.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "absent", "licence": "own", "source": "made"}) + "\n")
    data = prepared(folder, tmp_path / "out")
    assert [c.id for c in data.clips] == ["good"]
    reasons = {s["id"]: s["reason"] for s in data.manifest["skipped"]}
    assert set(reasons) == {"short", "jump", "ant", "ghost", "absent"}
    assert "10 frames" in reasons["short"] and "24" in reasons["short"]
    assert "frame 19" in reasons["jump"] and "20 m/s" in reasons["jump"]
    assert (
        "absurd scale" in reasons["ant"]
        and "tset" in reasons["ghost"]
        and "no motion shard" in reasons["absent"]
    )
    told = capsys.readouterr().out
    assert all(name in told for name in reasons), "the report names what was left out"


def test_a_fault_in_a_long_take_costs_only_the_part_it_is_in(tmp_path: Path) -> None:
    take = synthetic.motion(600)
    take[250:, :, 0] += 1.5
    synthetic.write_shards(tmp_path / "data", {"take": take})
    data = prepared(tmp_path / "data", tmp_path / "out")
    assert [(c.id, c.frames) for c in data.clips] == [(f"take.part{i}", 150) for i in (1, 3, 4)]
    assert [s["id"] for s in data.manifest["skipped"]] == ["take.part2"]


def test_a_take_that_climbs_higher_than_the_file_can_hold_is_set_down(tmp_path: Path) -> None:
    take = synthetic.motion(400)
    take[..., 1] += np.linspace(0, 30, 400, dtype=np.float32)[:, None]
    synthetic.write_shards(tmp_path / "data", {"tower": take})
    data = prepared(tmp_path / "data", tmp_path / "out")
    assert sum(c.frames for c in data.clips) == 400
    for i in range(len(data)):
        rise = np.diff(data.joints(i)[:, 0, 1])
        assert abs(rise.mean() - 30 / 400) < 0.02, "no wrap-around of the integers"


def test_damaged_shard_is_reported_and_the_others_are_read(shards: Path, tmp_path: Path) -> None:
    (shards / "motions" / "zz_01.npz").write_bytes(b"PK\x03\x04 not really")
    data = prepared(shards, tmp_path / "out")
    assert len(data) == 8
    assert any(s["id"] == "zz_01.npz" and "not readable" in s["reason"] for s in data.manifest["skipped"])


def test_several_sources_go_into_one_set_and_double_ids_are_reported(shards: Path, tmp_path: Path) -> None:
    other = synthetic.write_shards(
        tmp_path / "other", {"x": synthetic.motion(40), "big0": synthetic.motion(40)}
    )
    data = prepared(shards, other, tmp_path / "out")
    assert len(data) == 9
    assert [(s["id"], "duplicate id" in s["reason"]) for s in data.manifest["skipped"]] == [("big0", True)]


def test_manifest_carries_what_attribution_needs(tmp_path: Path) -> None:
    synthetic.write_shards(
        tmp_path / "data", {"c": synthetic.motion(40)}, {"c": {"source": "cmu", "licence": "cmu-free"}}
    )
    entry = prepared(tmp_path / "data", tmp_path / "out").manifest["sources"]["cmu"]
    assert (
        "mocap.cs.cmu.edu" in entry["attribution"]
        and entry["licence"] == "cmu-free"
        and entry["commercial"] is True
    )
    synthetic.write_bvh(tmp_path / "mine" / "walk.bvh", {j: j for j in synthetic.JOINT_NAMES})
    entry = prepared(
        tmp_path / "mine",
        tmp_path / "own",
        "--licence",
        "in-house",
        "--attribution",
        "Studio X",
        "--split",
        "train",
    ).manifest["sources"]["mine"]
    assert (entry["licence"], entry["attribution"]) == ("in-house", "Studio X")


def test_motion_is_not_gathered_in_memory(tmp_path: Path) -> None:
    """Ten times the clips take ten times the file, and hardly more memory: a record of each clip."""
    take = synthetic.motion(190)

    def peak_bytes(count: int) -> int:
        items = (RawClip(f"c{i}", take, "made", "own") for i in range(count))
        source = Source("made", Path("made"), count, lambda: items, frozenset({"own"}))
        tracemalloc.start()
        with RowFile(tmp_path / f"{count}.npy", (22, 3), np.int16) as rows:
            collect([source], PrepareOptions(), rows.append)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = peak_bytes(10), peak_bytes(100)
    written = (tmp_path / "100.npy").stat().st_size - (tmp_path / "10.npy").stat().st_size
    assert written == 90 * 190 * 132
    assert many - few < 0.15 * written


@pytest.mark.shared
def test_the_data_beside_the_repository(shared_dir: Path, tmp_path: Path) -> None:
    data = prepared(shared_dir / "data", tmp_path / "out", "--licences", "mit,cc0-1.0")
    assert {c.source for c in data.clips} == {"animated-drawings", "quaternius-ual", "mesh2motion"}
    assert len(data) + len(data.manifest["skipped"]) == 7 + 19 + 16
    assert all(s["reason"].startswith("too short") for s in data.manifest["skipped"])
    assert all("attribution" in entry for entry in data.manifest["sources"].values())
