"""The network is bad, or the server goes: the character never jumps, and the session is found again."""

from __future__ import annotations

import asyncio
import time

from tests.conformance import axes, judge
from tests.conformance.clients import Client
from tests.conformance.program import Event, Program
from tests.conformance.serving import Site

RECONNECT_S = 2.0


async def _back(game: Program, site: Site, count: int, up_s: float) -> Event:
    """The welcome after the ``count``th loss, in time; ``up_s``: when the server could be reached again."""
    again = await game.wait("welcome", lambda e: e["reconnect"] >= count, timeout_s=15.0)
    took_s = max(again["heard_s"] - up_s, 0.0)
    game.note({"event": "back", "took_s": took_s})
    assert took_s <= RECONNECT_S * site.patience, f"{took_s:.2f} s from the server being up to the welcome"
    return again


async def late_frames(site: Site, client: Client) -> None:
    """Jitter of 200 ms: the buffer is there for that."""
    site.network.jitter_s = 0.2
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(2.0)
        await game.tell("prompt a person runs")
        await asyncio.sleep(4.0)
        await game.close()
        judge.well(game)
        assert judge.held_share(game) < 0.02 * site.patience, (
            f"{judge.held_share(game):.0%} of the frames were held"
        )


async def stalls(site: Site, client: Client) -> None:
    """Nothing passes for 5 % of the time, and once for longer than the buffer lasts: it holds, and recovers."""
    site.network.stall_share, site.network.stall_s = 0.05, 0.25
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(6.0)
        site.network.stall_share = 0.0
        seen = len(game.events)
        await site.network.stall(5.5)
        await asyncio.sleep(3.0)
        revision = (await game.tell("prompt a person runs"))["revision"]
        await game.wait("plan", lambda e: e["scene_revision"] >= revision, after=seen)
        await asyncio.sleep(0.5)
        await game.close()
        judge.well(game)
        assert site.network.stalls >= 2
        begin = game.samples[0]["t"]
        early = [s for s in game.samples if s["t"] < begin + 5.0]
        assert not any(s["held"] for s in early), "short stalls must not be seen"
        assert any(s["held"] for s in game.samples), "a stall beyond the buffer holds the last motion"
        assert not game.samples[-1]["held"], "it did not recover"


async def starved(site: Site, client: Client) -> None:
    """A stall a little longer than the buffer lasts, but too short to give the connection up: frames come too late."""
    async with Program(client, site.address, "--prompt", "a person runs") as game:
        await game.wait("plan")
        await asyncio.sleep(2.0)
        await site.network.stall(4.6)
        await asyncio.sleep(3.0)
        await game.close()
        judge.well(game)
        assert any(s["held"] for s in game.samples), "a stall beyond the buffer holds the last motion"
        assert not game.samples[-1]["held"], "it did not recover"


async def narrow_line(site: Site, client: Client) -> None:
    """A line that carries little more than what is played: frames come in time, nothing piles up."""
    site.network.bytes_per_s = 90_000.0
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(5.0)
        await game.close()
        judge.well(game)
        assert judge.held_share(game) < 0.05 * site.patience, (
            f"{judge.held_share(game):.0%} of the frames were held"
        )


async def connection_cut(site: Site, client: Client) -> None:
    """The connection breaks, the server lives: the session is taken up where it was."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await game.tell(
            f"sphere rock {axes.told(game.convention, 2.0, 0.9, 6.0)} {axes.length(game.convention, 0.3)}"
        )
        await asyncio.sleep(1.0)
        for count in (1, 2):
            site.network.cut()
            again = await _back(game, site, count, time.monotonic())
            assert again["resumed"] and again["scene_revision"] >= 1, f"not taken up: {again}"
            await asyncio.sleep(1.0)
        done = await game.close()
        judge.well(game)
        assert max(done["reconnect_s"]) <= RECONNECT_S * site.patience, (
            f"reconnecting took {done['reconnect_s']} s"
        )
        assert judge.held_share(game) < 0.02 * site.patience, "there were frames to play all the time"


async def black_hole(site: Site, client: Client) -> None:
    """The connection stays open and carries nothing any more: the client notices, and makes another."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(1.0)
        site.network.freeze()
        await game.wait("welcome", lambda e: e["reconnect"] == 1, timeout_s=30.0)
        await asyncio.sleep(1.5)
        await game.close()
        judge.well(game)
        assert not game.samples[-1]["held"], "it did not recover"


async def server_killed(site: Site, client: Client) -> None:
    """The server dies and another takes its place: within 2 s the game goes on from what was on the screen."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await game.tell(
            f"sphere rock {axes.told(game.convention, 0.1, 0.9, 9.0)} {axes.length(game.convention, 0.3)}"
        )
        await asyncio.sleep(1.5)
        await site.kill()
        await game.wait("lost", timeout_s=5.0)
        await site.start()
        again = await _back(game, site, 1, time.monotonic())
        assert not again["resumed"] and again["start_time_s"] > 1.0, f"a new server starts anew: {again}"
        told_again = await game.wait("plan", after=game.events.index(again))
        await asyncio.sleep(2.0)
        revision = (await game.tell("prompt a person runs"))["revision"]
        assert revision > told_again["scene_revision"], "revisions must go on counting"
        await game.wait("plan", lambda e: e["scene_revision"] >= revision, after=game.events.index(again))
        await asyncio.sleep(0.5)
        await game.close()
        judge.well(game)
        times = [s["time_s"] for s in game.samples]
        assert times == sorted(times), "session time went back"


async def going_away(site: Site, client: Client) -> None:
    """The server is drained for an update: the client hears it, plays on, and is at the new one at once."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(1.0)
        await site.drain()
        told = await game.wait("going_away")
        assert told["grace_s"] > 0.0
        await site.start()
        await _back(game, site, 1, time.monotonic())
        await asyncio.sleep(1.5)
        await game.close()
        judge.well(game)


async def soak(site: Site, client: Client, seconds: float) -> None:
    """All of it, for minutes: jitter of 200 ms, stalls of 5 %, and a server that is killed twice a minute."""
    site.network.jitter_s, site.network.stall_share = 0.2, 0.05
    async with Program(client, site.address, "--seconds", "86400") as game:
        await game.wait("plan")
        end_s, count = time.monotonic() + seconds, 0
        while time.monotonic() < end_s:
            await asyncio.sleep(min(20.0, max(seconds / 3, 3.0)))
            await game.tell(f"prompt a person {('runs', 'walks')[count % 2]}")
            x_m = 0.5 * (count % 5 - 2)
            place = axes.told(game.convention, x_m, 0.9, 8.0 + 25.0 * count)
            await game.tell(f"sphere rock {place} {axes.length(game.convention, 0.3)}")
            await asyncio.sleep(3.0)
            if count % 4 == 3:
                site.network.cut()
            else:
                await site.kill()
                await asyncio.sleep(0.3)
                await site.start()
            count += 1
            await _back(game, site, count, time.monotonic())
        site.network.jitter_s = site.network.stall_share = 0.0
        await game.close()
        judge.well(game)
