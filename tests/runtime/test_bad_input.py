"""Nothing a client sends harms its own session (beyond what the contract says) or anybody else's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2, scene_pb2
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, sphere, target

OnServer = Callable[..., None]
NAN, INF = math.nan, math.inf
Notice = drive_pb2.Notice


def put(*obstacles: Any, **more: Any) -> dict[str, Any]:
    return {"scene_update": drive_pb2.SceneUpdate(put_obstacles=obstacles, **more)}


def solid(**fields: Any) -> scene_pb2.Obstacle:
    return scene_pb2.Obstacle(id="a", **fields)


def aim(*targets: Any) -> dict[str, Any]:
    return {"scene_update": drive_pb2.SceneUpdate(put_targets=targets)}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "NaN position": (put(sphere("a", NAN, 0, 0)), "put_obstacles[0].position.x"),
    "infinite position": (put(sphere("a", 0, 0, -INF)), "put_obstacles[0].position.z"),
    "far position": (put(sphere("a", 1e6, 0, 0)), "position.x"),
    "negative radius": (put(sphere("a", 0, 0, 2, -1.0)), "sphere.radius"),
    "zero radius": (put(sphere("a", 0, 0, 2, 0.0)), "sphere.radius"),
    "NaN radius": (put(sphere("a", 0, 0, 2, NAN)), "sphere.radius"),
    "no id": (put(sphere("", 0, 0, 2)), "id"),
    "long id": (put(sphere("x" * 65, 0, 0, 2)), "id"),
    "no shape": (put(solid(position={"z": 2.0})), "shape"),
    "no position": (put(solid(sphere={"radius": 1.0})), "position"),
    "not a rotation": (
        put(solid(position={"z": 2.0}, sphere={"radius": 1}, orientation={"w": 3.0})), "orientation"),
    "NaN rotation": (
        put(solid(position={"z": 2.0}, sphere={"radius": 1}, orientation={"w": NAN})), "orientation"),
    "too fast": (
        put(solid(position={}, sphere={"radius": 1}, linear_velocity={"x": 1e5})), "linear_velocity"),
    "another age": (put(solid(position={}, sphere={"radius": 1}, time_s=1e6)), "time_s"),
    "flat box": (put(solid(position={}, box={"half_extents": {"x": 1, "y": 1}})), "half_extents.z"),
    "too many obstacles": (put(*(sphere(str(i), i, 0, 9) for i in range(17))), "put_obstacles"),
    "one good, one bad": (put(sphere("good", 1, 0, 3), sphere("bad", NAN, 0, 0)), "put_obstacles[1]"),
    "unknown joint": (aim(target("t", "third_wrist", 0, 0, 0)), "joint"),
    "NaN target": (aim(target("t", "left_wrist", 0, NAN, 0)), "put_targets[0].position.y"),
    "no axis": (aim(target("t", "left_wrist", 0, 1, 0, ignore_x=True, ignore_y=True, ignore_z=True)), "ignore"),
    "endless hold": (aim(target("t", "left_wrist", 0, 1, 0, hold_s=INF)), "hold_s"),
    "no weight": (aim(target("t", "left_wrist", 0, 1, 0, weight=0.0)), "weight"),
    "too many targets": (aim(*(target(str(i), "head", 0, 1, 0) for i in range(65))), "put_targets"),
    "long prompt": ({"prompt": drive_pb2.Prompt(text="walk " * 1000)}, "text"),
    "control characters": ({"prompt": drive_pb2.Prompt(text="walk\x00\x1b[31m")}, "text"),
    "NaN playhead": ({"playhead": drive_pb2.Playhead(time_s=NAN)}, "time_s"),
    "negative playhead": ({"playhead": drive_pb2.Playhead(time_s=-1.0)}, "time_s"),
}  # fmt: skip


def test_each_bad_message_gets_a_notice_and_changes_nothing(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        bystander = await Driven.open(here.channel())
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        first = here.backend.characters[1]
        for name, (message, field) in REFUSED.items():
            count = len(driven.notices)
            await driven.send(**message)
            await driven.until(lambda n=count: len(driven.notices) > n, what=name)
            notice = driven.notices[-1]
            assert notice.code == Notice.CODE_INVALID, name
            assert any(field in v.field for v in notice.violations), (name, notice)
            assert all(len(v.description) > 5 for v in notice.violations), name
        assert first.obstacles == {}
        assert first.targets == {}
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await driven.until(lambda: driven.plans[-1].scene_revision == 1)
        assert set(first.obstacles) == {"rock"}
        await bystander.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await bystander.until(lambda: bystander.plans and bystander.plans[-1].scene_revision == 1)
        assert bystander.notices == []
        assert await driven.bye() is grpc.StatusCode.OK

    on_server(body)


def test_revisions_must_count_up(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(revision=5, put_obstacles=[sphere("a", 2, 0.9, 3)])
        for stale in (5, 4):
            await driven.update(revision=stale, put_obstacles=[sphere("b", 2, 0.9, 3)])
        await driven.until(lambda: len(driven.notices) == 2)
        assert {n.code for n in driven.notices} == {Notice.CODE_STALE_REVISION}
        assert [n.revision for n in driven.notices] == [5, 4]
        await driven.update(put_obstacles=[sphere("c", 2, 0.9, 3)])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 6)
        assert set(here.backend.characters[0].obstacles) == {"a", "c"}

    on_server(body)


def test_a_playhead_that_jumps_is_not_followed(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.frames)
        await driven.play(1.0)
        await driven.play(0.2)
        await driven.play(5000.0)
        await driven.until(lambda: len(driven.notices) == 2)
        assert {n.code for n in driven.notices} == {Notice.CODE_PLAYHEAD}
        await driven.until(lambda: driven.sent_until_s() > 5.0)
        assert driven.sent_until_s() < 60.0

    on_server(body)


def test_the_scene_stays_within_its_limit_over_many_updates(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        for i in range(16):
            await driven.update(put_obstacles=[sphere(f"o{i}", i + 3, 0.9, 3)])
        await driven.update(put_obstacles=[sphere("one more", 3, 0.9, 3)])
        await driven.until(lambda: driven.notices)
        assert "16" in driven.notices[0].violations[0].description
        await driven.update(remove_obstacle_ids=["o0"], put_obstacles=[sphere("one more", 3, 0.9, 3)])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 17)
        assert len(here.backend.characters[0].obstacles) == 16

    on_server(body)


@pytest.mark.parametrize(
    ("hello", "code", "words"),
    [
        ({"protocol_version": 99}, grpc.StatusCode.FAILED_PRECONDITION, ("99", "1")),
        ({"protocol_version": 0}, grpc.StatusCode.FAILED_PRECONDITION, ("0", "1")),
        ({"fps": 1000.0}, grpc.StatusCode.INVALID_ARGUMENT, ("fps",)),
        ({"fps": NAN}, grpc.StatusCode.INVALID_ARGUMENT, ("fps",)),
        ({"horizon_s": 0.01}, grpc.StatusCode.INVALID_ARGUMENT, ("horizon_s",)),
        ({"start_position": {"x": NAN}}, grpc.StatusCode.INVALID_ARGUMENT, ("start_position.x",)),
        ({"start_facing": {"y": 1.0}}, grpc.StatusCode.INVALID_ARGUMENT, ("start_facing",)),
        ({"prompt": "x" * 5000}, grpc.StatusCode.INVALID_ARGUMENT, ("prompt",)),
        (
            {"coordinate_system": {"x_axis": 1, "y_axis": 2, "z_axis": 3}},
            grpc.StatusCode.INVALID_ARGUMENT,
            ("axis",),
        ),
        (
            {"coordinate_system": {"metres_per_unit": -1.0}},
            grpc.StatusCode.INVALID_ARGUMENT,
            ("metres_per_unit",),
        ),
    ],
)
def test_a_bad_hello_ends_the_stream_and_says_why(
    hello: dict[str, Any], code: grpc.StatusCode, words: tuple[str, ...], on_server: OnServer
) -> None:
    async def body(here: Site) -> None:
        driven = Driven(here.channel())
        await driven.send(hello=drive_pb2.Hello(**{"protocol_version": 1, **hello}))
        assert await driven.end() is code
        details = await driven.call.details()
        assert all(word in details for word in words), details
        status = await rpc_status.aio.from_call(driven.call)
        assert status is not None
        info = error_details_pb2.ErrorInfo()
        assert any(d.Unpack(info) for d in status.details)
        assert info.domain == "lamp.v1"
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            bad = error_details_pb2.BadRequest()
            assert any(d.Unpack(bad) for d in status.details)
            assert any(words[0] in v.field for v in bad.field_violations)
        assert here.sessions == 0

    on_server(body)


def test_hello_must_come_first_and_in_time(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        early = Driven(here.channel())
        await early.play(1.0)
        assert await early.end() is grpc.StatusCode.INVALID_ARGUMENT
        assert "hello" in await early.call.details()
        silent = Driven(here.channel())
        assert await silent.end() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert "Hello" in await silent.call.details()

    on_server(body, limits=Limits(hello_timeout_s=0.3))


def test_a_second_hello_is_refused_with_a_notice(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.send(hello={"protocol_version": 1})
        await driven.until(lambda: driven.notices)
        assert await driven.bye() is grpc.StatusCode.OK

    on_server(body)


def test_a_message_that_is_too_large_ends_only_its_own_stream(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        other = await Driven.open(here.channel())
        driven = await Driven.open(here.channel())
        await driven.update(remove_obstacle_ids=["x" * 200_000])
        assert await driven.end() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await other.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await other.until(lambda: other.plans and other.plans[-1].scene_revision == 1)
        assert await other.bye() is grpc.StatusCode.OK

    on_server(body, limits=Limits(max_message_bytes=100_000))
