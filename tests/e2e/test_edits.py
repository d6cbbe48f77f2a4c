"""An edit of the shipped prior changes what it must and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.prior import MotionPrior
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m
from lamp.tasks import Task

FRAMES = 80


@pytest.mark.slow
def test_who_avoids_a_pillar_comes_back_to_where_they_went():
    prior = MotionPrior.load("research", engine="onnx", threads=1)
    [walk] = prior.generate(["a person walks forward"], frames=FRAMES, seed=2)
    x, _, z = (float(v) for v in walk.positions_m[FRAMES // 2, 0])
    pillar = Obstacle("capsule", (x + 0.15, 1.0, z), (0.2, 0.9, 0.2))
    [made] = prior.optimize([Task(reference=walk, obstacles=(pillar,))], steps=60, seed=0)

    times = np.arange(FRAMES) / 20.0
    before, after = (penetration_m(m.positions_m, (pillar,), times).max() for m in (walk, made.motion))
    aside_m = np.linalg.norm((made.motion.positions_m - walk.positions_m)[:, 0, [0, 2]], axis=-1)
    assert before > 0.2 and after < 0.02
    assert aside_m.max() < 0.8, "it goes around the pillar, not the other way"
    assert aside_m[-1] < 0.25, "and then on to where it would have been"
