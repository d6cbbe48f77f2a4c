"""One session being recorded: takes events from the event loop and the worker, keeps them until the writer takes them.

Nothing here waits for a disk, and nothing here can harm the session: whatever goes wrong ends the recording only.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.log import SessionLog
from runtime.pb.v1 import drive_pb2
from runtime.recording import events, values
from runtime.recording.events import Ended, Event, Header, Received, Sent
from runtime.recording.format import file_start

log = logging.getLogger(__name__)
_SHARED_BYTES = 4096  # arrays from this size on are written once, however often they are named
_END_ROOM_BYTES = 4096  # kept free for the last record
START_CHUNKS = 2  # the first two chunks make a file a recording


class Backlog:
    """Bytes that wait for the disk, counted over all tapes. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._lock = threading.Lock()

    def add(self, size: int) -> bool:
        """Count ``size`` more, unless that is too many."""
        with self._lock:
            if self._bytes + size > self._most:
                return False
            self._bytes += size
            return True

    def remove(self, size: int) -> None:
        """Count ``size`` less."""
        with self._lock:
            self._bytes -= size


class Tape:
    """The events of one session as bytes, in order. Thread-safe."""

    def __init__(
        self, name: str, header: Header, session_log: SessionLog, backlog: Backlog, *, max_bytes: int,
        playhead_s: Callable[[], float] = lambda: 0.0, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.name = name  # of the file
        self.header = header
        self.log = session_log
        self._backlog, self._max_bytes = backlog, max_bytes
        self._playhead_s, self._clock, self._began_s = playhead_s, clock, clock()
        self._lock = threading.Lock()
        self._chunks: list[bytes] = [file_start(), events.to_record(header)]
        self._bytes = sum(map(len, self._chunks))
        self._counted = 0  # of the chunks, in the backlog
        self._shared: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._written: set[str] = set()  # names of shared arrays that are in the file
        self.ended = False  # no more events are taken

    # -- what happened ----------------------------------------------------------------------------------------------

    def received(self, request: drive_pb2.DriveRequest) -> None:
        """A message of the client."""
        if request.HasField("hello") and request.hello.resume_token:
            copy = drive_pb2.DriveRequest()
            copy.CopyFrom(request)
            copy.hello.resume_token = ""
            request = copy
        self.add(Received, request.SerializeToString())

    def sent(self, response: drive_pb2.DriveResponse) -> None:
        """A message of the server."""
        if response.HasField("welcome"):
            copy = drive_pb2.DriveResponse()
            copy.CopyFrom(response)
            copy.welcome.session_token = ""
            response = copy
        self.add(Sent, response.SerializeToString())

    def add(self, kind: type[Event], *fields: Any) -> None:
        """Anything else: an event of ``kind`` with these fields, at this moment."""
        if self.ended:
            return
        try:
            with self._lock:
                event = kind(self._clock() - self._began_s, float(self._playhead_s()), *fields)
                self._take(events.to_record(event, self._share))
        except Exception:  # a fault of ours must not cost the session
            self.log.exception("a %s event could not be recorded; the recording ends", kind.kind)
            self.close("an event could not be recorded")

    def _take(self, record: bytes) -> None:
        """Keep a record for the writer, or end the recording where there is no room for it."""
        if self.ended:
            return
        if self._bytes + len(record) > self._max_bytes - _END_ROOM_BYTES:
            self._end(f"it reached its {self._max_bytes / 2**20:.3g} MiB", warn=True)
        elif not self._backlog.add(len(record)):
            self._end("the disk takes less than the sessions give", warn=True)
        else:
            self._counted += len(record)
            self._keep(record)

    def _keep(self, record: bytes) -> None:
        self._chunks.append(record)
        self._bytes += len(record)

    def _share(self, array: values.Array) -> str | None:
        """The name of a large array; the first time it comes it is written under that name."""
        if array.nbytes < _SHARED_BYTES:
            return None
        known = self._shared.get(id(array))
        if known is None or known[0]() is not array:
            name = values.digest(array)
            self._shared = {key: entry for key, entry in self._shared.items() if entry[0]() is not None}
            self._shared[id(array)] = known = (weakref.ref(array), name)
        if known[1] not in self._written:
            self._written.add(known[1])
            self._take(events.shared_record(self._clock() - self._began_s, 0.0, known[1], np.asarray(array)))
        return known[1]

    def close(self, reason: str = "the session ended") -> None:
        """No more events; the file will say why. May be called again."""
        with self._lock:
            self._end(reason, warn=False)

    def stop(self, reason: str) -> None:
        """Like ``close``, for an end that nobody wished: it is logged."""
        with self._lock:
            self._end(reason, warn=True)

    def _end(self, reason: str, *, warn: bool) -> None:
        if self.ended:
            return
        self._keep(events.to_record(Ended(self._clock() - self._began_s, float(self._playhead_s()), reason)))
        self.ended = True  # last: the writer closes the file once it sees this and has taken what is there
        self._shared.clear()
        if warn:
            self.log.warning("the recording stops, the session goes on: %s", reason)

    # -- for the writer ---------------------------------------------------------------------------------------------

    def take(self) -> list[bytes]:
        """What there is to write; the caller writes all of it."""
        with self._lock:
            chunks, self._chunks = self._chunks, []
            self._settle()
        return chunks

    def _settle(self) -> None:
        counted, self._counted = self._counted, 0
        self._backlog.remove(counted)

    def abandon(self) -> None:
        """The file cannot be written; forget everything."""
        with self._lock:
            self.ended = True
            self._chunks = []
            self._settle()
            self._shared.clear()
