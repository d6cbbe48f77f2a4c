"""The catalogue counts what it tried, prints it at the end, and runs against a real server that must log no error."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from tests.runtime.conftest import Site, site

_TRIED = pytest.StashKey[Counter[str]]()
TIMEOUT_S = 120.0  # of one test body: generous, because machines that run tests do other things too


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``tried("crashed clients", 20)``: adds to what the summary says at the end of the run."""
    counts = request.config.stash.setdefault(_TRIED, Counter())

    def note(what: str, count: int = 1) -> None:
        counts[what] += count

    return note


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line per kind of thing that was tried."""
    counts = config.stash.get(_TRIED, None)
    if counts:
        terminalreporter.section("catalogue: what was tried")
        for what, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count:>10,}  {what}")


@pytest.fixture
def on_server() -> Callable[..., None]:
    """Run an async test body with a started server: ``on_server(body, limits=..., backend=...)``."""

    def run(body: Callable[[Site], Coroutine[Any, Any, None]], **options: Any) -> None:
        async def main() -> None:
            async with asyncio.timeout(TIMEOUT_S), site(**options) as here:
                await body(here)

        asyncio.run(main())

    return run


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The test fails when anything was logged as an error: an exception nobody handled, a task nobody waited for."""
    yield
    wrong = [
        r for r in caplog.get_records("call") if r.levelno >= logging.ERROR and not _of_an_earlier_test(r)
    ]
    assert not wrong, "\n".join(f"{r.name}: {r.getMessage()} {r.exc_info or ''}" for r in wrong[:5])


def _of_an_earlier_test(record: logging.LogRecord) -> bool:
    """Whether gRPC had an event for a loop that is closed: it has one queue for all loops of a process, and each test
    has its own loop."""
    exception = record.exc_info[1] if record.exc_info else None
    return "PollerCompletionQueue" in record.getMessage() and str(exception) == "Event loop is closed"
