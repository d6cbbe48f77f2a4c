"""``evaluate`` from the command line: results, resuming, interruption, a broken prior, motions of other systems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from tests.training import synthetic
from training import __main__ as command_line
from training import evaluate
from training.dataset import load_any
from training.evaluation import page as page_module
from training.evaluation.clips import RealClips
from training.evaluation.judge import Judge
from training.evaluation.runner import Runner
from training.evaluation.settings import Settings
from training.evaluation.tables import TABLES
from training.evaluator import store
from training.priors.base import Budget, Outcome
from training.priors.bundle_prior import BundlePrior
from training.priors.folder_prior import FolderPrior, read_folder
from training.priors.input_prior import InputPrior

SETTINGS = Settings(motions=4, repeats=1, steps=1, max_frames=48, long_s=10.0)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen test clips: walking, standing, and hops with raised hands."""
    clips = {f"c{i}": synthetic.motion(60 + 4 * (i % 3), seed=i, speed_mps=0.8 * (i % 2)) for i in range(16)}
    for name in ("c3", "c7"):
        clips[name][10:30, :, 1] += 0.3
    records = {name: {"split": "test", "captions": [f"a person walks, take {name}."]} for name in clips}
    return synthetic.write_shards(tmp_path_factory.mktemp("evaluate") / "raw", clips, records)


@pytest.fixture(scope="module")
def clips(raw: Path) -> RealClips:
    return RealClips(load_any(raw), "test", SETTINGS.max_frames)


@pytest.fixture(scope="module")
def judge(clips: RealClips) -> Judge:
    return Judge(store.load(), clips)


def run(raw: Path, out: Path, *more: str) -> dict[str, Any]:
    arguments = ["evaluate", "--data", str(raw), "--out", str(out), "--motions", "6", "--repeats", "2", "--max-frames",
                 "48", "--steps", "2", *more]  # fmt: skip
    assert command_line.main(arguments) == 0
    loaded: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf8"))
    return loaded


def test_results_hold_mean_interval_paper_and_real_of_every_metric(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = run(raw, tmp_path, "--tables", "T2,T4", "--bundle", "input", "--no-pictures")
    assert {"tables", "hardware", "versions", "command", "date", "data", "evaluator", "settings"} <= set(
        results
    )
    entry = results["tables"]["T2"]["input"]["mpjpe_cm"]
    assert set(entry) == {"mean", "ci95", "paper", "real"}
    # 5 cm on each of three axes: 5 * sqrt(8 / pi) = 8 cm for Gaussian noise, and the untouched input keeps all of it
    assert entry["mean"] == pytest.approx(8.0, abs=0.8) and entry["real"] == 0.0 and entry["ci95"] > 0.0
    assert results["tables"]["T4"]["input"]["label_kept"]["mean"] == 1.0
    assert results["tables"]["T4"]["input"]["objective_m"]["mean"] > 0.2
    assert "paper: LaMP(ViT)" in (tmp_path / "results.md").read_text(encoding="utf8")
    assert "Refinement" in capsys.readouterr().out


def test_plots_and_a_page_with_looping_pictures(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "_FRAMES", 10)
    monkeypatch.setattr(page_module, "_SIZE", (96, 72))
    run(raw, tmp_path, "--tables", "T3", "--bundle", "input")
    page = (tmp_path / "compare.html").read_text(encoding="utf8")
    pictures = sorted(p.name for p in (tmp_path / "pictures").glob("*.gif"))
    assert pictures == ["T3-0-input.gif", "T3-0-original.gif"]
    assert all(name in page for name in pictures)
    assert (tmp_path / "plots" / "T3.png").stat().st_size > 1000


class Stubborn(InputPrior):
    """Counts what it makes, and is interrupted at the n-th call."""

    def __init__(self, interrupt_at: int = -1) -> None:
        self.calls, self.interrupt_at = 0, interrupt_at

    def optimize(self, tasks: Sequence[Any], budget: Budget, on_progress: Any = None) -> list[Outcome]:
        self.calls += 1
        if self.calls == self.interrupt_at:
            raise KeyboardInterrupt
        return super().optimize(tasks, budget)


def test_an_interrupted_run_goes_on_where_it_stopped_and_a_finished_one_makes_nothing(
    clips: RealClips, judge: Judge, tmp_path: Path
) -> None:
    settings = Settings(motions=12, repeats=1, max_frames=48)  # three chunks of four

    def go(prior: Stubborn, how: Settings = settings) -> Runner:
        runner = Runner(clips, judge, how, tmp_path)
        list(runner.run(runner.plan([TABLES["T4"]], [prior])))
        return runner

    with pytest.raises(KeyboardInterrupt):
        go(Stubborn(interrupt_at=3))
    second = Stubborn()
    scores = go(second).done
    assert second.calls == 1  # two of three chunks were kept
    third = Stubborn()
    assert go(third).done == scores and third.calls == 0
    other = Stubborn()
    go(other, Settings(motions=12, repeats=1, max_frames=48, seed=1))
    assert other.calls == 3  # other settings: nothing of it may be used


def test_the_ablation_table_is_the_refinement_table_and_a_report_makes_nothing(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ["--bundle", "input", "--no-pictures"]
    run(raw, tmp_path, "--tables", "T2", *usual)
    results = run(raw, tmp_path, "--tables", "T2,T4,T7", *usual, "--report-only")
    assert set(results["tables"]) == {"T2", "T7"}  # T4 was never made
    same = [{m: e["mean"] for m, e in results["tables"][t]["input"].items()} for t in ("T2", "T7")]
    assert same[0] == same[1] and same[0]["mpjpe_cm"] > 5.0
    arguments = [
        "evaluate",
        "--data",
        str(raw),
        "--out",
        str(tmp_path / "none"),
        "--tables",
        "T3",
        "--report-only",
    ]
    assert command_line.main([*arguments, *usual]) == command_line.BAD_INPUT
    assert "without --report-only" in capsys.readouterr().err


def test_a_damaged_chunk_is_made_again(clips: RealClips, judge: Judge, tmp_path: Path) -> None:
    runner = Runner(clips, judge, SETTINGS, tmp_path)
    works = runner.plan([TABLES["T4"]], [InputPrior()])
    list(runner.run(works))
    (works[0].cell.folder / "chunk-0000.npz").write_bytes(b"half a file")
    (works[0].cell.folder / "scores.json").unlink()
    again = Stubborn()
    runner = Runner(clips, judge, SETTINGS, tmp_path)
    list(runner.run(runner.plan([TABLES["T4"]], [again])))
    assert again.calls == 1


@pytest.fixture(scope="module")
def broken(
    clips: RealClips, judge: Judge, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Scores of the prior with scrambled weights in every table that needs no minutes."""
    runner = Runner(clips, judge, SETTINGS, tmp_path_factory.mktemp("broken"))
    tables = [TABLES[key] for key in ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "B5")]
    list(runner.run(runner.plan(tables, [BundlePrior.scrambled(None, "onnx", 1)])))
    return {table: stored for (table, _, _), stored in runner.done.items()}


@pytest.mark.parametrize("table", ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "B5"])
def test_a_prior_with_scrambled_weights_scores_badly(broken: dict[str, dict[str, Any]], table: str) -> None:
    scores, real = broken[table]["scores"], broken[table]["real"]
    assert scores["jitter"] > 5 * real["jitter"]
    if "fid" in scores:
        assert scores["fid"] > 2 * real.get("fid", 0.0) + 5.0  # one real clip has none
    if "dist_gt" in scores:
        assert scores["dist_gt"] > 0.05
    if "content" in scores:
        assert scores["content"] < 0.9
    if "mpjpe_cm" in scores:
        assert scores["mpjpe_cm"] > 3 * scores["mpjpe_input_cm"]


def test_long_motion_goes_on_for_as_long_as_asked_and_says_where_it_jumps(
    broken: dict[str, dict[str, Any]],
) -> None:
    assert broken["B5"]["scores"]["seconds"] == SETTINGS.long_s
    assert broken["B5"]["scores"]["jump_m"] > 0.0


def test_clips_of_another_system_are_scored_from_joints_and_from_vectors(raw: Path, tmp_path: Path) -> None:
    from lamp import features

    folder = tmp_path / "others"
    folder.mkdir()
    joints = synthetic.motion(50)
    np.save(folder / "a.npy", joints)
    np.savez(folder / "b.npz", vectors=features.encode(joints))
    np.save(folder / "c.npy", np.stack([joints, joints]))
    texts = dict.fromkeys(("a", "b", "c#0", "c#1"), "a person walks.")
    (folder / "captions.json").write_text(json.dumps(texts), encoding="utf8")
    prior = FolderPrior(folder)
    assert [len(m) for m in prior.motions] == [50, 49, 50, 50]
    results = run(raw, tmp_path / "out", "--tables", "T1", "--bundle", f"motions:{folder}", "--no-pictures")
    row = results["tables"]["T1"]["others"]
    assert row["fid"]["mean"] > 0.0 and row["mm_dist"]["mean"] > 0.0


def test_motions_that_cannot_be_scored_are_named(tmp_path: Path) -> None:
    np.save(tmp_path / "short.npy", np.zeros((10, 21, 3)))
    with pytest.raises(InputError, match=r"short.npy.*\(T, 22, 3\)"):
        read_folder(tmp_path)
    np.save(tmp_path / "short.npy", np.random.default_rng(0).standard_normal((50, 263)) * 100)
    with pytest.raises(InputError, match="de-normalised"):
        read_folder(tmp_path)
    np.save(tmp_path / "short.npy", synthetic.motion(50))
    with pytest.raises(InputError, match="no caption for short"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tables", "T9"], "T9"), (["--tables", "T1,generation"], "call of their own"),
        (["--bundle", "nowhere"], "nowhere"), (["--bundle", "input,input"], "two priors of one name"),
        (["--motions", "2"], "--motions"), (["--max-frames", "500"], "196"), (["--split", "val"], "val"),
        (["--bundle", "input", "--tables", "T1"], "none of these priors"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    usual = ["evaluate", "--data", str(raw), "--out", str(tmp_path), "--bundle", "input", "--tables", "T4"]
    assert command_line.main([*usual, *arguments]) == command_line.BAD_INPUT
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error:") and message in error


def test_every_table_is_known_by_its_key_and_explains_its_columns() -> None:
    assert evaluate.table_names("all") == list(TABLES)
    for key, table in TABLES.items():
        assert table.key == key and table.columns
        names = [about.name for about in table.columns]
        assert len(set(names)) == len(names)
        assert all(about.unit and about.text for about in table.columns)
