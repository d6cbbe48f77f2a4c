"""A replica dies, another is taken out of service: their characters go on through the balancer as if nothing was."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamp.scene.obstacle import Obstacle
from runtime.client import AsyncLampClient
from tests.e2e.replicas import FPS, Player, Replica, balancer, free_ports, table, until

pytestmark = [
    pytest.mark.replicas,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx (apt-get install nginx-core)"),
]
PLAYERS = 8
GRACE_S = 4.0
MOST_STALLED_S = 2.0
MOST_MPS = 6.0  # no joint of a walk is faster; a jump would be
ROCK = Obstacle("sphere", (0.1, 0.9, 4.0), (0.3, 0.3, 0.3))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[list[Replica], str]]:
    """Two replicas, and the address of the balancer before them."""
    listen, *ports = free_ports(3)
    replicas = [Replica(name, port, tmp_path) for name, port in zip("ab", ports, strict=True)]
    try:
        for replica in replicas:
            replica.start(GRACE_S)
        with balancer(listen, ports, tmp_path) as address:
            yield replicas, address
    finally:
        for replica in replicas:
            if replica.process is not None:
                replica.process.kill()
                replica.process.wait()


def test_characters_survive_their_servers(
    site: tuple[list[Replica], str], capsys: pytest.CaptureFixture[str]
) -> None:
    replicas, address = site

    async def body(stack: contextlib.AsyncExitStack) -> str:
        for replica in replicas:
            await replica.sessions()  # it serves
        players = [await join(stack, address) for _ in range(PLAYERS)]
        await asyncio.sleep(2.0)
        counts = [await replica.sessions() for replica in replicas]
        assert sum(counts) == PLAYERS
        assert min(counts) > 0, "keys are spread over the replicas"

        dying, staying = replicas if counts[0] >= counts[1] else replicas[::-1]
        dying.signal(signal.SIGKILL)
        killed = await moved(players, max(counts), "killed")
        assert await staying.sessions() == PLAYERS

        dying.start(GRACE_S)
        await dying.sessions()
        for player in players:
            player.stalled_s = player.fastest_mps = 0.0
        staying.signal(signal.SIGTERM)
        drained = await moved(players, PLAYERS, "drained")
        assert await staying.ended() == 0
        assert await dying.sessions() == PLAYERS
        assert all(player.stalled_s == 0.0 for player in players), drained
        for player in players:
            assert player.session.frame(int(player.now_s * FPS)) is not None, "session time went on"
            assert player.now_s > 8.0
        return (
            f"\nSIGKILL of a replica with {max(counts)} of {PLAYERS} characters\n{killed}\nSIGTERM\n{drained}"
        )

    async def main() -> str:
        async with asyncio.timeout(280), contextlib.AsyncExitStack() as stack:
            return await body(stack)

    measured = asyncio.run(main())
    for replica in replicas:
        assert "Traceback" not in replica.log(), replica.log()
    with capsys.disabled():
        sys.stdout.write(measured)


async def join(stack: contextlib.AsyncExitStack, address: str) -> Player:
    """One more game, with a connection of its own."""
    client = await stack.enter_async_context(AsyncLampClient(address))
    plans: list[float] = []
    drive = client.drive(prompt="walk", fps=FPS, on_plan=lambda _: plans.append(time.monotonic()))
    session = await stack.enter_async_context(drive)
    player = Player(session, plans_at_s=plans)
    await session.wait_for_frame(0)
    await session.put_obstacle("rock", ROCK)
    playing = asyncio.create_task(player.play())
    stack.push_async_callback(stop, playing)
    return player


async def stop(playing: asyncio.Task[None]) -> None:
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing


async def moved(players: list[Player], count: int, how: str) -> str:
    """Wait until ``count`` of the characters have changed servers, play on for a while; what was seen, as a table."""
    began_s = time.monotonic()
    before = [player.session.reconnects for player in players]

    def movers() -> list[Player]:
        return [p for p, n in zip(players, before, strict=True) if p.session.reconnects > n]

    await until(lambda: len(movers()) >= count, 15, f"{count} characters to move")
    await asyncio.sleep(3.0)
    rows: list[tuple[object, ...]] = []
    for player in movers():
        session = player.session
        assert session.error is None
        assert session.connected
        assert not session.resumed, f"{how}: the other replica did not know it, it went on from its frames"
        seam_s = player.first_plan_after(began_s)
        rows.append((seam_s, player.stalled_s, player.fastest_mps, session.reconnects, player.now_s))
        assert player.stalled_s <= MOST_STALLED_S, rows
        assert player.fastest_mps < MOST_MPS, rows
    assert len(rows) == count
    titles = ("next plan after s", "stalled s", "fastest joint m/s", "reconnects", "session time s")
    return table(rows, titles)
