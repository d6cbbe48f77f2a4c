"""What feet can stand on: the highest surface in every column of a window of distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def top_surface(distance: Array, low_m: Array, cell_m: float, at_most_m: float | Array = np.inf) -> Array:
    """Heights ``(X, Z)`` float32 in metres where ``distance (X, Y, Z)`` goes from solid below to free above.

    The points are ``low_m + cell_m * (i, j, k)``. Of several such heights in a column the highest counts that is
    not above ``at_most_m`` (one number, or ``(X, Z)``); NaN where there is none. A column that is solid up to the
    top of the window has no surface there.
    """
    d = np.asarray(distance, np.float32)
    below, above = d[:, :-1], d[:, 1:]
    crosses = (below <= 0) & (above > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fraction = below / (below - above)
    level = np.arange(d.shape[1] - 1, dtype=np.float32)[None, :, None]
    height = float(low_m[1]) + cell_m * (level + fraction)
    limit = np.broadcast_to(np.asarray(at_most_m, np.float32), (d.shape[0], d.shape[2]))
    height = np.where(crosses & (height <= limit[:, None, :]), height, -np.inf).max(axis=1)
    return np.where(np.isfinite(height), height, np.nan).astype(np.float32)
