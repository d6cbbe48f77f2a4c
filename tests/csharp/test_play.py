"""The components of the Unity package, compiled and played against the real server. What is not real is the engine: the
stand-ins in ``unity_stub`` call scripts as Unity does, and ``yaha_stub`` puts .NET's HTTP/2 behind the interface of
YetAnotherHttpHandler."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import csharp_toolchain as toolchain
from tests.conformance.serving import served
from tests.csharp import programs
from tests.runtime.test_security import make_certificate

ENDINGS = ("leave-play", "reload", "quit-editor", "quit", "disable", "destroy", "play-again")
PILLAR_RADIUS_M = 0.35


@pytest.fixture(scope="module")
def play() -> Path:
    programs.toolchain_or_skip()
    return programs.built("play")


async def run(*command: str, extra: dict[str, str] | None = None, limit_s: float = 90.0) -> list[str]:
    """Output of a program that has to end well."""
    process = await asyncio.create_subprocess_exec(
        *command, env=toolchain.environment(extra), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = output.decode().splitlines()
    assert process.returncode == 0, "\n".join(lines[-30:])
    return lines


def test_play_mode_tests_pass() -> None:
    """As Unity's test runner would, with a server for those that want one."""
    programs.toolchain_or_skip()
    tests, runner = programs.built("Lamp.Tests.Runtime"), programs.built("runner")

    async def body() -> list[str]:
        async with served("--resume-s", "0") as site:
            command = toolchain.command(runner, str(tests))
            return await run(*command, extra={"LAMP_TEST_SERVER": site.address})

    lines = asyncio.run(body())
    assert len(lines) >= 6 and all(line.startswith("ok ") for line in lines), lines


def test_play_mode_tests_without_a_server_are_ignored_and_say_how() -> None:
    programs.toolchain_or_skip()
    tests, runner = programs.built("Lamp.Tests.Runtime"), programs.built("runner")
    lines = asyncio.run(run(*toolchain.command(runner, str(tests)), extra={"LAMP_TEST_SERVER": ""}))
    ignored = [line for line in lines if line.startswith("ignored ")]
    assert len(ignored) >= 3 and all("LAMP_TEST_SERVER" in line for line in ignored), lines


def test_the_sample_scene_plays_around_pillar_and_ball(play: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"

    async def body() -> list[str]:
        async with served() as site:
            return await run(*toolchain.command(play, "sample", site.address, "9", str(seen)))

    lines = asyncio.run(body())
    assert not [line for line in lines if line.startswith(("error", "exception"))], lines
    frames: list[dict[str, Any]] = json.loads(seen.read_text(encoding="utf8"))
    last = frames[-1]
    assert last["told"] == 2 and not last["problem"], last
    hips = np.array([frame["joints"]["pelvis"] for frame in frames])
    head = np.array([frame["joints"]["head"] for frame in frames])
    assert hips[-1, 2] > 5.0, "past the pillar at z = 4"
    pillar = np.array(last["pillar"])
    assert np.hypot(*(hips - pillar)[:, [0, 2]].T).min() > PILLAR_RADIUS_M
    assert (head[:, 1] - hips[:, 1]).min() > 0.3, "it is upright, in Unity's axes"
    assert frames[0]["ball"][0] > last["ball"][0] + 2.0, "the ball rolled across"


@pytest.mark.parametrize("way", ENDINGS)
def test_whatever_ends_the_game_ends_its_sessions_and_connections(play: Path, way: str) -> None:
    async def body() -> None:
        async with served("--resume-s", "0") as site:
            process = await asyncio.create_subprocess_exec(
                *toolchain.command(play, "end", way, site.address), env=toolchain.environment(),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            assert process.stdout is not None and process.stdin is not None
            try:
                async with asyncio.timeout(60):
                    assert (await process.stdout.readline()).decode().strip() == "driving"
                    assert (await process.stdout.readline()).decode().strip() == "open 0 0"
                    while await site.sessions():  # the program still runs
                        await asyncio.sleep(0.05)
                    process.stdin.write(b"\n")
                    rest = (await process.stdout.read()).decode()
                assert await process.wait() == 0, rest
                assert "exception" not in rest and "error" not in rest, rest
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    asyncio.run(body())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_a_character_shows_its_own_certificate(play: Path, tmp_path: Path) -> None:
    for name, signed_by in (("ca", None), ("stranger", None), ("server", "ca"), ("client", "ca")):
        make_certificate(tmp_path, name, signed_by)
    ca, server = str(tmp_path / "ca.pem"), str(tmp_path / "server")
    tls = ("--tls-cert", f"{server}.pem", "--tls-key", f"{server}.key", "--tls-client-ca", ca)

    async def outcome(address: str, *certificate: str) -> list[str]:
        files = [str(tmp_path / f"{certificate[0]}.{part}") for part in ("pem", "key")] if certificate else []
        return await run(*toolchain.command(play, "tls", address, ca, *files))

    async def body() -> None:
        async with served(*tls) as site:
            good, none, wrong = await asyncio.gather(
                outcome(site.address, "client"), outcome(site.address), outcome(site.address, "stranger")
            )
            assert good[0] == "driving", good
            for refused in (none, wrong):
                assert refused[0] == "problem" and "'hero'" in refused[1] and site.address in refused[1], (
                    refused
                )

    asyncio.run(body())
