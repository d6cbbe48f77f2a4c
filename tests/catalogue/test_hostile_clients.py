"""Clients that crash, stop reading, or lose their server. The others play on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from runtime.pb.v1 import drive_pb2
from runtime.server_process import ServerProcess, rss_mib
from tests.catalogue.calls import SlowStub
from tests.catalogue.leftovers import holdings, nothing_beyond
from tests.catalogue.neighbour import neighbour
from tests.catalogue.processes import start
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually, sphere

CRASHES = int(os.environ.get("LAMP_CRASHES", "9"))
_AT_ONCE, _CHARACTERS = 3, 3
OnServer = Callable[..., None]
Tried = Callable[..., None]
STOPPED_READER_MIB = 8.0  # what a client that stops reading may hold


@pytest.mark.usefixtures("no_errors")
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_clients_that_are_killed_in_the_middle_of_everything(on_server: OnServer, tried: Tried) -> None:
    """SIGKILL leaves no Bye and no reset of the streams: the server finds out by itself."""

    async def crash(here: Site) -> None:
        process = start("crash_client.py", here.address, str(_CHARACTERS))
        try:
            assert process.stdout is not None
            line = await asyncio.to_thread(process.stdout.readline)
            assert line == "up\n", process.stderr.read() if process.stderr else ""
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            await asyncio.to_thread(process.communicate)
        tried("client processes killed")
        tried("live sessions cut by a kill", _CHARACTERS)

    async def crashes(here: Site, rounds: int) -> None:
        async with neighbour(here.channel()) as other:
            for _ in range(rounds):
                await asyncio.gather(*(crash(here) for _ in range(_AT_ONCE)))
                await other.prove()

    async def body(here: Site) -> None:
        await crashes(here, 1)
        await eventually(lambda: here.works == 0 and here.server.scheduler.offline_count == 0, 30.0)
        before = holdings(here)
        await crashes(here, CRASHES // _AT_ONCE - 1)
        await nothing_beyond(here, before, 30.0)

    on_server(body, backend=SlowStub())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_a_reader_that_stops_holds_little_and_slows_nobody(tmp_path: Path, tried: Tried) -> None:
    """240 frames a second for 10 s ahead, a new plan fifty times a second, and a client that reads none of it."""

    async def play(server: ServerProcess) -> None:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.bdp_probe", 0)]
        async with (
            grpc.aio.insecure_channel(server.address, options[:1]) as channel,
            grpc.aio.insecure_channel(server.address, options) as slow_channel,
            neighbour(channel) as other,
        ):
            warm = await Driven.open(channel, fps=240.0, horizon_s=10.0)
            await warm.until(lambda: warm.frames)
            await warm.bye()
            before = rss_mib(server.pid)
            slow = Driven(slow_channel)
            hello = drive_pb2.Hello(protocol_version=1, fps=240.0, horizon_s=10.0)
            await slow.send(hello=hello)
            for revision in range(1, 201):
                await slow.update(
                    revision=revision, put_obstacles=[sphere("a", 0.1, 0.9, 2 + revision % 50 / 10)]
                )
                await asyncio.sleep(0.02)
            await other.prove()
            after = rss_mib(server.pid)
            assert before is not None and after is not None
            assert after - before <= STOPPED_READER_MIB, f"from {before:.1f} to {after:.1f} MiB"
            slow.may_miss_frames = True
            await slow.until(lambda: slow.plans and slow.plans[-1].scene_revision == 200, 30.0)
            tried("changes sent by a client that does not read", 200)
            slow.call.cancel()

    with ServerProcess(["--stub", "--log-level", "warning"], log=tmp_path / "log", own_group=True) as server:
        asyncio.run(asyncio.wait_for(play(server), 90.0))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "runtime.cli", "serve", "--stub", "--port", str(port), "--grace", "0.5"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().startswith("serving on"), "it did not start"


def test_a_second_server_on_the_port_says_so_and_the_first_goes_on(tried: Tried) -> None:
    async def still_served(port: int) -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel, neighbour(channel):
            second = serve(port)
            try:
                _, errors = await asyncio.to_thread(second.communicate, timeout=60)
            finally:
                second.kill()
            assert second.returncode == 1
            assert str(port) in errors and "--port" in errors, errors
            assert "Traceback" not in errors

    port = free_port()
    first = serve(port)
    try:
        wait_ready(first)
        asyncio.run(asyncio.wait_for(still_served(port), 90.0))
    finally:
        first.kill()
        first.communicate()
    tried("servers started on a busy port")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to stop"])
def test_clients_of_a_server_that_restarts_come_back_to_it(end: signal.Signals, tried: Tried) -> None:
    """On raw stubs: the stream ends with UNAVAILABLE, and the same channel reaches the new server."""

    async def play(port: int) -> None:
        process = serve(port)
        try:
            await asyncio.to_thread(wait_ready, process)
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                driven = [await Driven.open(channel) for _ in range(4)]
                for d in driven:
                    await d.until(lambda d=d: d.frames)
                process.send_signal(end)
                codes = await asyncio.gather(*(d.end() for d in driven))
                assert set(codes) == {grpc.StatusCode.UNAVAILABLE}
                assert all((d.going_away is not None) == (end == signal.SIGTERM) for d in driven)
                await asyncio.to_thread(process.communicate)
                process = serve(port)
                await asyncio.to_thread(wait_ready, process)
                for _ in driven:
                    back = await reopened(channel)
                    await back.until(lambda back=back: back.frames)
                    assert await back.bye() is grpc.StatusCode.OK
                    tried("sessions that lost their server and opened another")
        finally:
            process.kill()
            process.communicate()

    asyncio.run(asyncio.wait_for(play(free_port()), 90.0))


async def reopened(channel: grpc.aio.Channel) -> Driven:
    """A new session as soon as the channel has found the server again."""
    end = time.monotonic() + 30.0
    while True:
        with contextlib.suppress(AssertionError, grpc.RpcError, asyncio.InvalidStateError):
            return await Driven.open(channel)
        assert time.monotonic() < end, "the server was not found again"
        await asyncio.sleep(0.2)
