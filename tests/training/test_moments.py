"""Moments of parts are those of the whole, where sums of squares would have lost them."""

from __future__ import annotations

import numpy as np
import pytest

from training.moments import Moments


def test_parts_give_the_weighted_moments_of_the_whole() -> None:
    rng = np.random.default_rng(1)
    parts = [rng.normal(3.0, 2.0, (n, 4)) for n in (1, 50, 7, 300)]
    weights = [0.5, 2.0, 0.0, 1.3]
    moments = Moments(4)
    for part, weight in zip(parts, weights, strict=True):
        moments.add(part, weight)
    rows = np.concatenate(parts)
    each = np.repeat(weights, [len(p) for p in parts])
    mean = np.average(rows, axis=0, weights=each)
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(
        moments.std() ** 2, np.average((rows - mean) ** 2, axis=0, weights=each), rtol=1e-12
    )
    assert moments.weight == pytest.approx(each.sum())


def test_a_small_deviation_about_a_large_mean_is_kept() -> None:
    rng = np.random.default_rng(2)
    rows = 1e6 + rng.normal(0.0, 1e-3, (4000, 2))
    moments = Moments(2)
    for part in np.split(rows, 40):
        moments.add(part)
    np.testing.assert_allclose(moments.std(), rows.std(0), rtol=1e-6)
    naive = np.sqrt(np.maximum((rows**2).mean(0) - rows.mean(0) ** 2, 0))
    assert (np.abs(naive / rows.std(0) - 1) > 0.5).all(), "the case is one in which sums of squares fail"


def test_nothing_has_no_deviation() -> None:
    assert Moments(3).std().tolist() == [0.0, 0.0, 0.0]
