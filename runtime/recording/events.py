"""What a recording is made of: one small dataclass per kind of event, and its form on disk.

Times: ``time_s`` is seconds since the recording began, by the monotonic clock; ``session_s`` is where the client was in
its session then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from google.protobuf.message import DecodeError

from runtime.backend import CharacterStart
from runtime.pb.v1 import drive_pb2
from runtime.recording import values
from runtime.recording.errors import RecordingError
from runtime.recording.format import pack

MAX_MESSAGE_BYTES = (
    16 * 1024 * 1024
)  # of a protobuf message that is parsed: ten times what a server sends at once


@dataclass(frozen=True)
class Event:
    """When something happened."""

    kind: ClassVar[str]

    time_s: float
    session_s: float


@dataclass(frozen=True)
class Header(Event):
    """First in every file: what the plans depend on (``Backend.provenance``), and who wrote it. Holds no secret."""

    kind = "header"
    server_version: str
    created: str  # UTC, ISO 8601
    session: str  # a hash of the session's token
    skeleton: str
    provenance: Mapping[str, str]


@dataclass(frozen=True)
class Received(Event):
    """A message of the client, as it came; resume tokens are removed."""

    kind = "received"
    data: bytes

    @property
    def message(self) -> drive_pb2.DriveRequest:
        """Parsed; ``RecordingError`` when it cannot be."""
        parsed: drive_pb2.DriveRequest = _parse(drive_pb2.DriveRequest, self.data)
        return parsed


@dataclass(frozen=True)
class Sent(Event):
    """A message of the server, as it was sent; the session token is removed."""

    kind = "sent"
    data: bytes

    @property
    def message(self) -> drive_pb2.DriveResponse:
        """Parsed; ``RecordingError`` when it cannot be."""
        parsed: drive_pb2.DriveResponse = _parse(drive_pb2.DriveResponse, self.data)
        return parsed


def _parse(kind: Any, data: bytes) -> Any:
    if len(data) > MAX_MESSAGE_BYTES:
        raise RecordingError(f"a message of {len(data)} bytes; at most {MAX_MESSAGE_BYTES} are read")
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise RecordingError(f"a message cannot be read ({error})") from error


@dataclass(frozen=True)
class Began(Event):
    """The character was made."""

    kind = "began"
    start: CharacterStart


@dataclass(frozen=True)
class Called(Event):
    """An intent was handed to the character: ``method(*arguments, **options)``."""

    kind = "called"
    method: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class JobStarted(Event):
    """A job was due at this playhead."""

    kind = "job"
    playhead_s: float


@dataclass(frozen=True)
class JobDropped(Event):
    """The job at hand was cancelled."""

    kind = "dropped"


@dataclass(frozen=True)
class Step:
    """Optimisation steps of one start of a job, and the place it had in the engine's batch."""

    start: int
    batch: int
    row: int
    steps: int


@dataclass(frozen=True)
class Published(Event):
    """The job became a plan. ``plan`` is as ``values.encode`` makes it: compared, never built again."""

    kind = "published"
    playhead_s: float | None
    steps: int  # of the job when it was published
    runs: tuple[tuple[int, int, int, int], ...]  # fields of ``Step``
    plan: Mapping[str, Any]

    @property
    def plan_id(self) -> int:
        """Number of the plan within the session."""
        return int(self.plan.get("plan_id", 0))


@dataclass(frozen=True)
class Rendered(Event):
    """Frames of the new motion were taken; ``digest`` names their exact bits."""

    kind = "rendered"
    start_s: float
    end_s: float
    fps: float
    frames: int
    digest: str


@dataclass(frozen=True)
class Ended(Event):
    """Last in a file that was closed."""

    kind = "ended"
    reason: str


KINDS: dict[str, type[Event]] = {
    t.kind: t
    for t in (Header, Received, Sent, Began, Called, JobStarted, JobDropped, Published, Rendered, Ended)
}
SHARED = "shared"  # kind of a record whose body is an array that later records refer to by its name
_RAW = {"received": "data", "sent": "data"}  # fields that are the body as they are
_PLAIN = {"published": {"plan"}}  # fields that are plain data already


def to_record(event: Event, share: values.Share = lambda array: None) -> bytes:
    """The bytes of an event in a file. ``TypeError``, ``ValueError``: it holds what cannot be recorded."""
    names = [f.name for f in dataclasses.fields(event) if f.name not in ("time_s", "session_s")]
    raw = _RAW.get(event.kind)
    if raw is not None:
        return pack([event.kind, event.time_s, event.session_s, {}], getattr(event, raw))
    body, plain = bytearray(), _PLAIN.get(event.kind, set())
    fields = {
        name: dict(getattr(event, name))
        if name in plain
        else values.encode(getattr(event, name), body, share)
        for name in names
    }
    return pack([event.kind, event.time_s, event.session_s, fields], bytes(body))


def shared_record(time_s: float, session_s: float, name: str, array: values.Array) -> bytes:
    """The record of an array that others refer to."""
    body = bytearray()
    values.encode(array, body)
    return pack([SHARED, time_s, session_s, {"name": name}], bytes(body))


def from_record(head: list[Any], body: bytes, shared: Mapping[str, bytes]) -> Event | None:
    """The event of a record; None for a kind that a newer version writes. ``RecordingError``: it makes no sense."""
    kind, time_s, session_s, fields = head
    made = KINDS.get(kind)
    if made is None:
        return None
    if kind in _RAW:
        return made(time_s, session_s, body)  # type: ignore[call-arg]
    plain = _PLAIN.get(kind, set())
    try:
        known = {f.name for f in dataclasses.fields(made)}
        decoded = {
            name: value if name in plain else values.decode(value, body, shared)
            for name, value in fields.items()
            if name in known
        }
        return made(time_s, session_s, **decoded)
    except (TypeError, RecursionError) as error:
        raise RecordingError(f"a {kind} record cannot be read: {error}") from error
