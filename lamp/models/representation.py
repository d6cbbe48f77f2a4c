"""What the networks see of a motion: 137 of the 263 feature dims, grouped by body part.

The 6D rotation block is left out: it is redundant, carries no twist and animates no engine skeleton (fact sheet of
HumanML3D, section 6). What stays: root (4), positions (63), displacements (66), contacts (4). Needs numpy only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.features import FEATURE_COUNT
from lamp.skeleton import PARTS

Array = NDArray[Any]

KEPT: Array = np.r_[0:67, 193:FEATURE_COUNT]  # columns of the 263-dim vector
WIDTH = len(KEPT)  # 137
PART_NAMES: tuple[str, ...] = tuple(PARTS)
PART_COUNT = len(PART_NAMES)
_POSITION, _VELOCITY, _CONTACT = 4, 67, 133  # first column of each group inside the 137


def part_columns(name: str) -> list[int]:
    """Columns of the 137-dim vector that belong to one body part; together the six parts cover each column once."""
    columns: list[int] = [0, 1, 2, 3] if name == "root" else []
    for j in PARTS[name]:
        if j > 0:
            columns += [_POSITION + 3 * (j - 1) + k for k in range(3)]
        columns += [_VELOCITY + 3 * j + k for k in range(3)]
    if name.endswith("_leg"):
        first = _CONTACT + (0 if name.startswith("left") else 2)
        columns += [first, first + 1]
    return columns


PART_WIDTH = max(len(part_columns(name)) for name in PART_NAMES)


def gather_index() -> Array:
    """``(P, PART_WIDTH)`` columns per part, short parts padded with ``WIDTH`` (a column of zeros)."""
    index = np.full((PART_COUNT, PART_WIDTH), WIDTH, dtype=np.int64)
    for p, name in enumerate(PART_NAMES):
        columns = part_columns(name)
        index[p, : len(columns)] = columns
    return index


def scatter_index() -> Array:
    """``(WIDTH,)`` position of each column in the flattened ``(P * PART_WIDTH)`` layout: inverse of the gather."""
    flat = gather_index().reshape(-1)
    inverse = np.zeros(WIDTH, dtype=np.int64)
    for position, column in enumerate(flat):
        if column < WIDTH:
            inverse[column] = position
    return inverse
