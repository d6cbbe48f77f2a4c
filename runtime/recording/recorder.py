"""A server's recordings: one file a session in one folder, written by one thread, within bounds.

A file is on its way to the disk within half a second, and forced onto it when it is closed: a process that is killed
loses half a second, a power cut what the system had not written yet. Either way the rest can be read.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lamp import __version__
from lamp.errors import InputError
from lamp.skeleton import SKELETON_HASH
from runtime.backend import Backend, Character, CharacterStart
from runtime.log import SessionLog
from runtime.recording.events import Header
from runtime.recording.format import SUFFIX
from runtime.recording.journal import EngineWatch, JournalledCharacter
from runtime.recording.tape import Tape

log = logging.getLogger(__name__)
FLUSH_S = 0.5
_PENDING_BYTES = 64 * 1024 * 1024  # that may wait for the disk, all sessions together
_STOP_S = 10.0
_MIB = 1024 * 1024


@dataclass(frozen=True)
class RecordingConfig:
    """Where recordings go and how large they may grow. ``InputError`` for a folder or size that cannot be used.

    max_file_mib: one session; its recording stops there. max_folder_mib: all together; the oldest ones are deleted to
    make room for new ones.
    """

    folder: Path
    max_file_mib: float = 256.0
    max_folder_mib: float = 4096.0

    def __post_init__(self) -> None:
        for name in ("max_file_mib", "max_folder_mib"):
            if not 1.0 <= getattr(self, name) <= 1e6:
                raise InputError(name, f"{getattr(self, name):g} is outside 1..1000000 MiB")
        if self.max_folder_mib < self.max_file_mib:
            raise InputError(
                "max_folder_mib",
                f"{self.max_folder_mib:g} does not hold one file of {self.max_file_mib:g} MiB; raise it, or lower "
                "max_file_mib",
            )


class Recorder:
    """Writes the sessions of one backend. Start it, make a :class:`SessionRecording` per session, stop it."""

    def __init__(self, backend: Backend[Any], config: RecordingConfig) -> None:
        self.config = config
        self._provenance: Mapping[str, str] = backend.provenance()
        self._watch = EngineWatch(backend.optimizer)
        self._files: dict[Tape, _File] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="lamp-recorder", daemon=True)

    def start(self) -> None:
        """Make the folder and start the thread. ``InputError``: nothing can be written there."""
        folder = self.config.folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = folder / f".{os.getpid()}-{threading.get_ident()}.probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise InputError(
                "record", f"cannot write to {folder}: {error.strerror}; name a folder of your own"
            ) from error
        self._thread.start()

    def stop(self) -> None:
        """End every recording and wait until it is on the disk, 10 s at most."""
        with self._lock:
            tapes = list(self._files)
        for tape in tapes:
            tape.close("the server stopped")
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
            if self._thread.is_alive():
                log.error("recordings could not be written within %.0f s; their ends are lost", _STOP_S)

    def session(self, token: str, playhead_s: Callable[[], float]) -> SessionRecording:
        """Begin to record a session. Does not wait for the disk."""
        name = hashlib.sha256(token.encode()).hexdigest()[:12]
        now = time.gmtime()
        header = Header(
            0.0, 0.0, __version__, time.strftime("%Y-%m-%dT%H:%M:%SZ", now), name, SKELETON_HASH, self._provenance
        )  # fmt: skip
        tape = Tape(
            header, SessionLog(log, token), max_bytes=int(self.config.max_file_mib * _MIB),
            max_pending_bytes=_PENDING_BYTES, playhead_s=playhead_s,
        )  # fmt: skip
        path = self.config.folder / f"{time.strftime('%Y%m%d-%H%M%S', now)}-{name}{SUFFIX}"
        with self._lock:
            self._files[tape] = _File(path)
        return SessionRecording(tape, self._watch, self._wake.set)

    # -- on the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._wake.wait(FLUSH_S)
            self._wake.clear()
            stopping = self._stopping
            with self._lock:
                files = list(self._files.items())
            for tape, file in files:
                self._write(tape, file)
            if stopping:
                return

    def _write(self, tape: Tape, file: _File) -> None:
        ended = tape.ended  # looked at first: what is taken then holds the last record
        try:
            if not file.is_open:
                self._make_room()
                file.open()
                tape.log.info("recording to %s", file.path)
            file.write(tape.take())
            if ended:
                file.close()
                tape.log.info("recorded: %s, %.1f MiB", file.path, file.size / _MIB)
        except OSError as error:
            tape.log.error("the recording stops, the session goes on: %s: %s", file.path, error.strerror)
            tape.abandon()
            file.abandon()
            ended = True
        if ended:
            with self._lock:
                del self._files[tape]

    def _make_room(self) -> None:
        """Delete the oldest recordings until one more fits into the folder; those being written stay."""
        with self._lock:
            busy = {file.path for file in self._files.values()}
        found = sorted(p for p in self.config.folder.glob(f"*{SUFFIX}") if p not in busy)
        sizes = [path.stat().st_size for path in found]
        room = (self.config.max_folder_mib - self.config.max_file_mib * len(busy)) * _MIB
        while found and sum(sizes) > room:
            log.info("deleting %s, the oldest recording, to make room", found[0])
            found.pop(0).unlink(missing_ok=True)
            sizes.pop(0)


class _File:
    """One file being written. Errors are the ``OSError`` of the system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._fd = -1

    @property
    def is_open(self) -> bool:
        return self._fd >= 0

    def open(self) -> None:
        flags = (
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
        self._fd = os.open(self.path, flags, 0o600)

    def write(self, chunks: list[bytes]) -> None:
        left = memoryview(b"".join(chunks))
        while left:
            written = os.write(self._fd, left)
            self.size += written
            left = left[written:]

    def close(self) -> None:
        try:
            os.fsync(self._fd)
        finally:
            self.abandon()

    def abandon(self) -> None:
        if self.is_open:
            fd, self._fd = self._fd, -1
            os.close(fd)


class SessionRecording:
    """What a session and its character need to be recorded."""

    def __init__(self, tape: Tape, watch: EngineWatch, wake_writer: Callable[[], None]) -> None:
        self.tape = tape
        self._watch, self._wake_writer = watch, wake_writer

    def character(self, character: Character[Any], start: CharacterStart) -> Character[Any]:
        """The character to use in place of this one: the same, with its decisions noted."""
        noted: Any = JournalledCharacter(character, start, self.tape, self._watch)
        return noted  # type: ignore[no-any-return]

    def close(self, reason: str = "the session ended") -> None:
        """Nothing more is recorded. May be called again."""
        self.tape.close(reason)
        self._wake_writer()
