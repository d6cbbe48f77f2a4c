"""Messages that are well-formed and wrong: each is answered, changes nothing, and the session goes on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2, geometry_upload_pb2, scene_pb2, service_pb2, service_pb2_grpc
from tests.catalogue import exemplars
from tests.catalogue.calls import code_of, mesh_messages, upload
from tests.catalogue.mutation import leaves
from tests.catalogue.neighbour import neighbour
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, sphere, target

pytestmark = pytest.mark.usefixtures("no_errors")
OnServer = Callable[..., None]
Tried = Callable[..., None]
Notice = drive_pb2.Notice
NOT_NUMBERS = (math.nan, math.inf, -math.inf)
_FLOATING = (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE)
_ROOMY = Limits(resume_s=0.5, max_messages_per_s=1e5)


def poisoned(good: Message) -> Iterator[tuple[str, Message]]:
    """Copies of a message with one number in it replaced by one that is none; the name of the field with each."""
    count = sum(1 for _ in leaves(good))
    for place, bad in itertools.product(range(count), NOT_NUMBERS):
        made = type(good)()
        made.CopyFrom(good)
        owner, field = next(itertools.islice(leaves(made), place, None))
        if field.type not in _FLOATING:
            continue
        if not field.is_repeated:
            setattr(owner, field.name, bad)
        elif len(getattr(owner, field.name)):
            getattr(owner, field.name)[-1] = bad
        else:
            continue
        yield f"{owner.DESCRIPTOR.name}.{field.name}", made


async def settled_revision(driven: Driven, revision: int) -> None:
    await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision >= revision, 60.0)


def test_every_number_that_is_none_is_refused_by_field(on_server: OnServer, tried: Tried) -> None:
    """NaN and both infinities in every floating-point field of every live message, one at a time."""
    good = [m for m in exemplars.drive_requests() if m.WhichOneof("message") != "hello"]
    messages = [pair for message in good for pair in poisoned(message)]
    assert len({name for name, _ in messages}) > 20

    async def body(here: Site) -> None:
        async with neighbour(here.channel()):
            driven = await Driven.open(here.channel())
            await driven.until(lambda: driven.plans)
            read_by_nobody = {"Frame.time_s", "Frame.contacts"}  # motion.proto: not read in requests
            for name, message in messages:
                seen = len(driven.notices)
                await driven.call.write(message)
                if name in read_by_nobody:
                    continue
                await driven.until(lambda seen=seen: len(driven.notices) > seen, what=name)
                notice = driven.notices[-1]
                assert notice.code == Notice.CODE_INVALID, (name, notice)
                kind, _, field = name.partition(".")
                said = {"Quaternion": "orientation", "Frame": "pose"}.get(kind, field)
                assert any(said in v.field for v in notice.violations), (name, notice)
            tried("numbers that are none, one by one", len(messages))
            assert finite(driven)
            await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
            await settled_revision(driven, driven.plans[-1].scene_revision + 1)

    on_server(body, limits=_ROOMY)


def finite(driven: Driven) -> bool:
    frames = [[*f.joint_positions, *f.local_rotations, *f.contacts] for f in driven.frames.values()]
    return bool(frames) and bool(np.isfinite(np.array(frames)).all())


def test_a_flood_of_numbers_that_are_none(on_server: OnServer, tried: Tried) -> None:
    """As fast as the connection takes them, nobody reading the answers: few notices, no scene, no harm."""
    count = 3000
    nan = sphere("bad", math.nan, math.nan, math.nan, math.nan)

    async def body(here: Site) -> None:
        async with neighbour(here.channel()) as other:
            driven = await Driven.open(here.channel())
            for i in range(count):
                await driven.update(put_obstacles=[nan])
                if i % 500 == 0:
                    other.check()
            await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
            await settled_revision(driven, 1)
            told = sum(n.dropped + 1 for n in driven.notices if n.code == Notice.CODE_INVALID)
            assert told <= count
            assert set(here.backend.characters[-1].obstacles) == {"rock"}
            tried("messages in a flood of NaN", count)

    on_server(body, limits=Limits(resume_s=0.5, max_messages_per_s=1e5))


def test_quaternions_without_length(on_server: OnServer, tried: Tried) -> None:
    """All zero means "no rotation" for an obstacle, and nothing for a body."""
    tiny = {"x": 1e-20, "y": 1e-20}
    zero_pose = exemplars.pose()
    del zero_pose.joint_positions[:]
    zero_pose.local_rotations.extend([0.0] * 88)
    zero_pose.root_position.y = 0.95

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        at = {"position": {"x": 2.0, "y": 0.9, "z": 3.0}, "sphere": {"radius": 0.3}}
        await driven.update(put_obstacles=[scene_pb2.Obstacle(id="zero", orientation={}, **at)])
        await settled_revision(driven, 1)
        assert driven.notices == []
        for bad in (
            {"put_obstacles": [scene_pb2.Obstacle(id="tiny", orientation=tiny, **at)]},
            {"put_key_poses": [scene_pb2.KeyPose(id="pose", time_s=2.0, pose=zero_pose)]},
        ):
            seen = len(driven.notices)
            await driven.update(**bad)
            await driven.until(lambda seen=seen: len(driven.notices) > seen)
            assert "otation" in driven.notices[-1].message or "orientation" in driven.notices[-1].message
        tried("quaternions without length", 3)

    on_server(body)


REORDERED = (5, 5, 4, 7, 6, 6, 8, 8, 1, 2, 2**63, 9, 2**63 + 1, 2**64 - 1, 2**64 - 1)


def test_revisions_out_of_order_doubled_and_from_the_past(on_server: OnServer, tried: Tried) -> None:
    """What a network that reorders and repeats would do: each newer one counts once, all others say so."""

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        newest, stale, scene = 0, [], {}
        for i, revision in enumerate(REORDERED):
            await driven.update(revision=revision, put_obstacles=[sphere(f"o{i % 8}", 2.0 + i, 0.9, 3.0)])
            if revision > newest:
                newest = revision
                scene[f"o{i % 8}"] = 2.0 + i
            else:
                stale.append(revision)
        await driven.until(lambda: len(driven.notices) == len(stale))
        assert [n.revision for n in driven.notices] == stale
        assert {n.code for n in driven.notices} == {Notice.CODE_STALE_REVISION}
        await settled_revision(driven, newest)
        held = {id: o.position_m[0] for id, o in here.backend.characters[-1].obstacles.items()}
        assert held == scene
        tried("revisions out of order", len(REORDERED))

    on_server(body)


def test_after_the_last_revision_there_is_a_clear_answer(on_server: OnServer, tried: Tried) -> None:
    """2^64 - 1 is a revision like any other; a change that would count on from it cannot."""

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(revision=2**64 - 1, put_obstacles=[sphere("a", 2.0, 0.9, 3.0)])
        await settled_revision(driven, 2**64 - 1)
        await driven.update(put_obstacles=[sphere("b", 2.0, 0.9, 3.0)])
        await driven.send(prompt=drive_pb2.Prompt(text="run"))
        await driven.until(lambda: len(driven.notices) == 2)
        assert {n.code for n in driven.notices} == {Notice.CODE_STALE_REVISION}
        assert await driven.bye() is grpc.StatusCode.OK
        tried("revisions out of order", 3)

    on_server(body)


def test_ids_nobody_knows(on_server: OnServer, tried: Tried) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(
            revision=1,
            remove_obstacle_ids=["no such rock"],
            remove_target_ids=["no such target"],
            remove_key_pose_ids=["no such pose"],
        )
        await settled_revision(driven, 1)
        assert driven.notices == []
        unknown = scene_pb2.Obstacle(id="mesh", position={}, geometry={"id": "ab" * 32})
        for bad, word in (
            ({"put_obstacles": [unknown]}, "upload"),
            ({"put_targets": [target("t", "third_wrist", 0, 1, 0)]}, "joint"),
        ):
            seen = len(driven.notices)
            await driven.update(**bad)
            await driven.until(lambda seen=seen: len(driven.notices) > seen)
            violation = driven.notices[-1].violations[0]
            assert word in violation.field + violation.description
        request = geometry_upload_pb2.GetGeometryRequest(id="ab" * 32)
        assert await code_of(here.stub().GetGeometry(request)) is grpc.StatusCode.NOT_FOUND
        tried("ids nobody knows", 6)

    on_server(body)


def test_an_empty_mesh_is_refused(on_server: OnServer, tried: Tried) -> None:
    none = np.zeros((0, 3), np.float32)
    empty = {
        "no vertices, no triangles": mesh_messages(none, none.astype(np.uint32)),
        "vertices, no triangles": mesh_messages(np.eye(3, dtype=np.float32), none.astype(np.uint32)),
        "nothing at all": [],
        "only a header": mesh_messages(np.eye(3, dtype=np.float32), np.zeros((1, 3), np.uint32))[:1],
        "a header twice": mesh_messages(np.eye(3, dtype=np.float32), np.zeros((1, 3), np.uint32))[:1] * 2,
    }

    async def body(here: Site) -> None:
        for name, messages in empty.items():
            code = await code_of(upload(here.stub(), messages))
            assert code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.DATA_LOSS), (name, code)
            tried("meshes with nothing in them")

    on_server(body)


OVERSIZED = "x" * (5 * 1024 * 1024)


def test_oversized_messages_leave_the_others_on_the_connection_alone(
    on_server: OnServer, tried: Tried
) -> None:
    """5 MiB where 4 are read, to every call, on the neighbour's own connection."""

    async def body(here: Site) -> None:
        channel = here.channel()
        async with neighbour(channel) as other:
            stub = service_pb2_grpc.MotionServiceStub(channel)
            driven = await Driven.open(channel)
            await driven.update(remove_obstacle_ids=[OVERSIZED])
            codes = [await driven.end()]
            chunk = geometry_upload_pb2.GeometryChunk(values=[0.0] * (5 * 2**18))
            calls = (
                stub.Generate(service_pb2.GenerateRequest(prompts=[OVERSIZED])),
                stub.Optimize(service_pb2.OptimizeRequest(tasks=[{"prompt": OVERSIZED}])),
                stub.GetGeometry(geometry_upload_pb2.GetGeometryRequest(id=OVERSIZED)),
                upload(stub, [geometry_upload_pb2.UploadGeometryRequest(chunk=chunk)]),
            )
            codes += [await code_of(call) for call in calls]
            assert set(codes) == {grpc.StatusCode.RESOURCE_EXHAUSTED}, codes
            await other.prove()
            tried("messages above the limit", len(codes))

    on_server(body, limits=Limits(resume_s=0.0))


FUTURE = {
    "a message of a kind to come": b"\xfa\x07\x03abc",
    "nothing": b"",
    "an unknown field beside a known message": drive_pb2.DriveRequest(
        playhead={"time_s": 0.0}
    ).SerializeToString()
    + b"\xfa\x07\x03abc",
    "an unknown field inside a message": b"\x12\x06\xfa\x07\x03abc",
    "a wire type that does not fit": b"\x10\x05",
    "a floor to come": drive_pb2.DriveRequest(scene_update={"floor": 77}).SerializeToString(),
    "an obstacle of a shape to come": drive_pb2.DriveRequest(
        scene_update={"put_obstacles": [{"id": "o", "position": {}}]}
    ).SerializeToString(),
}


def test_messages_of_clients_newer_than_the_server(on_server: OnServer, tried: Tried) -> None:
    """Unknown fields are skipped; an unknown kind of message, shape or choice is named in a notice."""
    noticed = {
        "a message of a kind to come": Notice.CODE_UNSUPPORTED,
        "nothing": Notice.CODE_UNSUPPORTED,
        "a wire type that does not fit": Notice.CODE_UNSUPPORTED,
        "a floor to come": Notice.CODE_INVALID,
        "an obstacle of a shape to come": Notice.CODE_INVALID,
    }

    async def body(here: Site) -> None:
        call = here.channel().stream_stream("/lamp.v1.MotionService/Drive")()
        await call.write(drive_pb2.DriveRequest(hello=exemplars.hello()).SerializeToString())
        for name, data in FUTURE.items():
            await call.write(data)
            if name in noticed:
                notice = await next_notice(call)
                assert notice.code == noticed[name], (name, notice)
        await call.write(drive_pb2.DriveRequest(bye={}).SerializeToString())
        assert await code_of(call) is grpc.StatusCode.OK
        tried("messages from the future", len(FUTURE))

    on_server(body)


async def next_notice(call: Any) -> drive_pb2.Notice:
    while True:
        response = drive_pb2.DriveResponse.FromString(await call.read())
        if response.WhichOneof("message") == "notice":
            return response.notice
