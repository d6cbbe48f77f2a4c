"""All scenarios by name, and how one is run."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

from tests.conformance.clients import Client
from tests.conformance.scenarios import driving, faults, refusals, scripted
from tests.conformance.serving import Site, served

Scenario = Callable[[Site, Client], Awaitable[None]]
LIMIT_S = 90.0
DRIVEN: tuple[Scenario, ...] = (
    driving.splices_and_replans, driving.prompts, driving.targets, driving.geometry, driving.two_sessions,
    driving.frozen_playhead, driving.clean_close, faults.late_frames, faults.stalls, faults.starved, faults.narrow_line,
    faults.connection_cut, faults.black_hole, faults.server_killed, faults.going_away, refusals.bad_input,
    refusals.wrong_version, refusals.wrong_token, refusals.unknown_server, scripted.old_frames,
    scripted.wrong_skeleton, scripted.broken_promise,
)  # fmt: skip
SCENARIOS: dict[str, Scenario] = {scenario.__name__: scenario for scenario in DRIVEN}
QUICK = ("targets", "connection_cut", "server_killed", "bad_input", "wrong_version", "old_frames")


def about(name: str) -> str:
    """What a scenario is about, on one line."""
    return (inspect.getdoc(SCENARIOS[name]) or "").splitlines()[0]


async def run(name: str, client: Client, *, patience: float = 1.0) -> None:
    """One scenario against a server of its own. ``AssertionError`` says what was wrong.

    patience: how many times as long as it should something may take, on a busy machine.
    """
    try:
        async with asyncio.timeout(LIMIT_S * patience), served(patience=patience) as site:
            await SCENARIOS[name](site, client)
    except TimeoutError:
        raise AssertionError(f"not over within {LIMIT_S * patience:g} s") from None
