"""What stands around the mannequin: obstacles and targets as solids, wherever they are at a given time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lamp import rotations
from lamp.errors import InputError
from lamp.render.body import Colour, Painted
from lamp.render.shapes import Array, Box, Cylinder, RoundCone
from lamp.scene import Obstacle

OBSTACLE_COLOURS: tuple[Colour, ...] = (
    (0.36, 0.42, 0.80), (0.62, 0.40, 0.74), (0.29, 0.56, 0.78), (0.50, 0.50, 0.60),
)  # fmt: skip
TARGET_COLOUR: Colour = (0.95, 0.26, 0.36)
TARGET_RADIUS_M = 0.045
OBSTACLE_ALPHA = 0.88
PLANE_ALPHA = 0.22
PLANE_HALF_SIZE_M = 1.5
PLANE_THICKNESS_M = 0.01


def obstacle_solid(obstacle: Obstacle, time_s: float, near_m: Array) -> Painted | None:
    """The obstacle as a solid; ``None`` for a plane that is the floor. Planes are drawn as a plate near ``near_m``."""
    position, orientation = obstacle.at(time_s)
    rotation = rotations.to_matrix(orientation).astype(np.float32)
    centre = position.astype(np.float32)
    size = tuple(float(s) for s in obstacle.size_m)
    colour = OBSTACLE_COLOURS[0]
    if obstacle.shape == "sphere":
        return Painted(RoundCone(centre, centre, size[0], size[0]), colour)
    if obstacle.shape == "capsule":
        half = rotation[:, 1] * np.float32(size[1])
        return Painted(RoundCone(centre - half, centre + half, size[0], size[0]), colour)
    if obstacle.shape == "box":
        return Painted(Box(centre, np.array(size, np.float32), rotation), colour)
    if obstacle.shape == "cylinder":
        return Painted(Cylinder(centre, size[0], size[1], rotation), colour)
    if obstacle.shape == "plane":
        return _plate(centre, rotation, np.asarray(near_m, np.float32), colour)
    raise InputError(
        "shape", f"{obstacle.shape!r} cannot be drawn; use sphere, capsule, box, cylinder or plane"
    )


def _plate(position: Array, rotation: Array, near_m: Array, colour: Colour) -> Painted | None:
    normal = rotation[:, 1]
    if normal[1] > 0.99 and abs(position[1]) < 0.02:
        return None
    centre = near_m - normal * ((near_m - position) @ normal) - normal * np.float32(PLANE_THICKNESS_M)
    half = np.array([PLANE_HALF_SIZE_M, PLANE_THICKNESS_M, PLANE_HALF_SIZE_M], np.float32)
    return Painted(Box(centre, half, rotation), colour)


def obstacle_solids(obstacles: Sequence[Obstacle], time_s: float, near_m: Array) -> list[Painted]:
    """All obstacles at a time, neighbours in different hues."""
    painted = []
    for i, obstacle in enumerate(obstacles):
        found = obstacle_solid(obstacle, time_s, near_m)
        if found is not None:
            alpha = PLANE_ALPHA if obstacle.shape == "plane" else OBSTACLE_ALPHA
            painted.append(Painted(found.solid, OBSTACLE_COLOURS[i % len(OBSTACLE_COLOURS)], alpha))
    return painted


def target_points(targets: Sequence[Any]) -> Array:
    """World points ``(N, 3)`` of ``Target`` objects or of bare positions; one whose height is free lies low."""
    points = []
    for i, target in enumerate(targets):
        point = np.array(getattr(target, "position_m", target), np.float32)
        if point.shape != (3,):
            raise InputError(f"targets[{i}]", f"has shape {point.shape}; give a Target or x, y, z in metres")
        if not getattr(target, "axis_mask", (True, True, True))[1]:
            point[1] = TARGET_RADIUS_M
        points.append(point)
    return np.stack(points) if points else np.zeros((0, 3), np.float32)
