"""The smooth step: its ends, its slope there, and that it only rises."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lamp.easing import smooth_step


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_it_rises_from_0_to_1_and_stays_there(a: float, b: float) -> None:
    low, high = smooth_step(np.sort([a, b]))
    assert 0.0 <= low <= high <= 1.0
    assert smooth_step(min(a, 0.0)) == 0.0 and smooth_step(max(b, 1.0)) == 1.0


def test_its_slope_is_zero_at_both_ends() -> None:
    assert smooth_step(np.array([[1e-4, 0.5, 1.0 - 1e-4]])).shape == (1, 3)
    assert smooth_step(1e-4) < 1e-7 and 1.0 - smooth_step(1.0 - 1e-4) < 1e-7
    assert smooth_step(0.5) == 0.5
