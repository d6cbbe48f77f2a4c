"""Runs a viewer: the page, the sessions, and the loop that redraws, until somebody stops it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.client import AsyncLampClient, LampError, ServerInfo
from runtime.viewer.character import Start
from runtime.viewer.live import Live
from runtime.viewer.panel import Panel
from runtime.viewer.player import Player, run_player
from runtime.viewer.source import open_source
from runtime.viewer.web import Page, open_page

FRAME_S = 1 / 30
_UNWATCHED_S = 0.2
_MEASURE_EVERY, _TEXT_EVERY, _PLOT_EVERY = 4, 8, 18  # frames


@dataclass(frozen=True)
class Options:
    """Of a live viewer. ``connection`` goes to ``AsyncLampClient``."""

    address: str
    connection: dict[str, Any] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int | None = None
    characters: int = 1
    start: Start = field(default_factory=Start)
    pillar: bool = True


async def run_live(options: Options, ready: Callable[[Live], None], stop: asyncio.Event) -> None:
    """Serve the page until ``stop``. ``LampError`` when there is no server at first, or it lets nobody in."""
    async with AsyncLampClient(options.address, **options.connection) as client:
        info = await _reach(client, options.address)
        page = open_page(options.host, options.port)
        try:
            live = Live(page, client, options.characters, options.start, _notifier(page))
            panel = Panel(live, describe(options.address, info))
            if options.pillar:
                await live.editor.add_obstacle("pillar")
            ready(live)
            try:
                await _redraw(live, panel, stop)
            finally:
                await live.end()
        finally:
            await asyncio.to_thread(page.close)


async def _reach(client: AsyncLampClient, address: str) -> ServerInfo:
    """What the server says about itself."""
    try:
        return await client.server_info()
    except LampError as error:
        if error.code not in ("DEADLINE_EXCEEDED", "UNAVAILABLE"):
            raise
        raise LampError(
            error.code, f"no server answers at {address}; start one with `lamp serve`, or name another"
        ) from error


async def run_file(
    path: Path, host: str, port: int | None, ready: Callable[[Player], None], stop: asyncio.Event
) -> None:
    """Show a clip or a recording until ``stop``; errors as from ``open_source``."""
    source = await asyncio.to_thread(open_source, path)
    page = open_page(host, port)
    try:
        await run_player(page, source, ready, _notifier(page), stop, FRAME_S)
    finally:
        await asyncio.to_thread(page.close)


def describe(address: str, info: ServerInfo) -> str:
    """The server in a line of Markdown."""
    licence = info.licence.split(";")[0]  # the sources are in the full text, which `lamp serve` prints
    return f"`{address}`  ·  {info.bundle} ({licence}), {info.engine} on {info.device}"


async def _redraw(live: Live, panel: Panel, stop: asyncio.Event) -> None:
    """Frames at a steady pace; a late one is not made up for.

    Characters begin with the first tab, and their time stands still while there is none: nobody misses anything, and
    a page nobody looks at costs next to nothing.
    """
    last = due = time.monotonic()
    frame, begun = 0, False
    while not stop.is_set():
        watched = bool(live.page.web.get_clients())
        due = max(due + (FRAME_S if watched else _UNWATCHED_S), time.monotonic())
        await asyncio.sleep(due - time.monotonic())
        now = time.monotonic()
        passed_s, last = now - last, now
        if not watched:
            await live.wait()
            continue
        if not begun:
            live.begin()
            begun = True
        with live.page.web.atomic():
            await live.tick(passed_s)
        if frame % _MEASURE_EVERY == 0:
            live.measure()
        if frame % _TEXT_EVERY == 0:
            panel.refresh()
        if frame % _PLOT_EVERY == 0:
            panel.plot()
        frame += 1


def _notifier(page: Page) -> Callable[[str], None]:
    """Shows a problem in every tab for some seconds."""

    def tell(problem: str) -> None:
        for tab in page.web.get_clients().values():
            tab.add_notification("That did not work", problem, auto_close_seconds=8.0, color="red")

    return tell


@contextlib.contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set ``stop`` while this is entered (where the system lets a loop catch them)."""
    loop, caught = asyncio.get_running_loop(), []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, stop.set)
            caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
