"""A blocked path is bent around what blocks it: free where it can be, as little as it takes, and back again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamp.live.detour import ROOM_M, detour
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance

T, FIRST = 80, 8
TIMES = np.arange(T) / 20.0
PATH = np.stack([np.zeros(T), 1.2 * TIMES], -1)  # along +Z at 1.2 m/s


def pillar(x: float, z: float, radius: float = 0.3) -> Obstacle:
    return Obstacle("cylinder", (x, 1.0, z), (radius, 1.0, 0.0))


def room(path: np.ndarray, obstacle: Obstacle) -> np.ndarray:
    points = np.stack([path[:, 0], np.full(len(path), 1.0), path[:, 1]], -1)
    return np.asarray(obstacle_distance(obstacle, points[:, None], TIMES)[:, 0] - ROOM_M)


def test_a_free_path_stays() -> None:
    assert detour(PATH, FIRST, [], TIMES, 0.0) is None
    assert detour(PATH, FIRST, [pillar(1.5, 2.4)], TIMES, 0.0) is None


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(1.8, 3.0), st.floats(0.1, 0.5))
def test_a_pillar_is_passed_and_the_path_comes_back(x: float, z: float, radius: float) -> None:
    blocks = pillar(x, z, radius)
    bent = detour(PATH, FIRST, [blocks], TIMES, 0.0)
    if room(PATH, blocks).min() >= 0.0:
        assert bent is None
        return
    assert bent is not None
    assert room(bent, blocks).min() >= -1e-6
    assert np.array_equal(bent[: FIRST + 1], PATH[: FIRST + 1]), "what is fixed stays"
    aside = np.abs(bent - PATH).max()
    assert aside <= radius + ROOM_M + abs(x) + 0.1, "no further than it takes"
    steps = np.diff(bent, axis=0)
    assert np.linalg.norm(np.diff(steps, axis=0), axis=-1).max() < 0.12, "no kink"


def test_straight_ahead_a_side_is_chosen() -> None:
    bent = detour(PATH, FIRST, [pillar(0.0, 2.4)], TIMES, 0.0)
    assert bent is not None and np.abs(bent[:, 0]).max() > 0.6


def test_the_nearer_side_is_taken() -> None:
    for x in (0.25, -0.25):
        bent = detour(PATH, FIRST, [pillar(x, 2.4)], TIMES, 0.0)
        assert bent is not None
        assert np.sign(bent[np.abs(bent[:, 0]).argmax(), 0]) == -np.sign(x)


def test_a_moving_ball_is_passed_where_it_will_be() -> None:
    ball = Obstacle(
        "sphere", (1.4, 0.5, 2.4), (0.35, 0.0, 0.0), linear_velocity_mps=(-0.7, 0.0, 0.0), time_s=0.0
    )
    bent = detour(PATH, FIRST, [ball], TIMES, 0.0)
    assert bent is not None and room(bent, ball).min() > room(PATH, ball).min() + 0.2


def test_what_is_walked_on_blocks_nothing() -> None:
    floor = Obstacle("box", (0.0, -0.1, 2.0), (3.0, 0.5, 3.0), walkable=True)
    assert detour(PATH, FIRST, [floor], TIMES, 0.4) is None


def test_two_pillars_are_passed_both() -> None:
    both = [pillar(0.0, 1.7), pillar(0.1, 3.6)]
    path = np.stack([np.zeros(T), 1.3 * TIMES], -1)
    bent = detour(path, FIRST, both, TIMES, 0.0)
    assert bent is not None
    assert min(room(bent, p).min() for p in both) > -0.05


@pytest.mark.parametrize("speed", [0.0, 0.005])
def test_who_stands_has_no_way_to_bend(speed: float) -> None:
    path = np.stack([np.zeros(T), speed * TIMES], -1)
    assert detour(path, FIRST, [pillar(0.0, 0.3)], TIMES, 0.0) is None


def test_a_wall_without_end_is_left_to_the_search() -> None:
    wall = Obstacle("box", (0.0, 1.0, 2.6), (8.0, 1.0, 0.1))
    bent = detour(PATH, FIRST, [wall], TIMES, 0.0)
    assert bent is None or np.isfinite(bent).all()
