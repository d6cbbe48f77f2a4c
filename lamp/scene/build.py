"""Geometry to a grid of signed distances, with a word on what is wrong with the asset."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.geometry import Geometry, layout_of
from lamp.scene.grid import DistanceGrid
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.inside import solid_inside
from lamp.scene.layout import DEFAULT_BUDGET, Layout
from lamp.scene.nearest import Progress, unsigned_distance
from lamp.scene.topology import Surface, examine

Array = NDArray[Any]
SHEET_M = 0.04  # thickness of what is not closed
COARSE_M = 0.12  # cells beyond it are worth a word: a forearm is not thicker
_SKIRT_M = 1.0  # how far the walls around a height field reach below its grid


def build_grid(
    geometry: Geometry,
    *,
    id: str = "",
    cell_m: float = 0.0,
    budget: int = DEFAULT_BUDGET,
    progress: Progress = lambda share: None,
) -> DistanceGrid:
    """Signed distances to ``geometry``, in its own frame.

    cell_m: edge of a cell, 0.01 to 1 m; 0: as fine as ``budget`` cells allow, 2 cm at best. progress hears of the share
    done, 0 to 1. Exact within two cells of the surface, farther out at most sqrt(3) cells too far; see ``nearest``.
    Signs are exact. Raises ``InputError``. Takes seconds: not for a thread that answers to somebody.
    """
    layout = layout_of(geometry, cell_m, budget)
    if isinstance(geometry, HeightField):
        values, sign_rule, problem = _field(geometry, layout, progress)
    else:
        mesh = geometry.mesh() if isinstance(geometry, ConvexHull) else geometry
        surface = examine(mesh)
        values = _surface(surface, layout, progress)
        sign_rule = "solid" if surface.closed.all() else "sheet"
        problem = "; ".join(_defects(surface))
    low_x, low_y, low_z = layout.low_m.tolist()
    grid = DistanceGrid(id, (low_x, low_y, low_z), layout.cell_m, values, sign_rule, problem)
    progress(1.0)
    if layout.cell_m <= COARSE_M:
        return grid
    coarse = (
        f"cells of {layout.cell_m:.2f} m are coarse for a body and lose what is thinner; cut the geometry into smaller "
        "ones"
    )
    return DistanceGrid(
        id, grid.low_m, grid.cell_m, values, sign_rule, "; ".join(filter(None, (problem, coarse)))
    )


def _surface(surface: Surface, layout: Layout, progress: Progress) -> Array:
    """Closed pieces are solid, the others sheets; where both are, whichever is nearer."""
    values = np.full(layout.shape, np.inf, np.float32)
    done, share = 0.0, float(surface.closed.mean())

    def part_done(part: float, of: float) -> None:
        progress(done + 0.95 * part * of)

    if surface.closed.any():
        closed = surface.triangles[surface.closed]
        distance = unsigned_distance(layout, surface.corners, closed, lambda part: part_done(part, share))
        inside = solid_inside(layout, surface.corners, closed, surface.coherent[surface.closed])
        values = np.where(inside, -distance, distance)
        done = 0.95 * share
    if not surface.closed.all():
        sheets = surface.triangles[~surface.closed]
        distance = unsigned_distance(layout, surface.corners, sheets, lambda part: part_done(part, 1 - share))
        values = np.minimum(values, distance - np.float32(SHEET_M / 2))
    return values


def _field(field: HeightField, layout: Layout, progress: Progress) -> tuple[Array, str, str]:
    shown = field.thinned(layout.cell_m)
    mesh = shown.surface(float(layout.low_m[1]) - _SKIRT_M)
    corners = mesh.vertices_m.astype(np.float64)
    distance = unsigned_distance(layout, corners, mesh.triangles, progress)
    x, z = np.meshgrid(layout.axis_m(0), layout.axis_m(2), indexing="ij")
    heights = shown.height_at(x, z)  # NaN beside the field: nothing is below that
    below = layout.axis_m(1)[None, :, None] < heights[:, None, :]
    problem = ""
    if shown is not field:
        problem = f"heights are finer than the cells of {layout.cell_m:.2f} m: the highest within each counts"
    return np.where(below, -distance, distance), "below", problem


def _defects(surface: Surface) -> list[str]:
    """What a person should mend in the asset, the gravest first."""
    found = []
    if surface.open_pieces:
        found.append(
            f"{surface.open_edges} open edges: {surface.open_pieces} of {surface.pieces} pieces are not closed and "
            f"count as sheets of {SHEET_M * 100:.0f} cm; close them if they should be solid"
        )
    parity = int((surface.closed & ~surface.coherent).sum())
    for count, what in (
        (
            parity,
            "triangles in pieces where more than two meet at an edge: inside was told by counting surfaces",
        ),
        (surface.inside_out, "closed pieces look inwards; they are solid inside all the same"),
        (surface.rewound, "triangles are wound against their neighbours"),
        (surface.doubled, "triangles are doubled"),
        (surface.degenerate, "triangles are degenerate (without area)"),
    ):
        if count:
            found.append(f"{count} {what}")
    return found
