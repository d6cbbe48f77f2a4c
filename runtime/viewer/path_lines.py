"""The way over the ground: walked, about to be walked whatever happens, and planned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.viewer.web import WORLD

Array = NDArray[Any]
WALKED, FIXED, PLANNED, FAILING = (150, 158, 170), (240, 150, 20), (24, 130, 160), (205, 45, 45)
_HEIGHT_M = 0.012  # above the floor, so that it does not flicker


class PathLines:
    """Three lines below ``name``; points are pelvis positions ``(N, 3)``, drawn on the ground."""

    def __init__(self, scene: Any, name: str) -> None:
        def line(part: str, colour: tuple[int, int, int], thickness_m: float) -> Any:
            return scene.add_line_segments(
                f"{WORLD}/{name}_{part}", np.zeros((1, 2, 3), np.float32), colour, thickness=thickness_m,
                visible=False,
            )  # fmt: skip

        self._walked = line("walked", WALKED, 0.025)
        self._fixed = line("fixed", FIXED, 0.06)
        self._planned = line("planned", PLANNED, 0.045)
        self._feasible = True
        self.visible = True

    def update(self, walked_m: Array, fixed_m: Array, planned_m: Array, feasible: bool) -> None:
        """``fixed_m`` begins where ``walked_m`` ends, ``planned_m`` where ``fixed_m`` does."""
        for line, points in ((self._walked, walked_m), (self._fixed, fixed_m), (self._planned, planned_m)):
            shown = self.visible and len(points) > 1
            if shown:
                line.points = _segments(points)
            if line.visible != shown:
                line.visible = shown
        if feasible != self._feasible:
            self._feasible = feasible
            self._planned.colors = np.array(PLANNED if feasible else FAILING, np.uint8)

    def remove(self) -> None:
        """Take the lines out of the scene."""
        for line in (self._walked, self._fixed, self._planned):
            line.remove()


def _segments(points_m: Array) -> Array:
    """``(N, 3)`` -> ``(N - 1, 2, 3)`` on the ground."""
    ground = np.array(points_m, np.float32)
    ground[:, 1] = _HEIGHT_M
    return np.stack([ground[:-1], ground[1:]], axis=1)
