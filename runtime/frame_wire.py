"""Frames as the bytes of ``lamp.v1.Frames``, a whole block at a time.

Setting the 158 numbers of a frame one by one took more of the event loop than all its other work for a character. All
but two of a frame's fields have a fixed size on the wire, so a block is one numpy record array, and protobuf parses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from runtime.pb.v1 import drive_pb2, geometry_pb2, motion_pb2

Array = NDArray[Any]
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # protobuf's wire types
_INTEGER_BYTES = 6  # whole numbers are written with leading zeros to this length: up to 2^42
_NUMBERS = {"local_rotations": 88, "joint_positions": 66, "contacts": 4}


def _varint(value: int) -> bytes:
    """``value`` in protobuf's variable-length code."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


def _tag(message: type[Message], field: str, wire_type: int) -> bytes:
    return _varint(message.DESCRIPTOR.fields_by_name[field].number << 3 | wire_type)


def _layout() -> list[tuple[str, bytes, Any]]:
    """Per field of a frame, in order: its name, the constant bytes before it, its type."""
    frame, point = motion_pb2.Frame, geometry_pb2.Vector3
    axes = [(axis, _tag(point, axis, _FIXED32), "<f4") for axis in "xyz"]
    root = _tag(frame, "root_position", _BYTES) + _varint(sum(len(tag) + 4 for _, tag, _ in axes))
    return [
        ("index", _tag(frame, "index", _VARINT), ("u1", _INTEGER_BYTES)),
        ("time_s", _tag(frame, "time_s", _FIXED64), "<f8"),
        ("x", root + axes[0][1], "<f4"),
        *axes[1:],
        *((n, _tag(frame, n, _BYTES) + _varint(4 * width), ("<f4", width)) for n, width in _NUMBERS.items()),
        ("plan_id", _tag(frame, "plan_id", _VARINT), ("u1", _INTEGER_BYTES)),
    ]


def _template() -> Array:
    """One frame as an element of ``Frames.frames``, everything constant filled in."""
    layout = _layout()
    fields = [
        part
        for name, tag, kind in layout
        for part in ((f"{name}_tag", f"V{len(tag)}"), (name, *_listed(kind)))
    ]
    size = np.dtype(fields).itemsize
    begin = _tag(drive_pb2.Frames, "frames", _BYTES) + _varint(size)
    record = np.zeros((), np.dtype([("begin", f"V{len(begin)}"), *fields]))
    record["begin"] = np.void(begin)
    for name, tag, _ in layout:
        record[f"{name}_tag"] = np.void(tag)
    return record


def _listed(kind: Any) -> tuple[Any, ...]:
    return kind if isinstance(kind, tuple) else (kind,)


_FRAME = _template()


def frames_message(
    first: int, fps: float, plan_ids: Array, roots: Array, rotations: Array, joints: Array, contacts: Array
) -> drive_pb2.Frames:
    """The message for N consecutive frames from index ``first`` on.

    plan_ids ``(N,)``; roots ``(N, 3)``, rotations ``(N, 88)``, joints ``(N, 66)``, contacts ``(N, 4)`` in client space.
    """
    index = first + np.arange(len(plan_ids))
    block = np.repeat(_FRAME[None], len(index))
    block["index"], block["plan_id"] = _integers(index), _integers(plan_ids)
    block["time_s"] = index / fps
    block["x"], block["y"], block["z"] = roots.T
    block["local_rotations"], block["joint_positions"], block["contacts"] = rotations, joints, contacts
    return drive_pb2.Frames.FromString(block.tobytes())


def _integers(values: Array) -> Array:
    """Whole numbers ``(N,)`` as variable-length codes of a fixed length ``(N, _INTEGER_BYTES)``."""
    septets = np.asarray(values, np.int64)[:, None] >> np.arange(0, 7 * _INTEGER_BYTES, 7) & 127
    septets[:, :-1] |= 128
    return septets.astype(np.uint8)
