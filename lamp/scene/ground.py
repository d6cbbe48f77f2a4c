"""What feet can stand on: the highest surface in every column of a window of distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_STEEP = 0.6  # change of distance per metre of height over a floor of up to 50 degrees


def top_surface(distance: Array, low_m: Array, cell_m: float, at_most_m: float | Array = np.inf) -> Array:
    """Heights ``(X, Z)`` float32 in metres where ``distance (X, Y, Z)`` goes from solid below to free above.

    The points are ``low_m + cell_m * (i, j, k)``. Of several such heights in a column the highest counts that is
    not above ``at_most_m`` (one number, or ``(X, Z)``); NaN where there is none. A column that is solid up to the
    top of the window has no surface there. Floors thinner than a cell (sheets) are found too.
    """
    d = np.asarray(distance, np.float32)
    below, above = d[:, :-1], d[:, 1:]
    crosses = (below <= 0) & (above > 0)
    rise = _rise(d, cell_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Down from the free side: what is below may be the other side of a thin floor, and no measure of its depth.
        from_above = np.clip(1.0 - above / (rise * cell_m), 0.0, 1.0)
        part = np.where(rise > _STEEP, from_above, below / (below - above))
    level = np.arange(d.shape[1] - 1, dtype=np.float32)[None, :, None]
    height = float(low_m[1]) + cell_m * (level + part)
    limit = np.broadcast_to(np.asarray(at_most_m, np.float32), (d.shape[0], d.shape[2]))
    counts = (crosses | _slips_through(d, rise, cell_m)) & (height <= limit[:, None, :])
    height = np.where(counts, height, -np.inf).max(axis=1)
    return np.where(np.isfinite(height), height, np.nan).astype(np.float32)


def _rise(d: Array, cell_m: float) -> Array:
    """Distance gained per metre upwards above each gap between two levels ``(X, Y - 1, Z)``, 1 above a level floor."""
    rise = np.diff(d, axis=1) / np.float32(cell_m)
    return np.concatenate([rise[:, 1:], np.ones_like(rise[:, :1])], axis=1)


def _slips_through(d: Array, rise: Array, cell_m: float) -> Array:
    """Whether a floor thinner than a cell lies unseen between two levels ``(X, Y - 1, Z)``.

    It does where the distance falls towards the gap from below and grows from it upwards, both about as fast as the
    height, and the free space around the two levels does not fill the gap.
    """
    slope = np.diff(d, axis=1) / np.float32(cell_m)
    falls = np.concatenate([-np.ones_like(slope[:, :1]), slope[:, :-1]], axis=1) < -_STEEP
    gap = (d[:, :-1] > 0) & (d[:, 1:] > 0) & (d[:, :-1] + d[:, 1:] < cell_m)
    return np.asarray(gap & falls & (rise > _STEEP))
