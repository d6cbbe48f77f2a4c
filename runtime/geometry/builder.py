"""Distance grids from a worker process (``lamp.scene.worker``), one at a time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import lamp
from lamp.errors import InputError
from lamp.scene.files import DamagedFileError, load_grid, save_geometry
from lamp.scene.geometry import Geometry
from lamp.scene.grid import DistanceGrid

log = logging.getLogger(__name__)
_LAST_WORDS = 2000  # characters of a failed worker's complaint that are kept
_START_S = 60.0
_IDLE_S = 20.0  # a worker without work is ended: most servers are quiet after their level is loaded


class BuildError(RuntimeError):
    """The worker ended without a grid, and not because of the geometry."""


class Builder:
    """Lives on the event loop. ``max_s``: time one geometry may take."""

    def __init__(self, max_s: float) -> None:
        self._max_s = max_s
        self._turn = asyncio.Semaphore(1)  # more at once would only take the cores from the characters
        self._worker: _Worker | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def build(
        self, geometry: Geometry, cell_m: float, budget: int, on_progress: Callable[[float], None]
    ) -> tuple[DistanceGrid, float]:
        """The grid and the seconds it took. ``InputError`` for geometry that cannot be used or takes too long,
        ``BuildError`` when the worker failed. Cancelled, the worker is ended."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="lamp-geometry-") as folder:
                source, result = Path(folder) / "geometry", Path(folder) / "grid"
                await asyncio.to_thread(save_geometry, source, geometry)
                job = {"source": str(source), "result": str(result), "cell_m": cell_m, "budget": budget}
                last = await self._work(job, on_progress)
                if "problem" in last:
                    raise InputError(str(last["field"]), str(last["problem"]))
                try:
                    grid, _ = await asyncio.to_thread(load_grid, result)
                except (OSError, DamagedFileError) as error:
                    raise BuildError(f"the worker left no usable grid: {error}") from error
                return grid, float(last["done"])

    async def _work(self, job: dict[str, Any], on_progress: Callable[[float], None]) -> dict[str, Any]:
        """The worker's last word on a job. A worker that does not get so far is ended."""
        if self._idle is not None:
            self._idle.cancel()
        whole = False
        try:
            if self._worker is None or not self._worker.alive:
                self._worker = await _Worker.start()
            async with asyncio.timeout(self._max_s):
                last = await self._worker.work(job, on_progress)
            whole = True
        except TimeoutError:
            raise InputError(
                "geometry",
                f"is not done after {self._max_s:g} s; take larger cells (cell_m), or fewer triangles",
            ) from None
        finally:
            if not whole:
                await self.close()
        self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._end_idle)
        return last

    def _end_idle(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    async def close(self) -> None:
        """End the worker."""
        if self._idle is not None:
            self._idle.cancel()
        if self._worker is not None:
            worker, self._worker = self._worker, None
            await worker.end()


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process, complaints: IO[bytes]) -> None:
        self._process, self._complaints = process, complaints

    @classmethod
    async def start(cls) -> _Worker:
        """A process that waits for jobs."""
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process is
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "lamp.scene.worker", stdin=pipe, stdout=pipe, stderr=complaints, env=_environment(),
            start_new_session=True,  # Ctrl-C is for the server; the worker ends with its input
        )  # fmt: skip
        worker = cls(process, complaints)
        try:
            async with asyncio.timeout(_START_S):
                await worker.hear(lambda said: "ready" in said)
        except TimeoutError:
            await worker.end()
            raise BuildError(f"the worker did not start within {_START_S:g} s") from None
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.returncode is None

    async def work(self, job: dict[str, Any], on_progress: Callable[[float], None]) -> dict[str, Any]:
        """What it says last about ``job``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")

        def last(said: dict[str, Any]) -> bool:
            if "progress" in said:
                on_progress(float(said["progress"]))
            return "progress" not in said

        return await self.hear(last)

    async def hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next thing it says that is ``wanted``. ``BuildError`` when it ends or talks nonsense instead."""
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                said: dict[str, Any] = json.loads(line)
                if wanted(said):
                    return said
        except ValueError as error:
            log.error("the geometry worker said something that is no JSON: %s", error)
            self._process.kill()
        status = await self._process.wait()
        self._complaints.seek(0)
        words = self._complaints.read().decode(errors="replace")[-_LAST_WORDS:].strip()
        log.error("the geometry worker ended with status %d: %s", status, words)
        raise BuildError(f"the worker ended with status {status}; the server's log tells more")

    def kill(self) -> None:
        """Ask the system to end it."""
        if self.alive:
            self._process.kill()
        self._complaints.close()

    async def end(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        await self._process.wait()


def _environment() -> dict[str, str]:
    """That of this process, the ``lamp`` of this process, and one thread: the cores belong to the characters."""
    here = str(Path(lamp.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
