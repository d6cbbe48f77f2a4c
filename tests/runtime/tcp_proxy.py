"""A wire between client and server that can be cut without either side being told, and that counts pings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_PREFACE = 24  # bytes before the first frame of an HTTP/2 client
_PING, _ACK, _HEADER = 6, 1, 9


@dataclass
class Wire:
    """What happens to everything that passes; set ``frozen`` and nothing does any more."""

    port: int = 0
    frozen: bool = False
    pings: int = 0  # asked by the client
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    """A wire to a local port."""
    wire = Wire()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server, from_server = await asyncio.open_connection("127.0.0.1", port)
        for source, sink, counts in ((reader, from_server, True), (to_server, writer, False)):
            task = asyncio.create_task(_pump(wire, source, sink, counts))
            wire.tasks.add(task)
            task.add_done_callback(wire.tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        for task in list(wire.tasks):
            task.cancel()
        await asyncio.gather(*wire.tasks, return_exceptions=True)


async def _pump(wire: Wire, source: asyncio.StreamReader, sink: asyncio.StreamWriter, counts: bool) -> None:
    seen, skip = b"", _PREFACE
    try:
        while data := await source.read(65536):
            if wire.frozen:
                continue
            sink.write(data)
            await sink.drain()
            if counts:
                seen, skip = _count(wire, seen + data, skip)
    except ConnectionError:
        pass
    finally:
        sink.close()


def _count(wire: Wire, data: bytes, skip: int) -> tuple[bytes, int]:
    """Count the pings among whole frames; what is left over, and how much of what comes to pass over."""
    while True:
        passed = min(skip, len(data))
        data, skip = data[passed:], skip - passed
        if skip or len(data) < _HEADER:
            return data, skip
        wire.pings += data[3] == _PING and not data[4] & _ACK
        skip = _HEADER + int.from_bytes(data[:3])
