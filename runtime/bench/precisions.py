"""``lamp export-onnx --bench``: precisions of the exported step side by side, against the torch step."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from lamp.bundle import Bundle
from lamp.engines.base import Engine
from lamp.engines.onnx_engine import Batch, make_batch, read_batch, run_batch
from lamp.optimizer import PlanJob
from lamp.portable.export import portable_step
from lamp.portable.precision import PRECISIONS, convert
from lamp.prior import MotionPrior
from lamp.problem import Arrays, Target, stack_rows
from lamp.scene import Obstacle
from lamp.tasks import Task
from runtime.bench.engine import timed
from runtime.bench.machine import circumstances

ALLOWED = 0.01  # share of the objective that a precision may lose
NUDGE = 1e-6  # of the start noise: what rounding alone does to an optimisation
KINDS = ("edit", "avoid")
Row = tuple[Arrays, Arrays]  # problem and state of one character


@dataclass(frozen=True)
class Figures:
    """What one precision of the step measured.

    Changes are medians over tasks, relative to the reference: one task that ends in another minimum says little.
    """

    precision: str
    file_mib: float
    load_s: float
    step_ms: float  # median
    parity: float  # of one step with torch: largest |difference| / max(1, |expected|) over all outputs
    edit_change: float  # of the objective after the same number of steps: 0.01 is 1 % worse
    avoid_change: float
    worst_task_change: float
    checked_change: float  # over all tasks, with the noise found judged by the reference in single precision
    keeps_objective: bool


def run(bundle: Bundle, steps: int, tasks: int, threads: int, path: Path | None) -> int:
    """Measure, print the table, write it where asked."""
    report = measure(bundle, steps, tasks, threads)
    sys.stdout.write(table(report))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=1), encoding="utf8")
    return 0


def measure(
    bundle: Bundle,
    steps: int,
    tasks: int,
    threads: int,
    names: Sequence[str] = tuple(PRECISIONS),
    repeats: int = 25,
) -> dict[str, Any]:
    """Precisions on so many edit and avoid tasks; ``repeats`` steps make up a time.

    The reference is torch; where it is missing, the bundle's graph.

    The reference also runs from a start that differs by ``NUDGE``: changes of that size say nothing about a precision.
    """
    key = (min(bundle.grids), 1, False)
    portable = portable_step(bundle, key)
    prior = MotionPrior.load(bundle.folder, engine="torch" if _has_torch() else "onnx", threads=threads)
    rows = task_rows(prior, tasks, steps)
    judge = _Judge(prior)
    expected = {name: [judge.optimise(row, steps) for row in found] for name, found in rows.items()}
    nudged = {kind: [judge.optimise(_nudged(row), steps) for row in found] for kind, found in rows.items()}
    figures = []
    for precision in names:
        content = convert(portable.model, precision).SerializeToString()
        began = time.perf_counter()
        session = open_session(content, threads)
        load_s = time.perf_counter() - began
        figures.append(_figures(precision, content, session, load_s, rows, judge, expected, steps, repeats))
    torch_ms = judge.step_ms(rows["edit"][0], repeats)
    return circumstances() | {
        "bundle": bundle.name, "frames": key[0], "steps": steps, "threads": threads, "tasks_of_each_kind": tasks,
        "reference": {"engine": prior.engine_name, "step_ms": round(torch_ms, 2),
                      **{f"{kind}_losses": [_loss(s) for s in expected[kind]] for kind in KINDS},
                      **{f"nudged_{kind}_change": _median(_changes(nudged[kind], expected[kind])) for kind in KINDS},
                      "nudged_worst_task_change": max(max(_changes(nudged[k], expected[k])) for k in KINDS)},
        "precisions": [asdict(f) for f in figures],
    }  # fmt: skip


def open_session(content: bytes, threads: int) -> ort.InferenceSession:
    """A session on the CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def task_rows(prior: MotionPrior, tasks: int, steps: int) -> dict[str, list[Row]]:
    """Edits (move the last pelvis, reach with a hand) and avoidances (a sphere that comes across) of walks."""
    rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for seed in range(tasks):
        frames = min(prior.bundle.grids)
        walk = prior.generate(["a person walks forward"], frames=frames, seed=seed)[0]
        middle, end = walk.positions_m[frames // 2, 0], walk.positions_m[-1]
        goal = end[0] + np.array([0.4 - 0.3 * (seed % 4), 0.0, 0.2])
        hand = Target(20, tuple(end[20] + np.array([0.1, 0.2, 0.1])), arrive_s=(frames - 20) / 20)
        edit = Task(reference=walk, targets=(Target(0, tuple(goal), (True, False, True)), hand))
        ball = Obstacle("sphere", tuple(middle + np.array([-0.6, 0.0, 0.1 * (seed % 3)])), (0.3, 0.0, 0.0),
                        linear_velocity_mps=(0.3, 0.0, 0.0))  # fmt: skip
        for kind, task in (("edit", edit), ("avoid", Task(reference=walk, obstacles=(ball,)))):
            job: PlanJob = prior.jobs([task], steps=steps)[0]
            rows[kind].append(job.rows[0])
    return rows


class _Judge:
    """The reference step, in single precision."""

    def __init__(self, prior: MotionPrior) -> None:
        self.engine: Engine = prior.engine
        self.shape = self.engine.shapes()[0]

    def optimise(self, row: Row, steps: int) -> Arrays:
        """State after so many steps."""
        batch = self.engine.load(self.shape, *_batch(row))
        self.engine.run(batch, steps)
        return self.engine.read(batch)

    def loss(self, row: Row, noise: Any) -> float:
        """Objective of a noise ``(1, L, D)``."""
        problem, state = _batch(row)
        batch = self.engine.load(self.shape, problem, state | {"noise": noise.astype(np.float32)})
        self.engine.run(batch, 1)
        return float(self.engine.read(batch)["best_loss"][0])

    def step_ms(self, row: Row, repeats: int) -> float:
        """Median time of a step."""
        batch = self.engine.load(self.shape, *_batch(row))
        return timed(lambda: self.engine.run(batch, 1), repeats)


def _figures(
    precision: str, content: bytes, session: ort.InferenceSession, load_s: float, rows: dict[str, list[Row]],
    judge: _Judge, expected: dict[str, list[Arrays]], steps: int, repeats: int,
) -> Figures:  # fmt: skip
    batch = make_batch(session, *_batch(rows["edit"][0]))
    step_ms = timed(lambda: run_batch(batch, 1), repeats)
    changes: dict[str, list[float]] = {}
    checked = []
    for kind, found in rows.items():
        states = [optimise(session, row, steps) for row in found]
        changes[kind] = _changes(states, expected[kind])
        judged = [judge.loss(row, state["best_noise"]) for row, state in zip(found, states, strict=True)]
        checked += [a / _loss(b) - 1.0 for a, b in zip(judged, expected[kind], strict=True)]
    change = {kind: _median(found) for kind, found in changes.items()}
    kept = max(*change.values(), _median(checked)) <= ALLOWED
    return Figures(
        precision, round(len(content) / 2**20, 2), round(load_s, 2), round(step_ms, 2),
        parity(session, judge, rows["edit"][0]), change["edit"], change["avoid"],
        max(max(found) for found in changes.values()), _median(checked), kept,
    )  # fmt: skip


def optimise(session: ort.InferenceSession, row: Row, steps: int) -> Arrays:
    """State after so many steps of an exported file."""
    batch: Batch = make_batch(session, *_batch(row))
    run_batch(batch, steps)
    return read_batch(batch)


def parity(session: ort.InferenceSession, judge: _Judge, row: Row) -> float:
    """Largest difference of any number that one step gives, relative where it is above one."""
    found, expected = optimise(session, row, 1), judge.optimise(row, 1)
    return max(
        float((np.abs(found[name] - value) / np.maximum(1.0, np.abs(value))).max())
        for name, value in expected.items()
        if name in found
    )


def table(report: dict[str, Any]) -> str:
    """The figures as aligned text."""
    reference = report["reference"]
    head = (
        f"\n{report['frames']} frames, {report['steps']} steps, {report['threads']} threads, "
        f"{report['tasks_of_each_kind']} tasks of each kind; objective relative to {reference['engine']}\n"
    )
    lines = [f"{'precision':14}{'MiB':>8}{'load s':>8}{'ms/step':>9}{'parity':>10}{'edit':>9}{'avoid':>9}{'worst':>9}"
             f"{'checked':>9}  within 1 %"]  # fmt: skip
    lines.append(f"{reference['engine']:14}{'':16}{reference['step_ms']:9.1f}")
    nudged = [reference[f"nudged_{name}_change"] for name in (*KINDS, "worst_task")]
    lines.append(f"{'start +-1e-6':14}{'':35}" + "".join(f"{change:+9.2%}" for change in nudged))
    lines += [
        f"{f['precision']:14}{f['file_mib']:8.1f}{f['load_s']:8.2f}{f['step_ms']:9.1f}{f['parity']:10.1e}"
        f"{f['edit_change']:+9.2%}{f['avoid_change']:+9.2%}{f['worst_task_change']:+9.2%}{f['checked_change']:+9.2%}"
        f"  {'yes' if f['keeps_objective'] else 'no'}"
        for f in report["precisions"]
    ]
    return head + "\n".join(lines) + "\n"


def _batch(row: Row) -> tuple[Arrays, Arrays]:
    problem, state = row
    return stack_rows([problem], 1), stack_rows([state], 1)


def _nudged(row: Row) -> Row:
    problem, state = row
    shift = np.random.default_rng(0).standard_normal(state["noise"].shape).astype(np.float32)
    return problem, state | {"noise": state["noise"] + NUDGE * shift}


def _loss(state: Arrays) -> float:
    return float(state["best_loss"][0])


def _changes(found: list[Arrays], expected: list[Arrays]) -> list[float]:
    return [_loss(a) / _loss(b) - 1.0 for a, b in zip(found, expected, strict=True)]


def _median(values: list[float]) -> float:
    return float(np.median(values))


def _has_torch() -> bool:
    import importlib.util

    return importlib.util.find_spec("torch") is not None
