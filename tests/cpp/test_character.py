"""The C++ ``Character``, what the Unreal components are a thin layer over, at a real server (without a model)."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest

from tests.conformance.building import Missing, cpp_program
from tests.runtime.process import served


@pytest.fixture(scope="module")
def played() -> dict:
    """What unreal_client/core/tests/play.cpp says after 8 s: a walk along +X past a pillar of 30 cm at (500, 60) cm."""
    try:
        program = cpp_program(False, "core/lamp_play")
    except Missing as missing:
        pytest.skip(str(missing))
    with served() as (_, address):
        done = subprocess.run(
            [*program, address, "8"], capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_begins_where_it_stands_and_walks_forward_around_the_pillar(played: dict) -> None:
    assert played["frames"] > 60 and played["plans"] >= 2
    first, last = np.array(played["first"]), np.array(played["last"])
    assert np.linalg.norm(first - [100, 50, 0]) < 20, f"it began at {first} cm"
    assert last[0] - first[0] > 350 and abs(last[2]) < 1e-3, f"it is at {last} cm"
    assert played["nearest_cm"] > 35, (
        f"the pelvis came within {played['nearest_cm']:.0f} cm of a pillar of 30 cm"
    )


def test_the_mesh_does_what_the_stream_says(played: dict) -> None:
    assert played["limb_error"] < 1e-3, (
        "a limb of the mesh points elsewhere than that of the stream (radians)"
    )
    assert played["pelvis_shift_cm"] < 0.01, "the pelvis of the mesh is not over that of the stream"


def test_of_many_obstacles_as_many_are_told_as_the_server_allows(played: dict) -> None:
    assert played["offered"] == 43
    assert played["told"] == played["most"] < 43


def test_a_transform_that_is_no_number_is_named_and_the_character_goes_on(played: dict) -> None:
    assert "obstacle 'broken'" in played["problem"] and "not finite" in played["problem"]
    assert played["last"][0] > 450, "it went on for seconds after that"


def test_a_mesh_without_a_bone_is_refused_by_name(played: dict) -> None:
    for word in ("broken hero", "'lowerarm_r'", "'right_elbow'"):
        assert word in played["bad_mesh"]


def test_it_says_goodbye_at_once(played: dict) -> None:
    assert played["closed_s"] < 2.5
