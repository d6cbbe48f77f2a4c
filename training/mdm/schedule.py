"""The noise schedule: 1000 steps, cosine (Nichol and Dhariwal 2021), and evenly strided parts of it for DDIM."""

from __future__ import annotations

import math
from functools import cache

TRAINING_STEPS = 1000
_OFFSET, _LARGEST_BETA = 0.008, 0.999


@cache
def alpha_bars() -> tuple[float, ...]:
    """Share of the signal's variance left at each of the 1000 steps, falling from nearly 1 to nearly 0."""

    def level(t: float) -> float:
        return math.cos((t + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2

    left, bars = 1.0, []
    for i in range(TRAINING_STEPS):
        before, after = level(i / TRAINING_STEPS), level((i + 1) / TRAINING_STEPS)
        left *= 1.0 - min(1.0 - after / before, _LARGEST_BETA)
        bars.append(left)
    return tuple(bars)


def strided(count: int) -> list[int]:
    """``count`` steps of the 1000 with one whole stride, from 0 upwards: 10 gives 0, 100, ... 900."""
    if not 1 <= count <= TRAINING_STEPS:
        raise ValueError(f"count is {count}; it must be within 1..{TRAINING_STEPS}")
    return list(range(0, TRAINING_STEPS, TRAINING_STEPS // count))[:count]
