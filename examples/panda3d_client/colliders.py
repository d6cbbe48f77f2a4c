"""The game's own collision solids as obstacles of the server, kept up to date while they move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from panda3d.core import (
    CollisionBox,
    CollisionCapsule,
    CollisionNode,
    CollisionSolid,
    CollisionSphere,
    LPoint3f,
    LQuaternionf,
    NodePath,
)

from examples.panda3d_client import axes
from lamp import rotations
from lamp.errors import InputError
from lamp.scene import Obstacle
from runtime.client import DriveSession
from runtime.coordinates import BLENDER

_MOVED_M, _TURNED = 0.01, 1e-3  # from where the server thinks it is, before it is told
_SPEED_MPS = 0.02


def obstacle_of(solid: CollisionSolid, placed: NodePath, world: NodePath) -> Obstacle:
    """A solid of the node ``placed`` as it stands in the world now, in model space.

    ``InputError`` names the node when its solid is of another kind, or its scale is zero or not the same on all axes.
    """
    scale = placed.getScale(world)
    if min(scale) < 1e-4 or max(scale) - min(scale) > 1e-3 * max(scale):
        raise InputError(placed.getName(), f"has the scale {[*scale]}; a collider needs one scale above zero")
    size = float(scale[0])
    turn: LQuaternionf = placed.getQuat(world)
    turn.normalize()

    def at(local: LPoint3f) -> tuple[float, float, float]:
        return axes.model_point(world.getRelativePoint(placed, local))

    if isinstance(solid, CollisionSphere):
        radius = size * solid.getRadius()
        return Obstacle("sphere", at(solid.getCenter()), (radius, radius, radius))
    if isinstance(solid, CollisionBox):
        half = BLENDER.extents_to_model([0.5 * size * v for v in solid.getMax() - solid.getMin()])
        x, y, z = (float(v) for v in half)
        return Obstacle("box", at(solid.getCenter()), (x, y, z), axes.model_quaternion(turn))
    if isinstance(solid, CollisionCapsule):
        a, b = np.array(at(solid.getPointA())), np.array(at(solid.getPointB()))
        x, y, z, w = (float(v) for v in rotations.shortest_arc(np.array([0.0, 1.0, 0.0]), b - a))
        middle = tuple(float(v) for v in (a + b) / 2)
        half_length = float(np.linalg.norm(b - a)) / 2
        radius = size * solid.getRadius()
        return Obstacle(
            "capsule", (middle[0], middle[1], middle[2]), (radius, half_length, radius), (x, y, z, w)
        )
    raise InputError(placed.getName(), f"has a {type(solid).__name__}; use a sphere, a box or a capsule")


class Colliders:
    """All collision nodes below ``world``. Tells the server what appears, moves otherwise than thought, and goes."""

    def __init__(self, world: NodePath) -> None:
        self._world = world
        self._told: dict[str, Obstacle] = {}
        self._before: dict[str, tuple[Obstacle, float]] = {}
        self.messages = 0

    def now(self) -> dict[str, Obstacle]:
        """Every solid, by the name of its node and its number in it."""
        found: dict[str, Obstacle] = {}
        for placed in self._world.findAllMatches("**/+CollisionNode"):
            node = placed.node()
            assert isinstance(node, CollisionNode)
            for number in range(node.getNumSolids()):
                found[f"{placed.getName()}/{number}"] = obstacle_of(
                    node.getSolid(number), placed, self._world
                )
        return found

    def sync(self, session: DriveSession, time_s: float) -> None:
        """Send what the server does not know yet; ``time_s`` is session time."""
        found = self.now()
        for id, obstacle in found.items():
            moving = replace(
                obstacle, linear_velocity_mps=self._velocity(id, obstacle, time_s), time_s=time_s
            )
            told = self._told.get(id)
            if told is None or _differs(told, moving, time_s):
                session.put_obstacle(id, moving)
                self._told[id] = moving
                self.messages += 1
            self._before[id] = (obstacle, time_s)
        for id in [id for id in self._told if id not in found]:
            session.remove_obstacle(id)
            del self._told[id], self._before[id]
            self.messages += 1

    def _velocity(self, id: str, obstacle: Obstacle, time_s: float) -> tuple[float, float, float]:
        """Difference since the last look; the first time it stands still."""
        if id not in self._before or time_s - self._before[id][1] < 1e-3:
            return 0.0, 0.0, 0.0
        before, then_s = self._before[id]
        step = (np.array(obstacle.position_m) - before.position_m) / (time_s - then_s)
        if np.linalg.norm(step) < _SPEED_MPS:
            return 0.0, 0.0, 0.0
        return float(step[0]), float(step[1]), float(step[2])


def _differs(told: Obstacle, now: Obstacle, time_s: float) -> bool:
    thought_m, thought_turn = told.at(time_s)
    moved = float(np.linalg.norm(thought_m - now.position_m)) > _MOVED_M
    turned = abs(float(np.dot(thought_turn, now.orientation_xyzw))) < 1.0 - _TURNED
    stopped = told.moves != now.moves
    return moved or turned or stopped or told.size_m != now.size_m
