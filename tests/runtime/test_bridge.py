"""What fades a difference away: it begins and ends without a jump in place or velocity, and carries nobody off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp import rotations, skeleton
from runtime.client.bridge import Bridge
from runtime.client.pose import Pose
from tests.runtime.test_client_buffer import FPS, buffer, plan, walk

SINCE_S = 3.0
MOST_FASTER_MPS, ASIDE_M = 4.0, 0.5
TINY_S = 1e-5
TICK_S = 1 / 60


def pose_at(place_m: object, turn_rad: float = 0.0) -> Pose:
    local = np.tile(rotations.IDENTITY, (skeleton.JOINT_COUNT, 1))
    local[0] = rotations.yaw(np.array(turn_rad))
    joints = skeleton.forward_kinematics(np.asarray(place_m, float), local)
    return Pose(0, SINCE_S, joints, local.astype(np.float32), np.ones(4, np.float32), 1)


def bridge(offset_m: object, faster_mps: object) -> Bridge:
    return Bridge(pose_at(offset_m), pose_at((0.0, 0.0, 0.0)), SINCE_S, np.asarray(faster_mps, float))


def length_s(it: Bridge) -> float:
    """When it is over, found from outside."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if it.over(SINCE_S + middle) else (middle, high)
    return high


def vectors(most: float) -> st.SearchStrategy[tuple[float, float, float]]:
    return st.tuples(*[st.floats(-most, most)] * 3)


@given(offset_m=vectors(3.0), faster_mps=vectors(2.3))
def test_it_begins_as_what_was_shown_and_ends_at_rest_in_nothing(
    offset_m: tuple[float, ...], faster_mps: tuple[float, ...]
) -> None:
    it = bridge(offset_m, faster_mps)
    np.testing.assert_allclose(it.offset_m(SINCE_S), offset_m, atol=1e-5)
    begins_mps = (it.offset_m(SINCE_S + TINY_S) - it.offset_m(SINCE_S)) / TINY_S
    np.testing.assert_allclose(begins_mps, faster_mps, atol=2e-3)
    end_s = SINCE_S + length_s(it)
    assert it.over(end_s) and not it.over(end_s - 0.01)
    np.testing.assert_allclose(it.offset_m(end_s), 0.0, atol=1e-6)
    np.testing.assert_allclose(it.offset_m(end_s - TINY_S) / TINY_S, 0.0, atol=2e-3)


@given(offset_m=vectors(3.0), faster_mps=vectors(2.3))
def test_the_velocity_it_tells_is_the_one_it_has(
    offset_m: tuple[float, ...], faster_mps: tuple[float, ...]
) -> None:
    it = bridge(offset_m, faster_mps)
    for at_s in SINCE_S + np.linspace(0.05, 1.0, 7) * length_s(it):
        moved_m = it.offset_m(at_s + TINY_S) - it.offset_m(at_s - TINY_S)
        np.testing.assert_allclose(it.velocity_mps(at_s), moved_m / (2 * TINY_S), atol=2e-3)


@given(offset_m=vectors(50.0), faster_mps=vectors(1e30))
def test_no_velocity_however_mad_carries_it_away(
    offset_m: tuple[float, ...], faster_mps: tuple[float, ...]
) -> None:
    it = bridge(offset_m, faster_mps)
    lasts_s = length_s(it)
    assert 0.29 < lasts_s < 5.01
    away_m = [np.linalg.norm(it.offset_m(SINCE_S + s)) for s in np.linspace(0.0, lasts_s, 200)]
    assert max(away_m) <= np.linalg.norm(offset_m) + ASIDE_M + 1e-4


@pytest.mark.parametrize("faster_mps", [np.full(3, np.nan), np.full(3, np.inf), np.full(3, 3e38, np.float32)])
def test_a_velocity_that_is_no_number_counts_for_nothing(faster_mps: np.ndarray) -> None:
    it = bridge((0.1, 0.0, 0.0), faster_mps)
    assert np.abs(it.offset_m(SINCE_S + 0.1)).max() <= 0.1 + ASIDE_M


@given(away_m=st.floats(0.001, 2.5), faster_mps=st.floats(0.0, 1.2), turn_rad=st.floats(0.0, np.pi))
def test_what_it_adds_is_not_seen(away_m: float, faster_mps: float, turn_rad: float) -> None:
    """As fast as the place may fade, with less acceleration than a step has."""
    it = bridge((away_m, 0, 0), faster_mps * np.array([np.cos(turn_rad), 0.0, np.sin(turn_rad)]))
    times = SINCE_S + np.linspace(0.0, length_s(it), 400)
    velocity_mps = np.array([it.velocity_mps(float(t)) for t in times])
    assert np.linalg.norm(velocity_mps, axis=-1).max() <= 0.9 + faster_mps + 1e-6
    acceleration_mps2 = np.diff(velocity_mps, axis=0) / (times[1] - times[0])
    assert np.linalg.norm(acceleration_mps2, axis=-1).max() <= 4.0


@given(away_m=st.floats(0.0, 2.5), faster_mps=st.floats(0.1, 50.0), turn_rad=st.floats(0.0, np.pi))
def test_a_velocity_dies_away_and_does_not_swing_back(
    away_m: float, faster_mps: float, turn_rad: float
) -> None:
    """A runner who was held catches up with what the place may fade by, not with that and a share of a run."""
    heading = np.array([np.cos(turn_rad), 0.0, np.sin(turn_rad)])
    it = bridge((away_m, 0, 0), faster_mps * heading)
    for at_s in SINCE_S + np.linspace(0.0, length_s(it), 200):
        assert it.velocity_mps(float(at_s)) @ -heading <= 0.9 + 1e-6


def test_the_pose_itself_is_what_was_shown_and_then_what_is_there() -> None:
    shown, instead = pose_at((0.3, 1.0, 2.0), 0.7), pose_at((0.0, 1.0, 2.0), -0.2)
    it = Bridge(shown, instead, SINCE_S, np.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(it.apply(instead, SINCE_S).positions_m, shown.positions_m, atol=1e-5)
    np.testing.assert_allclose(it.apply(instead, SINCE_S + 5.0).positions_m, instead.positions_m, atol=1e-5)


# -- in the buffer --------------------------------------------------------------------------------------------------


def roots_m(frames: object, start_s: float, seconds: float) -> np.ndarray:
    times = start_s + np.arange(round(seconds / TICK_S)) * TICK_S
    return np.array([frames.sample(float(t)).positions_m[0] for t in times])  # type: ignore[attr-defined]


def most_change_mps(places_m: np.ndarray) -> float:
    """The judge's: how much the velocity changes from one picture to the next."""
    return float(np.linalg.norm(np.diff(places_m, 2, axis=0), axis=-1).max() / TICK_S)


def test_a_plan_that_runs_and_comes_late_to_a_walker_changes_no_velocity_at_once() -> None:
    frames, truth = buffer(), buffer()
    frames.begin_plan(plan(1, 0), walk(0, 200, speed_mps=1.2))
    shown = [roots_m(frames, 0.0, 1.0)]
    for each in (frames, truth):
        each.begin_plan(plan(2, 20), walk(20, 200, plan_id=2, speed_mps=3.2))
    shown.append(roots_m(frames, 1.0, 5.5))
    assert most_change_mps(np.concatenate(shown)) < 0.2, "it was 2 m/s"
    np.testing.assert_allclose(shown[1][-1], roots_m(truth, 1.0, 5.5)[-1], atol=1e-6)


def test_a_difference_that_comes_while_another_fades_changes_no_velocity_at_once() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 200, speed_mps=1.2))
    shown, start_s = [roots_m(frames, 0.0, 1.0)], 1.0
    for number, speed_mps in enumerate((3.0, 1.0, 2.5, 0.0), start=2):
        late = round(start_s * FPS) - 12
        frames.begin_plan(plan(number, late), walk(late, 250, plan_id=number, speed_mps=speed_mps))
        shown.append(roots_m(frames, start_s, 0.35))
        start_s += len(shown[-1]) * TICK_S
    shown.append(roots_m(frames, start_s, 5.5))
    assert most_change_mps(np.concatenate(shown)) < 0.5


def test_a_character_that_was_held_starts_softly() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 31, speed_mps=2.0))
    held = roots_m(frames, 0.0, 1.5)[-10:]
    frames.add(walk(31, 200, speed_mps=2.0))
    shown = np.concatenate([held, roots_m(frames, 1.5, 4.0)])
    assert most_change_mps(shown) < 0.2
    assert np.diff(shown[:, 2]).min() > -1e-4, "it does not go back"


def test_frames_that_come_just_in_time_are_shown_as_they_are() -> None:
    """On the last frame, or a moment after it: no start from rest."""
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 31))
    shown = [roots_m(frames, 0.0, 1.0 + TICK_S)]
    frames.sample(1.0 + 0.002)
    frames.add(walk(31, 100))
    shown.append(roots_m(frames, 1.0 + TICK_S, 1.0))
    assert most_change_mps(np.concatenate(shown)) < 0.25


def test_a_plan_that_changes_nothing_on_the_screen_changes_no_bit() -> None:
    frames, other = buffer(), buffer()
    for each in (frames, other):
        each.begin_plan(plan(1, 0), walk(0, 90))
        roots_m(each, 0.0, 1.0)
        each.begin_plan(plan(2, 20), walk(20, 70, plan_id=2, side_m=0.4))  # fading
        roots_m(each, 1.0, 0.2)
    frames.begin_plan(plan(3, 20), walk(20, 70, plan_id=3, side_m=0.4))
    frames.add(walk(90, 10, plan_id=3, side_m=0.4))
    np.testing.assert_array_equal(roots_m(frames, 1.2, 1.5), roots_m(other, 1.2, 1.5))
