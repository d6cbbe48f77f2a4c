"""``lamp serve`` as a process of its own, without a model."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.stub_server import command

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for other processes")


@contextlib.contextmanager
def served(
    *options: str, grace_s: float = 0.5, environment: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server; the process and its address. ``log``: where its standard error goes."""
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(log.open("w")) if log else subprocess.DEVNULL
        process = subprocess.Popen(
            command("--grace-s", str(grace_s), *options),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("serving on "), first or (log.read_text() if log else "it did not start")
            yield process, first.split()[2]
        finally:
            process.kill()
            process.communicate()
