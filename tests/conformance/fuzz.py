"""Random messages of every type, and broken ones: what a client's codec makes of them against Python's protobuf.

The reference answer is canonical: unknown fields dropped, deterministic order. A client's answer is brought to the same
form before the two are compared, bit for bit, so NaN and -0 count too.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.conformance.clients import Client
from tests.conformance.disputed import disputed
from tests.conformance.messages import MESSAGES
from tests.conformance.python_codec import OK, REJECTED, answer

_BATCH = 500
_INTEGERS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1), FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1), FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}  # fmt: skip
_FLOATS = (0.0, -0.0, 1.0, -1.5, 1e-45, 3.4e38, float("inf"), float("-inf"), float("nan"))
_TEXTS = ("", "a", "left_wrist", "walk to the door", "Ω≈ç√", "走る", "🚶", "x" * 200, "null\0inside")
_MOST_EXAMPLES = 20


@dataclass
class Comparison:
    """How the codecs compare. examples: the first differences, in words. disputed: see the module of that name."""

    messages: int = 0
    broken: int = 0  # of them were damaged on purpose
    rejected: int = 0  # of the damaged ones, by both
    differences: int = 0
    disputed: int = 0
    examples: list[str] = field(default_factory=list)

    def differ(self, text: str) -> None:
        self.differences += 1
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(text[:600])


async def compare(client: Client, count: int, seed: int = 0) -> Comparison:
    """Send ``count`` messages through the client's codec. Raises ``AssertionError`` when its program ends early."""
    process = await asyncio.create_subprocess_exec(
        *client.command, "codec", cwd=client.folder, env=client.environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    found, made = Comparison(), messages(random.Random(seed))
    errors = asyncio.create_task(process.stderr.read())
    try:
        while found.messages < count:
            batch = [next(made) for _ in range(min(_BATCH, count - found.messages))]
            process.stdin.write(b"".join(_request(name, data) for name, data, _ in batch))
            sending = asyncio.create_task(process.stdin.drain())
            for name, data, broken in batch:
                status, again = await _response(process.stdout)
                may_dispute = not client.own_codec
                _judge(found, name, data, broken, status, again, may_dispute)
            await sending
    except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
        process.kill()
        said = (await errors).decode(errors="replace")[-2000:]
        raise AssertionError(
            f"the codec program ended or hung after {found.messages} messages: {said}"
        ) from None
    finally:
        if process.returncode is None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
    assert process.returncode == 0, f"exit status {process.returncode}: {(await errors).decode()[-2000:]}"
    return found


def _request(name: str, data: bytes) -> bytes:
    return struct.pack("<IB", 1 + len(name) + len(data), len(name)) + name.encode() + data


async def _response(source: asyncio.StreamReader) -> tuple[int, bytes]:
    async with asyncio.timeout(30):
        (size,) = struct.unpack("<I", await source.readexactly(4))
        body = await source.readexactly(size)
    return body[0], body[1:]


def _judge(
    found: Comparison, name: str, data: bytes, broken: bool, status: int, again: bytes, may_dispute: bool
) -> None:
    found.messages += 1
    found.broken += broken
    wanted, reference = answer(name, data)
    if status != wanted and may_dispute and broken and disputed(MESSAGES[name].DESCRIPTOR, data):
        found.disputed += 1
    elif status != wanted:
        found.differ(f"{name} {data.hex()}: status {status}, Python's is {wanted}")
    elif wanted == REJECTED:
        found.rejected += 1
    elif wanted == OK:
        canonical, theirs = answer(name, again)
        if canonical != OK or theirs != reference:
            found.differ(f"{name} {data.hex()}: became {again.hex()}, Python's is {reference.hex()}")


# -- messages -------------------------------------------------------------------------------------------------------


def messages(rng: random.Random) -> Iterator[tuple[str, bytes, bool]]:
    """Without end: name, bytes, and whether they were damaged; every type comes up equally often."""
    names = list(MESSAGES)
    while True:
        rng.shuffle(names)
        for name in names:
            data = filled(MESSAGES[name], rng).SerializeToString()
            broken = rng.random() < 0.4
            yield name, damaged(data, rng) if broken else data, broken


def filled(kind: type[Message], rng: random.Random, depth: int = 0) -> Message:
    """A message with random fields set to random values."""
    message: Any = kind()
    likely = rng.random()
    for descriptor in kind.DESCRIPTOR.fields:
        if rng.random() > likely:
            continue
        name = descriptor.name
        nested = descriptor.type == FieldDescriptor.TYPE_MESSAGE
        if nested and depth > 4:
            continue
        if descriptor.is_repeated:
            for _ in range(rng.choice((1, 1, 2, 3, 30 if not nested else 4))):
                if nested:
                    getattr(message, name).add().CopyFrom(filled(_kind(message, name, True), rng, depth + 1))
                else:
                    getattr(message, name).append(value(descriptor, rng))
        elif nested:
            getattr(message, name).CopyFrom(filled(type(getattr(message, name)), rng, depth + 1))
        else:
            setattr(message, name, value(descriptor, rng))
    return message


def _kind(message: Any, name: str, repeated: bool) -> type[Message]:
    return MESSAGES[message.DESCRIPTOR.fields_by_name[name].message_type.name]


def value(descriptor: FieldDescriptor, rng: random.Random) -> Any:
    """A value that fits the field; the limits of its type come up often."""
    kind = descriptor.type
    if kind == FieldDescriptor.TYPE_BOOL:
        return rng.random() < 0.5
    if kind == FieldDescriptor.TYPE_ENUM:
        return rng.choice([*descriptor.enum_type.values_by_number, 77, -1])
    if kind == FieldDescriptor.TYPE_STRING:
        return rng.choice(_TEXTS)
    if kind == FieldDescriptor.TYPE_BYTES:
        return rng.randbytes(rng.choice((0, 1, 5, 300)))
    if kind in (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE):
        return rng.choice((*_FLOATS, rng.uniform(-10, 10), rng.uniform(-10, 10)))
    low, high = _INTEGERS[kind]
    return rng.choice((low, high, 0, 1, rng.randint(low, high), rng.randint(max(low, -200), 200)))


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut, flipped, doubled, or with bytes that were never a message."""
    how, at = rng.randrange(7), rng.randrange(len(data) + 1)
    if how == 0:
        return data[:at]
    if how == 1:
        return data[:at] + rng.randbytes(rng.randint(1, 6)) + data[at:]
    if how == 2:
        return data + data[:at]  # fields again: the last of a single one counts, messages are merged
    if how == 3:
        return data + _unknown(rng)
    if how == 4:
        return rng.randbytes(rng.randint(1, 40))
    mutable = bytearray(data or b"\x00")
    for _ in range(rng.randint(1, 3)):
        mutable[rng.randrange(len(mutable))] = rng.choice((0, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(mutable)


def _unknown(rng: random.Random) -> bytes:
    """A field of a later version, of any wire type, groups among them."""
    number = rng.choice((500, 1000, 536870911))
    if rng.random() < 0.2:
        return _varint(number << 3 | 3) + _varint(1 << 3) + b"\x05" + _varint(number << 3 | 4)
    kind = rng.choice((0, 1, 2, 5))
    body = {0: _varint(rng.getrandbits(64)), 1: rng.randbytes(8), 2: b"\x03abc", 5: rng.randbytes(4)}[kind]
    return _varint(number << 3 | kind) + body


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)
