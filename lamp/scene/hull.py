"""Convex hulls: the smallest convex body around points, as a closed mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.scene.mesh import TriangleMesh, check_points

Array = NDArray[Any]
MAX_HULL_POINTS = 4096
_FLAT = 1e-4  # thinner than this share of its length counts as flat: rounding decides what is left of it


@dataclass(frozen=True, eq=False)
class ConvexHull:
    """``points_m (N, 3)`` float32, 4 to 4096, not all in one plane. Raises ``InputError`` otherwise."""

    points_m: Array

    def __post_init__(self) -> None:
        points = check_points("points_m", self.points_m, least=4)
        if len(points) > MAX_HULL_POINTS:
            raise InputError("points_m", f"{len(points)} points; at most {MAX_HULL_POINTS} are possible")
        spread = np.linalg.svd(points - points.mean(0, dtype=np.float64), compute_uv=False)
        if spread[2] <= _FLAT * spread[0]:
            raise InputError(
                "points_m",
                "all points lie in one plane; give them a thickness, or send a flat thing as a mesh",
            )
        object.__setattr__(self, "points_m", points)

    def mesh(self) -> TriangleMesh:
        """The surface of the body: closed, its triangles wound outwards."""
        from scipy.spatial import (
            ConvexHull as Quickhull,
        )  # here, because a server that starts does not need it
        from scipy.spatial import QhullError

        points = self.points_m.astype(np.float64)
        try:
            hull = Quickhull(points, qhull_options="QJ Pp")  # joggled: always triangles, never merged facets
        except QhullError as error:
            reason = str(error).splitlines()[0]
            raise InputError("points_m", f"have no convex hull ({reason}); give them a thickness") from None
        corners = points[hull.simplices]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        inwards = (normals * hull.equations[:, :3]).sum(-1) < 0
        triangles = np.where(inwards[:, None], hull.simplices[:, ::-1], hull.simplices)
        used, compact = np.unique(triangles, return_inverse=True)
        return TriangleMesh(self.points_m[used], compact.reshape(-1, 3))
