"""What finishing does to a plan, for the next search to allow for.

The search knows the motion of the prior. What is shown has feet that stand, a pelvis that is lowered to let them, and
less of a seam between tokens: by that it gets a little nearer to obstacles, and a hand a little off its target.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.live.judge import Demands, Verdict
from lamp.live.settings import LiveSettings
from lamp.problem import Target
from lamp.timeline import FPS

Array = NDArray[Any]


@dataclass
class Corrections:
    """Learned from each plan that is published, forgotten when something else is asked for."""

    clearance_m: float = 0.0  # to keep from obstacles beyond the skin
    depth_m: float = 0.0  # deepest penetration of what is shown
    short: bool = False  # whether what is shown misses a demand
    # by target: how far finishing moves its joint, (3,)
    shifts_m: dict[str, Array] = field(default_factory=dict)

    def learn(
        self,
        verdict: Verdict,
        base: Array,
        shown: Array,
        start: int,
        demands: Demands,
        settings: LiveSettings,
    ) -> None:
        """From a plan as searched ``base (T, 22, 3)`` and as finished ``shown``, from session frame ``start`` on."""
        most = settings.most_clearance_m
        self.depth_m, self.short = verdict.terms["penetration_m"], not verdict.feasible
        if self.depth_m > settings.penetration_ok_m:
            self.clearance_m = min(self.clearance_m + self.depth_m, most)
        self.shifts_m = {}
        for id, target in demands.targets.items():
            frame = round((target.arrive_s or 0.0) * FPS) - start
            if 0 <= frame < len(shown):
                shift = shown[frame, target.joint] - base[frame, target.joint]
                self.shifts_m[id] = np.clip(shift, -most, most)

    def allowed_for(self, id: str, target: Target) -> Target:
        """The target, moved so that its joint is on the asked one after finishing."""
        if id not in self.shifts_m:
            return target
        x, y, z = (float(v) for v in np.array(target.position_m) - self.shifts_m[id])
        return replace(target, position_m=(x, y, z))
