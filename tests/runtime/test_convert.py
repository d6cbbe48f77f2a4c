"""What the client writes, the server reads as the same thing, whatever axes and unit go over the wire."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest

from lamp import rotations, skeleton
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.problem import Target, Weights
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import SHAPES, Obstacle
from lamp.tasks import Task
from runtime import convert, decode
from runtime.client import calls
from runtime.coordinates import BLENDER, MODEL, PRESETS, UNITY, UNREAL, CoordinateSystem
from runtime.encode import FrameBlock
from runtime.geometry.entry import Entry, State, key_of
from runtime.validation import Checker

SYSTEMS = [MODEL, UNITY, UNREAL, BLENDER, CoordinateSystem(("back", "up", "right"), 0.3048)]
every_system = pytest.mark.parametrize("coordinates", SYSTEMS, ids=lambda c: "-".join(c.axes))


def same(a: object, b: object) -> None:
    """Equal field by field, numbers within the precision of the wire."""
    for field in fields(a):  # type: ignore[arg-type]
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, str) or x is None:
            assert x == y, field.name
        else:
            np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-5, err_msg=field.name)


@every_system
def test_a_coordinate_system_is_understood(coordinates: CoordinateSystem) -> None:
    check = Checker()
    read = decode.read_coordinates(convert.coordinate_system_of(coordinates), check)
    check.done()
    assert read.axes == coordinates.axes
    assert read.metres_per_unit == pytest.approx(coordinates.metres_per_unit)
    assert read == coordinates or coordinates not in PRESETS.values(), "presets arrive exactly"


@every_system
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "geometry"])
def test_an_obstacle_arrives_as_it_was(coordinates: CoordinateSystem, shape: str) -> None:
    sizes = {
        "sphere": (0.3, 0.3, 0.3),
        "capsule": (0.2, 0.6, 0.2),
        "cylinder": (0.2, 0.6, 0.2),
        "plane": (1.0, 1.0, 1.0),
    }
    turn = rotations.normalize(np.array([0.1, -0.2, 0.3, 0.9]))
    sent = Obstacle(
        shape=shape, position_m=(1.0, 2.0, -3.0), size_m=sizes.get(shape, (0.1, 0.2, 0.3)),
        orientation_xyzw=tuple(turn.tolist()), linear_velocity_mps=(0.5, -1.0, 2.0),
        angular_velocity_radps=(1.0, 2.0, -3.0), time_s=12.5, walkable=True,
    )  # fmt: skip
    check = Checker()
    read = decode.read_obstacle(convert.obstacle_of("o", sent, coordinates), coordinates, 12.0, check)
    check.done()
    relevant = {"sphere": 1, "capsule": 2, "cylinder": 2, "box": 3, "plane": 0}[shape]
    np.testing.assert_allclose(read.size_m[:relevant], sent.size_m[:relevant], rtol=1e-5)
    same(Obstacle(**{**vars(read), "size_m": sent.size_m}), sent)


@every_system
def test_an_obstacle_of_geometry_arrives_as_it_was(coordinates: CoordinateSystem) -> None:
    grid = DistanceGrid("a" * 64, (0.0, 0.0, 0.0), 0.1, np.ones((3, 3, 3)))
    entry = Entry(key_of(grid.id, coordinates), grid.id, state=State.READY, grid=grid)
    shelf = SimpleNamespace(find=lambda id, system: entry if (id, system) == (grid.id, coordinates) else None)
    sent = Obstacle(
        "geometry", (1.0, 2.0, -3.0), linear_velocity_mps=(0.5, -1.0, 2.0), time_s=12.5, grid=grid, scale=2.5,
        walkable=True,
    )  # fmt: skip
    check = Checker()
    read = decode.read_obstacle(convert.obstacle_of("o", sent, coordinates), coordinates, 12.0, check, shelf)
    check.done()
    assert read.grid is grid
    assert (read.scale, read.walkable) == (2.5, True)
    np.testing.assert_allclose(read.position_m, sent.position_m, atol=1e-5)
    np.testing.assert_allclose(read.linear_velocity_mps, sent.linear_velocity_mps, atol=1e-5)


@every_system
def test_a_moving_obstacle_moves_the_same_way(coordinates: CoordinateSystem) -> None:
    sent = Obstacle("box", (0, 1, 0), (0.1, 0.2, 0.3), angular_velocity_radps=(0.0, 1.5, 0.5))
    message = convert.obstacle_of("o", sent, coordinates)
    read = decode.read_obstacle(message, coordinates, 0.0, Checker())
    for a, b in zip(read.at(0.8), sent.at(0.8), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_an_obstacle_at_rest_names_no_time() -> None:
    """Its time means nothing, and an old one would be refused late in a session."""
    assert not convert.obstacle_of("o", Obstacle("sphere", (0, 0, 0)), MODEL).HasField("time_s")


@every_system
@pytest.mark.parametrize("mask", [(True, False, True), (False, True, False), (True, True, True)])
def test_a_target_arrives_as_it_was(coordinates: CoordinateSystem, mask: tuple[bool, bool, bool]) -> None:
    sent = Target(
        skeleton.joint_index("left_wrist"), (0.3, 1.4, 2.0), mask, arrive_s=3.0, hold_s=0.5, weight=2.0
    )
    check = Checker()
    read = decode.read_target(convert.target_of("t", sent, coordinates), coordinates, 0.0, check)
    check.done()
    same(read, sent)
    free = decode.read_target(
        convert.target_of("t", Target(0, (0, 1, 0)), coordinates), coordinates, 0.0, check
    )
    assert free.arrive_s is None and free.weight == 1.0


@every_system
def test_motion_survives_the_way_to_the_client(
    coordinates: CoordinateSystem, rng: np.random.Generator
) -> None:
    local = rotations.normalize(rng.normal(size=(6, 22, 4)) * 0.2 + np.array([0, 0, 0, 1.0])).astype(
        np.float32
    )
    joints = skeleton.forward_kinematics(rng.normal(size=(6, 3)), local)
    sent = Motion(joints, local, rng.random((6, 4)).astype(np.float32), 30.0)
    messages = FrameBlock.of(sent, 7, 3, coordinates).messages()
    assert [m.index for m in messages] == list(range(7, 13)) and messages[0].time_s == pytest.approx(7 / 30)
    assert {m.plan_id for m in messages} == {3}
    got = convert.motion_from(messages, 30.0, coordinates)
    same(got, sent)
    np.testing.assert_allclose(
        skeleton.forward_kinematics(got.positions_m[:, 0], got.local_rotations_xyzw),
        got.positions_m,
        atol=1e-5,
    )


def test_tasks_that_the_wire_cannot_carry_are_refused_by_name() -> None:
    still = skeleton.forward_kinematics(np.zeros(3), np.tile([0, 0, 0, 1.0], (22, 1)))
    reference = Motion.from_positions(np.tile(still, (20, 1, 1)))
    keep = np.ones(20)
    cases = {
        "task.keep": Task(reference=reference, keep=np.ones((20, 22))),
        "task.weights": Task(weights=Weights(foot=1.0)),
        "task.show": Task(reference=reference, keep=keep, show=np.arange(20) < 5),
    }
    for field, task in cases.items():
        with pytest.raises(InputError) as caught:
            calls.task_of(task, MODEL)
        assert caught.value.field == field
    message = calls.task_of(Task(reference=reference, keep=keep, show=keep > 0), UNITY)
    assert message.show_kept and len(message.keep) == 20 and not message.duration_s
