"""A client built from the first release's .proto files (``first_release/``, frozen) against the server of today.

The rules are those of ``buf breaking``, checked on descriptors: what was there keeps its number, type and name; what is
new takes numbers that were free or reserved for it; nothing reserved is used for something else.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from runtime.pb.v1 import drive_pb2, geometry_pb2, geometry_upload_pb2, motion_pb2, scene_pb2, service_pb2
from tests.runtime.conftest import Site
from tests.runtime.wire import eventually

pytest.importorskip("grpc_tools", reason="needs the extra dev")
HERE = Path(__file__).parent
Files = dict[str, descriptor_pb2.FileDescriptorProto]


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The first release, compiled."""
    out = tmp_path_factory.mktemp("first") / "first.binpb"
    root = HERE / "first_release"
    sources = [str(p.relative_to(root)) for p in sorted(root.rglob("*.proto"))]
    command = [
        sys.executable,
        "-m",
        "grpc_tools.protoc",
        f"--proto_path={root}",
        f"--descriptor_set_out={out}",
    ]
    subprocess.run([*command, *sources], check=True, cwd=root)
    found = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    return {file.name: file for file in found.file}


@pytest.fixture(scope="module")
def new_files() -> Files:
    """What the server of today speaks."""
    files = {}
    for module in (drive_pb2, geometry_pb2, geometry_upload_pb2, motion_pb2, scene_pb2, service_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        files[file.name] = file
    return files


@pytest.fixture(scope="module")
def old(old_files: Files) -> Callable[..., Any]:
    """``old("Hello")``: a message class as the first release had it."""
    pool = descriptor_pool.DescriptorPool()
    waiting = dict(old_files)
    while waiting:  # dependencies first
        name = next(n for n, file in waiting.items() if not set(file.dependency) & set(waiting))
        pool.Add(waiting.pop(name))
    return lambda name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"lamp.v1.{name}"))


def messages(files: Files) -> dict[str, descriptor_pb2.DescriptorProto]:
    """Every message by full name, nested ones included."""

    def walk(prefix: str, found: Any) -> Iterator[tuple[str, descriptor_pb2.DescriptorProto]]:
        for message in found:
            yield f"{prefix}{message.name}", message
            yield from walk(f"{prefix}{message.name}.", message.nested_type)

    return {name: message for file in files.values() for name, message in walk("", file.message_type)}


def enums(files: Files) -> dict[str, descriptor_pb2.EnumDescriptorProto]:
    """Every enum by full name."""
    inside = {f"{name}.{e.name}": e for name, m in messages(files).items() for e in m.enum_type}
    return inside | {e.name: e for file in files.values() for e in file.enum_type}


def shape(
    message: descriptor_pb2.DescriptorProto, field: descriptor_pb2.FieldDescriptorProto
) -> tuple[Any, ...]:
    """What must not change about a field; moving one into a oneof would."""
    oneof = ""
    if field.HasField("oneof_index") and not field.proto3_optional:
        oneof = message.oneof_decl[field.oneof_index].name
    return field.name, field.type, field.label, field.type_name, field.proto3_optional, oneof


def test_what_was_there_is_there_unchanged(
    old_files: Files, new_files: Files, tried: Callable[..., None]
) -> None:
    now, checked = messages(new_files), 0
    for name, before in messages(old_files).items():
        assert name in now, f"message {name} is gone"
        after = {f.number: shape(now[name], f) for f in now[name].field}
        for field in before.field:
            assert after.get(field.number) == shape(before, field), f"{name}.{field.name} = {field.number}"
            checked += 1
    values_now = {name: {v.number: v.name for v in e.value} for name, e in enums(new_files).items()}
    for name, enum in enums(old_files).items():
        for value in enum.value:
            assert values_now[name].get(value.number) == value.name, f"{name}.{value.name}"
            checked += 1
    tried("fields and values compared with the first release", checked)


def test_calls_of_the_first_release_are_there_unchanged(old_files: Files, new_files: Files) -> None:
    def calls(files: Files) -> set[tuple[Any, ...]]:
        return {
            (s.name, m.name, m.input_type, m.output_type, m.client_streaming, m.server_streaming)
            for file in files.values()
            for s in file.service
            for m in s.method
        }

    assert calls(old_files) and calls(old_files) <= calls(new_files)


def test_new_fields_take_only_free_numbers(old_files: Files, new_files: Files) -> None:
    """Free ones, or reserved without a name, as the first release did for what was to come. Reserved names stay."""
    for name, before in messages(old_files).items():
        after = messages(new_files)[name]
        assert not {f.name for f in after.field} & set(before.reserved_name), name
        gone = {f.number for f in before.field} - {f.number for f in after.field}
        assert not gone, f"{name} lost {gone}"
        still = {n for r in after.reserved_range for n in range(r.start, r.end)}
        used = {f.number for f in after.field}
        for reserved in before.reserved_range:
            lost = set(range(reserved.start, reserved.end)) - still - used
            assert not lost, f"{name}: {lost} were reserved and are neither used nor reserved now"


def test_both_read_what_the_other_writes(old: Callable[..., Any]) -> None:
    """Everything the first release can say arrives; what it does not know passes through it unharmed."""
    hello = old("Hello")(protocol_version=1, fps=30, prompt="walk", resume_token="t", seed=2**63)
    read = drive_pb2.Hello.FromString(hello.SerializeToString())
    assert (read.fps, read.prompt, read.resume_token, read.seed) == (30, "walk", "t", 2**63)
    plan = drive_pb2.Plan(plan_id=3, reason="far", shortfalls=[{"id": "hand", "amount_m": 0.2}])
    seen = old("Plan").FromString(plan.SerializeToString())
    assert (seen.plan_id, seen.reason) == (3, "far")
    assert drive_pb2.Plan.FromString(seen.SerializeToString()) == plan


class OldClient:
    """A client that knows nothing but the first release."""

    def __init__(self, channel: grpc.aio.Channel, old: Callable[..., Any]) -> None:
        self.old = old
        self.call = channel.stream_stream(
            "/lamp.v1.MotionService/Drive",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=old("DriveResponse").FromString,
        )()

    async def send(self, **message: Any) -> None:
        await self.call.write(self.old("DriveRequest")(**message))


def test_an_old_client_drives_a_character(
    old: Callable[..., Any], on_server: Callable[..., None], tried: Callable[..., None], no_errors: None
) -> None:
    async def body(here: Site) -> None:
        client = OldClient(here.channel(), old)
        await client.send(
            hello={"protocol_version": 1, "fps": 30, "prompt": "walk", "resume_token": "of another server"}
        )
        kinds: list[str] = []
        indices: list[int] = []
        revision = 0

        async def listen() -> None:
            nonlocal revision
            while (response := await client.call.read()) is not grpc.aio.EOF:
                kind = response.WhichOneof("message")
                kinds.append(kind)
                if kind == "plan":
                    revision = response.plan.scene_revision
                    del indices[:]
                if kind in ("plan", "frames"):
                    frames = getattr(response, kind).frames
                    indices.extend(f.index for f in frames)
                    assert all(len(f.joint_positions) == 66 for f in frames)

        listening = asyncio.ensure_future(listen())
        await eventually(lambda: indices)
        rock = {"id": "rock", "position": {"x": 0.1, "y": 0.9, "z": 3.0}, "sphere": {"radius": 0.3}}
        hand = {"id": "hand", "joint": "left_wrist", "position": {"x": 0.4, "y": 1.2, "z": 2.0}}
        await client.send(scene_update={"revision": 1, "put_obstacles": [rock], "put_targets": [hand]})
        await client.send(prompt={"revision": 2, "text": "run"})
        await client.send(playhead={"time_s": 0.1})
        await eventually(lambda: revision == 2)
        await eventually(lambda: len(indices) > 60)
        assert kinds[0] == "welcome" and kinds.count("welcome") == 1
        assert None not in kinds, "a message of a kind the first release does not know"
        assert indices == list(range(indices[0], indices[0] + len(indices)))
        await client.send(bye={})
        await listening
        assert await client.call.code() is grpc.StatusCode.OK
        tried("sessions of first-release clients")

    on_server(body)


@pytest.mark.parametrize(
    ("method", "request_name", "response_name", "fields"),
    [
        ("Generate", "GenerateRequest", "GenerateResponse", {"prompts": ["walk"], "duration_s": 2.0}),
        ("Optimize", "OptimizeRequest", "OptimizeResponse", {"tasks": [{"prompt": "walk"}], "steps": 3}),
    ],
)
def test_an_old_client_gets_its_clips(
    method: str, request_name: str, response_name: str, fields: dict[str, Any], old: Callable[..., Any],
    on_server: Callable[..., None], tried: Callable[..., None], no_errors: None,
) -> None:  # fmt: skip
    async def body(here: Site) -> None:
        call = here.channel().unary_stream(
            f"/lamp.v1.MotionService/{method}",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=old(response_name).FromString,
        )
        kinds = [r.WhichOneof("message") async for r in call(old(request_name)(**fields))]
        assert kinds[0] == "header" and "chunk" in kinds and None not in kinds
        tried("clips for first-release clients")

    on_server(body)
