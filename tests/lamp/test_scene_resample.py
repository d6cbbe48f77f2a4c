"""Windows resampled from distance grids, and the surfaces that feet stand on in them."""

import numpy as np
import pytest

from lamp import rotations
from lamp.scene.build import build_grid
from lamp.scene.grid import DistanceGrid
from lamp.scene.ground import top_surface
from lamp.scene.mesh import TriangleMesh
from lamp.scene.resample import resample
from tests import solids

LOW = np.array([-1.0, -0.6, -1.2])


def ball(radius_m: float = 0.5, cell_m: float = 0.025) -> DistanceGrid:
    axis = np.arange(-1.0, 1.0 + cell_m / 2, cell_m)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    return DistanceGrid("ball", (-1.0, -1.0, -1.0), cell_m, np.linalg.norm(points, axis=-1) - radius_m)


def points(shape: tuple[int, int, int], cell_m: float) -> np.ndarray:
    return LOW + cell_m * np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)


def test_a_window_holds_the_distance_of_the_posed_and_scaled_geometry() -> None:
    turn = rotations.to_matrix(rotations.normalize(np.array([0.3, -0.5, 0.2, 0.7])))
    place = np.array([0.1, 0.2, -0.3])
    window = resample(ball(), (place, turn), 1.4, LOW, 0.1, (21, 17, 23))
    assert window.dtype == np.float32
    expected = np.linalg.norm(points((21, 17, 23), 0.1) - place, axis=-1) - 0.7
    inside = expected < 0.5  # what the grid covers at any angle
    np.testing.assert_allclose(window[inside], expected[inside], atol=0.03)


def test_a_window_agrees_with_the_grid_asked_point_by_point() -> None:
    grid, turn = ball(cell_m=0.1), rotations.to_matrix(np.array([0.0, np.sin(0.4), 0.0, np.cos(0.4)]))
    place = np.array([0.5, 0.0, 0.5])
    window = resample(grid, (place, turn), 0.5, LOW, 0.17, (14, 9, 15))
    local = (points((14, 9, 15), 0.17) - place) @ turn / 0.5
    np.testing.assert_allclose(window, 0.5 * grid.distance(local), atol=1e-5)


def test_outside_of_the_grid_the_way_there_is_added() -> None:
    grid = ball()
    assert grid.distance(np.array([3.0, 0.0, 0.0])) == pytest.approx(2.5, abs=1e-5)
    corner = np.sqrt(3.0) - 0.5
    assert grid.distance(np.array([2.0, 3.0, -3.0])) == pytest.approx(corner + 3.0, abs=1e-5)


def test_under_a_height_field_it_only_gets_deeper() -> None:
    values = np.broadcast_to(np.array([-1.0, 0.0, 1.0])[None, :, None], (3, 3, 3))
    field = DistanceGrid("field", (0.0, -1.0, 0.0), 1.0, values, "below")
    assert field.distance(np.array([1.0, -4.0, 1.0])) == pytest.approx(-4.0)
    assert field.distance(np.array([1.0, 5.0, 1.0])) == pytest.approx(5.0)


def test_the_top_surface_is_the_upper_side_of_a_ball_and_nothing_beside_it() -> None:
    cell, shape = 0.05, (41, 41, 49)
    window = resample(ball(), (np.zeros(3), np.eye(3)), 1.0, LOW, cell, shape)
    heights = top_surface(window, LOW, cell)
    x, z = points(shape, cell)[:, 0, :, 0], points(shape, cell)[:, 0, :, 2]
    off = np.hypot(x, z)
    np.testing.assert_allclose(heights[off < 0.4], np.sqrt(0.25 - off[off < 0.4] ** 2), atol=0.01)
    assert np.isnan(heights[off > 0.52]).all()
    assert heights.dtype == np.float32


def test_of_two_floors_the_one_within_reach_counts() -> None:
    y = LOW[1] + 0.1 * np.arange(40)
    floors = np.minimum(np.abs(y - 0.05), np.abs(y - 2.02)) - 0.13  # two slabs: tops at 0.18 and 2.15 m
    window = np.broadcast_to(floors[None, :, None], (4, 40, 5)).astype(np.float32)
    np.testing.assert_allclose(top_surface(window, LOW, 0.1), 2.15, atol=1e-5)
    np.testing.assert_allclose(top_surface(window, LOW, 0.1, at_most_m=1.0), 0.18, atol=1e-5)
    limit = np.full((4, 5), 3.0)
    limit[0] = 0.1
    heights = top_surface(window, LOW, 0.1, limit)
    assert np.isnan(heights[0]).all()
    np.testing.assert_allclose(heights[1:], 2.15, atol=1e-5)


def test_a_column_solid_to_the_top_has_no_surface() -> None:
    assert np.isnan(top_surface(np.full((2, 5, 3), -0.2), LOW, 0.1)).all()


def floor_with_hole() -> TriangleMesh:
    """An open floor of 4 m x 4 m at 1.3 cm with a hole of 1 m x 1 m in the middle."""
    ticks = np.linspace(-2, 2, 9)
    corners = np.array([[x, 0.013, z] for x in ticks for z in ticks])
    a = np.array([i * 9 + j for i in range(8) for j in range(8) if not (3 <= i < 5 and 3 <= j < 5)])
    return TriangleMesh(
        corners, np.concatenate([np.stack([a, a + 1, a + 9], -1), np.stack([a + 1, a + 10, a + 9], -1)])
    )


@pytest.mark.parametrize("tilt_rad", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("cell_m", [0.05, 0.1])
def test_a_thin_floor_is_found_wherever_it_lies_between_the_points(tilt_rad: float, cell_m: float) -> None:
    grid = build_grid(floor_with_hole(), cell_m=0.02)
    c, s = np.cos(tilt_rad), np.sin(tilt_rad)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    shape = (round(3.4 / cell_m), round(3.0 / cell_m), round(2.8 / cell_m))
    for offset in (0.0, 0.03, 0.06):
        low = np.array([-1.7, -1.5 + offset, -1.4])
        heights = top_surface(resample(grid, (np.zeros(3), turn), 1.0, low, cell_m, shape), low, cell_m)
        x = low[0] + cell_m * np.arange(shape[0])[:, None]
        z = low[2] + cell_m * np.arange(shape[2])[None] + 0.0 * x
        along = np.abs(z) / c
        floor = (np.abs(x) > 0.55) | (along > 0.65)
        np.testing.assert_allclose(heights[floor], (-z * s / c + 0.033 / c)[floor], atol=0.01)
        assert np.isnan(heights[(np.abs(x) < 0.42) & (along < 0.42)]).all()


def test_beside_a_thin_wall_there_is_nothing_to_stand_on() -> None:
    wall = TriangleMesh(
        np.array([[0, -1, -1], [0, 1, -1], [0, 1, 1], [0, -1, 1]], float), np.array([[0, 1, 2], [0, 2, 3]])
    )
    low = np.array([-0.5, -0.9, -0.5])
    window = resample(build_grid(wall), (np.zeros(3), np.eye(3)), 1.0, low, 0.08, (13, 30, 13))
    heights = top_surface(window, low, 0.08)
    beside = np.abs(low[0] + 0.08 * np.arange(13)) > 0.05
    assert np.isnan(heights[beside]).all()
    np.testing.assert_allclose(heights[~beside], 1.02, atol=0.03)


def test_stairs_are_found_step_by_step() -> None:
    steps = [solids.box((0.6, 0.085 * (i + 1), 0.14), (0, 0.085 * (i + 1), 0.28 * i)) for i in range(5)]
    grid = build_grid(solids.mesh(solids.together(*steps)), cell_m=0.03)
    low, cell = np.array([-0.4, -0.2, -0.1]), 0.05
    window = resample(grid, (np.zeros(3), np.eye(3)), 1.0, low, cell, (16, 28, 27))
    heights = top_surface(window, low, cell)
    z = low[2] + cell * np.arange(27)
    step = np.round(z / 0.28).astype(int)
    tread = np.abs(z - 0.28 * step) < 0.1  # away from the edges
    expected = np.broadcast_to(0.17 * (step[tread] + 1), (16, int(tread.sum())))
    np.testing.assert_allclose(heights[:, tread], expected, atol=0.03)
