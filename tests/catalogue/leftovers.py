"""What a server holds, found by looking at the process and not by asking the code under test alone."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import Counter
from dataclasses import dataclass

from tests.runtime.conftest import Site

_OURS = ("runtime.", "lamp.")
_POOL = "asyncio_"  # threads of the loop's own executor: bounded, and kept on purpose


_ACCEPTS = "AioServer."  # grpc's own: they wait for the next call of each method


def _name(task: asyncio.Task[object]) -> str:
    return str(getattr(task.get_coro(), "__qualname__", "?"))


@dataclass(frozen=True)
class Holdings:
    """Counts of everything that a call may leave behind."""

    sessions: int
    works: int
    offline: int
    tasks: Counter[str]  # by what they run
    threads: frozenset[str]
    objects: Counter[str]  # instances of our own classes, by class

    def beyond(self, other: Holdings) -> dict[str, object]:
        """What is here and was not there."""
        more: dict[str, object] = {
            name: getattr(self, name)
            for name in ("sessions", "works", "offline")
            if getattr(self, name) > getattr(other, name)
        }
        if self.tasks - other.tasks:
            more["tasks"] = dict(self.tasks - other.tasks)
        if self.threads - other.threads:
            more["threads"] = set(self.threads - other.threads)
        if self.objects - other.objects:
            more["objects"] = dict(self.objects - other.objects)
        return more


def holdings(here: Site) -> Holdings:
    """What ``here`` holds now."""
    here.backend.characters.clear()  # the stub remembers its characters for tests
    here.backend.broken.clear()
    gc.collect()
    objects: Counter[str] = Counter()
    for thing in gc.get_objects():
        kind = type(thing)
        module = getattr(kind, "__module__", None)
        if isinstance(module, str) and module.startswith(_OURS):
            objects[f"{module}.{kind.__qualname__}"] += 1
    return Holdings(
        here.sessions,
        here.works,
        here.server.scheduler.offline_count,
        Counter(name for t in asyncio.all_tasks() if not (name := _name(t)).startswith(_ACCEPTS)),
        frozenset(t.name for t in threading.enumerate() if not t.name.startswith(_POOL)),
        objects,
    )


async def nothing_beyond(here: Site, before: Holdings, timeout_s: float = 15.0) -> None:
    """Wait until ``here`` holds no more than ``before``; fails with what is left."""
    end = asyncio.get_running_loop().time() + timeout_s
    while more := holdings(here).beyond(before):
        assert asyncio.get_running_loop().time() < end, f"left behind: {more}"
        await asyncio.sleep(0.05)
