"""R-precision: does a text find its own motion among 32?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.errors import InputError
from training.metrics.base import About, Array
from training.metrics.paired import check_paired

POOL = 32


class RPrecision:
    """Share of texts whose true motion is among the ``top`` nearest (Euclidean) of a pool of 32, itself included.

    Rows are dealt into pools at random and the rest is dropped, as in the protocol: the pool size decides what the
    number means. With ``captions`` no pool holds a caption twice where that can be helped; templated corpora repeat
    captions, and a twin of the true text would count as an error.
    """

    def __init__(self, top: int, pool: int = POOL) -> None:
        if not 1 <= top <= pool:
            raise InputError("top", f"{top} is outside 1..{pool}")
        self.top, self.pool = top, pool
        self.about = About(
            f"r_precision_{top}",
            "ratio",
            "higher",
            f"true motion among the {top} nearest of {pool} to its text",
        )

    def __call__(
        self, texts: Array, motions: Array, rng: np.random.Generator, captions: Sequence[str] | None = None
    ) -> float:
        check_paired(texts, motions)
        pools = deal(len(texts), self.pool, rng, captions)
        hits = [_hits(texts[rows], motions[rows], self.top) for rows in pools]
        return float(np.mean(hits))


def deal(
    count: int, pool: int, rng: np.random.Generator, captions: Sequence[str] | None = None
) -> list[Array]:
    """Random disjoint pools of indices; ``InputError`` when there are fewer than one pool."""
    if count < pool:
        raise InputError("motions", f"{count} motions are fewer than one pool of {pool}; evaluate more")
    order = rng.permutation(count)
    if captions is None:
        return [order[i : i + pool] for i in range(0, count - pool + 1, pool)]
    pools: list[list[int]] = [[] for _ in range(count // pool)]
    for index in order:
        open_pools = [p for p in pools if len(p) < pool]
        if not open_pools:
            break
        free = [p for p in open_pools if all(captions[int(index)] != captions[i] for i in p)]
        min(free or open_pools, key=len).append(int(index))
    return [np.array(p) for p in pools]


def _hits(texts: Array, motions: Array, top: int) -> float:
    """Share of rows whose own motion has fewer than ``top`` strictly nearer rivals (ties go against it)."""
    away = np.linalg.norm(texts[:, None].astype(np.float64) - motions[None], axis=-1)
    own = np.diagonal(away)[:, None]
    rivals = (away <= own).sum(1) - 1
    return float((rivals < top).mean())
