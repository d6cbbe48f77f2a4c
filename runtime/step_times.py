"""How long one step takes for so many characters: measured where it was measured, estimated elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

_SHARE_OF_NEW = 0.2
_MOST_CHANGE = 4.0  # one measurement moves a figure as if it were at most so many times larger or smaller
_SETTLED = 3  # measurements; the first ones may hold the loading or recording of a graph


class StepTimes:
    """Seconds per step by number of rows. Used by one thread."""

    def __init__(self, known: Mapping[int, float] | None = None) -> None:
        """``known``: figures to begin with, such as those of a warm-up."""
        self._seconds: dict[int, float] = dict(known or {})
        self._count: dict[int, int] = {}

    def record(self, rows: int, step_s: float) -> None:
        """One step for ``rows`` characters took ``step_s``."""
        old, count = self._seconds.get(rows), self._count.get(rows, 0)
        self._count[rows] = count + 1
        if old is None:
            self._seconds[rows] = step_s
        elif count < _SETTLED:
            self._seconds[rows] = min(old, step_s)
        else:
            near = min(max(step_s, old / _MOST_CHANGE), old * _MOST_CHANGE)
            self._seconds[rows] = old + _SHARE_OF_NEW * (near - old)

    def predict(self, rows: int) -> float | None:
        """Seconds of one step for ``rows`` characters; None before anything was measured.

        More rows never take less time, and never more per row, than fewer: both neighbours bound what lies between.
        """
        if rows in self._seconds:
            return self._seconds[rows]
        below = [n for n in self._seconds if n < rows]
        above = [n for n in self._seconds if n > rows]
        bounds = []
        if below:
            nearest = max(below)
            bounds.append(self._seconds[nearest] * rows / nearest)
        if above:
            bounds.append(self._seconds[min(above)])
        return min(bounds, default=None)
