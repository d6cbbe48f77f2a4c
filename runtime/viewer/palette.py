"""Colours and sizes of what stands in the scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_NAMES
from runtime.viewer.grid_surface import mesh_of
from runtime.viewer.solids import Mesh, of_obstacle, round_cone
from runtime.viewer.things import Colour, Look

OBSTACLE: Colour = (126, 137, 158)
WALKABLE: Colour = (150, 140, 118)
TOUCHED: Colour = (226, 150, 40)  # a joint is in it, less than a centimetre
HIT: Colour = (214, 48, 44)
TARGET: Colour = (120, 70, 190)
REACHED: Colour = (40, 160, 80)
HIT_M = 0.01  # deeper than this counts
REACHED_M = 0.05

NEW_OBSTACLES: dict[str, Callable[[float, float], Obstacle]] = {
    "pillar": lambda x, z: Obstacle("cylinder", (x, 1.0, z), (0.25, 1.0, 0.0)),
    "ball": lambda x, z: Obstacle("sphere", (x, 0.4, z), (0.4, 0.0, 0.0)),
    "box": lambda x, z: Obstacle("box", (x, 0.5, z), (0.5, 0.5, 0.25)),
    "bar": lambda x, z: Obstacle(
        "capsule", (x, 1.35, z), (0.08, 0.8, 0.0), orientation_xyzw=(0.0, 0.0, 2**-0.5, 2**-0.5)
    ),
}


def look_of_obstacle(obstacle: Obstacle) -> Look:
    """How an obstacle is drawn; a turned sphere looks like before, so it has no rings."""
    if obstacle.grid is not None:
        return look_of_mesh(mesh_of(obstacle.grid, obstacle.scale), obstacle.walkable)
    largest = max(obstacle.size_m[0], obstacle.size_m[1] if obstacle.shape != "sphere" else 0.0)
    return Look(
        of_obstacle(obstacle),
        WALKABLE if obstacle.walkable else OBSTACLE,
        gizmo_m=min(0.35 + 0.75 * largest, 1.6),
        turns=obstacle.shape != "sphere",
    )


def look_of_mesh(mesh: Mesh, walkable: bool) -> Look:
    """How uploaded geometry is drawn."""
    reach = float(np.abs(mesh.vertices_m).max(initial=0.0))
    return Look(mesh, WALKABLE if walkable else OBSTACLE, gizmo_m=min(0.35 + 0.75 * reach, 1.6), flat=True)


def look_of_target(target: Target) -> Look:
    """A small ball with the name of the joint that should be there."""
    label = JOINT_NAMES[target.joint].replace("_", " ")
    return Look(round_cone(0.05, 0.05, 0.0), TARGET, 0.4, opacity=0.85, level=False, turns=False, label=label)


LOOK_AT = Look(round_cone(0.06, 0.06, 0.0), (230, 170, 30), 0.4, opacity=0.85, level=False, turns=False,
               label="look here")  # fmt: skip


def look_of_waypoint(number: int) -> Look:
    """A flat button on the floor."""
    return Look(of_obstacle(Obstacle("cylinder", (0.0, 0.0, 0.0), (0.09, 0.012, 0.0))), (24, 130, 160), 0.4,
                turns=False, label=str(number))  # fmt: skip


def colour_of_depth(depth_m: float) -> Colour | None:
    """What an obstacle that is penetrated so deeply turns to; None: its own colour."""
    if depth_m <= 1e-3:
        return None
    return HIT if depth_m > HIT_M else TOUCHED
