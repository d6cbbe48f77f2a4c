"""Surfaces whose distance is known, for tests of the scene: made here, so that nothing under test made them."""

from __future__ import annotations

import numpy as np

from lamp.scene.grid import DistanceGrid
from lamp.scene.mesh import TriangleMesh

Parts = tuple[np.ndarray, np.ndarray]
_BOX = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


def box(half: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)) -> Parts:
    """12 triangles wound outwards."""
    return _BOX * half + centre, _FACES


def ball(radius_m: float, rounds: int = 4, centre: tuple[float, float, float] = (0, 0, 0)) -> Parts:
    """An octahedron cut ``rounds`` times: 8 * 4 ** rounds triangles wound outwards, corners on the sphere."""
    corners = [
        np.array(v, float) for v in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))
    ]
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    for _ in range(rounds):
        middles: dict[tuple[int, int], int] = {}

        def middle(a: int, b: int, known: dict[tuple[int, int], int] = middles) -> int:
            key = (min(a, b), max(a, b))
            if key not in known:
                point = corners[a] + corners[b]
                corners.append(point / np.linalg.norm(point))
                known[key] = len(corners) - 1
            return known[key]

        cut = []
        for a, b, c in faces:
            ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
            cut += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
        faces = cut
    return np.array(corners) * radius_m + centre, np.array(faces)


def together(*parts: Parts) -> Parts:
    """Several surfaces as one, their vertices kept apart."""
    starts = np.cumsum([0] + [len(v) for v, _ in parts[:-1]])
    return np.concatenate([v for v, _ in parts]), np.concatenate(
        [f + s for (_, f), s in zip(parts, starts, strict=True)]
    )


def mesh(parts: Parts) -> TriangleMesh:
    return TriangleMesh(*parts)


def points(grid: DistanceGrid) -> np.ndarray:
    """Where the values of a grid are ``(X, Y, Z, 3)``."""
    axes = [grid.low_m[a] + grid.cell_m * np.arange(grid.values.shape[a]) for a in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1)


def box_distance(p: np.ndarray, half: tuple[float, float, float]) -> np.ndarray:
    """Signed distance to a box about the origin."""
    beyond = np.abs(p) - half
    return np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0)


def nearest_by_hand(p: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Distance of points ``(N, 3)`` to all triangles ``(F, 3, 3)``, one triangle and one case after the other."""
    best = np.full(len(p), np.inf)
    for a, b, c in corners:
        normal = np.cross(b - a, c - a)
        if np.linalg.norm(normal) > 1e-12:
            normal /= np.linalg.norm(normal)
            height = (p - a) @ normal
            foot = p - height[:, None] * normal
            inside = np.ones(len(p), bool)
            for u, v in ((a, b), (b, c), (c, a)):
                inside &= np.cross(v - u, foot - u) @ normal >= 0
            best = np.where(inside, np.minimum(best, np.abs(height)), best)
        for u, v in ((a, b), (b, c), (c, a)):
            along = np.clip((p - u) @ (v - u) / max((v - u) @ (v - u), 1e-30), 0, 1)
            best = np.minimum(best, np.linalg.norm(p - u - along[:, None] * (v - u), axis=1))
    return best


def winding_number(p: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Solid angle over 4 pi of a surface wound outwards, seen from points ``(N, 3)``: 1 inside, 0 outside."""
    total = np.zeros(len(p))
    for triangle in corners:
        a, b, c = (triangle[:, None] - p).reshape(3, len(p), 3)
        la, lb, lc = (np.linalg.norm(v, axis=-1) for v in (a, b, c))
        above = (a * np.cross(b, c)).sum(-1)
        below = la * lb * lc + (a * b).sum(-1) * lc + (b * c).sum(-1) * la + (c * a).sum(-1) * lb
        total += np.arctan2(above, below) / (2 * np.pi)
    return total
