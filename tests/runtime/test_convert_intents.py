"""Paths, looks, key poses and floors arrive as they were sent, whatever axes and unit go over the wire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lamp.intent import Floor, KeyPose, LookAt, Path, Shortfall, TargetReport, Want, Waypoint
from lamp.live import Plan
from lamp.skeleton import REST_OFFSETS_M, forward_kinematics, joint_index
from lamp.tasks import Task
from runtime import convert_intents, decode_intents, encode
from runtime.client import ReceivedPlan, calls
from runtime.coordinates import MODEL, UNREAL, CoordinateSystem
from runtime.decode_clips import read_optimize
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.stub_backend import StubBackend
from runtime.validation import Checker, Refused
from tests.runtime.test_convert import every_system, same

BODY = forward_kinematics(np.array([1.0, 0.95, 2.0]), np.tile([0, 0, 0, 1.0], (22, 1))).astype(np.float32)


@every_system
def test_a_look_arrives_as_it_was(coordinates: CoordinateSystem) -> None:
    check, sent = Checker(), LookAt((1.0, 1.6, -3.0), (0.5, 0.0, -1.0), 12.5, 2.0)
    read = decode_intents.read_look_at(
        convert_intents.look_at_of(sent, coordinates), coordinates, 12.0, check
    )
    check.done()
    assert read is not None
    same(read, sent)
    at_rest = convert_intents.look_at_of(LookAt((1.0, 1.6, 3.0)), coordinates)
    assert not at_rest.HasField("time_s"), "its time means nothing, and an old one would be refused"


@every_system
@pytest.mark.parametrize("speed_mps", [0.1, 1.1, 8.0])
def test_a_path_arrives_as_it_was(coordinates: CoordinateSystem, speed_mps: float) -> None:
    sent = Path((Waypoint((1.0, 0.0, 2.0), 3.0), Waypoint((-1.0, 0.5, 4.0), 6.5)), speed_mps, True, 0.5)
    check = Checker()
    read = decode_intents.read_path(convert_intents.path_of(sent, coordinates), coordinates, 0.0, check)
    check.done()
    assert read is not None
    assert (read.loop, read.weight) == (True, 0.5)
    assert read.speed_mps == pytest.approx(speed_mps)
    for a, b in zip(read.waypoints, sent.waypoints, strict=True):
        same(a, b)


@every_system
@pytest.mark.parametrize("joints", [tuple(range(22)), (20, 21)])
def test_a_key_pose_arrives_as_it_was(coordinates: CoordinateSystem, joints: tuple[int, ...]) -> None:
    sent = KeyPose(BODY, 4.0, 1.5, joints, anywhere=True, weight=3.0)
    check = Checker()
    read = decode_intents.read_key_pose(
        convert_intents.key_pose_of("k", sent, coordinates), coordinates, 0.0, check
    )
    check.done()
    assert read is not None
    np.testing.assert_allclose(read.joints_m, BODY, atol=2e-4)
    same(replace(read, joints_m=BODY), sent)


def test_a_key_pose_may_be_sent_as_rotations_and_gets_the_bones_of_the_skeleton() -> None:
    check = Checker()
    message = convert_intents.key_pose_of("k", KeyPose(BODY, 4.0), UNREAL)
    del message.pose.joint_positions[:]
    message.pose.local_rotations.extend([0.0, 0.0, 0.0, 1.0] * 22)
    x, y, z = UNREAL.position_from_model(BODY[0]).tolist()
    message.pose.root_position.x, message.pose.root_position.y, message.pose.root_position.z = x, y, z
    read = decode_intents.read_key_pose(message, UNREAL, 0.0, check)
    check.done()
    assert read is not None
    np.testing.assert_allclose(read.joints_m, BODY, atol=1e-4)
    twice = convert_intents.key_pose_of("k", KeyPose(BODY * 2.0, 4.0), MODEL)
    grown = decode_intents.read_key_pose(twice, MODEL, 0.0, check)
    assert grown is not None
    knee, hip = joint_index("left_knee"), joint_index("left_hip")
    length = np.linalg.norm(grown.joints_m[knee] - grown.joints_m[hip])
    assert length == pytest.approx(np.linalg.norm(REST_OFFSETS_M[knee]), abs=1e-4)


@pytest.mark.parametrize("floor", list(Floor))
def test_a_floor_arrives_as_it_was(floor: Floor) -> None:
    check, other = Checker(), next(f for f in Floor if f is not floor)
    assert decode_intents.read_floor(convert_intents.FLOORS[floor], other, check) is floor
    assert decode_intents.read_floor(drive_pb2.FLOOR_UNSPECIFIED, floor, check) is floor
    check.done()
    decode_intents.read_floor(77, floor, check)  # type: ignore[arg-type]
    assert "FLOOR_NONE" in check.found[0].problem


def test_what_a_plan_says_reaches_the_client() -> None:
    shortfalls = tuple(Shortfall(want, want.value, 0.25, 1.5) for want in Want)
    reports = (TargetReport("cup", 0.125, 2.5), TargetReport("door", 0.5, 7.0))
    plan = Plan(3, 2, 0.0, 3.0, {}, False, "no", True, 1, 0.1, shortfalls, reports)
    message = encode.plan_message(plan, 0, 90, None)
    message.shortfalls.add(kind=99, id="of a later version")  # type: ignore[arg-type]
    received = ReceivedPlan.of(message, 0.0)
    assert received.shortfalls == shortfalls
    assert received.targets == reports


def test_a_task_carries_all_intents() -> None:
    task = Task(
        frames=60, key_poses=(KeyPose(BODY, 1.0), KeyPose(BODY, 2.0, joints=(20,))), look_at=LookAt((1.0, 1.5, 3.0)),
        path=Path((Waypoint((0.0, 0.0, 2.0), 2.5),)), floor=Floor.NONE,
    )  # fmt: skip
    message = calls.optimize_request([task], UNREAL, steps=1, time_limit_s=None, starts=1, seed=0, fps=0.0)
    (read,) = read_optimize(message, StubBackend().info, Limits()).tasks
    assert read.look_at is not None and read.path is not None
    same(read.look_at, task.look_at)
    same(read.path.waypoints[0], task.path.waypoints[0])  # type: ignore[union-attr]
    assert [(p.time_s, p.joints) for p in read.key_poses] == [(p.time_s, p.joints) for p in task.key_poses]
    assert read.floor is Floor.NONE
    del message.tasks[0].key_poses[1].joints[:]
    message.tasks[0].key_poses[1].ClearField("time_s")
    message.tasks[0].path.waypoints[0].ClearField("position")
    with pytest.raises(Refused) as caught:
        read_optimize(message, StubBackend().info, Limits())
    fields = {violation.field for violation in caught.value.violations}
    assert fields == {"tasks[0].key_poses[1].time_s", "tasks[0].path.waypoints[0].position"}
