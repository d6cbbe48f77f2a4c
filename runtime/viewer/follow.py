"""Keeps a walking character in the middle of the picture, whatever the cameras of the tabs do.

Not the cameras move but the world below them: every tab orbits as it likes, and light and shadows stay around the body.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runtime.viewer import axes

Array = NDArray[Any]
_SETTLE_S = 0.25  # time constant of the motion towards the character


class Follow:
    """Moves the scene node ``world``. ``enabled`` may be switched; ``held`` stops it while somebody drags."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self.origin_m = np.zeros(3)  # the session point in the middle of the picture
        self.enabled = True
        self.held = False

    def tick(self, passed_s: float, ground_m: ArrayLike) -> None:
        """The character is above ``ground_m (3,)``."""
        if not self.enabled or self.held:
            return
        share = 1.0 - np.exp(-max(passed_s, 0.0) / _SETTLE_S)
        offset = (np.asarray(ground_m, np.float64) - self.origin_m) * [1.0, 0.0, 1.0]
        if np.linalg.norm(offset) < 1e-4:
            return
        self.origin_m = self.origin_m + share * offset
        self._world.position = axes.point(-self.origin_m)

    def to_session(self, point_m: ArrayLike) -> Array:
        """A point of the browser's world ``(3,)`` in session space."""
        return np.asarray(point_m, np.float64) + self.origin_m
