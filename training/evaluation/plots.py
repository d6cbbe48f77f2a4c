"""Plots of the results (needs matplotlib, extra ``viz``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.evaluation.tables import TABLES
from training.evaluation.tables.budget import BUDGETS_MS

_MOST = 6  # panels of one picture


def write_plots(results: dict[str, Any], out: Path) -> list[Path]:
    """A picture per table, and the curve of error against time; returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for key, rows in results["tables"].items():
        path = out / f"{key}.png"
        if key == "B4":
            _curves(rows, path)
        elif rows:
            _bars(key, rows, path)
        else:
            continue
        written.append(path)
    return written


def _bars(key: str, rows: dict[str, Any], path: Path) -> None:
    """One panel per metric, a bar per prior, the real data's value as a dashed line."""
    pyplot = _pyplot()
    columns = [a for a in TABLES[key].columns if any(a.name in row for row in rows.values())][:_MOST]
    figure, axes = pyplot.subplots(1, len(columns), figsize=(2.6 * len(columns), 3.0), squeeze=False)
    for axis, about in zip(axes[0], columns, strict=True):
        own = {name: row[about.name] for name, row in rows.items() if about.name in row}
        axis.bar(
            list(own), [v["mean"] for v in own.values()], yerr=[v["ci95"] or 0.0 for v in own.values()],
            color="#4a7ba6", capsize=3,
        )  # fmt: skip
        real = next(iter(own.values()))["real"]
        if real is not None:
            axis.axhline(real, color="#c0602b", linestyle="--", linewidth=1)
        axis.set_title(f"{about.name} {about.arrow}", fontsize=9)
        axis.tick_params(axis="x", rotation=40, labelsize=8)
        axis.tick_params(axis="y", labelsize=8)
    figure.suptitle(f"{key} {TABLES[key].title} (dashed: real motion)", fontsize=10)
    _save(figure, path)


def _curves(rows: dict[str, Any], path: Path) -> None:
    """Objective error against milliseconds, a line per prior."""
    pyplot = _pyplot()
    figure, axis = pyplot.subplots(figsize=(6, 3.6))
    for name, row in rows.items():
        points = [
            (ms, row[f"objective_m@{ms}ms"]["mean"]) for ms in BUDGETS_MS if f"objective_m@{ms}ms" in row
        ]
        if points:
            axis.plot([p[0] for p in points], [100 * p[1] for p in points], marker="o", label=name)
    axis.set(xscale="log", yscale="symlog", xlabel="milliseconds", ylabel="objective error, cm")
    axis.axhline(1.0, color="#999999", linewidth=1, linestyle=":")
    axis.set_title("B4 objective error against time (dotted: 1 cm)", fontsize=10)
    axis.legend(fontsize=8)
    _save(figure, path)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    _pyplot().close(figure)
