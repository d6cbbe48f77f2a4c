"""A server's recordings: one file a session in one folder, written by one thread, within bounds.

A file is on its way to the disk within half a second, and forced onto it when it is closed: a process that is killed
loses half a second, a power cut what the system had not written yet. Either way the rest can be read.
"""

from __future__ import annotations

import hashlib
import logging
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
from runtime.recording.folder import Folder, OutputFile
from runtime.recording.format import SUFFIX
from runtime.recording.journal import EngineWatch, JournalledCharacter
from runtime.recording.tape import START_CHUNKS, Backlog, Tape

log = logging.getLogger(__name__)
FLUSH_S = 0.5
BACKLOG_BYTES = 64 * 1024 * 1024  # that may wait for the disk, all sessions together
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
        self._folder = Folder(config.folder, int(config.max_folder_mib * _MIB))
        self._backlog = Backlog(BACKLOG_BYTES)
        self._tapes: set[Tape] = set()
        self._files: dict[Tape, OutputFile] = {}  # of the thread
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="lamp-recorder", daemon=True)

    def start(self) -> None:
        """Make the folder and start the thread. ``InputError``: nothing can be written there."""
        self._folder.make()
        self._thread.start()

    def stop(self) -> None:
        """End every recording and wait until it is on the disk, 10 s at most."""
        with self._lock:
            tapes = list(self._tapes)
        for tape in tapes:
            tape.close("the server stopped")
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
            if self._thread.is_alive():
                log.error("recordings could not be written within %.0f s; their ends are lost", _STOP_S)

    def session(
        self, token: str, session_log: SessionLog, playhead_s: Callable[[], float] = lambda: 0.0
    ) -> SessionRecording:
        """Begin to record a session. Does not wait for the disk."""
        name, now = hashlib.sha256(token.encode()).hexdigest()[:12], time.gmtime()
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", now)
        tape = Tape(
            f"{time.strftime('%Y%m%d-%H%M%S', now)}-{name}{SUFFIX}",
            Header(0.0, 0.0, __version__, created, name, SKELETON_HASH, self._provenance),
            session_log,
            self._backlog,
            max_bytes=int(self.config.max_file_mib * _MIB),
            playhead_s=playhead_s,
        )
        with self._lock:
            self._tapes.add(tape)
        return SessionRecording(tape, self._watch, self._wake.set)

    # -- on the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._wake.wait(FLUSH_S)
            self._wake.clear()
            stopping = self._stopping
            with self._lock:
                tapes = list(self._tapes)
            for tape in tapes:
                self._write(tape)
            if stopping:
                return

    def _write(self, tape: Tape) -> None:
        """Put on the disk what waits; whatever goes wrong ends this recording only."""
        file = self._files.get(tape)
        try:
            if file is None:
                self._files[tape] = file = self._folder.create(tape.name)
                tape.log.info("recording to %s", file.path)
            ended = tape.ended  # looked at first: what is taken then holds the last record
            chunks = tape.take()
            full = not self._folder.room_for(sum(map(len, chunks)))
            if full:
                tape.stop(f"the folder holds its {self.config.max_folder_mib:g} MiB; raise max_folder_mib")
                chunks, ended = [*(chunks[:START_CHUNKS] if file.size == 0 else []), *tape.take()[-1:]], True
            file.write(b"".join(chunks))
            if ended:
                self._finish(tape, file, keep=full)
        except Exception as error:
            why = f"{self.config.folder}: {error.strerror}" if isinstance(error, OSError) else repr(error)
            tape.log.error("the recording stops, the session goes on: %s", why)
            tape.abandon()
            if file is not None:
                self._finish(tape, file, failed=True)
            with self._lock:
                self._tapes.discard(tape)

    def _finish(self, tape: Tape, file: OutputFile, *, keep: bool = False, failed: bool = False) -> None:
        with self._lock:
            self._tapes.discard(tape)
        self._files.pop(tape, None)
        self._folder.finish(file, keep=keep)
        file.close(force=not failed)
        tape.log.info("recorded: %s, %.1f MiB", file.path, file.size / _MIB)


class SessionRecording:
    """What a session and its character need to be recorded."""

    def __init__(self, tape: Tape, watch: EngineWatch, wake_writer: Callable[[], None]) -> None:
        self.tape = tape
        self._watch, self._wake_writer = watch, wake_writer

    def character(self, character: Character[Any], start: CharacterStart) -> Character[Any]:
        """The character to use in place of this one: the same, with its decisions noted."""
        noted: Any = JournalledCharacter(character, start, self.tape, self._watch)
        return noted

    def close(self, reason: str = "the session ended") -> None:
        """Nothing more is recorded. May be called again."""
        self.tape.close(reason)
        self._wake_writer()
