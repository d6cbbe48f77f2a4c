"""The speed command: same cases, medians, memory, counted operations, and its file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.errors import InputError  # noqa: E402
from lamp.motion import Motion  # noqa: E402
from lamp.scene.topology import examine  # noqa: E402
from lamp.skeleton import JOINT_COUNT  # noqa: E402
from tests.training import synthetic  # noqa: E402
from training import __main__ as command_line  # noqa: E402
from training.dataset import load_any  # noqa: E402
from training.evaluation.clips import RealClips  # noqa: E402
from training.mdm import store  # noqa: E402
from training.mdm.config import MdmConfig  # noqa: E402
from training.mdm.model import MdmDenoiser  # noqa: E402
from training.priors.base import Outcome  # noqa: E402
from training.priors.registry import load_prior  # noqa: E402
from training.speed import cases, command, growth, roofline  # noqa: E402
from training.speed.cases import aims  # noqa: E402
from training.speed.memory import PeakMemory  # noqa: E402
from training.speed.reach import reach, summary  # noqa: E402


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    clips = {f"c{i}": synthetic.motion(60, seed=i, speed_mps=0.8) for i in range(6)}
    records = {name: {"split": "test", "captions": ["a person walks."]} for name in clips}
    return synthetic.write_shards(tmp_path_factory.mktemp("speed") / "raw", clips, records)


@pytest.fixture(scope="module")
def clips(raw):
    return RealClips(load_any(raw), "test", 48)


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """A folder with an MDM nobody has trained."""
    folder = tmp_path_factory.mktemp("peer") / "small"
    torch.manual_seed(0)
    config = MdmConfig(16, 1, 8, text_width=384, max_frames=64)
    weights = MdmDenoiser(config).state_dict()
    store.save(
        folder, config, weights, torch.zeros(263), torch.ones(263), {"text_encoder": "minilm-l6-v2-int8"}
    )
    return folder


class Scripted:
    """Gives the input back, moved so that its pelvis is ``left_m`` from the target, after so many reports."""

    name, paper_name, key, max_frames = "scripted", "", "scripted", 196
    abilities = frozenset({"optimize", "invert"})

    def __init__(self, left_m: float, reports: int) -> None:
        self.left_m, self.reports = left_m, reports
        self.budgets: list[Any] = []

    def describe(self) -> dict[str, Any]:
        return {}

    def optimize(self, tasks, budget, on_progress=None):
        self.budgets.append(budget)
        made = []
        for i, task in enumerate(tasks):
            joints = task.reference.positions_m.copy()
            for target in task.targets:
                frame = round(target.arrive_s * 20)
                joints += np.array(target.position_m) - joints[frame, 0] + [self.left_m, 0.0, 0.0]
            for k in range(self.reports):
                if on_progress is not None:
                    on_progress(i, 0.0, self.left_m if k == self.reports - 1 else 1.0)
            made.append(Outcome(joints.astype(np.float32), 0.0, self.reports))
        return made


def test_cases_are_the_same_for_everybody_and_ask_for_something(clips, monkeypatch):
    edit, avoid = aims(clips, 4, seed=0)
    again = aims(clips, 4, seed=0)
    assert [c.task.targets for c in edit.cases] == [c.task.targets for c in again[0].cases]
    assert all(edit.error_m(c, c.original_m) > 0.1 for c in edit.cases)
    assert all(avoid.error_m(c, c.original_m) > 0.02 for c in avoid.cases)
    assert aims(clips, 4, seed=1)[0].cases[0].task.targets != edit.cases[0].task.targets
    monkeypatch.setattr(cases, "_TRIES", 1)
    with pytest.raises(InputError, match="of 12 cases"):
        aims(clips, 12, seed=0)


def test_a_prior_that_gets_there_has_a_time_and_one_that_does_not_its_best_error(clips):
    edit, _ = aims(clips, 4, seed=0)
    good = Scripted(0.005, reports=7)
    found = reach(good, edit, 150, 10.0, 0, PeakMemory())
    assert found["reached"] == found["cases"] == 4 and found["chain_evaluations"] == 7.0
    assert found["ms_to_objective"] >= 0.0 and found["best_error_m"] == pytest.approx(0.005, abs=1e-3)
    assert good.budgets[1].recipe and good.budgets[1].stop_m == 0.01
    found = reach(Scripted(0.2, reports=7), edit, 150, 10.0, 0, PeakMemory())
    assert found["reached"] == 0 and found["ms_to_objective"] is None and found["chain_evaluations"] is None
    assert found["best_error_m"] == pytest.approx(0.2, abs=1e-3) and found["ms_spent"] >= 0.0


def test_what_a_prior_says_is_checked_on_the_finished_motion(clips):
    edit, _ = aims(clips, 4, seed=0)
    boaster = Scripted(0.2, reports=1)
    boaster.optimize = lambda tasks, budget, hear=None: (  # says 0, is 20 cm away
        [hear(0, 0.0, 0.0)] if hear else [], Scripted.optimize(boaster, tasks, budget))[1]  # fmt: skip
    assert reach(boaster, edit, 150, 10.0, 0, PeakMemory())["reached"] == 0


def test_medians_count_a_case_never_reached_as_endless():
    row = {"chain_evaluations": 10, "error_m": 0.01}
    rows = [{**row, "reached": r, "ms": ms} for r, ms in ((True, 10.0), (True, 30.0), (False, 5.0))]
    found = summary(rows)
    assert found["ms_to_objective"] == 30.0 and found["reached"] == 2
    assert summary(rows[1:])["ms_to_objective"] is None


def test_ratios_are_to_the_first_prior():
    def row(edit, avoid):
        return {"edit": {"ms_to_objective": edit}, "avoid": {"ms_to_objective": avoid}}

    found = command.ratios({"ours": row(100.0, 50.0), "peer": row(2000.0, None)})
    assert found == {"ours": {"edit": 1.0, "avoid": 1.0}, "peer": {"edit": 20.0, "avoid": None}}


@pytest.mark.skipif(not command.sys.platform.startswith("linux"), reason="only Linux forgets a peak")
def test_peak_memory_is_that_since_the_restart():
    memory = PeakMemory()
    memory.restart()
    low = memory.mib()
    block = np.ones(64 * 2**20, np.uint8)
    assert low + 55 < memory.mib() < low + 90
    del block
    memory.restart()
    assert memory.mib() < low + 30


def test_operations_and_bytes_are_counted_per_step(monkeypatch):
    a, b = torch.randn(32, 64), torch.randn(64, 16)

    def run(steps: int) -> None:
        for _ in range(steps):
            _ = (a @ b).t()

    operations, moved = roofline.cost_of(run)
    assert operations == 2 * 32 * 64 * 16
    assert moved == 4 * (32 * 64 + 64 * 16 + 32 * 16)  # a view moves nothing
    found = roofline.estimate(2e9, 1e9, {"gflops": 100.0, "gb_per_s": 10.0}, 50.0)
    assert (found["compute_ms"], found["memory_ms"], found["compute_share"]) == (20.0, 100.0, 0.4)
    monkeypatch.setattr(roofline, "_SIDE", 64)
    monkeypatch.setattr(roofline, "_COPY_BYTES", 2**20)
    limits = roofline.machine()
    assert limits["gflops"] > 0.1 and limits["gb_per_s"] > 0.1


def test_the_operations_of_a_chain_grow_with_its_frames(peer):
    prior = load_prior(f"mdm:{peer}")
    counts = []
    for frames in (16, 32):
        task = growth.kept(Motion.from_positions(synthetic.motion(frames)))
        counts.append(roofline.cost_of(lambda n, t=task: prior.optimize([t], command_budget(n)))[0])
    assert 1.9 < counts[1] / counts[0] < 2.6


def command_budget(steps):
    from training.priors.base import Budget

    return Budget(steps)


@pytest.mark.parametrize("count", [100, 1000])
def test_balls_are_closed_and_have_the_triangles_asked_for(count):
    mesh = growth.ball(count)
    assert abs(len(mesh.triangles) - count) < 0.1 * count
    assert examine(mesh).closed.all()
    assert np.allclose(np.linalg.norm(mesh.vertices_m, axis=1), 0.3, atol=1e-6)


def test_growth_has_a_time_for_every_axis(peer, clips, monkeypatch):
    monkeypatch.setattr(growth, "FRAMES", (16, 400))
    monkeypatch.setattr(growth, "CHARACTERS", (1, 3))
    monkeypatch.setattr(growth, "OBSTACLES", (0, 2))
    monkeypatch.setattr(growth, "TRIANGLES", (100,))
    longest = growth.longest_clip(clips)
    assert longest.positions_m.shape[1] == JOINT_COUNT
    obstacles, build_ms = growth.meshes(longest)
    found = growth.growth(load_prior(f"mdm:{peer}"), longest, obstacles)
    assert {k: set(v) for k, v in found.items()} == {
        "frames": {"16"}, "characters": {"1", "3"}, "obstacles": {"0", "2"}, "triangles": {"100"},
    }  # fmt: skip
    assert build_ms["100"] > 0 and all(v >= 0 for row in found.values() for v in row.values())


def test_the_file_has_time_evaluations_and_memory_of_both_tasks(raw, peer, tmp_path, capsys):
    file = tmp_path / "speed.json"
    arguments = [
        "--data",
        str(raw),
        "--json",
        str(file),
        "--motions",
        "2",
        "--max-frames",
        "40",
        "--threads",
        "1",
    ]
    assert command_line.main(["speed", "--bundle", f"mdm:{peer}@2", *arguments, "--no-growth"]) == 0
    document = json.loads(file.read_text(encoding="utf8"))
    row = document["priors"]["small@2"]
    for task in ("edit", "avoid"):
        assert {"ms_to_objective", "chain_evaluations", "peak_memory_mib", "best_error_m"} <= set(row[task])
        assert row[task]["cases"] == 2 and row[task]["peak_memory_mib"] > 0.0
    assert row["edit"]["ms_to_objective"] is None and row["edit"]["best_error_m"] > 0.01  # two steps of noise
    assert {"machine", "versions", "command", "date", "settings"} <= set(document)
    assert "never" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [(["--motions", "0"], "--motions"), (["--bundle", "nowhere"], "nowhere"), (["--bundle", ""], "no prior")],
)
def test_mistakes_are_one_line(raw, tmp_path, capsys, more, message):
    usual = ["speed", "--data", str(raw), "--json", str(tmp_path / "speed.json"), "--bundle", "input"]
    assert command_line.main([*usual, *more]) == command_line.BAD_INPUT
    assert message in capsys.readouterr().err
