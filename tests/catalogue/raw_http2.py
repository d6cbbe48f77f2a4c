"""HTTP/2 by hand: frames that no gRPC library would send."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Iterable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 0x1, 0x4
MAX_FRAME = 2**14


def frame(
    kind: int, payload: bytes = b"", flags: int = 0, stream: int = 0, length: int | None = None
) -> bytes:
    """One frame; ``length`` may lie about the payload."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(pairs: Iterable[tuple[str, str]]) -> bytes:
    """A header block of literals, none of them indexed or compressed (values shorter than 127 bytes)."""
    block = b""
    for name, value in pairs:
        block += b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
    return block


def call_headers(method: str, **more: str) -> bytes:
    """The header block of a gRPC call to ``method`` of the motion service."""
    pairs = {
        ":method": "POST", ":scheme": "http", ":path": f"/lamp.v1.MotionService/{method}", ":authority": "localhost",
        "content-type": "application/grpc", "te": "trailers",
    }  # fmt: skip
    return headers((pairs | {name.replace("_", "-"): value for name, value in more.items()}).items())


def message(payload: bytes, *, compressed: int = 0, length: int | None = None) -> bytes:
    """A gRPC message: flag, length, payload; the length may lie."""
    return struct.pack(">BI", compressed, len(payload) if length is None else length) + payload


def opening(method: str, stream: int = 1) -> bytes:
    """Everything up to where the first message of a call may follow."""
    return PREFACE + frame(SETTINGS) + frame(HEADERS, call_headers(method), END_HEADERS, stream)


def garbage_frames(chance: random.Random, count: int) -> bytes:
    """Frames of any type with any flags, stream and payload; some lie about their length."""
    made = b""
    for _ in range(count):
        payload = chance.randbytes(chance.choice((0, 1, 4, 5, 8, 40, 300)))
        length = None if chance.random() < 0.9 else chance.choice((0, 3, MAX_FRAME, 2**24 - 1))
        stream = chance.choice((0, 1, 2, 3, 2**31 - 1, chance.getrandbits(31)))
        made += frame(chance.randrange(12), payload, chance.getrandbits(8), stream, length)
    return made


async def throw(
    address: str, data: bytes, *, linger_s: float = 0.0, reset: bool = False, answer_s: float = 0.0
) -> bool:
    """Connect, send ``data``, wait, hang up (``reset``: with RST). Whether the server hung up first in ``answer_s``."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    ended = False
    try:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(linger_s)
        if answer_s:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(answer_s):
                    while await reader.read(65536):
                        pass
                    ended = True
        if reset:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except (ConnectionError, BrokenPipeError):
        ended = True
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, BrokenPipeError):
            await writer.wait_closed()
    return ended
