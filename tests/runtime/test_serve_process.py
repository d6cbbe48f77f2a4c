"""``lamp serve`` as a process of its own: what it prints, and how it ends when it is told to."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from lamp.motion import Motion
from runtime import cli
from runtime.commands import clips
from tests.runtime.process import posix_only, served
from tests.runtime.wire import Driven


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as (_, address):
        yield address


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    async def drive(process: subprocess.Popen[str], address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            driven = await Driven.open(channel)
            await driven.until(lambda: driven.frames)
            process.send_signal(number)
            await driven.until(lambda: driven.going_away)
            assert await driven.end() is grpc.StatusCode.UNAVAILABLE

    with served() as (process, address):
        asyncio.run(drive(process, address))
        assert process.stdout is not None
        rest = process.stdout.read()
        assert process.wait(timeout=20) == 0
        assert "licence" in rest
        assert "stub on cpu" in rest


def test_generate_and_edit_through_a_server(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    walk, around = tmp_path / "walk.npz", tmp_path / "around.npz"
    assert cli.main(["generate", "walk", "--seconds", "4", "--server", address, "--out", str(walk)]) == 0
    assert isinstance(clips.load(walk), Motion)
    obstacle = ["--obstacle", "sphere", "0.1", "0.9", "2", "0.3"]
    arguments = ["edit", str(walk), *obstacle, "--steps", "8", "--server", address, "--out", str(around)]
    assert cli.main(arguments) == 0
    assert abs(clips.load(around).positions_m[40, 0, 0]) > 0.4
    assert "around.npz" in capsys.readouterr().out


def test_a_server_that_is_not_there_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "walk", "--server", "127.0.0.1:1", "--out", str(tmp_path / "x.npz")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("lamp: ")
    assert error.count("\n") == 1


def test_a_port_in_use_is_one_clear_line(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--stub", "--port", address.rpartition(":")[2]]) == 1
    assert "--port" in capsys.readouterr().err.splitlines()[-1]
