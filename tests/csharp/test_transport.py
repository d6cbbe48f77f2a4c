"""gRPC in C#, with .NET's HTTP/2 in place of Unity's, against the real server."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conformance.serving import Site, served
from tests.csharp import programs
from tests.runtime.test_security import make_certificate

TOKEN = "a-token-of-at-least-sixteen"


class End(NamedTuple):
    """How a call ended, and what was said before."""

    status: str
    text: str
    lines: list[str]

    @property
    def seconds(self) -> float:
        return float(re.findall(r"\d+\.\d\d", self.text)[0])


@pytest.fixture(scope="module")
def transport() -> Path:
    programs.toolchain_or_skip()
    return programs.built("transport")


async def call(
    assembly: Path, name: str, address: str, timeout_s: float = 20.0, token: str = "-", ca: str = "-",
    most: int = 2**24, meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> End:  # fmt: skip
    """One call of the C# program; ``meanwhile`` runs as soon as it drives."""
    process = await programs.start(assembly, name, address, str(timeout_s), token, ca, str(most))
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                lines.append(line.decode().rstrip())
                if meanwhile and lines[-1] == "driving":
                    await meanwhile()
        assert await process.wait() == 0, lines
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    last = lines[-1].split(" ", 2)
    assert last[0] == "end", lines
    return End(last[1], " ".join(last[2:]), lines[:-1])


def test_unary_and_streaming_calls(transport: Path) -> None:
    async def body() -> None:
        async with served() as site:
            info = await call(transport, "info", site.address)
            assert (info.status, info.lines) == ("Ok", ["model stub joints 22"])
            clip = await call(transport, "generate", site.address)
            assert (clip.status, clip.lines) == ("Ok", ["frames 40"])
            drive = await call(transport, "drive", site.address)
            assert (drive.status, drive.lines) == ("Ok", ["driving"])

    asyncio.run(body())


def test_errors_carry_status_reason_and_violations(transport: Path) -> None:
    async def body() -> None:
        async with served() as site:
            wrong = await call(transport, "generate-wrong", site.address)
            assert wrong.status == "InvalidArgument"
            assert "duration_s" in wrong.text and re.search(r"\[[A-Z_]+\]", wrong.text), wrong.text
            old = await call(transport, "drive-version", site.address)
            assert old.status == "FailedPrecondition" and "999" in old.text

    asyncio.run(body())


def test_a_wrong_token_is_refused_and_the_right_one_serves(transport: Path, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(TOKEN + "\n", encoding="utf8")

    async def body() -> None:
        async with served("--token-file", str(tokens)) as site:
            assert (await call(transport, "info", site.address)).status == "Unauthenticated"
            wrong = await call(transport, "info", site.address, token=TOKEN + "x")
            assert wrong.status == "Unauthenticated"
            assert (await call(transport, "info", site.address, token=TOKEN)).status == "Ok"

    asyncio.run(body())


def test_a_message_beyond_the_limit_ends_its_call_before_it_is_read(transport: Path) -> None:
    async def body() -> None:
        async with served() as site:
            large = await call(transport, "generate", site.address, most=4096)
            assert large.status == "ResourceExhausted" and "[MESSAGE_TOO_LARGE]" in large.text, large
            assert site.address in large.text and "4096" in large.text and large.lines == []
            assert (await call(transport, "info", site.address, most=4096)).status == "Ok"

    asyncio.run(body())


async def no_sessions(site: Site) -> None:
    async with asyncio.timeout(10):
        while await site.sessions():
            await asyncio.sleep(0.05)


def test_a_cancelled_call_ends_the_session(transport: Path) -> None:
    async def body() -> None:
        async with served("--resume-s", "0") as site:
            assert (await call(transport, "drive-cancel", site.address)).status == "Cancelled!"
            await no_sessions(site)

    asyncio.run(body())


def test_a_deadline_ends_a_stream_that_would_go_on(transport: Path) -> None:
    async def body() -> None:
        async with served("--resume-s", "0") as site:
            late = await call(transport, "drive-on", site.address, timeout_s=2.0)
            assert late.status == "DeadlineExceeded" and late.lines == ["driving"]
            assert late.seconds >= 1.9
            await no_sessions(site)

    asyncio.run(body())


@asynccontextmanager
async def mute() -> AsyncIterator[str]:
    """Something that takes connections and never says a word."""
    server = await asyncio.start_server(lambda reader, writer: asyncio.sleep(30), "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"{host}:{port}"


def test_a_deadline_holds_without_any_answer(transport: Path) -> None:
    async def body() -> None:
        async with mute() as address:
            end = await call(transport, "info", address, timeout_s=1.0)
            assert end.status == "DeadlineExceeded" and address in end.text

    asyncio.run(body())


def test_nobody_there(transport: Path) -> None:
    async def body() -> None:
        async with mute() as address:
            pass  # closed again: the port is free
        end = await call(transport, "info", address)
        assert end.status == "Unavailable" and address in end.text

    asyncio.run(body())


def test_a_killed_server_is_a_lost_connection(transport: Path) -> None:
    async def body() -> None:
        async with served() as site:
            end = await call(transport, "drive-on", site.address, meanwhile=site.kill)
            assert end.status == "Unavailable" and end.lines == ["driving"], end

    asyncio.run(body())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_tls_trusts_its_authority_and_nobody_else(transport: Path, tmp_path: Path) -> None:
    for name, signed_by in (("ca", None), ("other", None), ("server", "ca")):
        make_certificate(tmp_path, name, signed_by)
    tls = ("--tls-cert", str(tmp_path / "server.pem"), "--tls-key", str(tmp_path / "server.key"))

    async def body() -> None:
        async with served(*tls) as site:
            good = await call(transport, "info", site.address, ca=str(tmp_path / "ca.pem"))
            assert good.status == "Ok", good
            other = await call(transport, "info", site.address, ca=str(tmp_path / "other.pem"))
            assert other.status == "Unavailable", other

    asyncio.run(body())
