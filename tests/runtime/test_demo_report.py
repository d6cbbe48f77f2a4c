"""The demo's report against scenes whose figures are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.problem import Target
from lamp.scene import Obstacle
from lamp.skeleton import JOINT_RADII_M, REST_OFFSETS_M, forward_kinematics
from runtime.demo_report import Event, Recording, measure, penetration_m, summary, target_error_m

FPS = 30.0
STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)))


def walk(seconds: float, speed_mps: float = 1.0) -> np.ndarray:
    """A stiff body that glides along +Z."""
    t = np.arange(int(seconds * FPS)) / FPS
    return STANDING[None] + np.stack([0 * t, 0 * t, speed_mps * t], -1)[:, None, :]


def recording(joints: np.ndarray) -> Recording:
    return Recording(FPS, list(joints))


def test_penetration_is_depth_with_the_joints_radius() -> None:
    centre = STANDING[15] + np.array([0.0, 0.0, 0.2 + JOINT_RADII_M[15] - 0.03])
    ball = Obstacle("sphere", tuple(float(v) for v in centre), (0.2, 0.0, 0.0))  # type: ignore[arg-type]
    assert penetration_m(STANDING[None].repeat(3, 0), 0.0, FPS, ball) == pytest.approx(0.03, abs=1e-4)


def test_a_moving_obstacle_is_met_at_its_own_time() -> None:
    far = Obstacle(
        "sphere", (5.0, 1.0, 0.0), (0.2, 0.0, 0.0), linear_velocity_mps=(-5.0, 0.0, 0.0), time_s=0.0
    )
    still = STANDING[None].repeat(60, 0)
    assert penetration_m(still[:15], 0.0, FPS, far) == 0.0
    assert penetration_m(still[:15], 0.9, FPS, far) > 0.1


def test_target_error_counts_only_the_axes_asked_for() -> None:
    joints = walk(2.0)
    there = joints[30, 20]
    target = Target(
        20, (float(there[0]) + 0.3, float(there[1]) + 0.4, 0.0), (True, True, False), arrive_s=1.0
    )
    assert target_error_m(joints, 0.0, FPS, target) == pytest.approx(0.5, abs=1e-5)


def test_an_event_compares_what_was_planned_with_what_was_played() -> None:
    planned = walk(4.0)
    stopped = np.concatenate([planned[:30], np.repeat(planned[29:30], 90, axis=0)])
    pillar = Obstacle("cylinder", (0.0, 1.0, 2.5), (0.3, 1.0, 0.0))
    event = Event("obstacle", 0.5, "pillar", 1, obstacle=pillar, until_s=3.9, planned=planned[15:], planned_from_s=0.5,
                  first_s=0.2, settled_s=0.6)  # fmt: skip
    row = measure(event, recording(stopped))
    assert row["penetration_before_m"] > 0.3 and row["penetration_after_m"] == 0.0
    assert row["replan_first_s"] == 0.2 and row["target_error_after_m"] is None


def test_summary_reports_the_worst_splice_and_the_percentiles() -> None:
    events = [Event("prompt", 2.0, "run", i, first_s=0.1 * (i + 1)) for i in range(5)]
    report = summary(events, recording(walk(8.0)), [(0.001, 0.1), (0.004, 0.05)], 0)
    assert report["frames_received"] == 240 and report["stalls"] == 0
    assert report["splice_position_jump_m"] == 0.004 and report["splice_velocity_jump_mps"] == 0.1
    assert report["replan_first_s"] == {"p50": 0.3, "p95": pytest.approx(0.48)}
    assert report["events"][0]["speed_before_mps"] == pytest.approx(1.0, abs=1e-3)
    assert report["jitter"] == pytest.approx(0.0, abs=0.5)


def test_the_rest_pose_is_the_standard_skeleton() -> None:
    np.testing.assert_allclose(STANDING[1] - STANDING[0], REST_OFFSETS_M[1], atol=1e-6)
