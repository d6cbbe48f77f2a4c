"""What a dragged thing tells the server: where it is and how fast it moves, not more often than plans can follow."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
INTERVAL_S = 0.12  # between two updates of one drag
_WINDOW_S = 0.2  # the velocity is that of the last moments
_RESTING_S = 0.15  # held still for so long is at rest
MAX_DRAG_SPEED_MPS = 4.0  # a faster hand is a jump, not a speed to plan with


@dataclass(frozen=True)
class Moved:
    """A pose to send. velocity_mps is zero once the hand rests or has let go."""

    position_m: Array
    orientation_xyzw: tuple[float, float, float, float]
    velocity_mps: Array


class Drag:
    """One thing in somebody's hand. Times are seconds of any clock that runs on."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Array]] = deque()
        self._orientation = (0.0, 0.0, 0.0, 1.0)
        self._new = False
        self._sent_s = -np.inf
        self._moving = False  # as far as the server knows

    def move(
        self, now_s: float, position_m: ArrayLike, orientation_xyzw: tuple[float, float, float, float]
    ) -> None:
        """The hand moved the thing here."""
        self._samples.append((now_s, np.asarray(position_m, np.float64)))
        while len(self._samples) > 2 and now_s - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()
        self._orientation = orientation_xyzw
        self._new = True

    def velocity(self, now_s: float) -> Array:
        """Metres per second ``(3,)`` over the last moments; zero when resting, bounded in length."""
        if len(self._samples) < 2 or now_s - self._samples[-1][0] > _RESTING_S:
            return np.zeros(3)
        (first_s, first), (last_s, last) = self._samples[0], self._samples[-1]
        if last_s - first_s < 1e-3:
            return np.zeros(3)
        velocity = (last - first) / (last_s - first_s)
        speed = float(np.linalg.norm(velocity))
        return np.asarray(velocity * min(1.0, MAX_DRAG_SPEED_MPS / max(speed, 1e-9)))

    def due(self, now_s: float) -> Moved | None:
        """What to send now, or None: nothing new, or too soon after the last. The newest pose wins."""
        if not self._samples or now_s - self._sent_s < INTERVAL_S:
            return None
        velocity = self.velocity(now_s)
        came_to_rest = self._moving and not velocity.any()
        if not self._new and not came_to_rest:
            return None
        return self._take(now_s, velocity)

    def end(self, now_s: float) -> Moved | None:
        """The hand let go: where the thing stays, at rest. None when it was never moved."""
        return self._take(now_s, np.zeros(3)) if self._samples else None

    def _take(self, now_s: float, velocity: Array) -> Moved:
        self._new, self._sent_s, self._moving = False, now_s, bool(velocity.any())
        return Moved(self._samples[-1][1], self._orientation, velocity)
