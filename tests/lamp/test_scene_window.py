"""Windows resampled from distance grids, and the surfaces that feet stand on in them."""

import numpy as np
import pytest

from lamp import rotations
from lamp.scene.grid import DistanceGrid
from lamp.scene.ground import top_surface
from lamp.scene.resample import resample

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
