"""Reading a recording, event by event; memory stays bounded whatever the file claims."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from runtime.recording import events
from runtime.recording.errors import RecordingError
from runtime.recording.events import Ended, Event, Header
from runtime.recording.format import RecordFile, Tail

MAX_SHARED_BYTES = 512 * 1024 * 1024  # of arrays that records refer to, held while a file is read


class Recording:
    """A file on disk. ``for event in recording.events()`` reads it from the start, as often as you like.

    A torn end is left out, a damaged record ends the reading there; ``tail`` says so after the last event.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path, self.header = path, header
        self.tail = Tail("whole")
        self.end_reason = ""  # why the recording was closed; empty when it was cut off

    @classmethod
    def open(cls, path: str | Path) -> Recording:
        """Look at a file's header. ``RecordingError``: it is no recording; ``OSError``: it cannot be read."""
        path = Path(path)
        with path.open("rb") as file:
            try:
                first = RecordFile(file, os.fstat(file.fileno()).st_size).next()
                header = events.from_record(*first, {}) if first is not None else None
            except RecordingError as error:
                raise RecordingError(error.problem, str(path)) from error
        if not isinstance(header, Header):
            raise RecordingError("holds nothing: it was cut off before its header was written", str(path))
        return cls(path, header)

    def events(self) -> Iterator[Event]:
        """Every event after the header, in the order of time. ``RecordingError`` for a record that makes no sense."""
        with self.path.open("rb") as file:
            records = RecordFile(file, os.fstat(file.fileno()).st_size)
            shared: dict[str, bytes] = {}
            held = 0
            while (record := records.next()) is not None:
                head, body = record
                if head[0] == events.SHARED:
                    held += len(body)
                    if held > MAX_SHARED_BYTES:
                        raise RecordingError(
                            f"its shared arrays are more than {MAX_SHARED_BYTES} bytes", str(self.path)
                        )
                    shared[str(head[3].get("name"))] = body
                    continue
                try:
                    event = events.from_record(head, body, shared)
                except RecordingError as error:
                    raise RecordingError(error.problem, f"{self.path}, byte {records.position}") from error
                if isinstance(event, Ended):
                    self.end_reason = event.reason
                if event is not None and not isinstance(event, Header):
                    yield event
            assert records.tail is not None
            self.tail = records.tail
