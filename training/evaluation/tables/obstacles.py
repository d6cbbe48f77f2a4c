"""T3: eight spheres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.body import MANY_RADII_M, spheres
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClip, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import (
    CLEAR,
    PAIRED,
    PENETRATION,
    Case,
    OptimisedTable,
    clip_motion,
    paired_scores,
)
from training.metrics.base import About
from training.metrics.collision import CollisionLoss, Penetration
from training.priors.base import Outcome, Prior

SPHERES, RADIUS_M = 8, 0.30
_RING_M, _HEIGHT_M, _START_FRAMES, _GAP_M = (0.6, 2.5), (0.1, 1.4), 4, 0.05


class ObstacleTable(OptimisedTable):
    """What tables with obstacles share."""

    columns: tuple[About, ...] = (*PAIRED, CollisionLoss.about, PENETRATION, CLEAR)

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        pairs = list(zip(cases, outcomes, strict=True))
        depths = [Penetration()(o.joints_m, c.obstacles) for c, o in pairs]
        return paired_scores(cases, outcomes, judge) | {
            "collision_m": float(np.mean([CollisionLoss()(o.joints_m, c.obstacles) for c, o in pairs])),
            "penetration_m": float(np.mean(depths)),
            "clear": float(np.mean([d <= 0.01 for d in depths])),
        }


class AvoidTable(ObstacleTable):
    """Eight spheres of 30 cm around where the motion begins, at 0.6 to 2.5 m and any height up to the head. None may
    touch the first 0.2 s: nobody could mend that."""

    key, title = "T3", "Avoiding eight spheres"

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        return [avoid_case(clip, rng) for clip in clips.draw(settings.motions, rng)]


def avoid_case(clip: RealClip, rng: np.random.Generator) -> Case:
    """A clip with eight spheres around its start."""
    obstacles = tuple(
        Obstacle("sphere", (float(c[0]), float(c[1]), float(c[2])), (RADIUS_M,) * 3)
        for c in sphere_centres(clip.joints_m, rng)
    )
    task = Task(reference=clip_motion(clip), obstacles=obstacles)
    return Case(clip.joints_m, task, obstacles=obstacles)


def sphere_centres(joints_m: Array, rng: np.random.Generator) -> Array:
    """Centres ``(8, 3)`` around the start of a clip, clear of its first frames."""
    body, start = spheres(joints_m[:_START_FRAMES]), joints_m[0, 0]
    centres: list[Array] = []
    for _ in range(10_000):
        angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(*_RING_M)
        height = rng.uniform(*_HEIGHT_M)
        centre = np.array([start[0] + away * np.sin(angle), height, start[2] + away * np.cos(angle)])
        if (np.linalg.norm(body - centre, axis=-1) - MANY_RADII_M).min() > RADIUS_M + _GAP_M:
            centres.append(centre)
        if len(centres) == SPHERES:
            return np.array(centres)
    raise AssertionError("the ring around a person has room for eight spheres")
