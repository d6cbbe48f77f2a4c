"""Hints for the pelvis: to keep to the path planned so far, or to go around what blocks it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lamp.live.detour import detour
from lamp.live.judge import Demands
from lamp.live.settings import LiveSettings
from lamp.problem import WEIGHT_NAMES, Arrays
from lamp.scene.ground_map import RAMP

Array = NDArray[Any]


def stay_near(row: Arrays, old: Array, anchor: int, settings: LiveSettings) -> None:
    """Keep to the path of ``old (T, 22, 3)`` after frame ``anchor``: a detour then comes back, and wanders off less."""
    _ask(row, old[:, 0], anchor, settings.stay)


def go_around(
    row: Arrays, old: Array, anchor: int, times_s: Array, demands: Demands, settings: LiveSettings
) -> bool:
    """Go around what blocks the path of ``old (T, 22, 3)`` at ``times_s (T,)``; whether anything does."""
    path = old[:, 0].copy()
    level = float(demands.ground.at(path[-1:], RAMP)[0])
    around = detour(path[:, [0, 2]], anchor, list(demands.obstacles.values()), times_s, level)
    if around is None:
        return False
    path[:, [0, 2]] = around
    _ask(row, path, anchor, settings.go_around)
    return True


def _ask(row: Arrays, pelvis: Array, anchor: int, weight: float) -> None:
    row["reference"][: len(pelvis), 0] = pelvis
    row["reference_weight"][anchor + 1 : len(pelvis), 0] = 1.0
    row["weights"][WEIGHT_NAMES.index("reference")] = weight
