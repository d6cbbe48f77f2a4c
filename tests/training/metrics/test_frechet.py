"""The Fréchet distance against closed forms, a second implementation, and the traps of small sets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg

from lamp.errors import InputError
from training.metrics.frechet import FrechetDistance, frechet


def test_one_dimension_is_difference_of_means_and_of_deviations() -> None:
    # (3 - 1)^2 + (5 - 2)^2
    assert frechet(np.array([1.0]), np.array([[4.0]]), np.array([3.0]), np.array([[25.0]])) == pytest.approx(
        13.0
    )


def test_full_covariances_agree_with_the_matrix_square_root(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((500, 6)) @ rng.standard_normal((6, 6)), rng.standard_normal((400, 6)) + 0.5
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(linalg.sqrtm(ca @ cb))
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(ca + cb - 2 * root)
    assert FrechetDistance()(a, b) == pytest.approx(expected, rel=1e-6)


def test_a_set_is_at_no_distance_from_itself_even_with_fewer_rows_than_columns(
    rng: np.random.Generator,
) -> None:
    few = rng.standard_normal((5, 64))
    assert FrechetDistance()(few, few) == pytest.approx(0.0, abs=1e-6)
    assert FrechetDistance()(few, few[::-1]) == pytest.approx(0.0, abs=1e-6)


def test_distance_of_rank_deficient_sets_is_finite_and_grows_with_a_shift(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((4, 32)), rng.standard_normal((4, 32))
    near, far = FrechetDistance()(a, b), FrechetDistance()(a, b + 3.0)
    assert np.isfinite(near) and 0.0 <= near < far


def test_small_sets_of_the_same_data_are_not_at_zero_and_larger_ones_are_nearer(
    rng: np.random.Generator,
) -> None:
    data = rng.standard_normal((8000, 16))
    small = FrechetDistance()(data[:50], data[50:100])
    large = FrechetDistance()(data[:4000], data[4000:])
    assert small > 10 * large > 0.0


@pytest.mark.parametrize("other", [np.zeros((4, 3)), np.zeros((1, 2)), np.full((4, 2), np.nan), np.zeros(4)])
def test_sets_that_cannot_be_compared_are_refused(other: np.ndarray) -> None:
    with pytest.raises(InputError):
        FrechetDistance()(np.zeros((4, 2)), other)
