"""Mean and confidence interval over repeated runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamp.errors import InputError


@dataclass(frozen=True)
class Summary:
    """``mean`` of the runs and half the width of the 95 % interval of that mean; ``None`` for a single run."""

    mean: float
    ci95: float | None
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Summary:
        """``1.96 s / sqrt(n)`` as in the HumanML3D protocol, with the sample's own deviation (n - 1)."""
        if not values:
            raise InputError("values", "no run to summarise")
        n = len(values)
        interval = None if n < 2 else float(1.96 * np.std(values, ddof=1) / np.sqrt(n))
        return cls(float(np.mean(values)), interval, n)
