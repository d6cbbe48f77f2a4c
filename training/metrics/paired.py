"""Distances of paired embeddings: each result beside the very motion it was made from, or its text."""

from __future__ import annotations

import numpy as np

from lamp.errors import InputError
from training.metrics.base import About, Array


class PairedDistance:
    """dist(gen/gt): mean squared difference per embedding number between result i and original i (paper, tables 2-6).

    Both sets must be in the same order; evaluators that sort by length do not give that (ours does).
    """

    about = About("dist_gt", "-", "lower", "mean squared difference of embeddings, result to its original")

    def __call__(self, results: Array, originals: Array) -> float:
        check_paired(results, originals)
        return float(np.mean((np.asarray(results, np.float64) - originals) ** 2))


class MultimodalDistance:
    """MM-Dist: mean Euclidean distance between the embedding of a text and that of the motion made for it."""

    about = About("mm_dist", "-", "lower", "mean distance of motion and text embeddings")

    def __call__(self, texts: Array, motions: Array) -> float:
        check_paired(texts, motions)
        return float(np.linalg.norm(np.asarray(texts, np.float64) - motions, axis=-1).mean())


def check_paired(first: Array, second: Array) -> None:
    """``InputError`` unless both are ``(N, E)`` with the same N >= 1."""
    if np.shape(first) != np.shape(second) or np.ndim(first) != 2 or len(first) == 0:
        raise InputError(
            "pairs", f"shapes {np.shape(first)} and {np.shape(second)} are no pairs of embeddings"
        )
