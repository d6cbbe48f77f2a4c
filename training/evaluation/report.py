"""The results as one JSON document, and as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from lamp import __version__
from training.bundle import hardware, revision
from training.evaluation import paper
from training.evaluation.judge import Judge
from training.evaluation.settings import Settings
from training.evaluation.tables import TABLES
from training.metrics.summary import Summary
from training.priors.base import Prior

Runs = dict[str, dict[str, list[dict[str, Any]]]]


def document(
    runs: Runs, priors: Sequence[Prior], settings: Settings, judge: Judge, data: dict[str, Any], command: str
) -> dict[str, Any]:
    """``tables -> T1 -> prior -> metric -> {mean, ci95, paper, real}`` and where it all comes from."""
    return {
        "tables": tables(runs, priors),
        "priors": {p.name: p.describe() for p in priors},
        "settings": asdict(settings),
        "evaluator": {"name": judge.evaluator.name, "sha256": judge.evaluator.hash},
        "data": data,
        "hardware": {"device": hardware(), "processor": processor(), "cores": os.cpu_count()},
        "versions": versions(),
        "command": command,
        "date": date.today().isoformat(),
        "paper": paper.source(),
    }


def tables(runs: Runs, priors: Sequence[Prior]) -> dict[str, Any]:
    """Means and intervals over the runs, the paper's figure, and the real data's own value, of every metric."""
    by_name = {p.name: p for p in priors}
    found: dict[str, Any] = {}
    for key, rows in runs.items():
        found[key] = {name: _row(key, by_name[name], cells) for name, cells in rows.items()}
    return found


def _row(table: str, prior: Prior, cells: list[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    beside = paper.row_name(table, prior)
    for about in TABLES[table].columns:
        values = [c["scores"][about.name] for c in cells if about.name in c["scores"]]
        if not values:
            continue
        summary = Summary.of(values)
        real = [c["real"][about.name] for c in cells if about.name in c["real"]]
        row[about.name] = {
            "mean": summary.mean, "ci95": summary.ci95, "paper": paper.figure(table, beside, about.name),
            "real": float(np.mean(real)) if real else None,
        }  # fmt: skip
    return row


def versions() -> dict[str, str]:
    import onnxruntime
    import torch

    return {
        "lamp": __version__, "revision": revision(), "python": platform.python_version(),
        "numpy": np.__version__, "torch": str(torch.__version__), "onnxruntime": onnxruntime.__version__,
    }  # fmt: skip


def processor() -> str:
    """Model of the processor as the system gives it."""
    try:
        with open("/proc/cpuinfo", encoding="utf8") as file:  # noqa: PTH123 - not a file of ours
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


# -- Markdown -------------------------------------------------------------------------------------------------------


def markdown(results: dict[str, Any]) -> str:
    """The document for people: a table each, the paper's rows below ours."""
    s, data = results["settings"], results["data"]
    lines = [
        "# Evaluation", "",
        f"{s['motions']} motions per table and run, {s['repeats']} runs, {s['steps']} optimisation steps, clips of at "
        f"most {s['max_frames']} frames of the split `{s['split']}` ({data['clips']} clips of `{data['name']}`); "
        f"evaluator `{results['evaluator']['name']}`. {results['hardware']['processor']}, {results['date']}.", "",
        "Mean ± half the 95 % interval over the runs. *real* is what the untouched real motion of these cases scores. "
        "FID is biased upwards in small sets: compare it only within a table. The paper's figures (HumanML3D, 1,024 "
        "motions, another evaluator) are there for the order of the rows.", "", "```", results["command"], "```",
    ]  # fmt: skip
    for key, rows in results["tables"].items():
        lines += ["", f"## {key} {TABLES[key].title}", "", *_table(key, rows), "", _explained(key, rows)]
    return "\n".join(lines) + "\n"


def _table(key: str, rows: dict[str, Any]) -> list[str]:
    columns = [a for a in TABLES[key].columns if any(a.name in row for row in rows.values())]
    head = ["", *(f"{a.name} {a.arrow}" for a in columns)]
    lines = [_line(head), _line(["---", *(["---:"] * len(columns))])]
    real: dict[str, Any] = next(iter(rows.values()), {})
    lines.append(_line(["*real*", *(_number(real.get(a.name, {}).get("real")) for a in columns)]))
    for name, row in rows.items():
        lines.append(_line([f"**{name}**", *(_value(row.get(a.name)) for a in columns)]))
    for name in paper.rows(key):
        cells = [_number(paper.figure(key, name, a.name)) for a in columns]
        lines.append(_line([f"paper: {name}", *cells]))
    return lines


def _explained(key: str, rows: dict[str, Any]) -> str:
    used = [a for a in TABLES[key].columns if any(a.name in row for row in rows.values())]
    return "; ".join(f"`{a.name}` {a.text} ({a.unit})" for a in used if "/" not in a.name) + "."


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _value(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return ""
    interval = "" if entry["ci95"] is None else f" ± {_number(entry['ci95'])}"
    return _number(entry["mean"]) + interval


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"
