"""Fréchet distance of two sets of embeddings."""

from __future__ import annotations

import numpy as np

from lamp.errors import InputError
from training.metrics.base import About, Array


class FrechetDistance:
    """``|m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^1/2)`` between Gaussians fitted to two sets ``(N, E)`` and ``(M, E)``.

    The trace of the root is the sum of singular values of ``C1^1/2 C2^1/2``, both roots by eigenvalues with negative
    rounding cut off: real and not negative whatever the rank, where the usual ``sqrtm`` goes complex.

    The estimate is biased upwards when sets are small (two halves of the same data do not give 0, by about
    ``Tr(C) (1/N + 1/M)`` for well-conditioned sets and more for N < E). So compare only values of equal N, and beside
    the value of real data at that N, which every table gives.
    """

    about = About("fid", "-", "lower", "Fréchet distance of evaluator embeddings to those of real motion")

    def __call__(self, first: Array, second: Array) -> float:
        """Distance; ``InputError`` for sets of fewer than two or of different width."""
        a, b = _checked(first, "first"), _checked(second, "second")
        if a.shape[1] != b.shape[1]:
            raise InputError("second", f"width {b.shape[1]}, the other set has {a.shape[1]}: two evaluators?")
        return frechet(a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False))


def frechet(mean1: Array, covariance1: Array, mean2: Array, covariance2: Array) -> float:
    """The closed form for two Gaussians; ``(E,)`` and ``(E, E)`` each."""
    roots = [_root(np.atleast_2d(c)) for c in (covariance1, covariance2)]
    cross = float(np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum())
    apart = float(np.sum((np.asarray(mean1) - np.asarray(mean2)) ** 2))
    spread = float(np.trace(np.atleast_2d(covariance1)) + np.trace(np.atleast_2d(covariance2)))
    return max(apart + spread - 2.0 * cross, 0.0)


def _root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _checked(rows: Array, name: str) -> Array:
    rows = np.asarray(rows, np.float64)
    if rows.ndim != 2 or len(rows) < 2:
        raise InputError(name, f"shape is {rows.shape}; at least two embeddings (N, E) are needed")
    if not np.isfinite(rows).all():
        raise InputError(name, "holds values that are not finite")
    return rows
