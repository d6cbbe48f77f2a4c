"""Triangle meshes as they are given: any triangles, checked but not yet mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError

Array = NDArray[Any]
MAX_REACH_M = 1000.0  # of any vertex from the origin of its geometry
MAX_TRIANGLES = 2_200_000  # a height field of full size has as many


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """Triangles of either winding: ``vertices_m (V, 3)`` float32, ``triangles (F, 3)`` indices into them.

    A closed surface is solid inside; one that is not closed counts as a sheet of 4 cm. Raises ``InputError`` for
    values that are not finite, out of reach or out of range, and when no triangle has an area.
    """

    vertices_m: Array
    triangles: Array

    def __post_init__(self) -> None:
        vertices = check_points("vertices_m", self.vertices_m, least=3)
        triangles = np.asarray(self.triangles)
        if triangles.ndim != 2 or triangles.shape[1] != 3 or not np.issubdtype(triangles.dtype, np.integer):
            raise InputError(
                "triangles", f"shape {triangles.shape}, {triangles.dtype}; it must be (F, 3) integers"
            )
        if not 1 <= len(triangles) <= MAX_TRIANGLES:
            raise InputError("triangles", f"{len(triangles)} triangles; 1 to {MAX_TRIANGLES} are possible")
        low, high = int(triangles.min()), int(triangles.max())
        if low < 0 or high >= len(vertices):
            wrong = low if low < 0 else high
            raise InputError(
                "triangles", f"index {wrong} is outside 0..{len(vertices) - 1}, the vertices there are"
            )
        object.__setattr__(self, "vertices_m", vertices)
        object.__setattr__(self, "triangles", np.ascontiguousarray(triangles, np.int64))
        if not (self.areas_m2() > 0).any():
            raise InputError("triangles", "no triangle has an area; the mesh is empty or lies on one line")

    def areas_m2(self) -> Array:
        """Area of each triangle ``(F,)``."""
        a, b, c = self.vertices_m.astype(np.float64)[self.triangles].swapaxes(0, 1)
        return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=-1))

    def bounds_m(self) -> tuple[Array, Array]:
        """Lowest and highest corner of what the triangles use, each ``(3,)``."""
        used = self.vertices_m[self.triangles].reshape(-1, 3).astype(np.float64)
        return used.min(0), used.max(0)


def check_points(field: str, points: Array, *, least: int) -> Array:
    """``points`` as ``(N, 3)`` float32. ``InputError`` unless at least ``least``, finite and within reach."""
    values = np.asarray(points)
    if values.ndim != 2 or values.shape[1] != 3 or len(values) < least:
        raise InputError(field, f"shape {values.shape}; it must be (N, 3) with N of at least {least}")
    return check_reach(field, values)


def check_reach(field: str, values: Array) -> Array:
    """``values`` as contiguous float32. ``InputError`` names the first that is not finite or beyond ``MAX_REACH_M``."""
    with np.errstate(over="ignore", invalid="ignore"):
        given = np.ascontiguousarray(values, np.float32)
    wrong = ~(np.abs(given) <= MAX_REACH_M)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = "".join(f"[{i}]" for i in at)
        raise InputError(f"{field}{where}", f"is {given[at]}; it must be finite and within {MAX_REACH_M:g} m")
    return given
