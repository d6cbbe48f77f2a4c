"""Weights that come and go without a kink."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def smooth_step(share: ArrayLike) -> NDArray[Any]:
    """0 up to 0, 1 from 1 on, and between them a cubic with zero slope at both ends; the shape of ``share``."""
    u = np.clip(share, 0.0, 1.0)
    return np.asarray(u * u * (3.0 - 2.0 * u))
