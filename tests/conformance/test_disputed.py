"""Which damaged bytes protobuf's own implementations do not agree on."""

from __future__ import annotations

import pytest

from runtime.pb.v1 import drive_pb2, motion_pb2
from tests.conformance.disputed import disputed
from tests.conformance.messages import MESSAGES
from tests.conformance.python_codec import OK, REJECTED, answer

HELLO, PLAN = drive_pb2.Hello.DESCRIPTOR, drive_pb2.Plan.DESCRIPTOR


@pytest.mark.parametrize(
    ("kind", "data", "python"),
    [
        ("Bye", "b0ffe1d558", REJECTED),  # 33 bits
        ("Bye", "01343d41dc288653cc", OK),  # field 0
        ("OptimizeResponse", "22082200f09f80b62801", REJECTED),  # within a nested message
    ],
)
def test_what_is_disputed(kind: str, data: str, python: int) -> None:
    assert disputed(MESSAGES[kind].DESCRIPTOR, bytes.fromhex(data))
    assert answer(kind, bytes.fromhex(data))[0] == python


def test_what_is_a_message_or_damaged_otherwise_is_not() -> None:
    plan = drive_pb2.Plan(plan_id=1 << 63, reason="walk", frames=[motion_pb2.Frame(index=-1, time_s=1e300)])
    data = plan.SerializeToString()
    assert not disputed(PLAN, data)
    for cut in range(len(data)):
        assert not disputed(PLAN, data[:cut])
    assert not disputed(HELLO, b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")  # a length beyond the end
    assert not disputed(HELLO, b"\xff" * 11)
