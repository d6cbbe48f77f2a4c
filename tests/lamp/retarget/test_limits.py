"""Limits of joints are told by name, side and size."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.retarget import beyond_limits, joints_to_rotations
from tests.lamp.retarget.poses import about, still, walk


def test_a_walk_is_within_all_limits():
    assert beyond_limits(joints_to_rotations(walk().positions_m)) == []


@pytest.mark.parametrize(
    ("joint", "index", "turn", "limit", "beyond_deg"),
    [
        ("left_knee", 4, about((1, 0, 0), -40.0), "open", 20.0),
        ("right_elbow", 19, about((0, 1, 0), -40.0), "open", 25.0),
        ("right_knee", 5, about((0, 0, 1), 45.0), "sideways", 20.0),
        ("left_shoulder", 16, about((0, 1, 0), 175.0), "cone", 10.0),
        ("neck", 12, about((1, 0, 0), 100.0), "cone", 20.0),
    ],
)
def test_what_goes_beyond_is_told(joint, index, turn, limit, beyond_deg):
    local = still(4)
    local[1, index] = turn
    (found,) = beyond_limits(local)
    assert (found.joint, found.limit, found.share) == (joint, limit, 0.25)
    assert found.worst_deg == pytest.approx(beyond_deg, abs=5.1)


@pytest.mark.parametrize("shape", [(22, 4), (0, 22, 4), (3, 21, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(InputError, match="22, 4"):
        beyond_limits(np.zeros(shape))
