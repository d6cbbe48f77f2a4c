"""Motions as an evaluator reads them: raw 263-number frames without contacts, padded, in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from lamp import features
from lamp.errors import InputError
from training.evaluator.config import MOTION_WIDTH, UNIT

Array = NDArray[Any]
MAX_FRAMES = 196
Heading = Literal["humanml3d", "clean"]


def raw_features(joints_m: Array, heading: str = "humanml3d") -> Array:
    """World joints ``(T, 22, 3)`` -> ``(T', 259)`` float32, T' the largest multiple of 4 up to T - 1 and 196.

    The lowest joint of the clip is brought to the floor first, as the vectors' definition has it: a generated clip that
    floats or sinks is not told from a real one by its offset alone (the skate and floor metrics do that).
    """
    vectors = features.encode(np.asarray(joints_m), heading=cast(Heading, heading), floor=True)
    return cut(vectors)


def cut(vectors: Array) -> Array:
    """Vectors ``(T, 263)`` -> ``(T', 259)``: without contacts, at most 196 frames, a multiple of 4."""
    if vectors.ndim != 2 or vectors.shape[1] < MOTION_WIDTH:
        raise InputError("vectors", f"shape is {vectors.shape}; it must be (T, 263)")
    frames = min(len(vectors), MAX_FRAMES) // UNIT * UNIT
    if frames < UNIT:
        raise InputError("motion", f"{len(vectors)} frames; an evaluator needs at least {UNIT + 1}")
    return np.ascontiguousarray(vectors[:frames, :MOTION_WIDTH], dtype=np.float32)


def padded(rows: Sequence[Array]) -> tuple[Array, Array]:
    """Sequences ``(n_i, W)`` -> ``(B, max n, W)`` float32 with zeros behind, and lengths ``(B,)`` int64."""
    lengths = np.array([len(r) for r in rows], np.int64)
    out = np.zeros((len(rows), int(lengths.max()), rows[0].shape[1]), np.float32)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out, lengths
