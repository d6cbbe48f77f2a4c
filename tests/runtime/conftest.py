"""A real server on a free loopback port, with a stub in place of the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from runtime.limits import Limits
from runtime.pb.v1 import service_pb2_grpc
from runtime.server import LampServer, ServerConfig
from runtime.stub_backend import StubBackend


@dataclass
class Site:
    """A server and what tests need around it."""

    server: LampServer
    backend: StubBackend
    channels: list[grpc.aio.Channel] = field(default_factory=list)

    def channel(self, **options: int) -> grpc.aio.Channel:
        """A connection of its own, as another client would have."""
        pairs = [("grpc.use_local_subchannel_pool", 1), *((f"grpc.{k}", v) for k, v in options.items())]
        channel = grpc.aio.insecure_channel(self.address, options=pairs)
        self.channels.append(channel)
        return channel

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def sessions(self) -> int:
        """Streams the server knows."""
        return len(self.server.servicer.drives)

    @property
    def works(self) -> int:
        """Characters the worker holds."""
        return self.server.scheduler.live_count

    def stub(self) -> Any:
        return service_pb2_grpc.MotionServiceStub(self.channel())


@asynccontextmanager
async def site(
    backend: StubBackend | None = None, limits: Limits | None = None, **config: Any
) -> AsyncIterator[Site]:
    """Start a server; stop it and close every channel at the end."""
    backend = backend or StubBackend()
    server = LampServer(
        backend, ServerConfig("127.0.0.1:0", limits or Limits(resume_s=0.5), grace_s=0.2, **config)
    )
    await server.start()
    here = Site(server, backend)
    try:
        yield here
    finally:
        for channel in here.channels:
            await channel.close()
        await server.stop()


@pytest.fixture
def on_server() -> Callable[..., None]:
    """Run an async test body with a started server: ``on_server(body, limits=..., backend=...)``."""

    def run(body: Callable[[Site], Coroutine[Any, Any, None]], **options: Any) -> None:
        async def main() -> None:
            async with asyncio.timeout(30), site(**options) as here:
                await body(here)

        asyncio.run(main())

    return run
