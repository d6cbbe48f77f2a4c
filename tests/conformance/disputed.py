"""Bytes that are no message by protobuf's own specification, but on which Google's implementations do not agree.

A tag of more than 32 bits: Python's (upb) refuses it, C++ 3.21 takes its lower 32 bits. Field number 0: the other way
around. One in some thousand damaged messages has one. A client with a codec of its own must do as Python does; one that
uses protobuf's for C++ cannot.
"""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = range(6)


def disputed(kind: Descriptor, data: bytes) -> bool:
    """Whether ``data``, as far as it can be read as a message of this kind, has such a tag, at any depth."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at, most=5)
        if tag is None:
            return False
        if tag >= 1 << 32 or tag >> 3 == 0:
            return True
        wire = tag & 7
        if wire == _BYTES:
            size, at = _varint(data, at)
            if size is None or at + size > len(data):
                return False
            field = kind.fields_by_number.get(tag >> 3)
            nested = field is not None and field.type == FieldDescriptor.TYPE_MESSAGE
            if nested and disputed(field.message_type, data[at : at + size]):
                return True
            at += size
        elif wire == _VARINT:
            _, at = _varint(data, at)
        else:
            at += {_FIXED64: 8, _FIXED32: 4}.get(wire, 0)  # what is in a group is read as if it were outside
    return False


def _varint(data: bytes, at: int, most: int = 10) -> tuple[int | None, int]:
    """The number that begins there, None where it does not end within ``most`` bytes, and where it ends."""
    number = 0
    for i in range(most):
        if at + i >= len(data):
            break
        number |= (data[at + i] & 0x7F) << (7 * i)
        if data[at + i] < 0x80:
            return number, at + i + 1
    return None, len(data)
