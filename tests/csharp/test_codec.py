"""The C# codec: nothing is allocated once messages have been seen, and bytes that are no message cost little.

That it agrees with Python's protobuf is compared by ``tests/conformance/fuzz.py``.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("grpc_tools", reason="needs the extra dev")

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from runtime.pb.v1 import drive_pb2, motion_pb2
from scripts import csharp_toolchain as toolchain
from scripts import generate_protos, protoc_gen_lamp_cs
from tests.csharp import programs

JOINTS = 22


def plan() -> bytes:
    """What a server sends when a plan begins: frames, terms, targets, text."""
    frames = [
        motion_pb2.Frame(
            index=i, time_s=i / 30, root_position={"y": 0.9}, local_rotations=[0.0, 0.0, 0.0, 1.0] * JOINTS,
            joint_positions=[float(j) for j in range(3 * JOINTS)], contacts=[1.0, 0.0, 0.5, 1.0], plan_id=3,
        )
        for i in range(1, 40)
    ]  # fmt: skip
    terms = [motion_pb2.Term(name=name, value=0.01, unit="m") for name in ("penetration_m", "target_error_m")]
    message = drive_pb2.Plan(
        plan_id=3, scene_revision=2**40, start_frame=-1, end_frame=80, terms=terms, reason="hand: 3 cm too far – go on",
        frames=frames, targets=[drive_pb2.TargetReport(id="reach", error_m=0.03)],
        shortfalls=[drive_pb2.Shortfall(kind="KIND_TARGET_MISSED", id="reach")],
    )  # fmt: skip
    return drive_pb2.DriveResponse(plan=message).SerializeToString(deterministic=True)


def run(folder: Path, message: str, data: bytes) -> list[str]:
    programs.toolchain_or_skip()
    path = folder / "message.bin"
    path.write_bytes(data)
    command = toolchain.command(programs.built("codec"), message, str(path))
    done = subprocess.run(
        command, env=toolchain.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_messages_are_read_and_written_without_allocating(tmp_path: Path) -> None:
    assert run(tmp_path, "DriveResponse", plan()) == ["decode 0", "encode 0", "same"]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"\x12\x05\x08", 1),  # a plan of 5 bytes, of which one is there
        (b"\x12\xff\xff\xff\xff\x07", 1),  # 2 GiB
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 1),  # -1
        (b"\x12\x02\x08\x80", 3),  # a number cut short, inside
        (b"\x12\x0b\x08" + b"\xff" * 10, 3),  # a number of 11 bytes
        (b"\x12\x04\x3a\x02\xff\xfe", 3),  # text that is not UTF-8
        (b"\x00\x00", 0),  # field 0
        (b"\x0f", 1),  # wire type 7
        (b"\xa3\x1f" * 200, 200),  # groups within groups
        (b"\xa3\x1f\xac\x1f", 4),  # the end of another group
    ],
)
def test_what_is_no_message_is_refused_where_it_is_wrong(tmp_path: Path, data: bytes, offset: int) -> None:
    with pytest.raises(Exception, match="pars"):
        drive_pb2.DriveResponse.FromString(data)
    (line,) = run(tmp_path, "DriveResponse", data)
    word, at, allocated, text = line.split(" ", 3)
    assert word == "refused" and f"byte {at}" in text
    assert int(at) == offset, line
    assert int(allocated) < 100_000  # the exception, and no more than that


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("Bye", b"\x01\x34\x3d\x41\xdc\x28\x86\x53\xcc"),
        ("Hello", b"\xa3\x1f\x00\x05\xa4\x1f"),  # within a group nobody knows
        ("DriveRequest", b"\x2a\x02\x00\x05"),  # within a nested message without fields
    ],
)
def test_field_0_is_skipped_where_pythons_protobuf_does(tmp_path: Path, message: str, data: bytes) -> None:
    getattr(drive_pb2, message).FromString(data)
    assert run(tmp_path, message, data)[:2] == ["decode 0", "encode 0"]


def test_a_field_of_more_messages_than_any_plan_has_is_refused(tmp_path: Path) -> None:
    """Two bytes each on the wire, hundreds in memory: what a small message may cost has a bound."""
    (line,) = run(tmp_path, "Frames", b"\x0a\x00" * 70_000)
    _, at, allocated, text = line.split(" ", 3)
    assert int(at) == 2 * 65_536 + 1 and "65536" in text, line
    assert int(allocated) < 40_000_000


def test_committed_csharp_matches_the_protos() -> None:
    wanted = generate_protos.generate_csharp(generate_protos.PROTO)
    assert generate_protos.differences(wanted, generate_protos.CSHARP) == [], "run: make proto"


def test_types_the_generator_does_not_know_are_refused() -> None:
    file = FileDescriptorProto(name="lamp/v1/new.proto", package="lamp.v1", syntax="proto3")
    field = file.message_type.add(name="New").field.add(name="blob", number=1)
    field.type, field.label = field.TYPE_BYTES, field.LABEL_OPTIONAL
    with pytest.raises(ValueError, match=r"New\.blob"):
        protoc_gen_lamp_cs.generate([file])
