"""The comparison page: the same case of each table as a looping picture for every prior, side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp.render import Camera, fit, render_motion
from lamp.render.camera import front_yaw
from training import console
from training.evaluation.clips import Array
from training.evaluation.runner import Runner, Work
from training.evaluation.tables.base import Case

_FRAMES, _SIZE, _MAX_BYTES = 120, (300, 240), 700_000
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1280px; padding: 0 1rem; color: #222 }
h2 { margin-top: 2.2rem } figure { display: inline-block; margin: 0 .6rem .8rem 0; vertical-align: top; width: 300px }
figcaption { font-size: 13px; color: #444 } img { border-radius: 6px; width: 300px }
td, th { padding: .15rem .6rem; text-align: right }
td:first-child, th:first-child { text-align: left } table { border-collapse: collapse; font-size: 13px }
tr { border-bottom: 1px solid #ddd }
"""


def write_page(
    runner: Runner, works: Sequence[Work], results: dict[str, Any], out: Path, cases: int = 1
) -> Path:
    """``OUT/compare.html`` with pictures in ``OUT/pictures``; pictures that are there and not older are kept."""
    parts = []
    for key in dict.fromkeys(w.table.key for w in works):
        own = [w for w in works if w.table.key == key and w.repeat == 0]
        parts.append(f"<h2>{key} {html.escape(own[0].table.title)}</h2>")
        for index in range(cases):
            parts += _row(runner, own, index, out)
        parts.append(_figures(results["tables"].get(key, {})))
    page = (
        f"<!doctype html><html lang='en'><meta charset='utf8'><title>Comparison of priors</title>"
        f"<style>{_STYLE}</style>"
        f"<h1>The same case for every prior</h1><p>{html.escape(results['date'])}, "
        f"<code>{html.escape(results['command'])}</code></p>{''.join(parts)}</html>"
    )
    path = out / "compare.html"
    path.write_text(page, encoding="utf8")
    return path


def _row(runner: Runner, works: Sequence[Work], index: int, out: Path) -> list[str]:
    figures: list[str] = []
    for work in console.track(works, f"pictures of {works[0].table.key}"):
        chunk = work.cell.chunk(index // work.table.chunk)
        if chunk is None:
            continue
        case = work.table.cases(runner.clips, runner.settings, 0, work.prior)[index]
        if not figures:
            figures.append(
                _figure(out, f"{work.table.key}-{index}-original", case.original_m, case, "original")
            )
        joints = chunk[index % work.table.chunk].joints_m
        figures.append(
            _figure(out, f"{work.table.key}-{index}-{work.prior.name}", joints, case, work.prior.name, work)
        )
    return figures


def _figure(out: Path, name: str, joints_m: Array, case: Case, label: str, work: Work | None = None) -> str:
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    path = out / "pictures" / f"{safe}.gif"
    made_from = None if work is None else work.cell.folder / "scores.json"
    stale = made_from is not None and path.exists() and path.stat().st_mtime < made_from.stat().st_mtime
    if not path.exists() or stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        targets = [] if case.task is None else [t.position_m for t in case.task.targets]
        render_motion(
            path, joints_m[:_FRAMES], fps=8, size=_SIZE, obstacles=case.extra.get("drawn", case.obstacles),
            targets=targets, camera=_camera(case), max_bytes=_MAX_BYTES,
        )  # fmt: skip
    note = html.escape(" ".join(filter(None, (case.kind, case.prompt))))
    shown = html.escape(label)
    image = f"<img loading='lazy' src='pictures/{path.name}' alt='{shown}'>"
    return f"<figure>{image}<figcaption><b>{shown}</b> {note}</figcaption></figure>"


def _camera(case: Case) -> Camera:
    """The same view for every prior: all of the original, and what was asked for."""
    body = case.original_m[:_FRAMES].reshape(-1, 3)
    floor = np.concatenate([body, case.targets_m]) * np.array([1.0, 0.0, 1.0])
    points = np.concatenate([floor, body + np.array([0.0, 0.25, 0.0])])
    return fit(points, yaw_rad=front_yaw(case.original_m[None]) + 0.7, aspect=_SIZE[0] / _SIZE[1])


def _figures(rows: dict[str, Any]) -> str:
    names = list(dict.fromkeys(metric for row in rows.values() for metric in row if "/" not in metric))
    head = "".join(f"<th>{html.escape(n)}</th>" for n in names)
    body = "".join(
        f"<tr><td>{html.escape(prior)}</td>"
        + "".join(f"<td>{row[n]['mean']:.3f}</td>" if n in row else "<td></td>" for n in names)
        + "</tr>"
        for prior, row in rows.items()
    )
    return f"<table><tr><th></th>{head}</tr>{body}</table>"
