"""What the viewer computes without a browser: hands, clocks, rays, figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp.problem import Target
from lamp.rotations import IDENTITY, rotate
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_COUNT, forward_kinematics, joint_index
from runtime.viewer import axes
from runtime.viewer.clock import Clock
from runtime.viewer.drag import INTERVAL_S, MAX_DRAG_SPEED_MPS, Drag
from runtime.viewer.follow import Follow
from runtime.viewer.ground import ray_on_level
from runtime.viewer.measure import HISTORY_S, History, Sample, penetrations, target_error
from runtime.viewer.solids import of_obstacle

UPRIGHT = (0.0, 0.0, 0.0, 1.0)
STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile(IDENTITY, (JOINT_COUNT, 1)))


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1))
def test_quaternions_survive_the_browser(q: list[float]) -> None:
    unit = np.array(q) / np.linalg.norm(q)
    assert axes.xyzw(axes.wxyz(unit)) == pytest.approx(tuple(unit))


def test_a_quarter_turn_means_the_same_in_the_browser() -> None:
    viser = pytest.importorskip("viser")
    quarter = (0.0, math.sin(math.pi / 4), 0.0, math.cos(math.pi / 4))
    there = viser.transforms.SO3(axes.wxyz(quarter)) @ np.array([0.0, 0.0, 1.0])
    assert there == pytest.approx(rotate(np.array(quarter), np.array([0.0, 0.0, 1.0])), abs=1e-9)


def test_a_drag_tells_place_and_speed_but_not_too_often() -> None:
    drag, sent = Drag(), []
    for k in range(60):  # one second at 60 Hz, 0.9 m/s along x
        now = k / 60
        drag.move(now, (0.9 * now, 1.0, 0.0), UPRIGHT)
        if (moved := drag.due(now)) is not None:
            sent.append((now, moved))
    assert 1.0 / INTERVAL_S / 2 < len(sent) <= 1.0 / INTERVAL_S + 1
    now, last = sent[-1]
    assert last.position_m == pytest.approx((0.9 * now, 1.0, 0.0)), "the newest place"
    assert last.velocity_mps == pytest.approx((0.9, 0.0, 0.0), abs=0.01)


def test_a_hand_that_rests_stops_the_thing_without_letting_go() -> None:
    drag = Drag()
    for k in range(10):
        drag.move(k / 60, (k / 60, 0.0, 0.0), UPRIGHT)
    moving = drag.due(0.15)
    assert moving is not None
    assert moving.velocity_mps[0] > 0.5
    resting = drag.due(0.5)
    assert resting is not None, "the server believes that it moves"
    assert not resting.velocity_mps.any()
    assert drag.due(2.0) is None, "there is nothing more to say"


def test_letting_go_always_tells_the_last_place_at_rest() -> None:
    drag = Drag()
    assert drag.end(0.0) is None
    drag.move(0.0, (0.0, 0.0, 0.0), UPRIGHT)
    drag.move(0.01, (5.0, 0.0, 0.0), UPRIGHT)
    assert np.linalg.norm(drag.velocity(0.01)) == pytest.approx(MAX_DRAG_SPEED_MPS)
    last = drag.end(0.02)
    assert last is not None
    assert last.position_m == pytest.approx((5.0, 0.0, 0.0))
    assert not last.velocity_mps.any()


def test_the_clock_waits_for_frames_and_counts_one_stall_per_wait() -> None:
    clock = Clock()
    assert clock.tick(0.5, 1.0) == 0.5
    assert [clock.tick(0.5, 0.8) for _ in range(3)] == [0.8, 0.8, 0.8]
    assert clock.stalls == 1
    assert clock.tick(0.5, 2.0) == pytest.approx(1.3)
    clock.tick(5.0, 2.0)
    assert clock.stalls == 2


def test_a_paused_clock_stands_and_time_never_goes_back() -> None:
    clock = Clock(3.0)
    clock.paused = True
    assert clock.tick(1.0, 10.0) == 3.0
    clock.paused = False
    assert clock.tick(0.1, 1.0) == 3.0, "frames that end before now"
    assert clock.tick(-1.0, 10.0) == 3.0


@given(st.floats(-5, 5), st.floats(0.5, 5), st.floats(-3, 3), st.floats(-3, 3))
def test_rays_meet_the_plane_they_are_aimed_at(x: float, height: float, to_x: float, to_z: float) -> None:
    eye, aim = np.array([x, height + 0.2, 0.0]), np.array([to_x, 0.2, to_z])
    assert ray_on_level(eye, aim - eye, 0.2) == pytest.approx(aim, abs=1e-6)


def test_rays_that_meet_no_floor_meet_nothing() -> None:
    assert ray_on_level((0, 1, 0), (0, 1, 0), 0.0) is None, "away from it"
    assert ray_on_level((0, 1, 0), (1, 0, 0), 0.0) is None, "along it"
    assert ray_on_level((0, 1, 0), (1, -1e-3, 0), 0.0) is None, "too far away"


def test_penetration_is_told_by_obstacle() -> None:
    obstacles = {
        "inside": Obstacle("sphere", (0.0, 0.95, 0.0), (0.3, 0.0, 0.0)),
        "passing": Obstacle(
            "sphere", (2.0, 0.95, 0.0), (0.3, 0.0, 0.0), linear_velocity_mps=(-1.0, 0.0, 0.0), time_s=0.0
        ),
        "far": Obstacle("box", (5.0, 0.5, 0.0), (0.3, 0.5, 0.3)),
    }
    now = penetrations(STANDING, obstacles, 0.0)
    assert now["inside"] > 0.3
    assert now["passing"] == now["far"] == 0.0
    assert penetrations(STANDING, obstacles, 2.0)["passing"] > 0.3, "it moves on with its velocity"
    assert penetrations(STANDING, {}, 0.0) == {}


def test_target_errors_leave_out_what_does_not_count() -> None:
    head = joint_index("head")
    x, y, z = STANDING[head].tolist()
    assert target_error(STANDING, Target(head, (x + 0.3, y, z + 0.4))) == pytest.approx(0.5)
    assert target_error(STANDING, Target(head, (x, y + 9.0, z), axis_mask=(True, False, True))) == 0.0


def test_the_history_is_bounded_and_counts_back_from_now() -> None:
    history = History()
    assert all(len(column) == 0 for column in history.columns().values())
    for k in range(200):
        history.add(Sample(time_s=float(k), penetration_cm=float(k)))
    columns = history.columns()
    assert columns["time_s"][-1] == 0.0
    assert columns["time_s"][0] == -HISTORY_S
    assert columns["penetration_cm"][-1] == 199.0
    assert np.isnan(columns["latency_s"]).all()


class Node:
    """Stands for the scene node that is moved."""

    position: tuple[float, float, float] = (0.0, 0.0, 0.0)


def test_the_view_catches_up_with_a_walker_and_lets_go_while_dragging() -> None:
    node = Node()
    follow = Follow(node)
    for _ in range(60):
        follow.tick(1 / 30, (3.0, 0.9, -2.0))
    assert node.position == pytest.approx((-3.0, 0.0, 2.0), abs=0.01), "the floor keeps its height"
    assert follow.to_session((0.0, 1.0, 0.0)) == pytest.approx((3.0, 1.0, -2.0), abs=0.01)
    follow.held = True
    follow.tick(1.0, (9.0, 0.9, 9.0))
    assert node.position == pytest.approx((-3.0, 0.0, 2.0), abs=0.01)


@pytest.mark.parametrize("shape, size, extents", [
    ("sphere", (0.4, 0.0, 0.0), (0.4, 0.4, 0.4)), ("capsule", (0.2, 0.5, 0.0), (0.2, 0.7, 0.2)),
    ("cylinder", (0.3, 1.0, 0.0), (0.3, 1.0, 0.3)), ("box", (0.1, 0.2, 0.3), (0.1, 0.2, 0.3)),
])  # fmt: skip
def test_obstacles_are_drawn_as_large_as_they_are(
    shape: str, size: tuple[float, float, float], extents: tuple[float, float, float]
) -> None:
    vertices = of_obstacle(Obstacle(shape, (0.0, 0.0, 0.0), size)).vertices_m
    assert vertices.max(axis=0) == pytest.approx(extents, rel=0.01)
    assert vertices.min(axis=0) == pytest.approx(tuple(-e for e in extents), rel=0.01)
