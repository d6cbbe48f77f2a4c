"""Where the ray through the mouse meets a level plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
FARTHEST_M = 60.0  # beyond this the ray is as good as level


def ray_on_level(origin_m: ArrayLike, direction: ArrayLike, height_m: float) -> Array | None:
    """The point ``(3,)`` at ``height_m`` on a ray; None when it points away, runs level or meets it too far away."""
    origin, way = np.asarray(origin_m, np.float64), np.asarray(direction, np.float64)
    if abs(way[1]) < 1e-6:
        return None
    along = (height_m - origin[1]) / way[1]
    if along <= 0:
        return None
    point = origin + along * way
    return None if np.linalg.norm(point - origin) > FARTHEST_M else point
