"""The paper's figures, read from ``paper.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from training.priors.base import Prior

_FILE = Path(__file__).with_name("paper.yaml")


@cache
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf8"))
    return loaded


def rows(table: str) -> dict[str, dict[str, float]]:
    """Row -> metric -> value of one table; empty for tables the paper does not have."""
    found: dict[str, dict[str, float]] = _document()["tables"].get(table, {})
    return found


def row_name(table: str, prior: Prior) -> str:
    """The row of the paper's table a prior stands beside, "" for none. The ablation has rows by what is left out."""
    if table != "T7" or not prior.paper_name.startswith("LaMP"):
        return prior.paper_name if prior.paper_name in rows(table) else ""
    about = prior.describe()
    parts, masking = ("" if about[k] else "no " for k in ("part_encoder", "masking"))
    return f"{parts}parts, {masking}masking"


def figure(table: str, row: str, metric: str) -> float | None:
    """The paper's value; ours of "crawling strict" stands beside the paper's "crawling"."""
    value = rows(table).get(row, {}).get(metric.replace("crawling strict", "crawling"))
    return None if value is None else float(value)


def source() -> str:
    return str(_document()["source"])
