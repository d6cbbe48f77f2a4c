"""Heights under feet are exact on both sides of the edge of a step, where the map of the ground is a slope."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamp.scene.foothold import footholds
from lamp.scene.ground_map import HEIGHT, Ground
from lamp.scene.obstacle import Obstacle
from lamp.scene.window import SceneWindows, Surroundings
from tests.lamp.geometry import box_grid, stairs

RISE_M, RUN_M, START_M = 0.17, 0.28, 1.0
AROUND = Surroundings((0.0, 0.0, 0.5), (0.0, 2.5))


@pytest.fixture(scope="module")
def ground() -> Ground:
    return SceneWindows().ground(stairs(), AROUND)


def height_of_stairs(z: np.ndarray) -> np.ndarray:
    return RISE_M * np.clip(np.floor((z - START_M) / RUN_M) + 1, 0, 8)


def test_steps_are_sharp(ground: Ground) -> None:
    z = np.linspace(0.8, 3.0, 441)
    edges = START_M + RUN_M * np.arange(9)
    z = z[np.abs(z[:, None] - edges).min(-1) > 2e-3]
    points = np.stack([np.full_like(z, 0.13), np.zeros_like(z), z], -1)
    exact = height_of_stairs(z)
    assert np.abs(footholds(ground, points) - exact).max() < 5e-3
    assert np.abs(ground.at(points, HEIGHT) - exact).max() > 0.05, "the map alone is not enough"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.9, 0.9), st.floats(0.7, 3.0)), min_size=1, max_size=20))
def test_any_shape_of_points_is_answered(ground: Ground, places: list[tuple[float, float]]) -> None:
    flat = np.array([[x, 0.0, z] for x, z in places])
    heights = footholds(ground, flat.reshape(1, -1, 3))
    assert heights.shape == (1, len(places))
    assert np.allclose(heights[0], [footholds(ground, p[None])[0] for p in flat], atol=1e-9), (
        "one by one is the same"
    )
    assert (heights >= -1e-6).all() and (heights <= 8 * RISE_M + 1e-6).all()


def test_flat_ground_is_flat() -> None:
    points = np.zeros((5, 2, 3))
    assert np.array_equal(footholds(Ground(0.3), points), np.full((5, 2), 0.3))


def test_a_slope_is_left_to_the_map() -> None:
    turn = (float(np.sin(0.1)), 0.0, 0.0, float(np.cos(0.1)))
    slope = Obstacle("box", (0.0, -0.2, 2.0), (2.0, 0.2, 2.0), orientation_xyzw=turn, walkable=True)
    ground = SceneWindows().ground([slope], AROUND)
    inner = np.array([[0.2, 0.0, 1.4], [-0.3, 0.0, 1.9]])
    assert np.allclose(footholds(ground, inner), ground.at(inner, HEIGHT), atol=0.02)


def test_steps_of_uploaded_geometry_are_as_sharp_as_their_grid() -> None:
    step = Obstacle(
        "geometry", (0.0, 0.1, 1.5), (1.0, 1.0, 1.0), walkable=True, grid=box_grid((0.8, 0.1, 0.4), 0.04)
    )
    ground = SceneWindows().ground([step], AROUND)
    z = np.array([0.95, 1.02, 1.18, 1.3])
    heights = footholds(ground, np.stack([np.zeros(4), np.zeros(4), z], -1))
    assert np.allclose(heights, [0.0, 0.0, 0.2, 0.2], atol=0.03)
