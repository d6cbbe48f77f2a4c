"""Messages with something wrong in them, made from descriptors: values no field expects, fields that do not go
together, and bytes that are almost a message.

All choices come from a ``random.Random``. Hypothesis can pass one of its own, and then finds the smallest choices that
fail.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_FLOATS = (0.0, -0.0, 1.0, -1.0, 0.3, 1e-38, 1e-4, 3e3, 1e6, 3.4e38, math.nan, math.inf, -math.inf)
_DOUBLES = (*_FLOATS, 1e308, 5e-324)
_SIGNED = (0, 1, -1, 5, 2**31 - 1, -(2**31))
_UNSIGNED = (0, 1, 2, 99, 2**31, 2**32 - 1)
_TEXTS = (
    "", "rock", "sphere", "left_wrist", "pelvis", "third_wrist", "a person walks forward", " ", "x" * 65, "w" * 5000,
    "\x00", "a\nb", "\x1b[31m", "été", "漢字", "\u202e", "\ud7ff", "a" * 64, "0" * 64, "../../etc", "%s%n", "'; --",
)  # fmt: skip
_COUNTS = (0, 1, 2, 3, 17, 65)
_FD = FieldDescriptor
_SCALARS: dict[int, Callable[[random.Random], Any]] = {
    _FD.TYPE_DOUBLE: lambda c: c.choice(_DOUBLES) if c.random() < 0.7 else c.uniform(-10, 10),
    _FD.TYPE_FLOAT: lambda c: c.choice(_FLOATS) if c.random() < 0.7 else c.uniform(-10, 10),
    _FD.TYPE_INT32: lambda c: c.choice(_SIGNED),
    _FD.TYPE_INT64: lambda c: c.choice((*_SIGNED, 2**63 - 1, -(2**63))),
    _FD.TYPE_UINT32: lambda c: c.choice(_UNSIGNED),
    _FD.TYPE_UINT64: lambda c: c.choice((*_UNSIGNED, 2**64 - 1)),
    _FD.TYPE_BOOL: lambda c: c.random() < 0.5,
    _FD.TYPE_STRING: lambda c: c.choice(_TEXTS),
    _FD.TYPE_ENUM: lambda c: c.choice((0, 1, 2, 3, 6, 99, -1, 2**31 - 1)),
}


def random_message(kind: type[Message], chance: random.Random, depth: int = 0) -> Message:
    """Any message of ``kind``: each field present or not, each value good or bad."""
    made = kind()
    for field in made.DESCRIPTOR.fields:
        if chance.random() < (0.5 if depth < 5 else 0.0):
            set_anything(made, field, chance, depth)
    return made


def set_anything(made: Message, field: FieldDescriptor, chance: random.Random, depth: int = 0) -> None:
    """Give ``field`` of ``made`` some value, or some values."""
    if field.is_repeated:
        values = getattr(made, field.name)
        count = chance.choice(_COUNTS) if depth < 3 else 1
        for _ in range(count):
            if field.type == _FD.TYPE_MESSAGE:
                values.append(random_message(field.message_type._concrete_class, chance, depth + 1))
            else:
                values.append(_SCALARS[field.type](chance))
    elif field.type == _FD.TYPE_MESSAGE:
        part = getattr(made, field.name)
        part.CopyFrom(random_message(field.message_type._concrete_class, chance, depth + 1))
    else:
        setattr(made, field.name, _SCALARS[field.type](chance))


def leaves(message: Message) -> Iterator[tuple[Message, FieldDescriptor]]:
    """Every field of a message and of all messages in it that are present, with the message it belongs to."""
    for field in message.DESCRIPTOR.fields:
        yield message, field
        if field.type != _FD.TYPE_MESSAGE:
            continue
        parts = (
            getattr(message, field.name)
            if field.is_repeated
            else [getattr(message, field.name)] * message.HasField(field.name)
        )
        for part in parts:
            yield from leaves(part)


def mutated(good: Message, chance: random.Random) -> Message:
    """A copy of a good message with one to three fields set to anything, taken away, or said twice."""
    made = type(good)()
    made.CopyFrom(good)
    for _ in range(chance.choice((1, 1, 2, 3))):
        owner, field = chance.choice(list(leaves(made)))
        act = chance.random()
        if act < 0.15:
            owner.ClearField(field.name)
        elif act < 0.3 and field.is_repeated and len(getattr(owner, field.name)):
            values = getattr(owner, field.name)
            values.extend([values[0]] * chance.choice((1, 3, 70)))
        elif field.is_repeated and field.type != _FD.TYPE_MESSAGE and len(getattr(owner, field.name)):
            values = getattr(owner, field.name)
            values[chance.randrange(len(values))] = _SCALARS[field.type](chance)
        else:
            set_anything(owner, field, chance)
    return made


def mangled(data: bytes, chance: random.Random) -> bytes:
    """Bytes that once were a message: bits flipped, pieces cut, doubled, swapped or made up."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(made) + 1)
        act = chance.randrange(5)
        if act == 0 and made:
            made[at % len(made)] ^= 1 << chance.randrange(8)
        elif act == 1:
            del made[at : at + chance.choice((1, 2, 8, 1000))]
        elif act == 2:
            made[at:at] = bytes(
                chance.choice((0, 1, 0x7F, 0x80, 0xFF)) for _ in range(chance.choice((1, 4, 12)))
            )
        elif act == 3:
            made[at:at] = made[at // 2 : at]
        else:
            made += b"\xfa\x07\x03abc"  # field 127, which nobody knows
    return bytes(made[:200_000])
