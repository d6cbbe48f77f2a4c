"""From the browser's thread to ours: everything that a person does becomes a call on one event loop.

So the state of the viewer needs no locks, and what goes wrong is shown to the person instead of being lost in a log.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)
Handler = Callable[[Any], Any]


class Events:
    """Made on the event loop that handlers shall run on. ``on_problem`` gets one line about a handler that failed."""

    def __init__(self, on_problem: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_problem = on_problem
        self._tasks: set[asyncio.Task[Any]] = set()

    def handler(self, function: Handler) -> Callable[[Any], Coroutine[Any, Any, None]]:
        """A callback for viser that runs ``function(event)``, in order, on our loop."""

        async def forward(event: Any) -> None:  # on viser's loop; async ones are called in order
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._run, function, event)

        return forward

    def button(self, function: Callable[[], Any]) -> Callable[[Any], Coroutine[Any, Any, None]]:
        """The same for a function that does not care about the event."""
        return self.handler(lambda _: function())

    def _run(self, function: Handler, event: Any) -> None:
        try:
            result = function(event)
        except Exception as error:
            self._tell(error)
            return
        if inspect.iscoroutine(result):
            task = asyncio.ensure_future(result)
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        log.warning("the viewer could not do that: %s", error, exc_info=error)
        self._on_problem(str(error) or type(error).__name__)
