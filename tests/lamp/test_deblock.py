"""Steps between tokens are spread; motion without them is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.deblock import deblock
from lamp.skeleton import PARENTS, REST_OFFSETS_M, fit_skeleton


def gliding(frames: int) -> np.ndarray:
    rest = np.zeros((22, 3))
    for joint in range(1, 22):
        rest[joint] = rest[PARENTS[joint]] + REST_OFFSETS_M[joint]
    body = rest + [0.0, 0.9, 0.0] + np.arange(frames)[:, None, None] * [0.0, 0.0, 0.03]
    return np.asarray(fit_skeleton(body))  # the chest is a rigid body: the rest pose as deblock leaves it


@pytest.mark.parametrize("first", [0, 1, 2, 3, 41])
def test_steady_motion_is_left_alone(first: int) -> None:
    body = gliding(20)
    assert deblock(body, first) == pytest.approx(body, abs=2e-4)


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_a_step_between_tokens_is_spread_over_the_frames_around_it(first: int) -> None:
    body = gliding(20)
    border = next(k for k in range(4, 20) if (first + k) % 4 == 0)
    body[border:, :, 0] += 0.06
    across = np.abs(np.diff(deblock(body, first)[:, 0, 0]))
    assert across.max() < 0.06 * 0.45, "a third of it, where it was whole"
    assert across.sum() == pytest.approx(0.06, abs=1e-4), "and nothing is lost or added"
    assert set(np.flatnonzero(across > 1e-5)) <= set(range(border - 3, border + 2)), "near it only"


def test_a_step_inside_a_token_is_motion() -> None:
    body = gliding(20)
    body[10:, :, 0] += 0.06  # frame 10 is in the middle of a token that begins at 8
    across = np.abs(np.diff(deblock(body, 0)[:, 0, 0]))
    assert across[9] > 0.05
