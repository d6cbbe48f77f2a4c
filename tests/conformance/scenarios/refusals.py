"""What cannot be: the client says clearly what and why, and whatever can go on goes on."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
from pathlib import Path
from unittest import mock

from runtime import limits
from runtime.server import LampServer, ServerConfig
from runtime.stub_backend import StubBackend
from tests.conformance import axes, judge
from tests.conformance.clients import Client
from tests.conformance.program import Program
from tests.conformance.serving import Site, served

REFUSED_WITHIN_S = 10.0


async def bad_input(site: Site, client: Client) -> None:
    """NaN, a size of zero, a bone nobody has: named, refused, and the character keeps its motion."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        here, radius = axes.told(game.convention, 3.0, 1.0, 3.0), axes.length(game.convention, 0.3)
        for line, name in (
            (f"sphere broken_transform nan 0 0 {radius}", "broken_transform"),
            (f"sphere no_size {here} 0", "no_size"),
            (f"box flat {here} 0 0 0", "flat"),
            (f"target tail_target tail_bone {here}", "tail"),
        ):
            seen = len(game.events)
            await game.say(line)
            error = await game.wait("error", after=seen)
            assert not error["fatal"] and name in error["message"], f"{line!r} was answered with {error}"
        revision = (await game.tell("prompt a person runs"))["revision"]
        await game.wait("plan", lambda e: e["scene_revision"] >= revision)
        await asyncio.sleep(1.0)
        await game.close()
        judge.well(game)
        assert len(game.of("welcome")) == 1, "the session was lost"


async def wrong_version(site: Site, client: Client) -> None:
    """A server from the future: the client names both versions and what to do."""
    with mock.patch.object(limits, "PROTOCOL_VERSION", limits.PROTOCOL_VERSION + 1):
        server = LampServer(StubBackend(), ServerConfig("127.0.0.1:0", grace_s=0.2))
        await server.start()
        try:
            game = await _refused(client, f"127.0.0.1:{server.port}")
        finally:
            await server.stop()
    judge.named_error(game, "FAILED_PRECONDITION", "version", fatal=True)


async def wrong_token(site: Site, client: Client) -> None:
    """A wrong token, and none: refused at once; the right one: welcome."""
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens.txt"
        tokens.write_text("open-sesame-0123456789abcdef\n")
        tokens.chmod(0o600)
        async with served("--token-file", str(tokens)) as guarded:
            for options in (("--token", "let-me-in"), ()):
                game = await _refused(client, guarded.address, *options)
                judge.named_error(game, "UNAUTHENTICATED|PERMISSION_DENIED", fatal=True)
            async with Program(client, guarded.address, "--token", "open-sesame-0123456789abcdef") as game:
                await game.wait("plan")
                await game.close()
                judge.sound(game)


async def unknown_server(site: Site, client: Client) -> None:
    """Nothing listens there: the client says so and where, instead of waiting for ever."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    game = await _refused(client, address)
    judge.named_error(game, "UNAVAILABLE|DEADLINE_EXCEEDED", fatal=True)


async def _refused(client: Client, address: str, *options: str) -> Program:
    began_s = time.monotonic()
    async with Program(client, address, *options) as game:
        await game.wait("error", lambda e: e["fatal"], timeout_s=REFUSED_WITHIN_S + 5.0)
        assert time.monotonic() - began_s < REFUSED_WITHIN_S + 2.0
        await game.end()
    judge.sound(game)
    assert not game.of("welcome") and not game.samples
    return game
