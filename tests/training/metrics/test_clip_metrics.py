"""Measures of single clips: closed forms, and the traps (floor offset, vacuous crawling)."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import REST_OFFSETS_M, forward_kinematics
from training.metrics.clip import FootSkate, Jitter, Mpjpe, ObjectiveError
from training.metrics.collision import CollisionLoss, Penetration
from training.metrics.content import LABELS, ContentPreservation, LabelPreservation
from training.metrics.summary import Summary

Array = np.ndarray


def standing(frames: int = 40, speed_mps: float = 0.0) -> Array:
    """The rest pose on the floor, gliding along x without moving a limb."""
    turned = np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (frames, len(REST_OFFSETS_M), 1))
    path = np.zeros((frames, 3))
    path[:, 0] = speed_mps * np.arange(frames) / 20.0
    joints = np.asarray(forward_kinematics(path, turned), np.float64)
    joints[..., 1] -= joints[..., 1].min()
    return joints


def test_a_gliding_body_skates_in_every_frame_and_a_still_one_in_none() -> None:
    assert FootSkate()(standing()) == 0.0
    gliding = FootSkate()(standing(speed_mps=1.0))
    assert gliding > 0.9


@pytest.mark.parametrize("offset_m", [0.5, -0.3])
def test_skate_does_not_depend_on_the_height_of_the_floor(offset_m: float) -> None:
    gliding = standing(speed_mps=1.0)
    lifted = gliding + np.array([0.0, offset_m, 0.0])
    assert FootSkate()(lifted) == FootSkate()(gliding) > 0.9


def test_jitter_of_a_cubic_path_is_its_third_derivative() -> None:
    times_s = np.arange(40) / 20.0
    joints = np.zeros((40, 22, 3))
    joints[..., 2] = (50.0 * times_s**3)[:, None]  # third derivative 300 m/s^3
    assert Jitter()(joints) == pytest.approx(3.0, rel=1e-6)


def test_joint_error_is_in_centimetres_and_cuts_the_longer_clip() -> None:
    clip = standing()
    assert Mpjpe()(clip[:30] + np.array([0.03, 0.0, 0.04]), clip) == pytest.approx(5.0)


def test_objective_error_measures_the_asked_frame_and_axes() -> None:
    clip = standing(speed_mps=1.0)  # pelvis x is 1 m at frame 20
    target = np.array([[4.0, 99.0, 4.0]])
    assert ObjectiveError()(clip, np.array([20]), target) == pytest.approx(5.0)
    assert ObjectiveError()(clip, np.array([], int), target[:0]) == 0.0


def test_collision_is_depth_over_all_frames_and_counts_feet_only() -> None:
    clip = standing(frames=40)
    toe = clip[0, 10]
    at_toe = Obstacle("sphere", (float(toe[0]), float(toe[1]), float(toe[2])), (0.05,) * 3)
    assert CollisionLoss()(clip, [at_toe]) == pytest.approx(0.05, abs=1e-4)
    clip[20:] += np.array([5.0, 0.0, 0.0])  # half of the frames are clear
    assert CollisionLoss()(clip, [at_toe]) == pytest.approx(0.025, abs=1e-4)
    head = standing()[0, 15]
    at_head = Obstacle("sphere", (float(head[0]), float(head[1]), float(head[2])), (0.05,) * 3)
    assert CollisionLoss()(standing(), [at_head]) == 0.0
    assert Penetration()(standing(), [at_head]) > 0.1  # the head's own radius counts for the body


def test_crawling_at_one_and_a_half_metres_is_vacuous_and_the_strict_label_is_not() -> None:
    lying = standing() * np.array([1.0, 0.3, 1.0])
    bent = standing() * np.array([1.0, 0.9, 1.0])  # stands with bent knees: surely no crawling
    assert bent[0, 15, 1] < 1.5
    assert ContentPreservation("crawling")(bent, lying) == 1.0
    assert ContentPreservation("crawling strict")(bent, lying) == 0.0
    assert ContentPreservation("crawling strict")(lying, lying) == 1.0


def test_labels_count_the_frames_that_agree() -> None:
    original, edited = standing(), standing()
    original[10:20] += np.array([0.0, 0.2, 0.0])
    edited[10:15] += np.array([0.0, 0.2, 0.0])
    assert LABELS["jumping"](original).sum() == 10
    assert ContentPreservation("jumping")(edited, original) == pytest.approx(35 / 40)
    edited[:, [20, 21], 1] = 2.5
    assert LABELS["raised hands"](edited).all() and not LABELS["raised hands"](original).any()
    with pytest.raises(InputError, match="dancing"):
        ContentPreservation("dancing")


def test_action_labels_of_pairs() -> None:
    assert LabelPreservation()(["walk", "run"], ["walk", "jump"]) == 0.5
    with pytest.raises(InputError):
        LabelPreservation()([], [])


def test_interval_of_repeated_runs() -> None:
    summary = Summary.of([1.0, 2.0, 3.0])
    assert summary.mean == 2.0
    assert summary.ci95 == pytest.approx(1.96 / np.sqrt(3.0))
    assert Summary.of([4.0]).ci95 is None
    with pytest.raises(InputError):
        Summary.of([])
