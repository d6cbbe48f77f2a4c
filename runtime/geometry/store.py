"""All geometry of a server: found by id, built in the background, shared by its sessions, bounded in bytes."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from lamp.errors import InputError
from lamp.scene.cache import GridCache
from lamp.scene.geometry import Geometry, layout_of
from lamp.scene.grid import DistanceGrid
from runtime.coordinates import CoordinateSystem
from runtime.geometry.builder import Builder
from runtime.geometry.entry import Entry, State, key_of
from runtime.geometry.settings import GeometrySettings
from runtime.limits import Limits
from runtime.status import exhausted

log = logging.getLogger(__name__)
_MAX_FAILED = 100  # remembered, so that clients can ask why
_RETRY_S = 10.0


class Watcher(Protocol):
    """Who wants to hear of geometry."""

    def geometry_settled(self, entry: Entry) -> None:
        """``entry`` became READY or FAILED."""


class GeometryStore:
    """Lives on the event loop; everything that takes time happens in threads and worker processes.

    Grids are forgotten when room is needed, the longest unused first, but never while a scene uses them: a scene holds
    the grid itself, so whether anything does is for Python to say.
    """

    def __init__(self, limits: Limits, settings: GeometrySettings | None = None) -> None:
        self.settings = settings or GeometrySettings()
        self._max_bytes = limits.max_geometry_bytes
        self._cache = GridCache(self.settings.geometry_cache, self.settings.geometry_cache_bytes)
        self._builder = Builder(self.settings.geometry_build_s)
        self._entries: dict[str, Entry] = {}  # the longest unused first
        self._uploads_bytes = 0
        self._watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """Memory of all grids, of those to come, and of uploads that are coming in."""
        return sum(entry.size_bytes for entry in list(self._entries.values())) + self._uploads_bytes

    @property
    def building(self) -> int:
        """Geometries that are being built or wait for it."""
        return sum(e.state is State.BUILDING and not e.from_disk for e in list(self._entries.values()))

    # -- finding ------------------------------------------------------------------------------------------------------

    def find(self, id: str, coordinates: CoordinateSystem) -> Entry | None:
        """The geometry if the server has it; one that lies in the cache on disk is READY a moment later."""
        key = key_of(id, coordinates)
        entry = self._entries.pop(key, None)
        if entry is None:
            if key not in self._cache:
                return None
            entry = Entry(key, id, from_disk=True)
            self._start(self._read(entry))
        self._entries[key] = entry  # the youngest now
        return entry

    async def get(self, id: str, coordinates: CoordinateSystem) -> Entry | None:
        """As ``find``, after what lies on disk has been read."""
        entry = self.find(id, coordinates)
        if entry is not None and entry.from_disk:
            await entry.settled.wait()
            return self._entries.get(entry.key)
        return entry

    def watch(self, watcher: Watcher) -> None:
        """Tell ``watcher`` of every geometry that becomes READY or FAILED, for as long as it exists."""
        self._watchers.add(watcher)

    # -- taking in ----------------------------------------------------------------------------------------------------

    @contextmanager
    def receiving(self, size_bytes: int) -> Iterator[None]:
        """Room for an upload that is coming in. ``Fault`` RESOURCE_EXHAUSTED when there is none."""
        self._make_room(size_bytes)
        self._uploads_bytes += size_bytes
        try:
            yield
        finally:
            self._uploads_bytes -= size_bytes

    def add(self, id: str, coordinates: CoordinateSystem, geometry: Geometry, cell_m: float) -> Entry:
        """Have ``geometry`` built. ``InputError`` for cells that cannot be, ``Fault`` when there is no room or turn."""
        known = self.find(id, coordinates)
        if known is not None and serves(known, cell_m):
            return known
        layout = layout_of(geometry, cell_m, self.settings.geometry_cells)
        if self.building >= self.settings.geometry_queue:
            raise exhausted(
                "TOO_MANY_BUILDS", f"{self.building} geometries are being built; try again", _RETRY_S
            )
        entry = Entry(key_of(id, coordinates), id, cell_m, expected_bytes=4 * layout.cells)
        self._make_room(entry.size_bytes)
        self._entries.pop(entry.key, None)
        self._entries[entry.key] = entry
        self._start(self._build(entry, geometry))
        return entry

    async def close(self) -> None:
        """End all work."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._builder.close()

    def _make_room(self, size_bytes: int) -> None:
        """Forget what nobody uses until ``size_bytes`` fit. ``Fault`` RESOURCE_EXHAUSTED when they do not."""
        if self._forget_unused(size_bytes):
            return
        gc.collect()  # sessions that ended may still hold their scene in reference cycles
        if not self._forget_unused(size_bytes):
            raise exhausted(
                "GEOMETRY_FULL",
                f"{size_bytes} bytes of geometry do not fit beside {self.size_bytes} in use; {self._max_bytes} is the "
                "limit: remove obstacles of other geometry first, or ask for larger cells",
                _RETRY_S,
            )

    def _forget_unused(self, size_bytes: int) -> bool:
        """Forget geometry that nobody uses, the longest unused first, until ``size_bytes`` fit; whether they do."""
        over = self.size_bytes + size_bytes - self._max_bytes
        for entry in list(self._entries.values()):
            if over <= 0:
                break
            size = entry.size_bytes
            if _forget(entry):
                del self._entries[entry.key]
                over -= size
        return over <= 0

    # -- work ---------------------------------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, entry: Entry) -> None:
        """Take a grid from the cache; an entry for a file that is of no use after all is forgotten."""
        found = await asyncio.to_thread(self._cache.get, entry.key)
        entry.from_disk = False
        if found is None:
            self._entries.pop(entry.key, None)
            self._settle(entry, State.FAILED, "its file in the cache was damaged; upload it again")
            return
        grid, note = found
        entry.asked_cell_m = float(note.get("asked_cell_m", 0.0))
        self._ready(entry, grid)

    async def _build(self, entry: Entry, geometry: Geometry) -> None:
        def on_progress(share: float) -> None:
            entry.progress = share

        try:
            grid, entry.build_s = await self._builder.build(
                geometry, entry.asked_cell_m, self.settings.geometry_cells, on_progress
            )
        except InputError as error:
            self._fail(entry, str(error))
            return
        except Exception as error:
            log.exception("geometry %s could not be built", entry.id)
            self._fail(entry, f"{type(error).__name__} in the server: {error}")
            return
        grid = replace(grid, id=entry.id)
        note = {"asked_cell_m": entry.asked_cell_m}
        self._ready(entry, grid)
        log.info("geometry %s: %s cells of %.3f m in %.1f s, %s", entry.id[:12], grid.values.size, grid.cell_m,
                 entry.build_s, grid.sign_rule)  # fmt: skip
        await asyncio.to_thread(self._cache.put, entry.key, grid, note)

    def _ready(self, entry: Entry, grid: DistanceGrid) -> None:
        entry.grid, entry.progress = grid, 1.0
        self._settle(entry, State.READY, grid.problem)

    def _fail(self, entry: Entry, problem: str) -> None:
        entry.expected_bytes = 0
        failed = [e for e in self._entries.values() if e.state is State.FAILED]
        for old in failed[: max(len(failed) - _MAX_FAILED + 1, 0)]:
            del self._entries[old.key]
        self._settle(entry, State.FAILED, problem)

    def _settle(self, entry: Entry, state: State, problem: str) -> None:
        entry.state, entry.problem = state, problem
        entry.settled.set()
        for watcher in tuple(self._watchers):
            watcher.geometry_settled(entry)


def serves(entry: Entry, cell_m: float) -> bool:
    """Whether ``entry`` is what an upload with cells of ``cell_m`` (0: any) asks for."""
    return entry.state is not State.FAILED and cell_m in (0.0, entry.asked_cell_m)


def _forget(entry: Entry) -> bool:
    """Let go of the grid; whether nobody else holds it. Restores the entry where somebody does."""
    if entry.state is State.BUILDING:
        return False
    if entry.grid is None:
        return True
    still = weakref.ref(entry.grid)
    entry.grid = None
    entry.grid = still()
    return entry.grid is None
