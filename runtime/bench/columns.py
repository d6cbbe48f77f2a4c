"""Many measured values in the ten columns every report of this project uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NAMES = ("min", "p1", "p5", "p10", "median", "mean", "p90", "p95", "p99", "max")
Columns = dict[str, float | None]


def columns(values: Sequence[float]) -> Columns:
    """The ten columns of ``values``; None in each of them when nothing was measured. Percentiles interpolate."""
    if len(values) == 0:
        return dict.fromkeys(NAMES)
    array = np.asarray(values, np.float64)
    shares = {"p1": 1, "p5": 5, "p10": 10, "median": 50, "p90": 90, "p95": 95, "p99": 99}
    found = dict(zip(shares, np.percentile(array, list(shares.values())).tolist(), strict=True))
    found |= {"min": float(array.min()), "mean": float(array.mean()), "max": float(array.max())}
    return {name: round(found[name], 6) for name in NAMES}


def table(rows: dict[str, Columns]) -> str:
    """Aligned text: a row per measure, a column per statistic."""
    width = max((len(name) for name in rows), default=0)
    lines = [" " * width + "".join(f"{name:>9}" for name in NAMES)]
    for name, row in rows.items():
        cells = "".join("        -" if row[c] is None else f"{row[c]:9.4f}" for c in NAMES)
        lines.append(name.ljust(width) + cells)
    return "\n".join(lines)
