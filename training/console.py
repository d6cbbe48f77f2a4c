"""What the training commands say to a person: lines, tables, and a progress bar with the time left.

``rich`` makes it pretty when it is installed (extra ``train``) and the output is a terminal; plain text otherwise.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_PLAIN_INTERVAL_S = 10.0


def say(text: str = "") -> None:
    """A line of result on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """A line for the person on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned plain-text table: first column to the left, the others to the right."""
    cells = [[str(c) for c in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]

    def line(row: list[str]) -> str:
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        return "  ".join([row[0].ljust(widths[0]), *rest]).rstrip()

    return "\n".join([line(cells[0]), "  ".join("-" * w for w in widths), *map(line, cells[1:])])


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Yield ``items`` while showing how far it is and how long it will take (on standard error)."""
    if sys.stderr.isatty():
        try:
            yield from _rich_progress(items, total, label)
            return
        except ImportError:
            pass
    yield from _plain_progress(items, total, label)


def track(items: Collection[T], label: str) -> Iterator[T]:
    """:func:`progress` over something that knows its own length."""
    return progress(items, len(items), label)


def _rich_progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)


def _plain_progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    start = said = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - said >= _PLAIN_INTERVAL_S:
            said = now
            left_s = (now - start) / done * max(total - done, 0)
            warn(f"{label}: {done}/{total}, about {left_s:.0f} s left")
