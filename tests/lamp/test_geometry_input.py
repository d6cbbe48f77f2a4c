"""Geometry that cannot be used is refused with the field, the value and the remedy; how cells are laid out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene.content import height_field_id, hull_id, is_id, mesh_id
from lamp.scene.geometry import layout_of
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.layout import FINEST_CELL_M, PAD_CELLS, PAD_M, lay_out
from lamp.scene.mesh import TriangleMesh
from lamp.scene.mesh_file import load_mesh
from tests import solids

BOX = solids.box((0.5, 0.5, 0.5))
FLAT = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1], [0.3, 0, 0.2]], float)


def changed(values: np.ndarray, at: tuple[int, ...], to: float) -> np.ndarray:
    copy = values.copy()
    copy[at] = to
    return copy


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "NaN vertex": (lambda: TriangleMesh(changed(BOX[0], (3, 1), np.nan), BOX[1]), "vertices_m[3][1]"),
    "infinite vertex": (lambda: TriangleMesh(changed(BOX[0], (0, 0), -np.inf), BOX[1]), "vertices_m[0][0]"),
    "beyond float32": (lambda: TriangleMesh(changed(BOX[0], (0, 0), 1e300), BOX[1]), "vertices_m[0][0]"),
    "far vertex": (lambda: TriangleMesh(changed(BOX[0], (7, 2), 1001.0), BOX[1]), "vertices_m[7][2]"),
    "no vertices": (lambda: TriangleMesh(np.zeros((0, 3)), BOX[1]), "vertices_m"),
    "flat vertices": (lambda: TriangleMesh(BOX[0][:, :2], BOX[1]), "vertices_m"),
    "no triangles": (lambda: TriangleMesh(BOX[0], np.zeros((0, 3), int)), "triangles"),
    "index too high": (lambda: TriangleMesh(BOX[0], np.array([[0, 1, 8]])), "triangles"),
    "index negative": (lambda: TriangleMesh(BOX[0], np.array([[0, 1, -1]])), "triangles"),
    "fractional indices": (lambda: TriangleMesh(BOX[0], np.array([[0.0, 1.0, 2.0]])), "triangles"),
    "all degenerate": (lambda: TriangleMesh(BOX[0], np.array([[0, 0, 1], [2, 2, 2]])), "triangles"),
    "hull of three points": (lambda: ConvexHull(FLAT[:3]), "points_m"),
    "hull in a plane": (lambda: ConvexHull(FLAT), "points_m"),
    "hull on a line": (lambda: ConvexHull(np.arange(15.0).reshape(5, 3)), "points_m"),
    "hull of one place": (lambda: ConvexHull(np.ones((9, 3))), "points_m"),
    "hull of too many": (lambda: ConvexHull(np.random.default_rng(0).random((4097, 3))), "points_m"),
    "NaN hull": (lambda: ConvexHull(changed(BOX[0], (2, 0), np.nan)), "points_m[2][0]"),
    "heights of one row": (lambda: HeightField(np.zeros((1, 8)), 1.0, 1.0), "heights_m"),
    "too many heights": (lambda: HeightField(np.zeros((2, 1025)), 0.1, 0.1), "heights_m"),
    "NaN height": (lambda: HeightField(changed(np.zeros((4, 4)), (2, 3), np.nan), 1.0, 1.0), "heights_m[2][3]"),
    "no spacing": (lambda: HeightField(np.zeros((4, 4)), 0.0, 1.0), "column_spacing_m"),
    "NaN spacing": (lambda: HeightField(np.zeros((4, 4)), 1.0, np.nan), "row_spacing_m"),
    "wide field": (lambda: HeightField(np.zeros((4, 4)), 400.0, 1.0), "column_spacing_m"),
    "cells too small": (lambda: layout_of(TriangleMesh(*BOX), 0.001), "cell_m"),
    "NaN cells": (lambda: layout_of(TriangleMesh(*BOX), np.nan), "cell_m"),
    "cells over budget": (lambda: layout_of(TriangleMesh(*BOX), 0.02, 10_000), "cell_m"),
    "no budget": (lambda: layout_of(TriangleMesh(*BOX), 0.0, 999), "budget"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_unusable_geometry_is_refused_by_field(name: str) -> None:
    make, field = REFUSED[name]
    with pytest.raises(InputError) as refused:
        make()
    assert refused.value.field == field
    assert len(refused.value.problem) > 10


def test_the_smallest_possible_cell_is_named_and_possible() -> None:
    with pytest.raises(InputError, match="at least") as refused:
        layout_of(TriangleMesh(*BOX), 0.02, 10_000)
    named = float(refused.value.problem.split("at least ")[1].split(" m")[0])
    assert layout_of(TriangleMesh(*BOX), named * 1.01, 10_000).cells <= 10_000


@pytest.mark.parametrize("size_m", [0.1, 2.0, 30.0, 900.0])
def test_cells_are_as_fine_as_the_budget_allows_and_leave_a_margin(size_m: float) -> None:
    low, high = np.array([-1.0, 0.0, 5.0]), np.array([-1.0, 0.0, 5.0]) + np.array([1.0, 0.3, 0.7]) * size_m
    layout = lay_out(low, high, budget=200_000)
    assert layout.cells <= 200_000
    pad = max(PAD_CELLS * layout.cell_m, PAD_M) - 1e-6
    for axis in range(3):
        at = layout.axis_m(axis)
        assert at[0] <= low[axis] - pad
        assert at[-1] >= high[axis] + pad
    if layout.cell_m > FINEST_CELL_M:
        assert layout.cells > 0.8 * 200_000


def test_ids_are_those_of_the_contract() -> None:
    """Hashes of bytes put together here by hand, as geometry_upload.proto says."""
    import hashlib
    import struct

    vertices = np.array([[0.0, 1.5, -2.0], [1.0, 0.0, 0.25], [0.5, 0.5, 3.0]], np.float32)
    triangles = np.array([[2, 0, 1]])
    packed = struct.pack("<9f", *vertices.reshape(-1).tolist())
    expected = hashlib.sha256(b"lamp.v1 mesh" + packed + struct.pack("<3I", 2, 0, 1)).hexdigest()
    assert mesh_id(vertices, triangles) == expected
    assert hull_id(vertices) == hashlib.sha256(b"lamp.v1 hull" + packed).hexdigest()
    heights = np.array([[1, 2, 3], [4, 5, 6]], np.float32)  # 2 rows of 3 columns
    head = b"lamp.v1 heightfield" + struct.pack("<IIff", 3, 2, 0.5, 0.25)
    field = hashlib.sha256(head + struct.pack("<6f", 1, 2, 3, 4, 5, 6)).hexdigest()
    assert height_field_id(heights, 0.5, 0.25) == field
    assert is_id(expected)
    assert not is_id(expected.upper())
    assert not is_id(expected[:-1])
    assert not is_id("../" + expected[3:])


OBJ = "v 0 0 0\nv 100 0 0\nv 0 0 300\nv 0 200 0\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n"


def test_mesh_files_are_brought_to_metres_and_y_up(tmp_path: Path) -> None:
    file = tmp_path / "part.obj"
    file.write_text(OBJ)
    mesh = load_mesh(file, metres_per_unit=0.01, up="z")
    assert len(mesh.triangles) == 4
    low, high = mesh.bounds_m()
    np.testing.assert_allclose(low, [0, 0, -2])  # its Y, 2 m long, is our -Z
    np.testing.assert_allclose(high, [1, 3, 0])


@pytest.mark.parametrize(
    ("name", "text"), [("a.obj", "v 0 0 0\n"), ("a.ply", "nonsense"), ("a.xyz3", "1 2 3")]
)
def test_files_without_a_mesh_are_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="path"):
        load_mesh(tmp_path / name)
    with pytest.raises(InputError, match="does not exist"):
        load_mesh(tmp_path / "nowhere.obj")
