"""How different motions are from one another."""

from __future__ import annotations

import numpy as np

from lamp.errors import InputError
from training.metrics.base import About, Array


class Diversity:
    """Mean Euclidean distance of random pairs of embeddings (300 pairs, two different motions each)."""

    about = About("diversity", "-", "real", "mean embedding distance of random pairs")

    def __init__(self, pairs: int = 300) -> None:
        self.pairs = pairs

    def __call__(self, embeddings: Array, rng: np.random.Generator) -> float:
        n = len(embeddings)
        if n < 2:
            raise InputError("motions", f"{n} motions make no pair")
        first = rng.integers(0, n, self.pairs)
        second = (first + rng.integers(1, n, self.pairs)) % n
        apart = np.asarray(embeddings, np.float64)[first] - embeddings[second]
        return float(np.linalg.norm(apart, axis=-1).mean())


class Multimodality:
    """Mean Euclidean distance of random pairs among motions of one text; ``(texts, samples, E)``, 10 pairs each."""

    about = About("multimodality", "-", "real", "mean embedding distance of samples of one text")

    def __init__(self, pairs: int = 10) -> None:
        self.pairs = pairs

    def __call__(self, embeddings: Array, rng: np.random.Generator) -> float:
        if np.ndim(embeddings) != 3 or embeddings.shape[1] < 2:
            raise InputError("samples", f"shape {np.shape(embeddings)}; it must be (texts, samples >= 2, E)")
        own = Diversity(self.pairs)
        return float(np.mean([own(samples, rng) for samples in embeddings]))
