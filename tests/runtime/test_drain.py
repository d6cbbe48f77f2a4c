"""The end of a server under load: everybody is told, what can end well does, and the exit status is 0."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime import systemd
from runtime.pb.v1 import service_pb2, service_pb2_grpc
from runtime.server import SERVICE
from tests.runtime.process import posix_only, served
from tests.runtime.wire import Driven, sphere

pytestmark = posix_only
HEALTH = health_pb2.HealthCheckResponse
OWN = [("grpc.use_local_subchannel_pool", 1)]


def order(steps: int) -> service_pb2.OptimizeRequest:
    task = service_pb2.OptimizeTask(prompt="walk", obstacles=[sphere("rock", 0.1, 0.9, 2.0)])
    return service_pb2.OptimizeRequest(tasks=[task], steps=steps)


async def finished(call: Any) -> tuple[grpc.StatusCode, int]:
    """Status of an Optimize call and how many results came."""
    results = 0
    try:
        async for message in call:
            results += message.HasField("result")
    except grpc.aio.AioRpcError:
        pass
    return await call.code(), results


async def play(driven: Driven) -> grpc.StatusCode:
    """As a game: tells the playhead until the stream ends; the status."""
    began = time.monotonic()
    while not driven.ended and not driven.call.done():
        with_frames = min(time.monotonic() - began, driven.sent_until_s())
        try:
            await driven.play(max(with_frames, 0.0))
            await driven.for_s(0.05)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            break
    return await driven.call.code()


async def status_of(health: Any, service: str) -> int:
    answer = await health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
    return int(answer.status)


def test_sigterm_under_load(tmp_path: Path) -> None:
    grace_s, players = 2.5, 6

    async def body(process: subprocess.Popen[str], address: str) -> None:
        async with (
            grpc.aio.insecure_channel(address) as channel,
            grpc.aio.insecure_channel(address, OWN) as other,
        ):
            stub, health = service_pb2_grpc.MotionServiceStub(channel), health_pb2_grpc.HealthStub(other)
            driven = [await Driven.open(channel) for _ in range(players)]
            for one in driven:
                await one.until(lambda one=one: one.frames)
            playing = [asyncio.create_task(play(one)) for one in driven]
            short, long = (asyncio.create_task(finished(stub.Optimize(order(n)))) for n in (100, 1000))
            watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
            assert (await watch.read()).status == HEALTH.SERVING
            await asyncio.sleep(0.2)

            process.send_signal(signal.SIGTERM)
            told_s = time.monotonic()
            assert (await watch.read()).status == HEALTH.NOT_SERVING
            assert {await status_of(health, s) for s in ("", SERVICE)} == {HEALTH.NOT_SERVING}
            newcomer = Driven(other)
            await newcomer.send(hello={"protocol_version": 1})
            assert await newcomer.end() is grpc.StatusCode.UNAVAILABLE
            assert "elsewhere" in await newcomer.call.details()
            assert await finished(service_pb2_grpc.MotionServiceStub(other).Optimize(order(1))) == (
                grpc.StatusCode.UNAVAILABLE, 0
            )  # fmt: skip
            assert time.monotonic() - told_s < grace_s, "newcomers are told while the others still play"
            frames = [one.last_index for one in driven]
            assert await short == (grpc.StatusCode.OK, 1)
            assert set(await asyncio.gather(*playing)) == {grpc.StatusCode.UNAVAILABLE}
            assert time.monotonic() - told_s > grace_s - 0.2, "the grace is theirs"
            assert all(one.going_away.grace_s == grace_s for one in driven if one.going_away)
            assert sum(one.going_away is not None for one in driven) == players
            assert all(one.last_index > before for one, before in zip(driven, frames, strict=True))
            assert await long == (grpc.StatusCode.UNAVAILABLE, 0)
            assert await asyncio.to_thread(process.wait, 15) == 0
            assert time.monotonic() - told_s < grace_s + 5

    log = tmp_path / "log"
    with served(grace_s=grace_s, log=log) as (process, address):
        asyncio.run(body(process, address))
    lines = log.read_text()
    assert f"stopping within {grace_s:g} s: {players} sessions, 2 calls" in lines
    assert lines.count("session closed reason=SHUTTING_DOWN") == players
    assert "Traceback" not in lines
    assert "ERROR" not in lines


def test_it_ends_early_once_everybody_has_left() -> None:
    async def body(process: subprocess.Popen[str], address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            driven = await Driven.open(channel)
            await driven.until(lambda: driven.frames)
            process.send_signal(signal.SIGTERM)
            await driven.until(lambda: driven.going_away)
            assert await driven.bye() is grpc.StatusCode.OK
        assert await asyncio.to_thread(process.wait, 15) == 0

    with served(grace_s=120.0) as (process, address):
        asyncio.run(body(process, address))


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_grace(second: signal.Signals) -> None:
    async def body(process: subprocess.Popen[str], address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            driven = await Driven.open(channel)
            long = asyncio.create_task(
                finished(service_pb2_grpc.MotionServiceStub(channel).Optimize(order(1000)))
            )
            await driven.until(lambda: driven.frames)
            process.send_signal(signal.SIGTERM)
            await driven.until(lambda: driven.going_away)
            process.send_signal(second)
            assert await driven.end() is grpc.StatusCode.UNAVAILABLE
            assert await long == (grpc.StatusCode.UNAVAILABLE, 0)
        assert await asyncio.to_thread(process.wait, 15) == 0

    with served(grace_s=120.0) as (process, address):
        asyncio.run(body(process, address))


def test_a_client_that_does_not_read_cannot_hold_the_end_up() -> None:
    async def body(process: subprocess.Popen[str], address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            stalled = await Driven.open(channel, horizon_s=10.0, fps=240)
            silent = service_pb2_grpc.MotionServiceStub(channel).Drive()  # never says Hello
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 15) == 0
            assert await silent.code() is not grpc.StatusCode.OK
            stalled.call.cancel()

    with served(grace_s=0.3) as (process, address):
        asyncio.run(body(process, address))


def test_sigterm_while_the_model_loads_is_no_failure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runtime.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "bundle" in process.stderr.readline()
        process.terminate()
        assert process.wait(timeout=30) == 0


@pytest.fixture
def notified(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket as systemd has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as here:
        here.bind(str(tmp_path / "notify"))
        here.settimeout(15)
        yield here


def test_systemd_hears_of_ready_alive_reloading_and_stopping(notified: socket.socket, tmp_path: Path) -> None:
    def hear(*wanted: str) -> None:
        """All of these, in this order, among others."""
        for word in wanted:
            while word not in (said := notified.recv(4096).decode()):
                heard.append(said)
            heard.append(said)

    heard: list[str] = []
    tokens = tmp_path / "tokens"
    tokens.write_text("the-first-token-of-all\n")
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
    with served("--token-file", str(tokens), environment=environment) as (process, address):
        hear("READY=1", "WATCHDOG=1", "WATCHDOG=1")
        assert heard[0].startswith("READY=1\nSTATUS=serving on 127.0.0.1:")
        assert asyncio.run(may_call(address, "the-first-token-of-all"))
        tokens.write_text("the-second-token-of-all\n")
        process.send_signal(signal.SIGHUP)
        hear("RELOADING=1\nMONOTONIC_USEC=", "READY=1")
        assert not asyncio.run(may_call(address, "the-first-token-of-all"))
        assert asyncio.run(may_call(address, "the-second-token-of-all"))
        tokens.write_text("short\n")
        process.send_signal(signal.SIGHUP)
        hear("RELOADING=1", "READY=1")
        assert asyncio.run(may_call(address, "the-second-token-of-all")), "bad tokens change nothing"
        process.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert process.wait(timeout=15) == 0


async def may_call(address: str, token: str) -> bool:
    async with grpc.aio.insecure_channel(address, OWN) as channel:
        stub = service_pb2_grpc.MotionServiceStub(channel)
        metadata = [("authorization", f"Bearer {token}")]
        try:
            await stub.GetServerInfo(service_pb2.GetServerInfoRequest(), metadata=metadata, timeout=5)
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
            return False
        return True


def test_without_systemd_nothing_is_said() -> None:
    assert not systemd.notify("READY=1", environment={})
    assert not systemd.notify("READY=1", environment={"NOTIFY_SOCKET": "/nowhere/at/all"})
    assert systemd.watchdog_interval_s({}) is None
    assert systemd.watchdog_interval_s({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}) is None
    assert systemd.watchdog_interval_s({"WATCHDOG_USEC": "1000000"}) == 0.5


def test_a_unix_socket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from runtime import cli

    path = tmp_path / "lamp.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:  # as after a crash
        left_behind.bind(str(path))
    with served("--unix-socket", str(path)) as (process, address):
        assert address == f"unix:{path}"

        async def body() -> None:
            async with grpc.aio.insecure_channel(address) as channel:
                driven = await Driven.open(channel)
                await driven.until(lambda: driven.frames)
                assert await driven.bye() is grpc.StatusCode.OK

        asyncio.run(body())
        assert cli.main(["serve", "--stub", "--unix-socket", str(path)]) == 1
        assert "another server" in capsys.readouterr().err
        asyncio.run(body())
        process.terminate()
        assert process.wait(timeout=15) == 0
