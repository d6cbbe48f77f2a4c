"""What is shown of a search: the given motion where nothing changed, planted feet where no demand suffers."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.deblock import deblock
from lamp.finishing import finished
from lamp.motion import Motion
from lamp.problem import Target
from lamp.skeleton import CONTACT_JOINTS
from lamp.tasks import Task
from tests.training.synthetic import motion

FRAMES = 40
CLIP = Motion.from_positions(motion(FRAMES))
HAND = Target(20, (3.0, 1.0, 3.0))
STANDS = np.ones((FRAMES, 4), np.float32)


def gliding() -> np.ndarray:
    """One standing pose that is carried along at 0.6 m/s, feet and all."""
    still = np.repeat(CLIP.positions_m[:1], FRAMES, axis=0)
    return still + np.arange(FRAMES)[:, None, None] * np.array([0.0, 0.0, 0.03], np.float32)


def slide(joints: np.ndarray) -> float:
    """How far the ankles travel in the first eight frames, metres."""
    ankles = joints[:8, list(CONTACT_JOINTS[::2])][..., [0, 2]]
    return float(np.linalg.norm(np.diff(ankles, axis=0), axis=-1).sum(0).mean())


def test_an_edit_that_changed_nothing_is_the_given_motion() -> None:
    nearly = CLIP.positions_m + np.float32(0.0005)
    assert finished(Task(reference=CLIP, targets=(HAND,)), nearly, STANDS) is CLIP
    changed = finished(Task(reference=CLIP, targets=(HAND,)), CLIP.positions_m + np.float32(0.05), STANDS)
    assert changed is not CLIP and np.abs(changed.positions_m - CLIP.positions_m).max() > 0.03


def test_feet_of_an_edit_are_planted() -> None:
    shown = finished(Task(reference=CLIP, targets=(HAND,)), gliding(), STANDS)
    assert slide(gliding()) == pytest.approx(7 * 0.03, abs=1e-3)
    assert slide(shown.positions_m) < 0.6 * slide(gliding()), "as far as the legs reach"


def test_feet_of_a_motion_that_is_to_be_kept_are_left_where_they_are() -> None:
    task = Task(reference=CLIP, keep=np.ones(FRAMES))
    shown = finished(task, gliding(), STANDS)
    assert slide(shown.positions_m) == pytest.approx(slide(gliding()), rel=0.02)


def test_planting_gives_way_to_a_target_of_the_foot() -> None:
    """The foot is asked to be where it glides to: there it goes."""
    joint = CONTACT_JOINTS[0]
    x, y, z = (float(v) for v in gliding()[30, joint])
    task = Task(reference=CLIP, targets=(Target(joint, (x, y, z), arrive_s=1.5),))
    shown = finished(task, gliding(), STANDS)
    assert task.target_errors_m(shown)[0] < 0.01


def test_only_the_change_of_an_edit_is_smoothed() -> None:
    """Steps at the borders of tokens that the given motion has are its own; those that an edit adds are spread."""
    given = gliding()
    given[8:, :, 0] += 0.05
    assert np.abs(deblock(given, 0, given) - given).max() < 1e-3
    changed = given.copy()
    changed[16:, :, 0] += 0.06
    across = np.abs(np.diff(deblock(changed, 0, given)[:, 0, 0]))
    assert across[7] == pytest.approx(0.05, abs=1e-3) and across[15] < 0.03
