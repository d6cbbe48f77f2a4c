"""Mean and deviation of rows that do not fit in memory together: one pass, without cancellation."""

from __future__ import annotations

import numpy as np

from training.clips import Array


class Moments:
    """Weighted mean and variance of each of ``columns`` numbers, of rows that come in parts.

    Parts are merged by the formula of Chan, Golub and LeVeque (1979), which keeps sums of squares about the mean:
    sums of plain squares would lose digits where the mean is much larger than the deviation.
    """

    def __init__(self, columns: int) -> None:
        self.weight = 0.0
        self.mean = np.zeros(columns)
        self.squares = np.zeros(columns)  # weighted sum of squared distances from the mean

    def add(self, rows: Array, weight: float = 1.0) -> None:
        """Add rows ``(N, C)``, each of which counts ``weight`` times."""
        values = rows.astype(np.float64)
        mean = values.mean(axis=0)
        self.merge(weight * len(values), mean, weight * ((values - mean) ** 2).sum(axis=0))

    def merge(self, weight: float, mean: Array, squares: Array) -> None:
        """Add the ``weight``, ``mean (C,)`` and ``squares (C,)`` of another part."""
        if weight <= 0.0:
            return
        together = self.weight + weight
        apart = mean - self.mean
        self.mean = self.mean + apart * (weight / together)
        self.squares = self.squares + squares + apart**2 * (self.weight * weight / together)
        self.weight = together

    def std(self) -> Array:
        """Standard deviation ``(C,)`` of all rows so far; 0 when there are none."""
        deviation: Array = np.sqrt(self.squares / max(self.weight, np.finfo(float).tiny))
        return deviation
