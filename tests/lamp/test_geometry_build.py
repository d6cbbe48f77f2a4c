"""Meshes, hulls and height fields as distance grids, against what is known of them without any grid."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamp import rotations
from lamp.scene.build import SHEET_M, build_grid
from lamp.scene.grid import DistanceGrid
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.mesh import TriangleMesh
from lamp.scene.nearest import BAND_CELLS, ERROR_CELLS
from tests import solids

HALF = (0.4, 0.9, 0.25)


def against(grid: DistanceGrid, truth: np.ndarray, *, far_cells: float = ERROR_CELLS) -> None:
    """Exact in the band, at most ``far_cells`` beyond the truth elsewhere, and of the same sign."""
    near = np.abs(truth) <= BAND_CELLS * grid.cell_m - 1e-4
    assert near.any()
    np.testing.assert_allclose(grid.values[near], truth[near], atol=2e-5)
    excess = np.abs(grid.values) - np.abs(truth)
    assert excess.min() > -1e-4, "never too near"
    assert excess.max() < far_cells * grid.cell_m + 1e-4
    clear = np.abs(truth) > 1e-4
    assert (np.sign(grid.values) == np.sign(truth))[clear].all()


def turned(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rotations.to_matrix(rotations.normalize(rng.normal(size=4))), rng.uniform(-30, 30, 3)


def test_a_box_at_any_pose() -> None:
    for seed in range(3):
        turn, place = turned(seed)
        corners, faces = solids.box(HALF)
        grid = build_grid(solids.mesh((corners @ turn.T + place, faces)), cell_m=0.05)
        against(grid, solids.box_distance((solids.points(grid) - place) @ turn, HALF), far_cells=0.5)
        assert (grid.sign_rule, grid.problem) == ("solid", "")


def test_a_ball_of_many_triangles() -> None:
    corners, faces = solids.ball(0.5, rounds=5)
    grid = build_grid(solids.mesh((corners, faces)), cell_m=0.04)
    truth = np.linalg.norm(solids.points(grid), axis=-1) - 0.5
    assert np.abs(grid.values - truth).max() < 0.5 * 0.04
    assert np.abs(grid.values - truth).mean() < 0.002


def test_the_gradient_has_length_one_away_from_the_medial_axis() -> None:
    grid = build_grid(solids.mesh(solids.ball(0.5, rounds=5)), cell_m=0.04)
    slope = np.linalg.norm(np.stack(np.gradient(grid.values, grid.cell_m)), axis=0)
    away = np.linalg.norm(solids.points(grid), axis=-1)[1:-1, 1:-1, 1:-1] > 0.15
    inner = slope[1:-1, 1:-1, 1:-1][away]
    assert abs(np.median(inner) - 1.0) < 0.01
    assert inner.min() > 0.9
    assert inner.max() < 1.15


def soup(seed: int, count: int = 14) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.6, 0.6, (count, 3, 3))


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 4.0))
@settings(max_examples=15, deadline=None)
def test_any_triangles_against_one_by_one(seed: int, stretch: float) -> None:
    corners = soup(seed) * (stretch, 1.0, 1.0 / stretch)
    grid = build_grid(TriangleMesh(corners.reshape(-1, 3), np.arange(42).reshape(14, 3)), budget=15_000)
    at = solids.points(grid).reshape(-1, 3)
    # what was given are float32 corners
    truth = solids.nearest_by_hand(at, corners.astype(np.float32).astype(float)) - SHEET_M / 2
    found = grid.values.reshape(-1)
    near = truth < (BAND_CELLS - 0.05) * grid.cell_m - SHEET_M / 2
    np.testing.assert_allclose(found[near], truth[near], atol=2e-5)
    assert (found - truth).min() > -2e-5
    assert (found - truth).max() < ERROR_CELLS * grid.cell_m
    assert grid.sign_rule == "sheet"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_the_sign_of_random_closed_meshes_is_that_of_the_winding_number(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners, faces = solids.ball(1.0, rounds=2)
    corners = (
        corners * rng.uniform(0.3, 1.2, (len(corners), 1)) * rng.uniform(0.3, 1.0, 3)
    )  # a star: never crosses itself
    mixed = np.where(rng.random(len(faces))[:, None] < 0.3, faces[:, ::-1], faces)
    split = corners.astype(np.float32)[mixed].reshape(-1, 3)  # every triangle with vertices of its own
    grid = build_grid(TriangleMesh(split, np.arange(len(split)).reshape(-1, 3)), budget=20_000)
    at = solids.points(grid).reshape(-1, 3)
    inside = solids.winding_number(at, corners.astype(np.float32).astype(float)[faces]) > 0.5
    clear = np.abs(grid.values.reshape(-1)) > 1e-4
    assert grid.sign_rule == "solid"
    assert ((grid.values.reshape(-1) < 0) == inside)[clear].all()
    assert inside.any()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_moved_and_turned_geometry_keeps_its_distances(seed: int) -> None:
    turn, place = turned(seed)
    corners, faces = solids.together(solids.box(HALF), solids.ball(0.3, 2, (0.6, 0.2, 0.1)))
    still = build_grid(solids.mesh((corners, faces)), cell_m=0.06)
    moved = build_grid(solids.mesh((corners @ turn.T + place, faces)), cell_m=0.06)
    at = np.random.default_rng(seed).uniform(still.low_m, still.high_m, (400, 3))
    at = at[still.distance(at) < 0.2]  # both grids reach there
    difference = moved.distance(at @ turn.T + place) - still.distance(at)
    assert np.abs(difference).max() < 0.05
    assert np.abs(difference).mean() < 0.004


def overlapping() -> solids.Parts:
    return solids.together(solids.box((0.5, 0.2, 0.2)), solids.box((0.2, 0.5, 0.2)))


def test_pieces_that_overlap_are_solid_together_whatever_their_winding() -> None:
    corners, faces = overlapping()
    for first, second in itertools.product((1, -1), repeat=2):
        wound = np.concatenate([faces[:12, ::first], faces[12:, ::second]])
        grid = build_grid(solids.mesh((corners, wound)), cell_m=0.04)
        at = solids.points(grid)
        union = np.minimum(solids.box_distance(at, (0.5, 0.2, 0.2)), solids.box_distance(at, (0.2, 0.5, 0.2)))
        assert ((grid.values < 0) == (union < 0))[np.abs(union) > 1e-3].all()
        assert ("look inwards" in grid.problem) == (first < 0 or second < 0)


def test_a_hollow_stays_hollow() -> None:
    shell, faces = solids.box((0.6, 0.6, 0.6))
    room = (solids.box((0.4, 0.4, 0.4))[0], faces[:, ::-1])
    for whole in (1, -1):  # also when the whole asset is inside out
        corners, wound = solids.together((shell, faces), room)
        grid = build_grid(solids.mesh((corners, wound[:, ::whole])), cell_m=0.05)
        assert grid.distance(np.zeros(3)) == pytest.approx(0.4, abs=1e-3)
        assert grid.distance(np.array([0.5, 0.0, 0.0])) == pytest.approx(-0.1, abs=1e-3)


def test_a_body_within_a_body_is_no_hollow() -> None:
    corners, faces = solids.together(solids.box((0.6, 0.6, 0.6)), solids.box((0.3, 0.3, 0.3)))
    grid = build_grid(solids.mesh((corners, faces)), cell_m=0.05)
    assert grid.distance(np.zeros(3)) < 0
    assert grid.distance(np.array([0.45, 0.0, 0.0])) < 0


def test_more_than_two_triangles_at_an_edge() -> None:
    """Two boxes that share one edge: inside is told by parity, and said so."""
    corners, faces = solids.together(
        solids.box((0.2, 0.2, 0.2)), solids.box((0.2, 0.2, 0.2), (0.4, 0.4, 0.0))
    )
    grid = build_grid(solids.mesh((corners, faces)), cell_m=0.04)
    at = solids.points(grid)
    other = solids.box_distance(at - (0.4, 0.4, 0.0), (0.2, 0.2, 0.2))
    truth = np.minimum(solids.box_distance(at, (0.2, 0.2, 0.2)), other)
    assert grid.sign_rule == "solid"
    assert ((grid.values < 0) == (truth < 0))[np.abs(truth) > 1e-3].all()
    assert "more than two" in grid.problem


def wall_with_hole() -> TriangleMesh:
    """4 m x 3 m in the plane x = 0, a doorway of 1 m x 2 m in it, no thickness."""
    rects = [(-2, -0.5, 0, 3), (0.5, 2, 0, 3), (-0.5, 0.5, 2, 3)]
    corners, faces = [], []
    for z0, z1, y0, y1 in rects:
        n = len(corners)
        corners += [(0, y0, z0), (0, y1, z0), (0, y1, z1), (0, y0, z1)]
        faces += [(n, n + 1, n + 2), (n, n + 2, n + 3)]
    return TriangleMesh(np.array(corners, float), np.array(faces))


def test_a_hole_in_a_wall_can_be_walked_through_and_the_wall_cannot() -> None:
    grid = build_grid(wall_with_hole(), cell_m=0.05)
    x = np.linspace(-1, 1, 41)
    through = np.stack([x, np.full(41, 1.0), np.zeros(41)], -1)
    assert grid.distance(through).min() == pytest.approx(0.5 - SHEET_M / 2, abs=0.03)
    against_it = through + (0, 0, 1.2)
    assert grid.distance(against_it).min() < 0.0
    assert grid.sign_rule == "sheet"
    assert "open edges" in grid.problem


def test_a_closed_and_an_open_piece_in_one_mesh() -> None:
    corners, faces = solids.box((0.3, 0.3, 0.3))
    floor = (
        np.array([[-2, -0.3, -2], [-2, -0.3, 2], [2, -0.3, 2], [2, -0.3, -2]], float),
        np.array([[0, 1, 2], [0, 2, 3]]),
    )
    grid = build_grid(solids.mesh(solids.together((corners, faces), floor)), cell_m=0.05)
    assert grid.distance(np.zeros(3)) == pytest.approx(-0.28, abs=0.03)  # under it lies the sheet, solid too
    assert grid.distance(np.array([1.5, 0.2, 1.5])) == pytest.approx(0.5 - SHEET_M / 2, abs=1e-3)
    assert grid.distance(np.array([1.5, -0.5, 1.5])) == pytest.approx(0.2 - SHEET_M / 2, abs=1e-3)
    assert "1 of 2 pieces" in grid.problem


def test_a_two_sided_plane_is_a_sheet_and_a_two_sided_box_is_solid() -> None:
    plane = np.array([[-1, 0, -1], [-1, 0, 1], [1, 0, 1], [1, 0, -1]], float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    both = np.concatenate([faces, faces[:, ::-1]])
    grid = build_grid(TriangleMesh(plane, both), cell_m=0.05)
    assert grid.sign_rule == "sheet"
    assert "2 triangles are doubled" in grid.problem
    corners, faces = solids.box(HALF)
    grid = build_grid(solids.mesh((corners, np.concatenate([faces, faces[:, ::-1]]))), cell_m=0.05)
    assert grid.sign_rule == "solid"
    assert grid.distance(np.zeros(3)) == pytest.approx(-0.25, abs=0.01)


def test_degenerate_triangles_do_no_harm() -> None:
    corners, faces = solids.box(HALF)
    bad = np.array([[0, 0, 1], [3, 3, 3]])
    grid = build_grid(solids.mesh((corners, np.concatenate([faces, bad]))), cell_m=0.05)
    against(grid, solids.box_distance(solids.points(grid), HALF), far_cells=0.5)
    assert "2 triangles are degenerate" in grid.problem


def test_a_hull_is_the_body_around_its_points() -> None:
    rng = np.random.default_rng(0)
    inner = rng.uniform(-1, 1, (200, 3)) * HALF
    grid = build_grid(ConvexHull(np.concatenate([solids.box(HALF)[0], inner])), cell_m=0.05)
    truth = solids.box_distance(solids.points(grid), HALF)
    clear = np.abs(truth) > 1e-3
    assert np.abs(grid.values - truth)[clear].max() < 0.05 * 0.5
    assert ((grid.values < 0) == (truth < 0))[clear].all()


def test_a_height_field_is_solid_below() -> None:
    columns, rows = np.meshgrid(np.arange(30), np.arange(20))
    field = HeightField(0.3 * columns * 0.2 + 0.0 * rows, 0.2, 0.25, origin_m=(1.0, -2.0))
    grid = build_grid(field, cell_m=0.08)
    at = np.array([[3.0, 1.5, 0.0], [3.0, 0.2, 0.0], [3.0, -5.0, 0.0], [-3.0, -5.0, 0.0]])
    slope = np.hypot(1.0, 0.3)
    surface_m = 0.3 * 2.0
    expected = [(1.5 - surface_m) / slope, (0.2 - surface_m) / slope]
    np.testing.assert_allclose(grid.distance(at)[:2], expected, atol=0.02)
    assert grid.distance(at)[2] < -4.0, "below the grid too"
    assert grid.sign_rule == "below"
    beside = np.array([0.5, -0.2, 0.0])
    assert grid.distance(beside) == pytest.approx(0.5, abs=0.02)


def test_heights_finer_than_the_cells_keep_their_peaks() -> None:
    heights = np.zeros((300, 300))
    heights[150, 150] = 1.0
    grid = build_grid(HeightField(heights, 0.02, 0.02), cell_m=0.1)
    assert grid.distance(np.array([3.0, 0.9, 3.0])) < 0.1
    assert "finer than the cells" in grid.problem


@pytest.mark.slow
def test_a_hundred_thousand_triangles() -> None:
    corners, faces = solids.ball(1.0, rounds=7)
    grid = build_grid(solids.mesh((corners, faces)))
    assert len(faces) == 131072
    truth = np.linalg.norm(solids.points(grid), axis=-1) - 1.0
    assert np.abs(grid.values - truth).max() < ERROR_CELLS * grid.cell_m
    assert ((grid.values < 0) == (truth < 0))[np.abs(truth) > 1e-3].all()
    assert 0.5 * 2_000_000 < grid.values.size <= 2_000_000
