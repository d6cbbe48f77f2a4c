"""The curves of the last minute."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.viewer.measure import HISTORY_S, History

Array = NDArray[Any]
_CHARTS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("Re-plan latency and work, s",
     (("latency_s", "change to plan", "#186482"), ("optimise_s", "optimisation", "#e08a1e"))),
    ("Penetration and target error, cm",
     (("penetration_cm", "penetration", "#d6302c"), ("target_error_cm", "target error", "#7846be"))),
    ("Frames ahead of the playhead, s", (("ahead_s", "buffered", "#28a050"),)),
)  # fmt: skip


class Plots:
    """Charts in the current container of ``gui``; call ``update`` about twice a second."""

    def __init__(self, gui: Any) -> None:
        import viser.uplot as uplot

        self._charts = []
        for title, curves in _CHARTS:
            series = (uplot.Series(label="s"), *(
                uplot.Series(label=label, stroke=colour, width=2, spanGaps=True) for _, label, colour in curves
            ))  # fmt: skip
            empty = tuple(np.zeros(1) for _ in series)
            chart = gui.add_uplot(
                empty, series, title=title, height=150, legend=uplot.Legend(show=len(curves) > 1),
                scales={"x": uplot.Scale(time=False, range=(-HISTORY_S, 0.0))},
            )  # fmt: skip
            self._charts.append((chart, [name for name, _, _ in curves]))

    def update(self, history: History) -> None:
        """Draw what is remembered."""
        columns = history.columns()
        if len(columns["time_s"]) < 2:
            return
        for chart, names in self._charts:
            chart.data = (columns["time_s"], *(_held(columns[name]) for name in names))


def _held(values: Array) -> Array:
    """Gaps filled with the value before (0 at the start): the chart knows no NaN."""
    known = np.where(np.isnan(values), 0, np.arange(len(values)))
    held = values[np.maximum.accumulate(known)]
    return np.nan_to_num(held)
