"""Decode and encode again, with Python's protobuf: the reference that other clients are compared with."""

from __future__ import annotations

import struct
from typing import BinaryIO

from google.protobuf.message import DecodeError

from tests.conformance.messages import MESSAGES

OK, REJECTED, UNKNOWN = 0, 1, 2


def run(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer every request until the end of input."""
    while len(head := source.read(4)) == 4:
        body = source.read(*struct.unpack("<I", head))
        name, message = body[1 : 1 + body[0]].decode(), body[1 + body[0] :]
        status, again = answer(name, message)
        sink.write(struct.pack("<IB", 1 + len(again), status) + again)
        sink.flush()


def answer(name: str, message: bytes) -> tuple[int, bytes]:
    """Status, and the message encoded again without what this version does not know."""
    kind = MESSAGES.get(name)
    if kind is None:
        return UNKNOWN, b""
    try:
        decoded = kind.FromString(message)
        decoded.DiscardUnknownFields()
        return OK, decoded.SerializeToString(deterministic=True)
    except (DecodeError, ValueError):
        return REJECTED, b""
