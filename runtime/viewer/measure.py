"""Live figures: how deep the pose on the screen is in obstacles, how far it is from targets, and their history."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.intent import Shortfall, Want
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m
from runtime.client import GeometryObstacle

Array = NDArray[Any]
AnyObstacle = Obstacle | GeometryObstacle
HISTORY_S = 60.0


def penetrations(joints_m: Array, obstacles: Mapping[str, AnyObstacle], time_s: float) -> dict[str, float]:
    """Deepest penetration by obstacle, metres, 0 where clear: a body with joints ``(22, 3)`` at a session time.

    Uploaded geometry, whose distances only the server has, is left out; see :func:`planned_penetrations`.
    """
    known = {id: o for id, o in obstacles.items() if isinstance(o, Obstacle)}
    depths = penetration_m(np.asarray(joints_m)[None], list(known.values()), np.array([time_s]))
    return dict(zip(known, depths[0].tolist(), strict=True))


def planned_penetrations(
    shortfalls: Iterable[Shortfall], obstacles: Mapping[str, AnyObstacle]
) -> dict[str, float]:
    """What the newest plan says about uploaded geometry: the deepest penetration in all of it, metres."""
    depths = {id: 0.0 for id, o in obstacles.items() if not isinstance(o, Obstacle)}
    for shortfall in shortfalls:
        if shortfall.kind is Want.PENETRATION and shortfall.id in depths:
            depths[shortfall.id] = max(depths[shortfall.id], shortfall.amount_m)
    return depths


def target_error(joints_m: Array, target: Target) -> float:
    """Distance of the target's joint from it now, on the axes that count, metres."""
    offset = (joints_m[target.joint] - np.array(target.position_m)) * np.array(target.axis_mask)
    return float(np.linalg.norm(offset))


@dataclass(frozen=True)
class Sample:
    """One moment in the plots; NaN is a gap. time_s is seconds of the viewer's own clock."""

    time_s: float
    latency_s: float = np.nan  # of the newest plan, from sending the change to receiving the plan
    optimise_s: float = np.nan  # the server's work on it
    ahead_s: float = np.nan  # frames buffered ahead of the playhead
    penetration_cm: float = np.nan
    target_error_cm: float = 0.0  # the largest of the targets that are wanted now


class History:
    """The last ``HISTORY_S`` seconds of samples."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        """Take the newest sample and forget the old ones."""
        self._samples.append(sample)
        while sample.time_s - self._samples[0].time_s > HISTORY_S:
            self._samples.popleft()

    def columns(self) -> dict[str, Array]:
        """Arrays ``(N,)`` by field name; ``time_s`` is relative to the newest sample, so 0 is now."""
        names = [field.name for field in fields(Sample)]
        if not self._samples:
            return {name: np.zeros(0) for name in names}
        table = np.array([astuple(sample) for sample in self._samples], np.float64).T
        columns = dict(zip(names, table, strict=True))
        columns["time_s"] = columns["time_s"] - columns["time_s"][-1]
        return columns
