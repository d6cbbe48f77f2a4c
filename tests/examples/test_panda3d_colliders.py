"""Collision solids of Panda3D as obstacles: every kind, moved, turned and scaled, and what cannot be used."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene import Obstacle
from lamp.scene.penetration import obstacle_distance

core: Any = pytest.importorskip("panda3d.core", reason="needs panda3d: pip install 'lamp-motion[panda3d]'")
pytestmark = pytest.mark.panda3d

from examples.panda3d_client import axes  # noqa: E402 - needs panda3d
from examples.panda3d_client.colliders import Colliders, obstacle_of  # noqa: E402


def placed(solid: Any, scale: Any = 1.5) -> tuple[Any, Any]:
    world = core.NodePath("world")
    node = core.CollisionNode("thing")
    node.addSolid(solid)
    holder = world.attachNewNode("holder")
    holder.setPosHpr(1.0, -2.0, 0.5, 40, 25, -70)
    holder.setScale(scale)
    return world, holder.attachNewNode(node)


SOLIDS = [
    core.CollisionSphere(0.2, 0.1, 0.3, 0.4),
    core.CollisionBox(core.LPoint3f(0.1, 0.2, 0.3), 0.5, 0.2, 0.3),
    core.CollisionCapsule(core.LPoint3f(0, 0.1, -0.4), core.LPoint3f(0.3, 0.2, 1.0), 0.25),
]


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: type(s).__name__)
def test_the_obstacle_is_where_the_solid_is(solid: Any) -> None:
    world, node = placed(solid)
    obstacle = obstacle_of(solid, node, world)
    rng = np.random.default_rng(1)
    for local in rng.uniform(-1.5, 1.5, (50, 3)):
        point = world.getRelativePoint(node, core.LPoint3f(*local))
        wanted = 1.5 * distance(solid, local)
        found = float(
            obstacle_distance(obstacle, np.array([[axes.model_point(point)]]), np.zeros(1)).reshape(-1)[0]
        )
        assert found == pytest.approx(wanted, abs=2e-3)


def distance(solid: Any, point: Any) -> float:
    """Signed distance of a point to a solid, both in the solid's own frame, written out once more."""
    if isinstance(solid, core.CollisionSphere):
        return float(np.linalg.norm(point - np.array([*solid.getCenter()])) - solid.getRadius())
    if isinstance(solid, core.CollisionBox):
        out = (
            np.abs(point - np.array([*solid.getCenter()]))
            - np.array([*(solid.getMax() - solid.getMin())]) / 2
        )
        return float(np.linalg.norm(np.maximum(out, 0)) + min(out.max(), 0.0))
    a, b = (np.array([*p]) for p in (solid.getPointA(), solid.getPointB()))
    share = np.clip((point - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return float(np.linalg.norm(point - a - share * (b - a)) - solid.getRadius())


@pytest.mark.parametrize("scale", [(0.0, 0.0, 0.0), (1.0, 2.0, 1.0)])
def test_a_scale_that_no_obstacle_has_is_refused_by_name(scale: Any) -> None:
    world, node = placed(SOLIDS[0], core.LVecBase3f(*scale))
    with pytest.raises(InputError, match="thing: has the scale"):
        obstacle_of(SOLIDS[0], node, world)


def test_an_unknown_kind_is_refused_by_name() -> None:
    plane = core.CollisionPlane(core.LPlane(0, 0, 1, 0))
    world, node = placed(plane)
    with pytest.raises(InputError, match="thing: has a CollisionPlane; use a sphere, a box or a capsule"):
        obstacle_of(plane, node, world)


class Told:
    """What a session was told, and no network."""

    def __init__(self) -> None:
        self.put: list[tuple[str, Obstacle]] = []
        self.removed: list[str] = []

    def put_obstacle(self, id: str, obstacle: Obstacle) -> int:
        self.put.append((id, obstacle))
        return len(self.put)

    def remove_obstacle(self, id: str) -> int:
        self.removed.append(id)
        return 0


def test_only_what_is_news_is_sent() -> None:
    world, node = placed(SOLIDS[0])
    holder, session, colliders = node.getParent(), Told(), Colliders(world)

    def sync(time_s: float, x: float) -> None:
        holder.setX(x)
        colliders.sync(session, time_s)  # type: ignore[arg-type]

    sync(0.0, 1.0)
    sync(0.1, 1.0)
    assert [id for id, _ in session.put] == ["thing/0"]
    for step in range(1, 20):  # 1 m/s: told once that it moves, the rest is foretold
        sync(0.1 + 0.1 * step, 1.0 + 0.1 * step)
    assert len(session.put) == 2
    assert math.hypot(*session.put[-1][1].linear_velocity_mps) == pytest.approx(1.0, rel=1e-3)
    sync(2.1, 2.9)  # it stops
    assert len(session.put) == 3
    assert not session.put[-1][1].moves
    node.removeNode()
    colliders.sync(session, 2.2)  # type: ignore[arg-type]
    assert session.removed == ["thing/0"]
