"""A healthy server and network: what is asked happens, in the client's own axes, without a pop."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.conformance import axes, judge
from tests.conformance.clients import Client
from tests.conformance.program import Program
from tests.conformance.serving import Site


async def splices_and_replans(site: Site, client: Client) -> None:
    """An obstacle moves into the way again and again: every change is planned, the character keeps clear."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        radius = axes.length(game.convention, 0.3)
        for z_m in (3.5, 4.0, 4.5, 5.0):
            seen = len(game.events)
            revision = (await game.tell(f"sphere rock {axes.told(game.convention, 0.1, 0.9, z_m)} {radius}"))[
                "revision"
            ]
            await game.wait("plan", lambda e, r=revision: e["scene_revision"] >= r, after=seen)
            await asyncio.sleep(0.5)
        velocity = axes.told(game.convention, -0.4, 0.0, 0.0)
        place = axes.told(game.convention, 1.5, 0.9, 8.0)
        await game.tell(f"sphere ball {place} {radius} {velocity}")
        await asyncio.sleep(4.0)
        await game.close()
        judge.well(game)
        assert len({s["plan_id"] for s in game.samples}) >= 3, "plans were not taken over"
        _, places = judge.roots_m(game)
        assert places[-1, 2] > 5.2, f"it should have passed the rock, but is at {places[-1].round(2)} m"
        away = np.linalg.norm((places - [0.1, 0.9, 5.0])[:, [0, 2]], axis=-1).min()
        assert away > 0.45, f"the pelvis came within {away:.2f} m of a rock of 0.3 m"


async def prompts(site: Site, client: Client) -> None:
    """A new prompt changes what the character does; it walks where the client's axes say forward is."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(1.0)
        revision = (await game.tell("prompt a person runs"))["revision"]
        await game.wait("plan", lambda e: e["scene_revision"] >= revision)
        await asyncio.sleep(2.5)
        await game.close()
        judge.well(game)
        times, places = judge.roots_m(game)
        first, last = (
            np.polyfit(times[part], places[part, 2], 1)[0] for part in (times < 0.9, times > times[-1] - 0.7)
        )
        assert 0.8 < first < 1.2 and 2.0 < last < 3.0, (
            f"forward at {first:.2f}, then {last:.2f} m/s; not 1 and 2.5"
        )
        assert np.abs(places[:, 0]).max() < 0.3, "it does not walk along the client's forward axis"
        assert places[:, 1].min() > 0.7 and places[:, 1].max() < 1.2, "up is not up, or the unit is wrong"


async def targets(site: Site, client: Client) -> None:
    """A hand gets where the client wants it, and the plan reports how near it comes."""
    wanted = (0.3, 1.1, 0.35)
    async with Program(client, site.address, "--prompt", "stand still") as game:
        await game.wait("plan")
        await game.tell(f"target reach left_wrist {axes.told(game.convention, *wanted)}")
        plan = await game.wait("plan", lambda e: any(t["id"] == "reach" for t in e["targets"]))
        assert plan["feasible"] and plan["targets"][0]["error_m"] < 0.05, f"not reached: {plan}"
        await asyncio.sleep(2.5)
        await game.close()
        judge.well(game)
        wrist = axes.heard(game.convention, game.samples[-1]["wrist"])
        away = float(np.linalg.norm(np.array(wrist) - wanted))
        assert away < 0.05, f"the wrist drawn is {away:.3f} m from the target: {np.round(wrist, 3)}"


async def geometry(site: Site, client: Client) -> None:
    """A mesh is uploaded once by its content, becomes an obstacle, and is walked around."""
    ids = []
    for _ in range(2):
        async with Program(client, site.address, "--prompt", "stand still") as game:
            await game.wait("plan")
            place = axes.told(game.convention, 0.1, 0.9, 3.0)
            sent = await game.tell(f"mesh crate {place} {axes.extents(game.convention, 0.3, 0.9, 0.3)}")
            uploaded = await game.wait("geometry")
            assert uploaded["uploaded"] in (None, not ids), f"the second time the server has it: {uploaded}"
            ids.append(uploaded["id"])
            revision = sent["revision"]
            await game.wait("plan", lambda e, r=revision: e["scene_revision"] >= r and e["feasible"])
            if len(ids) == 1:
                await game.tell("prompt a person walks forward")
            await asyncio.sleep(5.5 if len(ids) == 1 else 1.0)
            await game.close()
            judge.well(game)
            if len(ids) == 1:
                _, places = judge.roots_m(game)
                passing = np.abs(places[:, 2] - 3.0) < 0.2
                assert passing.any() and np.abs(places[passing, 0] - 0.1).min() > 0.35, (
                    "it walks through the mesh"
                )
    assert ids[0] == ids[1] and len(ids[0]) == 64, f"the same content has two ids: {ids}"


async def two_sessions(site: Site, client: Client) -> None:
    """Two games at one server do not hear of each other."""
    async with Program(client, site.address) as one, Program(client, site.address) as other:
        await one.wait("plan")
        await other.wait("plan")
        await one.tell("prompt a person runs")
        await asyncio.sleep(3.0)
        assert await site.sessions() == 2
        await one.close()
        await other.close()
        for game in (one, other):
            judge.well(game)
        assert judge.roots_m(one)[1][-1, 2] > judge.roots_m(other)[1][-1, 2] + 1.0
        assert all(e["scene_revision"] == 0 for e in other.of("plan")), "a revision of the other game"


async def frozen_playhead(site: Site, client: Client) -> None:
    """A paused game shows one pose and buffers no more than its horizon; then it goes on."""
    async with Program(client, site.address) as game:
        await game.wait("plan")
        await asyncio.sleep(1.0)
        await game.say("freeze")
        await asyncio.sleep(4.0)
        await game.say("thaw")
        await asyncio.sleep(1.0)
        await game.close()
        judge.well(game)
        times = np.array([s["time_s"] for s in game.samples])
        clock = np.array([s["t"] for s in game.samples])
        paused = np.diff(times) == 0.0
        assert np.diff(clock)[paused].sum() > 3.0, "the game did not pause"
        moved = max(s["step_m"] for s, p in zip(game.samples[1:], paused, strict=True) if p)
        assert moved < 1e-3, f"the pose moves by {moved:.4f} m while the game is paused"
        most = game.of("done")[-1]["max_buffer_frames"]
        assert most <= 30 * (times[-1] + 11.0), f"{most} frames buffered for a horizon of 4 s"


async def clean_close(site: Site, client: Client) -> None:
    """After Bye nothing is left at the server; also when the program's input just ends."""
    async with Program(client, site.address, "--seconds", "1.5") as by_itself:
        await by_itself.end()
    async with Program(client, site.address) as game:
        await game.wait("plan")
        assert await site.sessions() == 1, "the session before this one was left behind"
        await game.close()
        judge.sound(game)
    assert await site.sessions() == 0, "a session is left"
