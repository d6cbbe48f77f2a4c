"""Geometry in a problem: what the step sees agrees with the exact shapes and has true gradients."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from types import SimpleNamespace  # noqa: E402

from lamp.problem import GROUND_POINTS  # noqa: E402
from lamp.scene.distance import grid_distance, ground_at  # noqa: E402
from lamp.scene.grid import DistanceGrid  # noqa: E402
from lamp.scene.ground_map import GAP, HEIGHT, RAMP  # noqa: E402
from lamp.scene.obstacle import Obstacle  # noqa: E402
from lamp.scene.penetration import obstacle_distance  # noqa: E402
from lamp.scene.window import SceneWindows, Surroundings  # noqa: E402
from tests.lamp.geometry import ball_grid, box_grid, stairs  # noqa: E402

TIMES = np.arange(5) / 20
AROUND = Surroundings((0.0, 0.0, 0.0), (0.0, 3.0))


def geometry(grid: DistanceGrid, position, **more) -> Obstacle:
    return Obstacle("geometry", position, grid=grid, **more)


def seen(row, points):
    """Distances ``(T, N, G)`` of world points ``(T, N, 3)`` as the optimisation step sees them."""
    t = {k: torch.from_numpy(np.asarray(v, np.float64))[None] for k, v in row.items()}
    posed = SimpleNamespace(values=t["grid"], low=t["grid_low"], cell=t["grid_cell"], position=t["grid_position"],
                            axes=t["grid_axes"])  # fmt: skip
    return grid_distance(points[None], posed, torch)[0]


def test_what_stands_still_is_seen_where_it_is(rng):
    ball = geometry(ball_grid(), (0.3, 1.0, 1.5), scale=1.2)
    row = SceneWindows().arrays([ball], AROUND, TIMES)
    points = np.array([0.3, 1.0, 1.5]) + rng.uniform(-0.8, 0.8, (5, 60, 3))
    found = seen(row, torch.from_numpy(points)).numpy()
    exact = obstacle_distance(ball, points, TIMES)
    assert np.abs(found[..., 0] - exact).max() < 0.06  # half a cell of the window
    assert np.abs(found[..., 0] - exact).mean() < 0.01
    assert (found[..., 1:] > 100).all()


def test_moving_geometry_is_posed_at_every_frame(rng):
    moving = geometry(box_grid((0.3, 0.5, 0.2)), (1.0, 1.0, 0.5), linear_velocity_mps=(-2.0, 0.0, 1.0),
                      angular_velocity_radps=(0.0, 3.0, 0.0), walkable=True)  # fmt: skip
    row = SceneWindows().arrays([moving], AROUND, TIMES)
    centre = moving.trajectory(TIMES)[0][:, None]
    points = centre + rng.uniform(-0.7, 0.7, (5, 60, 3))
    found = seen(row, torch.from_numpy(points)).numpy()
    assert np.abs(found[..., 2] - obstacle_distance(moving, points, TIMES)).max() < 0.03
    assert row["grid_walkable"].tolist() == [0.0, 1.0, 1.0, 0.0]


def test_the_nearest_moving_geometries_count():
    grid = ball_grid()
    movers = [geometry(grid, (x, 1.0, 0.0), linear_velocity_mps=(0.01, 0.0, 0.0)) for x in (9.0, 1.0, 5.0)]
    row = SceneWindows().arrays(movers, AROUND, TIMES)
    assert np.allclose(row["grid_position"][0, 2:, 0], [1.0, 5.0], atol=1e-6)


def test_any_number_of_standing_geometries_is_one_grid(rng):
    grid = ball_grid(0.2)
    many = [geometry(grid, (x, 1.0, z)) for x in (-1.0, 0.0, 1.0) for z in (0.0, 1.0, 2.0)]
    row = SceneWindows().arrays(many, AROUND, TIMES)
    points = rng.uniform([-1.3, 0.6, -0.3], [1.3, 1.4, 2.3], (5, 100, 3))
    exact = np.min([obstacle_distance(o, points, TIMES) for o in many], axis=0)
    assert np.abs(seen(row, torch.from_numpy(points)).numpy()[..., 0] - exact).max() < 0.12


def test_gradient_of_distance_to_grids(rng):
    movers = [geometry(ball_grid(), (0.2, 1.0, 0.5), linear_velocity_mps=(1.0, 0.0, 0.0), scale=0.8),
              geometry(box_grid((0.3, 0.5, 0.2)), (0.0, 0.9, 1.0))]  # fmt: skip
    row = SceneWindows().arrays(movers, AROUND, TIMES)
    x = torch.from_numpy(rng.uniform([-0.5, 0.4, -0.2], [0.7, 1.5, 1.5], (5, 20, 3))).requires_grad_()
    near = lambda p: torch.sin(seen(row, p)[..., [0, 2]])  # noqa: E731 - something that is not linear
    (gradient,) = torch.autograd.grad(near(x).sum(), x)
    for _ in range(4):
        d = torch.from_numpy(rng.standard_normal(x.shape))
        with torch.no_grad():
            slope = (near(x + 1e-6 * d) - near(x - 1e-6 * d)).sum() / 2e-6
        assert float((gradient * d).sum()) == pytest.approx(float(slope), rel=1e-4, abs=1e-5)


def test_positions_that_are_not_finite_stay_inside_the_arrays():
    row = SceneWindows().arrays([geometry(ball_grid(), (0.0, 1.0, 0.0))], AROUND, TIMES)
    points = torch.full((5, 2, 3), float("nan"), dtype=torch.float64)
    assert torch.isnan(seen(row, points)).all()
    maps = torch.from_numpy(row["ground"].astype(np.float64))[None]
    low, cell = torch.zeros(1, 2, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    assert torch.isnan(ground_at(points[None], maps, low, cell, RAMP, torch)).all()


# -- the ground -------------------------------------------------------------------------------------------------------


def test_flat_ground_costs_nothing():
    ground = SceneWindows().ground([Obstacle("box", (0, 1, 0), (1, 1, 1))], AROUND)
    assert ground.maps is None and np.allclose(ground.at(np.zeros((4, 3)), HEIGHT), 0.0)
    assert np.allclose(ground.at(np.zeros((4, 3)), GAP), 0.0)


def test_feet_stand_on_steps_and_the_body_follows_a_ramp():
    ground = SceneWindows().ground(stairs(), AROUND)
    z = 1.0 + 0.28 * (np.arange(8) + 0.5)
    middle = np.stack([np.zeros(8), np.zeros(8), z], -1)
    assert np.allclose(ground.at(middle, HEIGHT), 0.17 * np.arange(1, 9), atol=0.03)
    ramp = ground.at(np.stack([np.zeros(40), np.zeros(40), np.linspace(1.2, 2.6, 40)], -1), RAMP)
    slope = np.diff(ramp) / np.diff(np.linspace(1.2, 2.6, 40))
    assert (slope > 0.3).all() and (slope < 0.9).all()
    assert np.allclose(ground.at(np.array([0.0, 0.0, -1.0]), HEIGHT), 0.0, atol=1e-6)


def test_a_table_is_no_floor_and_a_ceiling_neither():
    table = Obstacle("box", (0.0, 0.4, 1.0), (0.5, 0.4, 0.5), walkable=True)
    ceiling = Obstacle("box", (0.0, 2.5, 0.0), (3.0, 0.1, 3.0), walkable=True)
    ground = SceneWindows().ground([table, ceiling], AROUND)
    assert np.allclose(ground.at(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), HEIGHT), 0.0, atol=1e-6)


def test_without_a_floor_a_hole_is_a_gap():
    """A platform with a hole: four boxes around it."""
    around = [Obstacle("box", (x, -0.1, z), (hx, 0.1, hz), walkable=True)
              for x, z, hx, hz in ((-1.5, 0, 1, 3), (1.5, 0, 1, 3), (0, -2, 0.5, 1.5), (0, 2, 0.5, 1.5))]  # fmt: skip
    where = Surroundings((0.0, 0.0, -1.5), floor_m=None)
    ground = SceneWindows().ground(around, where)
    points = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, -1.5], [0.0, 0.0, 0.25]])
    assert ground.at(points, GAP)[0] == pytest.approx(0.5, abs=0.12)
    assert ground.at(points, GAP)[1] < -0.3
    assert 0.1 < ground.at(points, GAP)[2] < 0.4


def test_the_step_sees_the_ground_that_numpy_sees(rng):
    row = SceneWindows().arrays(stairs(), AROUND, TIMES)
    ground = SceneWindows().ground(stairs(), AROUND)
    points = rng.uniform([-1.0, 0.0, 0.0], [1.0, 1.0, 4.0], (1, 5, 30, 3))
    t = {
        k: torch.from_numpy(np.asarray(row[k], np.float64))[None]
        for k in ("ground", "ground_low", "ground_cell")
    }
    for channel in (HEIGHT, RAMP, GAP):
        found = ground_at(torch.from_numpy(points), *t.values(), channel, torch).numpy()
        assert np.allclose(found, ground.at(points, channel), atol=1e-5)


def test_windows_are_shared_by_plans_that_are_near_each_other():
    windows, steps = SceneWindows(), stairs()
    first = windows.ground(steps, AROUND)
    assert windows.ground(steps, Surroundings((0.05, 0.0, 0.1), (0.0, 3.0))) is first
    assert windows.ground(steps[:-1], AROUND) is not first
    assert windows.ground(steps, Surroundings((5.0, 0.0, 0.0), (0.0, 3.0))) is not first
    assert first.maps is not None and first.maps.shape == (3, *GROUND_POINTS)
