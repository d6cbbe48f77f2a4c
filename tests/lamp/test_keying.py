"""Paths and poses become keys at the right places and times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp.intent import KeyPose, Path, Waypoint
from lamp.keying import pose_goals, route
from lamp.skeleton import PARENTS, REST_OFFSETS_M


def path(*points: tuple[float, float], loop: bool = False, speed: float = 1.0) -> Path:
    return Path(tuple(Waypoint((x, 0.0, z)) for x, z in points), speed, loop)


def test_a_way_takes_its_length_over_its_speed() -> None:
    way = route(path((0, 2), (3, 2), speed=2.0), np.zeros(2), 10.0, 0.0)
    assert way.corners_m.tolist() == [[0, 0], [0, 2], [3, 2]]
    assert way.times_s == pytest.approx([10.0, 11.0, 12.5], abs=1e-4)
    assert way.at(np.array([10.5, 12.0])) == pytest.approx(np.array([[0, 1], [2, 2]]), abs=1e-3)
    assert [w for _, w in way.waypoints] == [0, 1] and not way.finished


def test_arrival_times_are_kept_unless_nobody_runs_so_fast() -> None:
    asked = Path((Waypoint((0, 0, 2), 14.0), Waypoint((0, 0, 40), 14.5)))
    way = route(asked, np.zeros(2), 10.0, 0.0)
    assert way.times_s[1] == pytest.approx(14.0, abs=1e-3)
    assert way.times_s[2] == pytest.approx(14.0 + 38.0 / 8.0, abs=1e-3), "38 m at 8 m/s, not in half a second"


def test_progress_never_goes_back_and_skips_no_crossing() -> None:
    eight = path((0, 0), (4, 4), (4, 0), (0, 4))
    progress = 0.0
    for here in ((0, 0), (1, 1), (2, 2), (1.9, 1.9), (3, 3), (4, 4), (4, 2)):
        way = route(eight, np.array(here, float), 0.0, progress)
        assert way.progress_m >= progress
        progress = way.progress_m
    assert progress == pytest.approx(np.hypot(4, 4) + 2.0, abs=0.2), "not on the part that crosses at (2, 2)"


def test_the_end_is_the_end_and_a_loop_has_none() -> None:
    square = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
    assert route(path(*square), np.array([0.0, 2.0]), 0.0, 5.9).finished
    endless = route(path(*square, loop=True), np.array([0.0, 2.0]), 0.0, 5.9)
    assert not endless.finished
    assert endless.times_s[-1] > 30.0, "laps for as long as any window"


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=6), st.booleans(),
       st.floats(0.1, 8.0), st.floats(0, 30))  # fmt: skip
def test_times_grow_and_places_are_finite(
    points: list[tuple[float, float]], loop: bool, speed: float, progress: float
) -> None:
    way = route(path(*points, loop=loop, speed=speed), np.array([1.0, -1.0]), 5.0, progress)
    assert np.isfinite(way.corners_m).all() and np.isfinite(way.times_s).all()
    assert (np.diff(way.times_s) >= 0).all()
    assert len(way.corners_m) == len(way.times_s) == len(way.waypoints) + 1


def test_a_pose_that_counts_anywhere_is_put_and_turned_where_the_character_is() -> None:
    rest = np.zeros((22, 3))
    for joint in range(1, 22):
        rest[joint] = rest[PARENTS[joint]] + REST_OFFSETS_M[joint]
    rest[:, 1] += 0.9
    turned = rest[:, [2, 1, 0]] * [1.0, 1.0, -1.0] + [3.0, 0.0, -2.0]  # by a right angle, elsewhere
    pose = KeyPose(rest + [7.0, 0.0, 7.0], 1.0, anywhere=True)
    assert pose_goals(pose, turned) == pytest.approx(turned, abs=1e-5)
    fixed = KeyPose(rest + [7.0, 0.0, 7.0], 1.0)
    assert pose_goals(fixed, turned) == pytest.approx(rest + [7.0, 0.0, 7.0], abs=1e-5)
