"""The worker process: it comes, it goes, and whatever happens to it no process and no file is left."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from lamp.errors import InputError
from lamp.scene.build import build_grid
from runtime.geometry import builder as builder_module
from runtime.geometry.builder import Builder, BuildError
from tests import solids
from tests.runtime.wire import eventually

BOX = solids.mesh(solids.box((0.3, 0.3, 0.3)))
_RNG = np.random.default_rng(0)
TANGLE = solids.mesh((_RNG.uniform(-5, 5, (60_000, 3)), np.arange(60_000).reshape(-1, 3)))  # minutes of work


def workers() -> list[psutil.Process]:
    """Processes started by this one that build grids."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "lamp.scene.worker" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Run a body with a builder; afterwards nothing may be left of it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def with_builder(body: Callable[[Builder], Awaitable[None]], max_s: float = 60.0) -> None:
        async def main() -> None:
            builder = Builder(max_s)
            async with asyncio.timeout(60):
                try:
                    await body(builder)
                finally:
                    await builder.close()
            await eventually(lambda: not workers())

        asyncio.run(main())
        assert list(tmp_path.iterdir()) == []

    return with_builder


def test_one_worker_builds_one_grid_after_the_other(run: Callable[..., None]) -> None:
    async def body(builder: Builder) -> None:
        shares: list[float] = []
        jobs = [builder.build(BOX, cell_m, 2_000_000, shares.append) for cell_m in (0.1, 0.05, 0.02)]
        (coarse, _), (fine, _), (finest, seconds) = await asyncio.gather(*jobs)
        assert (coarse.cell_m, fine.cell_m, finest.cell_m) == (0.1, 0.05, 0.02)
        assert np.array_equal(fine.values, build_grid(BOX, cell_m=0.05).values)
        assert seconds > 0
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert len(workers()) == 1
        assert workers()[0].nice() >= 10 + psutil.Process().nice() or workers()[0].nice() == 19

    run(body)


def test_a_worker_that_dies_fails_its_job_and_the_next_one_gets_another(run: Callable[..., None]) -> None:
    async def body(builder: Builder) -> None:
        job = asyncio.create_task(builder.build(TANGLE, 0.0, 2_000_000, lambda share: None))
        await eventually(workers)
        await asyncio.sleep(0.5)
        workers()[0].kill()
        with pytest.raises(BuildError, match="status -9"):
            await job
        grid, _ = await builder.build(BOX, 0.1, 2_000_000, lambda share: None)
        assert grid.sign_rule == "solid"

    run(body)


def test_a_job_that_is_cancelled_or_too_long_ends_its_worker(run: Callable[..., None]) -> None:
    async def body(builder: Builder) -> None:
        with pytest.raises(InputError, match="not done after 1 s"):
            await builder.build(TANGLE, 0.0, 2_000_000, lambda share: None)
        assert workers() == []
        job = asyncio.create_task(builder.build(TANGLE, 0.0, 2_000_000, lambda share: None))
        await eventually(workers)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert workers() == []

    run(body, max_s=1.0)


def test_an_idle_worker_goes(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder_module, "_IDLE_S", 0.1)

    async def body(builder: Builder) -> None:
        await builder.build(BOX, 0.1, 2_000_000, lambda share: None)
        await eventually(lambda: not workers())
        await builder.build(BOX, 0.1, 2_000_000, lambda share: None)

    run(body)


def test_a_worker_that_cannot_start_is_an_error(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_module.sys, "executable", "/bin/false")

    async def body(builder: Builder) -> None:
        with pytest.raises(BuildError, match="status 1"):
            await builder.build(BOX, 0.1, 2_000_000, lambda share: None)

    run(body)
