"""What can become a distance grid, and the cells that takes. Quick: the work is done in ``build``."""

from __future__ import annotations

import numpy as np

from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.layout import DEFAULT_BUDGET, Layout, lay_out
from lamp.scene.mesh import TriangleMesh

Geometry = TriangleMesh | ConvexHull | HeightField


def layout_of(geometry: Geometry, cell_m: float = 0.0, budget: int = DEFAULT_BUDGET) -> Layout:
    """The cells ``build_grid`` will fill. Raises ``InputError``."""
    if isinstance(geometry, ConvexHull):
        points = geometry.points_m.astype(np.float64)
        return lay_out(points.min(0), points.max(0), cell_m, budget)
    return lay_out(*geometry.bounds_m(), cell_m, budget)
