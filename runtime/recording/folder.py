"""The folder of a server's recordings: how much is in it, and room for more. Errors are the system's ``OSError``."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from lamp.errors import InputError
from runtime.recording.format import SUFFIX

log = logging.getLogger(__name__)


class Folder:
    """Holds at most ``max_bytes`` of recordings; the oldest ones that are finished are deleted for newer ones."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path, self._max_bytes = path, max_bytes
        self._open: dict[Path, OutputFile] = {}
        self._finished: list[tuple[Path, int]] = []  # may be deleted; the oldest first
        self._kept: list[tuple[Path, int]] = []  # finished, but not to be deleted before a new session begins

    def make(self) -> None:
        """Make it where it is missing. ``InputError``: nothing can be written there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.path / f".{os.getpid()}{SUFFIX}.probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise InputError(
                "record", f"cannot write to {self.path}: {error.strerror}; name a folder of your own"
            ) from error

    def create(self, name: str) -> OutputFile:
        """A new file."""
        found = sorted(p for p in self.path.glob(f"*{SUFFIX}") if p not in self._open)
        self._finished = [(path, path.stat().st_size) for path in found]  # others may use the folder too
        self._kept.clear()
        file = OutputFile(self.path / name)
        self._open[file.path] = file
        return file

    def room_for(self, size: int) -> bool:
        """Whether so many bytes more may be written, once the oldest finished recordings are gone."""
        used = sum(file.size for file in self._open.values())
        used += sum(size for _, size in [*self._finished, *self._kept])
        while used + size > self._max_bytes and self._finished:
            path, gone = self._finished.pop(0)
            log.info("deleting %s, the oldest recording, to make room", path)
            path.unlink(missing_ok=True)
            used -= gone
        return used + size <= self._max_bytes

    def finish(self, file: OutputFile, *, keep: bool) -> None:
        """A file is complete, or given up. ``keep``: those being written now must not push it out."""
        if self._open.pop(file.path, None) is not None:
            (self._kept if keep else self._finished).append((file.path, file.size))


class OutputFile:
    """A new file, readable by its owner only. Written without a buffer: a killed process loses nothing of it."""

    def __init__(self, path: Path) -> None:
        flags = (
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
        self.path, self.size = path, 0
        self._fd = os.open(path, flags, 0o600)

    def write(self, data: bytes) -> None:
        """All of it, or an error."""
        left = memoryview(data)
        while left:
            written = os.write(self._fd, left)
            self.size += written
            left = left[written:]

    def close(self, *, force: bool) -> None:
        """``force``: wait until the disk has it. May be called again."""
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        try:
            if force:
                os.fsync(fd)
        finally:
            os.close(fd)
