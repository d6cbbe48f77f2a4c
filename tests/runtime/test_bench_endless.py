"""The figures of ``lamp bench endless`` on motions whose answers are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.skeleton import forward_kinematics
from runtime.bench.endless_report import (
    BARS,
    Played,
    Splice,
    bone_length_error,
    heading_drift_rad,
    height_drift_m,
    rss_growth_mib,
    summary,
)

FPS = 30.0
STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)))


def glide(seconds: float = 20.0) -> np.ndarray:
    """A stiff body along +Z at 1 m/s."""
    t = np.arange(int(seconds * FPS)) / FPS
    return STANDING[None] + np.stack([0 * t, 0 * t, t], -1)[:, None, :]


def test_a_longer_bone_is_found() -> None:
    joints = glide()
    assert bone_length_error(joints) < 1e-4
    thigh = np.linalg.norm(joints[0, 4] - joints[0, 1])
    joints[100, [4, 7, 10], 1] -= 0.02 * thigh
    assert bone_length_error(joints) == pytest.approx(0.02, rel=0.05)


def test_sinking_is_a_drift_and_bobbing_is_not() -> None:
    joints = glide()
    bob = 0.03 * np.sin(np.arange(len(joints)))
    joints[..., 1] += bob[:, None]
    assert height_drift_m(joints) < 0.005
    joints[..., 1] -= np.linspace(0, 0.1, len(joints))[:, None]
    assert height_drift_m(joints) == pytest.approx(0.08, abs=0.01)


def test_a_body_that_comes_to_walk_sideways_drifts_and_one_that_turns_does_not() -> None:
    joints = glide()
    assert heading_drift_rad(joints, FPS) == pytest.approx(0.0, abs=1e-6)
    sideways = joints.copy()
    t = np.arange(len(joints)) / FPS
    turn = 0.5 * t / t[-1]  # the way bends off, the facing stays
    step = np.stack([np.sin(turn), 0 * t, np.cos(turn)], -1) / FPS
    sideways = STANDING[None] + np.cumsum(step, 0)[:, None, :]
    assert heading_drift_rad(sideways, FPS) == pytest.approx(0.4, abs=0.05)
    assert heading_drift_rad(np.repeat(STANDING[None], 300, 0), FPS) is None


def test_memory_growth_leaves_out_the_first_fifth() -> None:
    assert rss_growth_mib([(0.0, 10.0), (10.0, 50.0), (30.0, 52.0), (100.0, 53.0)]) == 1.0
    assert rss_growth_mib([]) is None


def test_the_summary_names_the_bars_that_were_missed() -> None:
    played = Played(FPS, list(glide()), splices=[Splice(0.002, 0.1), Splice(0.05, 0.2, 7)], stalls=1, plans=9)
    report = summary(played)
    assert set(report["missed"]) == {"splice_position_jump_m", "stalls"}
    assert set(BARS) <= set(report)
    assert [s["plan_id"] for s in report["worst_splices"]] == [7, 0]
    assert report["travelled_m"] == pytest.approx(20.0, abs=0.2)
    good = summary(Played(FPS, list(glide())))
    assert good["missed"] == [] and good["rss_growth_mib"] is None
