"""The checker: every wrong field is named with its path, its limit and what to do; bad values never get through."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp.errors import InputError
from runtime.pb.v1 import geometry_pb2
from runtime.validation import MAX_VIOLATIONS, Checker, Refused


def faults(check: Checker) -> dict[str, str]:
    return {v.field: v.problem for v in check.found}


@given(st.floats(allow_nan=True, allow_infinity=True), st.booleans())
def test_numbers_are_finite_and_in_range_or_refused(value: float, positive: bool) -> None:
    check = Checker("part")
    got = check.positive("x", value, 5.0) if positive else check.number("x", value, -5.0, 5.0)
    usable = math.isfinite(value) and (0 < value <= 5 if positive else -5 <= value <= 5)
    assert (faults(check) == {}) == usable
    assert math.isfinite(got) and -5 <= got <= 5
    if usable:
        assert got == value


def test_paths_name_the_field_inside_lists_and_parts() -> None:
    check = Checker("scene_update")
    part = check.at("put_obstacles[3]")
    part.at("sphere").positive("radius", -1.0, 100.0)
    part.vector("position", geometry_pb2.Vector3(x=math.nan, y=1e9), 10.0)
    with pytest.raises(Refused) as caught:
        check.done()
    assert [v.field for v in caught.value.violations] == [
        "scene_update.put_obstacles[3].sphere.radius",
        "scene_update.put_obstacles[3].position.x",
        "scene_update.put_obstacles[3].position.y",
    ]
    assert isinstance(caught.value, InputError)
    assert caught.value.field == "scene_update.put_obstacles[3].sphere.radius"
    assert "must be greater than 0" in str(caught.value) and "finite" in str(caught.value)


@pytest.mark.parametrize(
    "xyzw",
    [(0, 0, 0, 2.0), (0.1, 0, 0, 0.1), (math.nan, 0, 0, 1), (math.inf, 0, 0, 0), (3e38, 3e38, 3e38, 3e38)],
)
def test_rotations_that_are_none_are_refused(xyzw: tuple[float, ...]) -> None:
    check = Checker()
    got = check.rotation("orientation", geometry_pb2.Quaternion(**dict(zip("xyzw", xyzw, strict=True))))
    assert list(faults(check)) == ["orientation"]
    np.testing.assert_array_equal(got, [0, 0, 0, 1])


def test_rotations_are_normalised_and_default_to_none() -> None:
    check = Checker()
    np.testing.assert_array_equal(check.rotation("q", geometry_pb2.Quaternion()), [0, 0, 0, 1])
    nearly = check.rotation("q", geometry_pb2.Quaternion(x=0.6, w=0.805))
    assert np.linalg.norm(nearly) == pytest.approx(1.0) and not check.found


def test_texts_and_counts() -> None:
    check = Checker()
    check.text("ok", "a person walks, naïvely", 64)
    assert not check.found
    check.text("long", "x" * 65, 64)
    check.text("empty", "", 64, 1)
    check.text("control", "walk\x00", 64)
    assert check.count("few", 3, 4) and not check.count("many", 5, 4)
    assert set(faults(check)) == {"long", "empty", "control", "many"}
    assert "65" in faults(check)["long"] and "64" in faults(check)["long"]


def test_what_the_library_refuses_is_told_with_its_path() -> None:
    check = Checker("tasks[1]")
    with check.library():
        raise InputError("keep", "must not be negative")
    assert faults(check) == {"tasks[1].keep": "must not be negative"}


def test_the_report_is_bounded() -> None:
    check = Checker()
    for i in range(10 * MAX_VIOLATIONS):
        check.fail(f"f{i}", "wrong")
    with pytest.raises(Refused) as refused:
        check.done()
    assert len(refused.value.violations) == MAX_VIOLATIONS
    assert len(check.found) > MAX_VIOLATIONS, "what is not reported still counts"


def test_nothing_wrong_raises_nothing() -> None:
    Checker().done()
