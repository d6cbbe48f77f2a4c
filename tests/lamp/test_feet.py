"""Feet that stand do not slide, do not sink, and the legs that hold them keep their length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lamp import feet
from lamp.feet import ANKLES, KNEES, TOES, Footing
from lamp.scene.ground_map import Ground
from lamp.skeleton import BONE_LENGTHS_M, PARENTS, REST_OFFSETS_M

Array = NDArray[Any]
FLAT = Ground(0.0)


def standing(frames: int) -> Array:
    """A body upright at rest, bent a little at the knees, toes on the floor."""
    rest = np.zeros((22, 3))
    for joint in range(1, 22):
        rest[joint] = rest[PARENTS[joint]] + REST_OFFSETS_M[joint]
    rest[:, 1] -= rest[TOES, 1].min()
    rest[:, 1] -= 0.02  # the pelvis within reach of planted feet
    body = np.repeat(rest[None], frames, axis=0)
    return feet.plant(body, np.zeros((frames, 4)), FLAT, Footing.none(), None).astype(np.float64)


def sliding(frames: int, speed: float) -> Array:
    """The whole body glides forward, ``speed`` metres per frame."""
    body = standing(frames)
    body[..., 2] += speed * np.arange(frames)[:, None]
    return body


def bones(joints: Array) -> Array:
    return np.asarray(np.linalg.norm(joints[:, 1:] - joints[:, PARENTS[1:]], axis=-1))


def test_a_foot_in_contact_stays_where_it_is_while_the_body_goes_on() -> None:
    body, contacts = sliding(12, 0.015), np.zeros((12, 4))
    contacts[:, :2] = 1.0  # the left foot
    shown = feet.plant(body, contacts, FLAT, Footing.none(), None)
    left = shown[:, [ANKLES[0], TOES[0]]][..., [0, 2]]
    assert np.linalg.norm(left[-1] - left[0], axis=-1).max() < 0.02, "the prior let it slide 16 cm"
    right = shown[:, TOES[1], 2]
    assert right[-1] - right[0] == pytest.approx(0.165, abs=0.03), "the other one goes with the body"
    assert shown[:, 0, 2] == pytest.approx(body[:, 0, 2]), "the pelvis too"


def test_without_contacts_nothing_is_held() -> None:
    body = sliding(12, 0.03)
    shown = feet.plant(body, np.zeros((12, 4)), FLAT, Footing.none(), None)
    assert np.abs(shown - body)[:, ANKLES][..., [0, 2]].max() < 0.01, "toes may tilt to clear the ground"


def test_a_foot_that_lifts_off_loses_its_correction_step_by_step() -> None:
    body, contacts = sliding(40, 0.01), np.zeros((40, 4))
    contacts[:10, :2] = 1.0
    shown = feet.plant(body, contacts, FLAT, Footing.none(), None)
    shift = (shown - body)[:, ANKLES[0], 2]
    assert shift[9] == pytest.approx(-0.09, abs=0.02)
    assert abs(shift[-1]) < 0.01
    assert np.abs(np.diff(shift[9:])).max() < 0.035, "no jump when it is let go"


def test_a_planted_foot_is_held_back_only_so_far() -> None:
    body, contacts = sliding(60, 0.02), np.ones((60, 4))
    shown = feet.plant(body, contacts, FLAT, Footing.none(), None)
    away = np.linalg.norm((shown - body)[:, ANKLES][..., [0, 2]], axis=-1)
    assert away.max() <= feet.MOST_SHIFT_M + 0.05


@pytest.mark.parametrize("speed", [0.0, 0.02, 0.06])
def test_bones_keep_their_lengths(speed: float) -> None:
    contacts = np.tile(np.eye(4)[[0, 0, 2, 2]], (5, 1)) + 0.2
    shown = feet.plant(sliding(20, speed), np.clip(contacts, 0, 1), FLAT, Footing.none(), None)
    legs = [j - 1 for j in (*KNEES, *ANKLES, *TOES)]
    assert np.abs(bones(shown)[:, legs] - BONE_LENGTHS_M[1:][legs]).max() < 1e-4


def test_feet_below_the_floor_are_set_on_it() -> None:
    body = standing(8)
    body[..., 1] -= 0.08
    shown = feet.plant(body, np.ones((8, 4)), FLAT, Footing.none(), None)
    assert shown[:, TOES, 1].min() > -1e-3
    assert shown[:, KNEES, 2].mean() > shown[:, 0, 2].mean() + 0.05, "knees give way forward"


def test_feet_stand_on_a_step_of_the_surface() -> None:
    maps = np.zeros((3, 41, 41))
    maps[0, :, 20:] = 0.15  # a kerb from z = 0 on
    ground = Ground(0.0, maps, (-2.0, -2.0), 0.1)
    body = standing(10)
    body[..., 2] += 0.3
    shown = feet.plant(body, np.ones((10, 4)), ground, Footing.none(), None)
    assert shown[:, TOES, 1].min() > 0.15 - 1e-3


def test_the_state_at_a_border_continues_the_filter() -> None:
    body, contacts = sliding(24, 0.012), np.zeros((24, 4))
    contacts[:, :2] = 1.0
    whole = feet.plant(body, contacts, FLAT, Footing.none(), None)
    state = feet.footing(body[11], whole[11])
    rest = feet.plant(body[12:], contacts[12:], FLAT, state, body[11])
    assert np.abs(rest - whole[12:])[:, ANKLES].max() < 0.02
    assert np.linalg.norm(rest[0, ANKLES[0]] - whole[11, ANKLES[0]]) < 0.02, "it stands on across the border"
