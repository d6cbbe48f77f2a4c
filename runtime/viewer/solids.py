"""Triangle meshes of the simple shapes: obstacles, and the capsules of the body. Metres, own up axis +Y."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.scene.obstacle import Obstacle

Array = NDArray[Any]
_SECTIONS = 40  # around the axis
_CAP_RINGS = 10  # from the equator of a cap to its pole
PLANE_EXTENT_M = 12.0  # how much of an endless plane is drawn, from its centre


class Mesh(NamedTuple):
    """vertices_m ``(V, 3)`` float32 and faces ``(F, 3)``, counter-clockwise from outside."""

    vertices_m: Array
    faces: Array


def of_obstacle(obstacle: Obstacle) -> Mesh:
    """The surface of an obstacle around its own centre. ``InputError`` for a geometry: see ``grid_surface``."""
    first, second, third = obstacle.size_m
    if obstacle.shape == "sphere":
        return round_cone(first, first, 0.0)
    if obstacle.shape == "capsule":
        return _moved(round_cone(first, first, 2 * second), -second)
    if obstacle.shape == "cylinder":
        return _revolve([(0.0, -second), (first, -second), (first, -second), (first, second), (first, second),
                         (0.0, second)])  # fmt: skip
    if obstacle.shape == "box":
        return box(first, second, third)
    if obstacle.shape == "plane":
        return _moved(box(PLANE_EXTENT_M, 0.005, PLANE_EXTENT_M), -0.005)
    raise InputError("shape", f"a {obstacle.shape} has no shape of its own to draw")


def round_cone(low_radius_m: float, high_radius_m: float, length_m: float) -> Mesh:
    """Two spheres ``length_m`` apart on +Y, the lower one at the origin, and the skin around both."""
    angles = np.linspace(0.0, np.pi / 2, _CAP_RINGS)
    low = [(low_radius_m * np.sin(a), -low_radius_m * np.cos(a)) for a in angles]
    high = [(high_radius_m * np.cos(a), length_m + high_radius_m * np.sin(a)) for a in angles]
    return _revolve(low + (high[1:] if length_m == 0.0 else high))


def box(half_x_m: float, half_y_m: float, half_z_m: float) -> Mesh:
    """A box; every side has corners of its own, so that its edges stay sharp."""
    vertices: list[Array] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            base = len(vertices)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[[axis, u, v]] = sign, a * sign, b
                vertices.append(corner * (half_x_m, half_y_m, half_z_m))
            faces += [(base, base + 1, base + 2), (base, base + 2, base + 3)]
    return Mesh(np.array(vertices, np.float32), np.array(faces))


def _revolve(profile: list[tuple[float, float]]) -> Mesh:
    """A surface from ``(radius, height)`` pairs, lowest first; a pair given twice makes a sharp edge."""
    angles = np.linspace(0.0, 2 * np.pi, _SECTIONS, endpoint=False)
    rings = np.array(profile)
    around = np.stack([np.sin(angles), np.cos(angles)], -1)
    vertices = np.empty((len(rings), _SECTIONS, 3), np.float32)
    vertices[..., 0] = rings[:, :1] * around[:, 0]
    vertices[..., 1] = rings[:, 1:]
    vertices[..., 2] = rings[:, :1] * around[:, 1]
    ring, step = np.meshgrid(np.arange(len(rings) - 1), np.arange(_SECTIONS), indexing="ij")
    a = ring * _SECTIONS + step
    b = ring * _SECTIONS + (step + 1) % _SECTIONS
    faces = np.stack(
        [np.stack([a, b, b + _SECTIONS], -1), np.stack([a, b + _SECTIONS, a + _SECTIONS], -1)], 2
    )
    return Mesh(vertices.reshape(-1, 3), faces.reshape(-1, 3))


def _moved(mesh: Mesh, up_m: float) -> Mesh:
    return Mesh(mesh.vertices_m + np.array([0.0, up_m, 0.0], np.float32), mesh.faces)
