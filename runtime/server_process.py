"""``lamp serve`` in a process of its own, for the demo, the benchmarks and whoever else needs a server for a while."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

_START_S = 120.0
_STOP_S = 15.0


class ServerProcess:
    """A server on a free loopback port, as a context manager; stopped at the end.

    options: further flags of ``lamp serve``. log: file for what the server writes on standard error; None lets it
    through to the terminal. own_group: not in the terminal's process group, so that Ctrl-C reaches only the caller, who
    then stops the server. Raises ``RuntimeError`` when the server ends or says nothing before it is ready.
    """

    def __init__(
        self, options: Sequence[str] = (), *, log: Path | None = None, own_group: bool = False
    ) -> None:
        self._options, self._log, self._own_group = tuple(options), log, own_group
        self.address = ""

    def __enter__(self) -> ServerProcess:
        command = [sys.executable, "-m", "runtime.cli", "serve", "--port", "0", *self._options]
        errors = self._log.open("ab") if self._log is not None else None
        try:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=self._own_group,
            )
        finally:
            if errors is not None:
                errors.close()
        try:
            self.address = self._wait()
        except BaseException:
            self._process.kill()
            raise
        return self

    def _wait(self) -> str:
        """The address the server prints once clients can connect."""
        assert self._process.stdout is not None
        found: list[str] = []
        reader = threading.Thread(target=_read, args=(self._process.stdout, found), daemon=True)
        reader.start()
        end = time.monotonic() + _START_S
        while not found and time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(
                    f"the server ended with status {self._process.returncode} before it was ready"
                    + (f"; {self._log} says why" if self._log is not None else "")
                )
            time.sleep(0.02)
        if not found:
            raise RuntimeError(f"the server was not ready within {_START_S:.0f} s; run `lamp doctor`")
        return found[0]

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None


def _read(stream: TextIO, found: list[str]) -> None:
    """Keep the address of the first line that names one; read on, so that the server never waits for its reader."""
    for line in stream:
        if line.startswith("serving on ") and not found:
            found.append(line.split()[2])


def rss_mib(pid: int) -> float | None:
    """Resident memory of a process, MiB; None where the system does not tell through ``/proc``."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf8").splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) for line in lines if line.startswith("VmRSS:")]
    return sizes[0] / 1024 if sizes else None


def cpu_s(pid: int) -> float | None:
    """Processor time a process has used, seconds; None where the system does not tell through ``/proc``."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
