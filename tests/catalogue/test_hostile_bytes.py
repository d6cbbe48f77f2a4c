"""Bytes on the port that no client would send. A neighbour plays on, and nothing stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import Callable

import pytest

from runtime.pb.v1 import drive_pb2
from tests.catalogue import raw_http2 as h2
from tests.catalogue.leftovers import holdings, nothing_beyond
from tests.catalogue.neighbour import neighbour
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually

pytestmark = pytest.mark.usefixtures("no_errors")
CONNECTIONS = int(os.environ.get("LAMP_CONNECTIONS", "600"))
OnServer = Callable[..., None]
Tried = Callable[..., None]
HELLO = drive_pb2.DriveRequest(hello=drive_pb2.Hello(protocol_version=1)).SerializeToString()
TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(190)
_AT_ONCE = 10


async def thrown(here: Site, pieces: list[bytes], reset: bool = False) -> None:
    """All ``pieces``, each on a connection of its own, a few at a time, beside a neighbour who must not notice."""
    async with neighbour(here.channel()) as other:
        for start in range(0, len(pieces), _AT_ONCE):
            part = pieces[start : start + _AT_ONCE]
            await asyncio.gather(
                *(h2.throw(here.address, piece, linger_s=0.01, reset=reset) for piece in part)
            )
            other.check()
        await eventually(lambda: here.sessions == 1)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_random_bytes(reset: bool, on_server: OnServer, tried: Tried) -> None:
    chance = random.Random(1)
    pieces = [chance.randbytes(chance.choice((1, 9, 24, 100, 3000))) for _ in range(CONNECTIONS)]

    async def body(here: Site) -> None:
        await thrown(here, pieces, reset)
        tried("connections with random bytes", len(pieces))

    on_server(body)


def test_garbage_after_the_http2_preface(on_server: OnServer, tried: Tried) -> None:
    chance = random.Random(2)
    pieces = [h2.PREFACE + h2.garbage_frames(chance, 8) for _ in range(CONNECTIONS // 3)]
    pieces += [
        h2.PREFACE + h2.frame(h2.SETTINGS) + h2.garbage_frames(chance, 8) for _ in range(CONNECTIONS // 3)
    ]
    pieces += [h2.opening("Drive") + h2.garbage_frames(chance, 8) for _ in range(CONNECTIONS // 3)]

    async def body(here: Site) -> None:
        await thrown(here, pieces)
        tried("connections with garbage HTTP/2 frames", len(pieces))

    on_server(body)


def test_floods_of_cheap_frames(on_server: OnServer, tried: Tried) -> None:
    """Ways to make an HTTP/2 server work for nothing: pings, settings, resets after each call, endless headers."""
    calls = b"".join(
        h2.frame(h2.HEADERS, h2.call_headers("Drive"), h2.END_HEADERS, stream)
        + h2.frame(h2.RST, b"\x00\x00\x00\x08", 0, stream)
        for stream in range(1, 600, 2)
    )
    begin = h2.PREFACE + h2.frame(h2.SETTINGS)
    endless = h2.frame(h2.HEADERS, h2.call_headers("Drive"), 0, 1)
    floods = {
        "pings": begin + h2.frame(h2.PING, bytes(8)) * 3000,
        "settings": begin + h2.frame(h2.SETTINGS, b"\x00\x04\x00\x00\xff\xff") * 3000,
        "resets": begin + calls,
        "continuations": begin
        + endless
        + h2.frame(h2.CONTINUATION, h2.headers([("x", "y" * 100)]) * 20, 0, 1) * 300,
        "windows": begin + h2.frame(h2.WINDOW, b"\x7f\xff\xff\xff") * 1000,
        "empty data": h2.opening("Drive") + h2.frame(h2.DATA, b"", 0, 1) * 3000,
    }

    async def body(here: Site) -> None:
        for name, flood in floods.items():
            await thrown(here, [flood] * 2)
            tried(f"connections with a flood of {name}", 2)

    on_server(body)


GRPC_PAYLOADS = {
    "length of 4 GB": h2.message(b"abc", length=2**32 - 1),
    "length over the limit": h2.message(b"", length=2**23),
    "length that never comes": h2.message(HELLO, length=len(HELLO) + 100),
    "compressed without an encoding": h2.message(HELLO, compressed=1),
    "a flag that does not exist": h2.message(HELLO, compressed=7),
    "no message at all": b"",
    "half a prefix": b"\x00\x00",
    "not a protobuf": h2.message(b"\xff" * 40),
    "hello and half a message": h2.message(HELLO) + h2.message(HELLO)[:7],
}


@pytest.mark.parametrize("end", [0, h2.END_STREAM], ids=["open", "ended"])
def test_broken_grpc_messages(end: int, on_server: OnServer, tried: Tried) -> None:
    pieces = [
        h2.opening(method) + h2.frame(h2.DATA, payload, end, 1)
        for payload in GRPC_PAYLOADS.values()
        for method in ("Drive", "GetServerInfo", "Generate", "UploadGeometry", "NoSuchCall")
    ]

    async def body(here: Site) -> None:
        await thrown(here, pieces)
        tried("calls with broken gRPC messages", len(pieces))

    on_server(body)


@pytest.mark.parametrize(
    "words",
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.0\r\n\r\nabc", TLS_HELLO, b"\r\n" * 50],
    ids=["HTTP/1.1", "HTTP/1.0", "TLS", "blank lines"],
)
def test_another_protocol_is_hung_up_on(words: bytes, on_server: OnServer, tried: Tried) -> None:
    async def body(here: Site) -> None:
        async with neighbour(here.channel()):
            for _ in range(5):
                assert await h2.throw(here.address, words, answer_s=10.0), "the server waits for more of it"
                tried("connections in another protocol")

    on_server(body)


def test_half_open_connections_cost_nothing_but_themselves(on_server: OnServer, tried: Tried) -> None:
    """Connections that say nothing, a preface, or half a Hello, and stay: others are served, and none of it remains."""
    beginnings = [
        b"",
        h2.PREFACE,
        h2.PREFACE + h2.frame(h2.SETTINGS),
        h2.opening("Drive"),
        h2.opening("Drive")[:-5],
    ]

    async def body(here: Site) -> None:
        warm = await Driven.open(here.channel())
        await warm.bye()
        await asyncio.gather(*(h2.throw(here.address, b) for b in beginnings))
        await eventually(lambda: here.sessions == 0)
        before = holdings(here)
        host, _, port = here.address.rpartition(":")
        writers = []
        for i in range(CONNECTIONS // 3):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(beginnings[i % len(beginnings)])
            writers.append(writer)
        async with neighbour(here.channel()):
            await asyncio.sleep(1.0)
        for writer in writers:
            writer.close()
            with contextlib.suppress(ConnectionError, BrokenPipeError):
                await writer.wait_closed()
        for channel in here.channels:
            await channel.close()
        await nothing_beyond(here, before)
        tried("connections left half open", len(writers))

    on_server(body)
