"""A character of the viewer against a real server: starting, restarting, losing the server and finding it again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import joint_index
from runtime.client import AsyncLampClient
from runtime.limits import Limits
from runtime.server import LampServer, ServerConfig
from runtime.stub_backend import StubBackend
from runtime.viewer.character import LIVE, LOST, STOPPED, Character, Start
from runtime.viewer.wishes import Wish
from tests.runtime.conftest import Site

PILLAR = Obstacle("cylinder", (0.2, 1.0, 2.5), (0.25, 1.0, 0.0))


async def playing(character: Character, until: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Tick as the viewer does until something holds."""
    async with asyncio.timeout(timeout_s):
        while not until():
            await asyncio.sleep(1 / 60)
            await character.tick(1 / 60)


def with_character(
    address: str,
    body: Callable[[Character], Coroutine[Any, Any, None]],
    obstacles: dict[str, Obstacle] | None = None,
) -> Coroutine[Any, Any, None]:
    async def run() -> None:
        async with AsyncLampClient(address) as client:
            character = Character("one", client, Start(), obstacles if obstacles is not None else {})
            life = asyncio.create_task(character.run())
            try:
                await playing(character, lambda: character.status == LIVE)
                await body(character)
            finally:
                life.cancel()
                with suppress(asyncio.CancelledError):
                    await life

    return run()


def test_a_new_session_is_told_everything(on_server: Callable[..., None]) -> None:
    async def body(here: Site) -> None:
        async def drive(character: Character) -> None:
            wish = Wish(Target(joint_index("left_wrist"), (0.5, 1.2, 2.0)), 2.0)
            await character.put_target("left_wrist", wish)
            character.wishes.look_m = (2.0, 1.5, 2.0)
            character.wishes.waypoints_m = [(0.0, 0.0, 2.0), (1.0, 0.0, 3.0)]
            await character.tell_look()
            await character.tell_path()
            character.restart(Start("a person runs", seed=7))
            first = character.session
            await playing(character, lambda: character.session is not first and character.status == LIVE)
            [session] = here.server.servicer.drives.roster
            wishes = session.work.wishes
            assert wishes.prompt == "a person runs"
            assert set(wishes.obstacles) == {"pillar"}
            assert wishes.obstacles["pillar"].position_m == pytest.approx(PILLAR.position_m)
            assert set(wishes.targets) == {"left_wrist"}
            assert wishes.look_at.position_m == pytest.approx((2.0, 1.5, 2.0))
            assert len(wishes.path.waypoints) == 2

        await with_character(here.address, drive, {"pillar": PILLAR})

    on_server(body)


def test_a_character_goes_on_when_the_server_was_restarted() -> None:
    async def main() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        first = await _server(address)

        async def drive(character: Character) -> None:
            await playing(character, lambda: character.clock.now_s > 1.5)
            before = character.pose
            assert before is not None
            await first.stop()
            await playing(character, lambda: character.status == LOST)
            assert await character.tick(0.1) is not None, "the last pose stays on the screen"
            second = await _server(address)
            await playing(character, lambda: character.status == LIVE)
            assert character.lost == 1
            assert character.clock.now_s >= before.time_s, "session time does not go back"
            after = await character.tick(0.0)
            assert after is not None
            assert np.linalg.norm(after.positions_m[0] - before.positions_m[0]) < 1.0
            [session] = second.servicer.drives.roster
            await playing(character, lambda: set(session.work.wishes.obstacles) == {"pillar"})
            await second.stop()

        await with_character(address, drive, {"pillar": PILLAR})

    asyncio.run(asyncio.wait_for(main(), 60))


async def _server(address: str) -> LampServer:
    server = LampServer(StubBackend(), ServerConfig(address, Limits(), grace_s=0.1))
    await server.start()
    return server


def test_a_stopped_character_goes_on_from_where_it_stands(on_server: Callable[..., None]) -> None:
    async def body(here: Site) -> None:
        async def drive(character: Character) -> None:
            await playing(character, lambda: character.clock.now_s > 1.0)
            character.stop()
            await playing(character, lambda: here.sessions == 0)
            assert character.status == STOPPED
            stood = await character.tick(0.5)
            assert stood is not None
            character.restart(character.start)
            await playing(character, lambda: character.status == LIVE)
            after = await character.tick(0.0)
            assert after is not None
            assert after.time_s == pytest.approx(stood.time_s, abs=0.15)
            assert np.linalg.norm(after.positions_m[0] - stood.positions_m[0]) < 0.2

        await with_character(here.address, drive)

    on_server(body)


def test_a_paused_character_waits_and_the_server_with_it(on_server: Callable[..., None]) -> None:
    async def body(here: Site) -> None:
        async def drive(character: Character) -> None:
            await playing(character, lambda: character.clock.now_s > 0.5)
            character.clock.paused = True
            paused_s = character.clock.now_s
            end = asyncio.get_running_loop().time() + 2.0
            await playing(character, lambda: asyncio.get_running_loop().time() > end)
            assert character.clock.now_s == paused_s
            session = character.session
            assert session is not None
            assert session.last_frame_index / 30 < paused_s + session.welcome.horizon_s + 0.2

        await with_character(here.address, drive)

    on_server(body)


def test_the_path_is_walked_kept_and_planned(on_server: Callable[..., None]) -> None:
    async def body(here: Site) -> None:
        async def drive(character: Character) -> None:
            await playing(character, lambda: character.clock.now_s > 1.0)
            walked, kept, planned = character.planned_path()
            assert len(walked) and len(kept) and len(planned)
            assert np.allclose(walked[-1], kept[0])
            assert np.allclose(kept[-1], planned[0])
            assert planned[-1, 2] > kept[-1, 2] > walked[0, 2], "it walks forward"

        await with_character(here.address, drive)

    on_server(body)
