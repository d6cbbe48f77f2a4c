"""Axes and units: the tables of the engines, round trips, and that geometry means the same on both sides."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lamp import rotations, skeleton
from lamp.errors import InputError
from runtime import coordinates
from runtime.coordinates import BLENDER, GLTF, MODEL, UNITY, UNREAL, CoordinateSystem

Array = NDArray[Any]

CUSTOM = [
    CoordinateSystem(axes, 0.3048)
    for order in itertools.permutations((("left", "right"), ("up", "down"), ("forward", "back")))
    for axes in itertools.product(*order)
]
CONVENTIONS = [MODEL, UNITY, UNREAL, BLENDER, *CUSTOM]

conventions = st.sampled_from(CONVENTIONS)
numbers = st.floats(-1000, 1000, allow_nan=False, width=32)
vectors = st.tuples(numbers, numbers, numbers).map(np.array)
quaternions = (
    st.tuples(*[st.floats(-1, 1, width=32)] * 4)
    .filter(lambda q: float(np.linalg.norm(q)) > 0.1)
    .map(lambda q: np.array(q) / np.linalg.norm(q))
)


@pytest.mark.parametrize(
    ("convention", "position", "quaternion"),
    [
        (MODEL, [1, 2, 3], [0.1, 0.2, 0.3, 0.4]),
        (GLTF, [1, 2, 3], [0.1, 0.2, 0.3, 0.4]),
        (UNITY, [-1, 2, 3], [0.1, -0.2, -0.3, 0.4]),
        (UNREAL, [300, -100, 200], [-0.3, 0.1, -0.2, 0.4]),
        (BLENDER, [1, -3, 2], [0.1, -0.3, 0.2, 0.4]),
    ],
)
def test_the_published_table_of_each_engine(
    convention: CoordinateSystem, position: list[float], quaternion: list[float]
) -> None:
    np.testing.assert_allclose(convention.position_from_model([1, 2, 3]), position)
    np.testing.assert_allclose(convention.rotation_from_model([0.1, 0.2, 0.3, 0.4]), quaternion)


def test_handedness_of_the_engines() -> None:
    assert [c.handedness for c in (MODEL, GLTF, UNITY, UNREAL, BLENDER)] == [1, 1, -1, -1, 1]
    assert sum(c.handedness for c in CUSTOM) == 0 and len(CUSTOM) == 48


@given(conventions)
def test_axes_follow_the_handedness_rule(convention: CoordinateSystem) -> None:
    """What is x cross y in the model is handedness * (x cross y) of the client's numbers."""
    x, y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    to = convention.direction_from_model
    np.testing.assert_allclose(to(np.cross(x, y)), convention.handedness * np.cross(to(x), to(y)), atol=1e-12)


@given(conventions, vectors, quaternions)
def test_everything_comes_back(convention: CoordinateSystem, v: Array, q: Array) -> None:
    for name, value in (
        ("position", v), ("direction", v), ("angular_velocity", v), ("extents", np.abs(v)), ("rotation", q),
        ("length", v),
    ):  # fmt: skip
        there = getattr(convention, f"{name}_from_model")(value)
        np.testing.assert_allclose(
            getattr(convention, f"{name}_to_model")(there), value, rtol=1e-9, atol=1e-9, err_msg=name
        )


@given(conventions, vectors, quaternions)
def test_rotating_commutes_with_converting(convention: CoordinateSystem, v: Array, q: Array) -> None:
    model = convention.position_from_model(rotations.rotate(q, v))
    client = rotations.rotate(convention.rotation_from_model(q), convention.position_from_model(v))
    np.testing.assert_allclose(client, model, rtol=1e-6, atol=1e-3)


@given(conventions, quaternions, quaternions)
def test_composing_commutes_with_converting(convention: CoordinateSystem, a: Array, b: Array) -> None:
    to = convention.rotation_from_model
    np.testing.assert_allclose(rotations.multiply(to(a), to(b)), to(rotations.multiply(a, b)), atol=1e-9)


@given(conventions, vectors, vectors)
def test_angular_velocity_moves_points_the_same_way(
    convention: CoordinateSystem, spin: Array, arm: Array
) -> None:
    """v = w x r in the model; in left-handed clients the same formula holds with their own cross product rule."""
    in_model = convention.position_from_model(np.cross(spin, arm))
    in_client = np.cross(convention.angular_velocity_from_model(spin), convention.position_from_model(arm))
    np.testing.assert_allclose(in_client, in_model, rtol=1e-6, atol=1e-2)


@given(conventions, st.tuples(*[st.booleans()] * 3))
def test_axis_masks_follow_their_axes(convention: CoordinateSystem, mask: tuple[bool, bool, bool]) -> None:
    in_client = convention.axis_flags_from_model(mask)
    assert convention.axis_flags_to_model(in_client) == mask
    masked = convention.position_from_model(np.array([1.0, 2.0, 3.0]) * np.array(mask))
    assert tuple(bool(v) for v in masked != 0) == in_client


@pytest.mark.parametrize("convention", [UNITY, UNREAL, BLENDER])
def test_a_client_can_do_forward_kinematics_in_its_own_space(
    convention: CoordinateSystem, rng: np.random.Generator
) -> None:
    local = rotations.normalize(rng.normal(size=(22, 4)))
    root = rng.normal(size=3)
    expected = convention.position_from_model(skeleton.forward_kinematics(root, local))
    q, offsets = (
        convention.rotation_from_model(local),
        convention.position_from_model(skeleton.REST_OFFSETS_M.astype(float)),
    )
    world, joints = q.copy(), np.tile(convention.position_from_model(root), (22, 1))
    for j in range(1, 22):
        parent = skeleton.PARENTS[j]
        world[j] = rotations.multiply(world[parent], q[j])
        joints[j] = joints[parent] + rotations.rotate(world[parent], offsets[j])
    np.testing.assert_allclose(joints, expected, rtol=1e-5, atol=1e-3)


def test_units_are_scaled_and_arrays_keep_their_shape_and_type(rng: np.random.Generator) -> None:
    points = rng.normal(size=(5, 22, 3)).astype(np.float32)
    there = UNREAL.position_from_model(points)
    assert there.shape == points.shape and there.dtype == np.float32
    np.testing.assert_allclose(
        np.linalg.norm(there, axis=-1), 100 * np.linalg.norm(points, axis=-1), rtol=1e-5
    )
    np.testing.assert_allclose(UNREAL.extents_to_model([10.0, 20.0, 30.0]), [0.2, 0.3, 0.1])


@given(st.floats(-math.pi, math.pi))
def test_heading_and_facing_are_inverse_and_agree_with_yaw(heading: float) -> None:
    direction = coordinates.facing(heading)
    np.testing.assert_allclose(
        rotations.rotate(rotations.yaw(heading), np.array([0.0, 0, 1])), direction, atol=1e-9
    )
    assert math.isclose(math.cos(coordinates.heading_of(direction) - heading), 1.0, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("axes", "unit", "field"),
    [
        (("left", "right", "up"), 1.0, "x_axis"),
        (("left", "sideways", "up"), 1.0, "y_axis"),
        (("left", "up", "forward"), 0.0, "metres_per_unit"),
        (("left", "up", "forward"), math.nan, "metres_per_unit"),
        (("left", "up", "forward"), 1e9, "metres_per_unit"),
    ],
)
def test_impossible_conventions_are_refused(axes: tuple[str, str, str], unit: float, field: str) -> None:
    with pytest.raises(InputError) as caught:
        CoordinateSystem(axes, unit)
    assert caught.value.field == field
