"""Paths, looks, key poses and floors over a real connection, and sessions that go on from a motion."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest

from lamp.intent import Floor, KeyPose
from lamp.motion import Motion
from lamp.rotations import yaw
from lamp.skeleton import forward_kinematics, joint_index
from runtime import convert, convert_intents
from runtime.client import AsyncLampClient
from runtime.coordinates import MODEL, UNREAL, CoordinateSystem
from runtime.pb.v1 import drive_pb2, motion_pb2, scene_pb2
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven

OnServer = Callable[..., None]
NAN = math.nan
Shortfall = drive_pb2.Shortfall


def joints_of(frame: motion_pb2.Frame, coordinates: CoordinateSystem = MODEL) -> np.ndarray:
    return coordinates.position_to_model(np.array(frame.joint_positions).reshape(22, 3))


def ground(driven: Driven) -> np.ndarray:
    """x and z of the pelvis by frame."""
    return np.array([[f.root_position.x, f.root_position.z] for _, f in sorted(driven.frames.items())])


async def play_until(driven: Driven, time_s: float, fps: float = 30.0) -> None:
    """Play, as fast as frames come."""
    played = driven.sent_until_s(fps) - 4.0
    while driven.sent_until_s(fps) < time_s:
        played = max(played, driven.sent_until_s(fps) - 1.0)
        await driven.play(max(played, 0.0))
        await driven.for_s(0.05)


def body(at: tuple[float, float, float], heading_rad: float = 0.0) -> np.ndarray:
    turns = np.tile([0, 0, 0, 1.0], (22, 1))
    turns[0] = yaw(heading_rad)
    turns[[16, 17]] = [[0, 0, -0.6, 0.8], [0, 0, 0.6, 0.8]]  # arms down
    return forward_kinematics(np.array(at), turns)


def test_a_path_is_walked_to_its_end(on_server: OnServer) -> None:
    points = [(1.5, 0.0, 1.5), (3.0, 0.0, 0.0)]

    async def main(here: Site) -> None:
        driven = await Driven.open(here.channel())
        way = scene_pb2.Path(waypoints=[{"position": {"x": x, "z": z}} for x, _, z in points])
        await driven.update(path=way)
        await play_until(driven, 7.0)
        path = ground(driven)
        for x, _, z in points:
            assert np.linalg.norm(path - [x, z], axis=1).min() < 0.5
        assert np.linalg.norm(path[-1] - path[-20]) < 0.05, "it stands at the end"
        assert np.abs(np.diff(path, n=2, axis=0)).max() < 0.03
        await driven.update(clear_path=True)
        await driven.until(lambda: driven.plans[-1].scene_revision == 2)
        assert here.backend.characters[0].path is None

    on_server(main)


def test_the_chest_turns_to_what_is_looked_at(on_server: OnServer) -> None:
    async def main(here: Site) -> None:
        driven = await Driven.open(here.channel(), prompt="stand")
        await driven.update(look_at=scene_pb2.LookAt(position={"x": 5.0, "y": 1.5, "z": 5.0}))
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        await driven.until(lambda: driven.sent_until_s() > 2.0)
        joints = joints_of(driven.frames[55])
        across = joints[joint_index("left_shoulder")] - joints[joint_index("right_shoulder")]
        assert math.atan2(-across[2], across[0]) == pytest.approx(math.pi / 4, abs=0.15)
        await driven.update(clear_look_at=True)
        await driven.until(lambda: driven.plans[-1].scene_revision == 2)
        assert here.backend.characters[0].look_at is None

    on_server(main)


def test_a_key_pose_is_struck_and_left_again(on_server: OnServer) -> None:
    pose = body((0.2, 0.6, 1.5), 0.5)

    async def main(here: Site) -> None:
        driven = await Driven.open(here.channel(), prompt="stand")
        message = convert_intents.key_pose_of("sit", KeyPose(pose, 1.5, 0.5), MODEL)
        await driven.update(put_key_poses=[message])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        await driven.until(lambda: driven.sent_until_s() > 3.2)
        np.testing.assert_allclose(joints_of(driven.frames[52]), pose, atol=0.02)
        assert np.linalg.norm(joints_of(driven.frames[90])[0] - pose[0]) > 0.5
        await driven.update(remove_key_pose_ids=["sit", "unknown"])
        await driven.until(lambda: driven.plans[-1].scene_revision == 2)
        assert here.backend.characters[0].key_poses == {}

    on_server(main)


def test_no_floor_is_a_shortfall_and_targets_are_reported(on_server: OnServer) -> None:
    async def main(here: Site) -> None:
        driven = await Driven.open(here.channel())
        far = scene_pb2.Target(id="far", joint="left_wrist", position={"y": 9.0}, arrive_time_s=1.5)
        await driven.update(floor=drive_pb2.FLOOR_NONE, put_targets=[far])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        plan = driven.plans[-1]
        assert not plan.feasible
        assert {s.kind for s in plan.shortfalls} == {Shortfall.KIND_NO_GROUND, Shortfall.KIND_TARGET_MISSED}
        assert [t.id for t in plan.targets] == ["far"]
        assert plan.targets[0].error_m > 5.0
        assert plan.targets[0].arrive_time_s == pytest.approx(1.5)
        await driven.update(clear=True)
        await driven.until(lambda: driven.plans[-1].scene_revision == 2)
        assert here.backend.characters[0].floor is Floor.NONE, "clear leaves the floor alone"
        await driven.update(floor=drive_pb2.FLOOR_PLANE)
        await driven.until(lambda: driven.plans[-1].feasible)

    on_server(main)


GOOD = convert_intents.key_pose_of("k", KeyPose(body((0, 0.9, 1)), 2.0), MODEL)


def key_pose(**changes: Any) -> scene_pb2.KeyPose:
    message = scene_pb2.KeyPose()
    message.CopyFrom(GOOD)
    for name, value in changes.items():
        if value is None:
            message.ClearField(name)
        elif name == "pose":
            message.pose.CopyFrom(value)
        elif name == "joints":
            message.joints.extend(value)
        else:
            setattr(message, name, value)
    return message


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "path without points": ({"path": {}}, "path.waypoints"),
    "NaN waypoint": ({"path": {"waypoints": [{"position": {"x": NAN}}]}}, "path.waypoints[0].position.x"),
    "waypoint nowhere": ({"path": {"waypoints": [{}]}}, "path.waypoints[0].position"),
    "65 waypoints": ({"path": {"waypoints": [{"position": {}}] * 65}}, "path.waypoints"),
    "time runs back": (
        {"path": {"waypoints": [{"position": {}, "arrive_time_s": t} for t in (2.0, 1.0)]}}, "waypoints"),
    "too fast": ({"path": {"waypoints": [{"position": {}}], "speed": 50.0}}, "path.speed"),
    "NaN weight": ({"path": {"waypoints": [{"position": {}}], "weight": NAN}}, "path.weight"),
    "look nowhere": ({"look_at": {}}, "look_at.position"),
    "NaN look": ({"look_at": {"position": {"y": NAN}}}, "look_at.position.y"),
    "look at another age": ({"look_at": {"position": {}, "time_s": 1e6}}, "look_at.time_s"),
    "pose without id": ({"put_key_poses": [key_pose(id="")]}, "put_key_poses[0].id"),
    "pose without time": ({"put_key_poses": [key_pose(time_s=None)]}, "put_key_poses[0].time_s"),
    "no pose": ({"put_key_poses": [key_pose(pose=None)]}, "put_key_poses[0].pose"),
    "short pose": (
        {"put_key_poses": [key_pose(pose=motion_pb2.Frame(joint_positions=[1.0] * 65))]},
        "put_key_poses[0].pose.joint_positions"),
    "NaN pose": (
        {"put_key_poses": [key_pose(pose=motion_pb2.Frame(joint_positions=[NAN] * 66))]},
        "put_key_poses[0].pose"),
    "a body in one point": (
        {"put_key_poses": [key_pose(pose=motion_pb2.Frame(joint_positions=[0.0] * 66))]},
        "put_key_poses[0].pose"),
    "no rotations": (
        {"put_key_poses": [key_pose(pose=motion_pb2.Frame(local_rotations=[0.0] * 88))]},
        "put_key_poses[0].pose.local_rotations"),
    "unknown joint": ({"put_key_poses": [key_pose(joints=["tail"])]}, "put_key_poses[0].joints[0]"),
    "too many poses": (
        {"put_key_poses": [key_pose(id=f"k{i}") for i in range(17)]}, "put_key_poses"),
    "unknown floor": ({"floor": 9}, "floor"),
}  # fmt: skip


def test_each_intent_that_cannot_be_used_changes_nothing(on_server: OnServer) -> None:
    async def main(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        for name, (update, field) in REFUSED.items():
            count = len(driven.notices)
            good = {"put_targets": [{"id": "t", "joint": "head", "position": {"y": 1.0}}]}
            await driven.update(**{**good, **update})
            await driven.until(lambda n=count: len(driven.notices) > n, what=name)
            notice = driven.notices[-1]
            assert notice.code == drive_pb2.Notice.CODE_INVALID, name
            assert any(field in v.field for v in notice.violations), (name, notice)
        (character,) = here.backend.characters
        assert (character.path, character.look_at, character.key_poses) == (None, None, {})
        assert character.floor is Floor.PLANE
        assert character.targets == {}, "a message is taken whole or not at all"
        assert await driven.bye() is grpc.StatusCode.OK

    on_server(main)


# --- going on from a motion ------------------------------------------------------------------------------------------


def running(fps: float, seconds: float = 1.0) -> Motion:
    """A stiff body that moves at 2 m/s towards +X and faces there."""
    times = np.arange(round(seconds * fps) + 1) / fps
    turns = np.tile([0, 0, 0, 1.0], (len(times), 22, 1))
    turns[:, 0] = yaw(math.pi / 2)
    root = np.stack([5.0 + 2.0 * times, np.full(len(times), 0.92), np.full(len(times), 3.0)], -1)
    return Motion.from_positions(forward_kinematics(root, turns), fps)


@pytest.mark.parametrize("coordinates", [MODEL, UNREAL], ids=["model", "unreal"])
@pytest.mark.parametrize(("fps", "start_s"), [(30.0, 0.0), (60.0, 123.456), (20.0, 7.5)])
def test_a_session_goes_on_from_a_motion(
    fps: float, start_s: float, coordinates: CoordinateSystem, on_server: OnServer
) -> None:
    motion = running(fps)

    async def main(here: Site) -> None:
        async with AsyncLampClient(here.address, coordinates=coordinates) as client:
            drive = client.drive(prompt="run", fps=fps, start_motion=motion, start_time_s=start_s)
            async with drive as session:
                first = math.ceil(start_s * fps - 1e-6)
                assert session.welcome.start_time_s == pytest.approx(first / fps)
                assert not session.welcome.resumed
                await session.wait_for_frame(first + 20)
                assert session.frame(first - 1) is None
                new = [session.frame(first + i) for i in range(20)]
        assert here.backend.characters[0].timeline.first <= start_s * 20
        ahead_s = first / fps - start_s
        pelvis = np.array([pose.positions_m[0] for pose in new if pose is not None])
        expected = motion.positions_m[-1, 0] + np.array([2.0 * ahead_s, 0.0, 0.0])
        np.testing.assert_allclose(pelvis[0], expected, atol=0.02)
        speeds = np.diff(pelvis, axis=0) * fps
        np.testing.assert_allclose(speeds[0], [2.0, 0.0, 0.0], atol=0.35)
        assert np.abs(np.diff(speeds, axis=0)).max() < 0.6, "no jump of velocity"

    on_server(main)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda m: m.ClearField("fps"), "hello.start_motion.fps"),
        (lambda m: m.ClearField("frames"), "hello.start_motion.frames"),
        (lambda m: m.frames.extend([m.frames[0]] * 60), "hello.start_motion.frames"),
        (lambda m: m.frames[3].joint_positions.pop(), "hello.start_motion.frames[3].joint_positions"),
        (lambda m: m.frames[4].joint_positions.__setitem__(5, NAN), "hello.start_motion.frames[4]"),
        (lambda m: m.frames[4].joint_positions.__setitem__(5, 1e9), "hello.start_motion.frames[4]"),
        (
            lambda m: m.frames[2].CopyFrom(motion_pb2.Frame(joint_positions=[0.0] * 66)),
            "hello.start_motion",
        ),
        (
            lambda m: m.frames[1].CopyFrom(motion_pb2.Frame(local_rotations=[1.0] * 88)),
            "hello.start_motion.frames[1].local_rotations",
        ),
    ],
)
def test_a_motion_that_cannot_be_gone_on_from_ends_the_stream(
    change: Callable[[Any], None], field: str, on_server: OnServer
) -> None:
    message = convert.motion_of(running(20.0), MODEL)
    change(message)

    async def main(here: Site) -> None:
        driven = Driven(here.channel())
        await driven.send(hello=drive_pb2.Hello(protocol_version=1, start_motion=message))
        assert await driven.end() is grpc.StatusCode.INVALID_ARGUMENT
        assert f"{field}:" in await driven.call.details()
        assert here.sessions == here.works == 0

    on_server(main)


@pytest.mark.parametrize("start_s", [-1.0, NAN, 1e9])
def test_a_start_outside_of_time_is_refused(start_s: float, on_server: OnServer) -> None:
    async def main(here: Site) -> None:
        driven = Driven(here.channel())
        await driven.send(hello=drive_pb2.Hello(protocol_version=1, start_time_s=start_s))
        assert await driven.end() is grpc.StatusCode.INVALID_ARGUMENT
        assert "hello.start_time_s" in await driven.call.details()

    on_server(main)
