"""A server as a process: signals, and what systemd wants to hear."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable

from runtime import systemd
from runtime.server import LampServer

log = logging.getLogger(__name__)
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run(
    server: LampServer, ready: Callable[[], None] = lambda: None, reload: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGINT or SIGTERM (Windows: Ctrl-C), then drain; a second one ends the grace, a third the process.

    ``ready`` is called once clients can connect, ``reload`` on SIGHUP; what it raises is logged and changes nothing.
    """
    asked = asyncio.Event()
    _on_stop(server, asked)
    _on_reload(reload)
    await server.start()
    watchdog = asyncio.create_task(_feed_watchdog(server))
    try:
        ready()
        systemd.notify("READY=1", f"STATUS=serving on {server.listening_on}")
        await asked.wait()
    finally:
        systemd.notify("STOPPING=1")
        await server.stop()
        watchdog.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watchdog


def _on_stop(server: LampServer, asked: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not asked.is_set():
            asked.set()
            return
        log.warning("asked to stop again: not waiting for clients any longer")
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        server.hurry()

    for number in _STOP_SIGNALS:
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked.set))


def _on_reload(reload: Callable[[], None]) -> None:
    def again() -> None:
        systemd.reloading()
        try:
            reload()
        except Exception as error:  # whatever is wrong with the new files, the old settings serve
            log.error("reading the settings again failed, the ones before stay in use: %s", error)
        systemd.notify("READY=1")

    with contextlib.suppress(AttributeError, NotImplementedError):  # Windows has no SIGHUP
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again)


async def _feed_watchdog(server: LampServer) -> None:
    """Tell systemd that the event loop and the worker answer, as long as they do."""
    interval_s = systemd.watchdog_interval_s()
    if interval_s is None:
        return
    while True:
        await server.scheduler.call(lambda: None)
        systemd.notify("WATCHDOG=1")
        await asyncio.sleep(interval_s)
