"""The file format: a magic, then records, each with its lengths and a checksum. Any machine reads any machine's files.

    file   = MAGIC, version u16, 0 u16, record, record ...
    record = head length u32, body length u32, CRC-32 u32 of both lengths, head and body; head; body   (little-endian)

The head is msgpack: ``[kind, time_s, session_s, fields]``. The body is bytes: a protobuf message, or arrays that the
head refers to. Nothing else is needed to find the end of what was written whole.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgpack

from runtime.recording.errors import RecordingError

MAGIC = b"\x89LAMPREC\r\n\x1a\n"
VERSION = 1
SUFFIX = ".lamprec"
_PREFIX = struct.Struct("<12sHH")
_LENGTHS = struct.Struct("<II")
_CRC = struct.Struct("<I")
FRAME_BYTES = _LENGTHS.size + _CRC.size
MAX_HEAD_BYTES = 256 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024
_MAX_ITEMS = 4096  # of one list or map: msgpack makes room for them before it reads them
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Tail:
    """How a file ends. ``kind``: "whole", "torn" (the last write was cut off) or "damaged" (bytes were changed)."""

    kind: str
    dropped_bytes: int = 0
    message: str = ""


def file_start() -> bytes:
    """The bytes every file begins with."""
    return _PREFIX.pack(MAGIC, VERSION, 0)


def pack(head: list[Any], body: bytes = b"") -> bytes:
    """One record. ``ValueError`` when it is larger than a reader would take."""
    packed: bytes = msgpack.packb(head, use_bin_type=True)
    if len(packed) > MAX_HEAD_BYTES or len(body) > MAX_BODY_BYTES:
        raise ValueError(
            f"a {head[0]} record of {len(packed)} + {len(body)} bytes; at most {MAX_HEAD_BYTES} + {MAX_BODY_BYTES}"
        )
    lengths = _LENGTHS.pack(len(packed), len(body))
    return b"".join((lengths, _CRC.pack(_crc(lengths, packed, body)), packed, body))


def _crc(*parts: bytes) -> int:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value


class RecordFile:
    """Reads records one after the other. Never holds more than one, whatever the file claims."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """``size``: bytes of the file. Raises ``RecordingError`` when it is no recording of this version."""
        self._file, self._size = file, size
        self.tail: Tail | None = None  # known at the end
        start = file.read(_PREFIX.size)
        if len(start) < _PREFIX.size or not start.startswith(MAGIC):
            raise RecordingError("is no recording; `lamp serve --record` and `lamp record` write them")
        _, version, reserved = _PREFIX.unpack(start)
        if version != VERSION or reserved:
            raise RecordingError(
                f"is of format {version}.{reserved}, this version reads {VERSION}.0; use the version that wrote it"
            )
        self.position = _PREFIX.size

    def next(self) -> tuple[list[Any], bytes] | None:
        """Head and body of the next record, or None at the end; ``tail`` then says how the file ends."""
        if self.tail is not None:
            return None
        found = self._read()
        if isinstance(found, Tail):
            self.tail = found
            return None
        return found

    def _read(self) -> tuple[list[Any], bytes] | Tail:
        left = self._size - self.position
        if left == 0:
            return Tail("whole")
        frame = self._file.read(min(FRAME_BYTES, left))
        if len(frame) < FRAME_BYTES:
            return self._torn()
        lengths = frame[: _LENGTHS.size]
        head_bytes, body_bytes = _LENGTHS.unpack(lengths)
        if head_bytes == 0 or head_bytes > MAX_HEAD_BYTES or body_bytes > MAX_BODY_BYTES:
            return self._torn() if self._only_zeros(frame) else self._damaged("lengths")
        whole = FRAME_BYTES + head_bytes + body_bytes
        if whole > left:
            return self._torn()
        head, body = self._file.read(head_bytes), self._file.read(body_bytes)
        if len(head) + len(body) < head_bytes + body_bytes:
            return self._torn()  # it became shorter while it was read
        if _crc(lengths, head, body) != _CRC.unpack(frame[_LENGTHS.size :])[0]:
            return self._torn() if whole == left else self._damaged("checksum")
        fields = _unpacked(head)
        if fields is None:
            return self._damaged("head")
        self.position += whole
        return fields, body

    def _only_zeros(self, frame: bytes) -> bool:
        """Whether nothing but zeros is left: what a file system may leave after a power cut."""
        chunk = frame
        while chunk:
            if chunk.count(0) != len(chunk):
                return False
            chunk = self._file.read(_CHUNK_BYTES)
        return True

    def _torn(self) -> Tail:
        dropped = self._size - self.position
        return Tail(
            "torn", dropped, f"the last record was not written whole; its {dropped} bytes are left out"
        )

    def _damaged(self, what: str) -> Tail:
        dropped = self._size - self.position
        return Tail(
            "damaged",
            dropped,
            f"damaged at byte {self.position} (wrong {what}); what comes before is whole, the {dropped} bytes from "
            "there on are left out: fetch the file again",
        )


def _unpacked(head: bytes) -> list[Any] | None:
    """The msgpack head, or None when it is none, or not of the form every head has."""
    try:
        fields = msgpack.unpackb(
            head, raw=False, strict_map_key=True, max_array_len=_MAX_ITEMS, max_map_len=_MAX_ITEMS,
            max_ext_len=0, max_str_len=MAX_HEAD_BYTES, max_bin_len=MAX_HEAD_BYTES,
        )  # fmt: skip
    except (ValueError, msgpack.UnpackException, RecursionError):
        return None
    if not isinstance(fields, list) or len(fields) != 4:
        return None
    kind, time_s, session_s, values = fields
    good = isinstance(kind, str) and isinstance(time_s, float) and isinstance(session_s, float)
    return fields if good and isinstance(values, dict) else None
