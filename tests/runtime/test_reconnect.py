"""The Python client loses its connection, its server, or its patience; the character on the screen never jumps."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from lamp.intent import LookAt, Path, Waypoint
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import BONE_LENGTHS_M, PARENTS
from runtime.client import (
    AsyncDriveSession,
    AsyncLampClient,
    LampClient,
    LampError,
    Reconnect,
    UnavailableError,
)
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from tests.runtime.conftest import site
from tests.runtime.proxy import Proxy
from tests.runtime.wire import eventually

QUICK = Reconnect(first_delay_s=0.05, most_delay_s=0.3, silence_s=1.0, lead_s=0.8)
KEPT = Limits(resume_s=20.0)
ROCK = Obstacle("sphere", (0.1, 0.9, 6.0), (0.3, 0.3, 0.3))
TICK_S = 1 / 60


class Game:
    """Plays a session in real time and remembers every pose that was on the screen."""

    def __init__(self, session: AsyncDriveSession) -> None:
        self.session = session
        self.now_s = 0.0
        self.shown: list[np.ndarray] = []
        self.stalled_s = 0.0

    async def until(self, condition: Callable[[], object], timeout_s: float = 15.0) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f"in vain; error {self.session.error}"
            await self.tick()

    async def for_s(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        await self.until(lambda: self.now_s >= end_s)

    async def tick(self) -> None:
        """Time is the game's own: a slow machine makes the test longer, not the steps larger."""
        await asyncio.sleep(TICK_S)
        await self.session.set_playhead(self.now_s)
        pose = self.session.sample(self.now_s)
        assert pose is not None
        self.shown.append(np.asarray(pose.positions_m, np.float64))
        self.stalled_s += TICK_S * (self.now_s * self.session.buffer.fps > self.session.last_frame_index)
        self.now_s += TICK_S

    def check(self) -> None:
        """Nothing ever moved faster than a walk's feet and a fading difference do, and bones kept their lengths."""
        shown = np.array(self.shown)
        speeds = np.linalg.norm(np.diff(shown, axis=0), axis=-1) / TICK_S
        frame, joint = np.unravel_index(np.argmax(speeds), speeds.shape)
        assert speeds.max() < 6.0, f"joint {joint} at {speeds.max():.1f} m/s, {frame * TICK_S:.2f} s"
        bones = np.linalg.norm(shown[:, 1:] - shown[:, list(PARENTS[1:])], axis=-1)
        np.testing.assert_allclose(bones, np.broadcast_to(BONE_LENGTHS_M[1:], bones.shape), atol=1e-3)


async def playing(session: AsyncDriveSession) -> Game:
    await session.wait_for_frame(0)
    game = Game(session)
    await game.for_s(0.5)
    return game


def run(body: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(60):
            before = asyncio.all_tasks()
            await body()
            await eventually(lambda: not [t for t in asyncio.all_tasks() - before if not _of_grpc(t)])

    asyncio.run(main())


def _of_grpc(task: asyncio.Task[Any]) -> bool:
    return "grpc" in str(task.get_coro())


def test_a_cut_connection_goes_on_where_it_was() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as here, Proxy(here.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
        ):  # fmt: skip
            async with client.drive(prompt="walk", reconnect=QUICK) as session:
                game = await playing(session)
                await session.put_obstacle("rock", ROCK)
                await game.until(lambda: session.plan_log[-1].scene_revision == 1)
                token = session.welcome.session_token
                for times in (1, 2):
                    proxy.cut()
                    await game.until(lambda n=times: session.reconnects == n)
                    assert session.resumed and session.connected
                    assert session.welcome.session_token == token
                    await game.for_s(1.0)
                revision = await session.set_prompt("run")
                assert revision == 2
                await game.until(lambda: session.plan_log[-1].scene_revision == 2)
                game.check()
                assert game.stalled_s == 0.0, "there were frames to play all the time"
                (character,) = here.backend.characters
                assert character.obstacles == {"rock": character.obstacles["rock"]}
                assert not session.notices
            await eventually(lambda: here.sessions == here.works == 0)

    run(body)


def test_what_was_asked_while_the_connection_was_down_arrives() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as here, Proxy(here.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
            client.drive(prompt="walk", reconnect=QUICK) as session,
        ):  # fmt: skip
            game = await playing(session)
            await session.put_obstacle("old", ROCK)
            await game.until(lambda: session.plan_log[-1].scene_revision == 1)
            proxy.refusing = True
            proxy.cut()
            await game.until(lambda: not session.connected)
            for i in range(1500):  # a game that moves something every frame must not fill a queue
                await session.put_target("hand", Target(20, (0.3, 1.2, 4.0 + i / 1000)))
            await session.remove_obstacle("old")
            revision = await session.set_prompt("run")
            proxy.refusing = False
            await game.until(lambda: session.plan_log[-1].scene_revision >= revision)
            (character,) = here.backend.characters
            assert session.resumed
            assert character.obstacles == {}
            assert character.targets["hand"].position_m[2] == pytest.approx(5.499)
            assert character.prompt == "run"
            assert await session.put_obstacle("new", ROCK) > revision
            await game.until(lambda: session.plan_log[-1].scene_revision == session.revision)
            assert not session.notices
            game.check()

    run(body)


async def ask_for_everything(session: AsyncDriveSession) -> None:
    await session.put_obstacle("rock", ROCK)
    await session.put_obstacle("gone", ROCK)
    await session.put_target("hand", Target(20, (0.3, 1.2, 4.0)))
    await session.look_at(LookAt((3.0, 1.5, 9.0)))
    await session.set_path(
        Path((Waypoint((0.0, 0.0, 2.0)), Waypoint((2.0, 0.0, 9.0)), Waypoint((0.0, 0.0, 12.0))))
    )
    await session.remove_obstacle("gone")
    await session.set_prompt("a person walks on")
    await session.put_obstacle(
        "refused", Obstacle("sphere", (9000.0, 0.0, 0.0), time_s=5e6, linear_velocity_mps=(1, 0, 0))
    )


@pytest.mark.parametrize("end", ["going away", "killed"])
def test_another_server_takes_the_character_over_with_its_whole_scene(end: str) -> None:
    async def body() -> None:
        async with site(limits=KEPT) as first, site(limits=KEPT) as second, Proxy(first.server.port) as proxy:
            addresses = ["127.0.0.1:1", proxy.address, second.address]
            async with AsyncLampClient(addresses) as client:
                async with client.drive(prompt="walk", reconnect=QUICK) as session:
                    assert client.target == proxy.address, "the one that answers"
                    game = await playing(session)
                    await ask_for_everything(session)
                    await game.for_s(2.0)
                    revision, stopping = session.revision, None
                    if end == "killed":
                        proxy.refusing = True
                        proxy.cut()
                    else:
                        stopping = asyncio.create_task(first.server.stop())
                    await game.until(lambda: session.reconnects == 1)
                    assert not session.resumed
                    assert client.target == second.address
                    await game.until(lambda: session.plan_log[-1].scene_revision == revision)
                    await game.for_s(2.0)
                    game.check()
                    assert game.stalled_s == 0.0
                    (character,) = second.backend.characters
                    assert list(character.obstacles) == ["rock"]
                    assert list(character.targets) == ["hand"]
                    assert character.look_at is not None
                    assert character.path is not None
                    assert len(character.path.waypoints) == 2, "the first one has been passed"
                    assert character.prompt == "a person walks on"
                    asked_to_resume = [drive_pb2.Notice.CODE_UNSUPPORTED] if end == "killed" else []
                    codes = [notice.code for notice in session.notices]
                    assert codes == [drive_pb2.Notice.CODE_INVALID, *asked_to_resume]
                    if stopping is not None:
                        await stopping
                await eventually(lambda: second.sessions == second.works == 0)

    run(body)


def test_a_long_outage_is_stood_through() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as first,
            Proxy(first.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
        ):
            drive = client.drive(prompt="walk", horizon_s=1.0, reconnect=QUICK)
            async with drive as session:
                game = await playing(session)
                await session.put_obstacle("rock", ROCK)
                proxy.refusing = True
                proxy.cut()
                await game.until(lambda: game.stalled_s > 1.0)
                held = game.shown[-1]
                np.testing.assert_allclose(game.shown[-20], held)
                proxy.refusing = False
                await game.until(lambda: session.connected)
                await game.until(lambda: game.now_s * 30 < session.last_frame_index - 5)
                moved = np.linalg.norm(game.shown[-1][0] - held[0])
                assert moved < 1.0, "it goes on from where it stood, not from where it would be by now"
                await game.for_s(1.5)
                assert np.linalg.norm(game.shown[-1][0] - held[0]) > 0.5
                game.check()
                assert session.frame(int(game.now_s * 30)) is not None, "session time went on"
                await game.until(lambda: session.plan_log[-1].scene_revision == session.revision)

    run(body)


def test_a_connection_that_is_silently_dead_is_left() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as here, Proxy(here.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
            client.drive(prompt="walk", horizon_s=1.0, reconnect=QUICK) as session,
        ):  # fmt: skip
            game = await playing(session)
            await eventually(lambda: len(proxy._pumps) >= 2)
            proxy.freeze()
            await game.until(lambda: session.reconnects == 1 and session.connected)
            await game.until(lambda: game.now_s * 30 < session.last_frame_index - 5)
            game.check()

    run(body)


def test_without_reconnecting_a_lost_connection_ends_the_session() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as here, Proxy(here.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
            client.drive(prompt="walk", reconnect=None) as session,
        ):  # fmt: skip
            await session.wait_for_frame(0)
            proxy.cut()
            with pytest.raises(UnavailableError):
                await session.wait_for_frame(10_000)
            assert session.sample(0.1) is not None

    run(body)


def test_in_the_end_a_session_gives_up_and_says_so() -> None:
    async def body() -> None:
        patience = Reconnect(give_up_s=0.5, first_delay_s=0.05)
        async with (
            site() as here, Proxy(here.server.port) as proxy,
            AsyncLampClient(proxy.address) as client,
            client.drive(prompt="walk", reconnect=patience) as session,
        ):  # fmt: skip
            game = await playing(session)
            proxy.refusing = True
            proxy.cut()
            with pytest.raises(LampError, match=r"within 0\.5 s"):
                await game.for_s(5.0)
            assert session.closed and not session.connected
            game.check()

    run(body)


def test_closing_while_looking_for_a_server_leaves_nothing() -> None:
    async def body() -> None:
        async with site(limits=KEPT) as here, Proxy(here.server.port) as proxy:
            async with AsyncLampClient(proxy.address) as client:
                session = client.drive(prompt="walk", reconnect=QUICK)
                await session.__aenter__()
                await session.wait_for_frame(0)
                proxy.refusing = True
                proxy.cut()
                await eventually(lambda: not session.connected)
                await asyncio.sleep(0.2)
                began = time.monotonic()
                await session.close(timeout_s=5.0)
                assert time.monotonic() - began < 2.0, "there is nobody to say goodbye to"
                assert session.closed and session.error is None
            await eventually(lambda: here.sessions == 0)

    run(body)


def test_closing_the_client_ends_its_sessions() -> None:
    async def body() -> None:
        async with site() as here:
            client = AsyncLampClient(here.address)
            session = client.drive(prompt="walk", reconnect=QUICK)
            await session.__aenter__()
            await session.wait_for_frame(0)
            await client.close()
            await eventually(lambda: session.closed)
            assert session.error is not None and "closed" in session.error.message
            await session.close()
            await eventually(lambda: here.sessions == here.works == 0)

    run(body)


def test_a_session_that_another_client_took_over_does_not_fight_for_it() -> None:
    async def body() -> None:
        async with (
            site(limits=KEPT) as here, AsyncLampClient(here.address) as client,
            client.drive(prompt="walk", reconnect=QUICK) as one,
        ):  # fmt: skip
            await one.wait_for_frame(30)
            token = one.welcome.session_token
            async with client.drive(resume_token=token, last_frame_index=one.last_frame_index) as other:
                assert other.resumed
                await eventually(lambda: one.closed)
                assert one.error is not None and (one.error.code, one.error.reason) == (
                    "ABORTED",
                    "TAKEN_OVER",
                )
                await asyncio.sleep(0.3)
                assert not other.closed and one.reconnects == 0

    run(body)


def test_a_server_that_is_full_is_asked_again_and_another_one_too() -> None:
    async def body() -> None:
        full = Limits(max_sessions=1, resume_s=0.2)
        async with (
            site(limits=full) as first, site(limits=full) as second,
            AsyncLampClient([first.address, second.address]) as client,
            client.drive(reconnect=QUICK) as one, client.drive(reconnect=QUICK) as two,
        ):  # fmt: skip
            await one.wait_for_frame(0)
            await two.wait_for_frame(0)
            assert (first.sessions, second.sessions) == (1, 1)

    run(body)


def test_other_calls_find_a_server_too() -> None:
    async def body() -> None:
        async with site() as here, AsyncLampClient(["127.0.0.1:1", here.address]) as client:
            assert (await client.server_info()).engine == "stub"
            assert len((await client.generate(["walk"], duration_s=1.0))[0]) == 20
        async with AsyncLampClient(["127.0.0.1:1", "127.0.0.1:2"]) as nobody:
            with pytest.raises(UnavailableError):
                await nobody.server_info()

    run(body)


def test_the_blocking_client_reconnects_too() -> None:
    ready, done = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        async with site(limits=KEPT) as here, Proxy(here.server.port) as proxy:
            found.update(address=proxy.address, cut=proxy.cut, loop=asyncio.get_running_loop())
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        with LampClient(found["address"]) as client, client.drive(prompt="walk", reconnect=QUICK) as session:
            session.wait_for_frame(0)
            session.set_playhead(0.2)
            session.look_at(LookAt((1.0, 1.5, 5.0)))
            found["loop"].call_soon_threadsafe(found["cut"])
            end = time.monotonic() + 10
            while session.reconnects == 0 and time.monotonic() < end:
                session.set_playhead(0.3)
                assert session.sample(0.3) is not None
                time.sleep(0.02)
            assert session.resumed and session.connected
            assert session.wait_plan(lambda p: p.scene_revision >= 1, timeout_s=10).plan_id > 0
    finally:
        done.set()
        thread.join()
