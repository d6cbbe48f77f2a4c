"""``lamp serve --stub`` in a process of its own, behind a bad network, to be stopped, killed and started again."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc

from runtime.pb.v1 import service_pb2, service_pb2_grpc
from tests.conformance.bad_network import BadNetwork
from tests.runtime.stub_server import command

ROOT = Path(__file__).resolve().parent.parent.parent


class Site:
    """The server and the way to it: clients connect to ``address`` whatever happens to the server."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self._options = options
        self.patience = 1.0  # how many times as long as it should something may take, on a busy machine
        self._process: asyncio.subprocess.Process | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in ``stop``
        self.network = BadNetwork(1)

    @property
    def address(self) -> str:
        return self.network.address

    async def start(self) -> None:
        """Start the server, on another port than before; returns when it serves."""
        self._process = await asyncio.create_subprocess_exec(
            *command(*self._options), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=self._log
        )
        assert self._process.stdout is not None
        first = (await self._process.stdout.readline()).decode()
        if not first.startswith("serving on "):
            self._log.seek(0)
            raise AssertionError(f"the server did not start: {first}{self._log.read().decode()[-2000:]}")
        self.network.target_port = int(first.split()[2].rsplit(":", 1)[1])

    async def kill(self) -> None:
        """End the server without a word."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def drain(self) -> None:
        """Ask the server to end, as a deployment does, and wait until it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        await self._process.wait()

    async def sessions(self, token: str = "") -> int:
        """Live sessions the server knows."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.network.target_port}") as channel:
            metadata = (("authorization", f"Bearer {token}"),) if token else ()
            stub = service_pb2_grpc.MotionServiceStub(channel)
            info = await stub.GetServerInfo(
                service_pb2.GetServerInfoRequest(), metadata=metadata, timeout=10, wait_for_ready=True
            )
        return int(info.sessions)

    async def stop(self) -> None:
        await self.kill()
        self._log.close()


@asynccontextmanager
async def served(*options: str, grace_s: float = 1.0, patience: float = 1.0) -> AsyncIterator[Site]:
    """A server that is up, and the way to it."""
    with tempfile.TemporaryDirectory() as cache:
        site = Site(("--grace-s", str(grace_s), "--geometry-cache", cache, *options))
        site.patience = patience
        try:
            await site.start()
            async with site.network:
                yield site
        finally:
            await site.stop()
