"""How much of the worker's time live characters need, and would need if there were more of them.

Only what a character cannot do without counts: making its jobs, the first steps of each plan that answers a change or
goes on where frames run out, and publishing. All further optimisation uses what time is left, and is no load.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from runtime.step_times import StepTimes

LEAST_STEPS = 10  # of a plan: as many as the planner takes before it may stop
_MEMORY_S = 15.0
# Before anything is measured a character is taken to need so much a second; it counts as so many seconds of measuring.
_EXPECTED_STEPS = 8.0
_EXPECTED_OVERHEAD_S = 0.005
_EXPECTED_WEIGHT_S = 10.0


class LoadMeter:
    """Fed by the worker; ``predicted`` may be asked from any thread."""

    def __init__(self, times: StepTimes, clock: Callable[[], float] = time.monotonic) -> None:
        self._times, self._clock = times, clock
        self._characters = 0
        self._at_s = clock()
        # forgotten slowly: seconds of character life, of needed steps, of work around them
        self._life_s = self._device_s = self._overhead_s = 0.0

    def characters(self, count: int) -> None:
        """So many are live from now on."""
        self._age()
        self._characters = count

    @property
    def present(self) -> int:
        """Characters that are live."""
        return self._characters

    def device(self, seconds: float) -> None:
        """Needed steps took so long."""
        self._device_s += seconds

    def overhead(self, seconds: float) -> None:
        """Making jobs or publishing plans took so long."""
        self._overhead_s += seconds

    def predicted(self, characters: int) -> float:
        """The share of the worker's time that so many characters need; above 1 there is not enough of it."""
        step_s = self._times.predict(max(characters, 1))
        if characters < 1 or step_s is None:
            return 0.0
        row_s = step_s / characters
        now_row_s = (self._times.predict(max(self._characters, 1)) or step_s) / max(self._characters, 1)
        measured_s = self._device_s * row_s / max(now_row_s, 1e-9)
        expected_s = _EXPECTED_WEIGHT_S * _EXPECTED_STEPS * row_s
        overhead_s = self._overhead_s + _EXPECTED_WEIGHT_S * _EXPECTED_OVERHEAD_S
        each = (measured_s + expected_s + overhead_s) / (self._life_s + _EXPECTED_WEIGHT_S)
        return characters * each

    def _age(self) -> None:
        now_s = self._clock()
        passed_s, self._at_s = now_s - self._at_s, now_s
        kept = math.exp(-passed_s / _MEMORY_S)
        self._device_s *= kept
        self._overhead_s *= kept
        self._life_s = self._life_s * kept + self._characters * _MEMORY_S * (1.0 - kept)
