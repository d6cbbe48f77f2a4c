"""The file format: whatever happens to a file, what was written whole is read, and nothing else is."""

from __future__ import annotations

import io
import tracemalloc
import zlib
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.recording.errors import RecordingError
from runtime.recording.format import (
    FRAME_BYTES,
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    RecordFile,
    Tail,
    file_start,
    pack,
)

Record = tuple[list[Any], bytes]
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
times = st.floats(allow_nan=False)
heads = st.tuples(
    st.text(max_size=12), times, times, st.dictionaries(st.text(max_size=8), plain, max_size=4)
).map(list)
records = st.lists(st.tuples(heads, st.binary(max_size=64)), max_size=6)


def file_of(written: list[Record]) -> bytes:
    return file_start() + b"".join(pack(head, body) for head, body in written)


def read(content: bytes) -> tuple[list[Record], Tail]:
    file = RecordFile(io.BytesIO(content), len(content))
    found = []
    while (record := file.next()) is not None:
        found.append(record)
    assert file.tail is not None
    assert file.next() is None
    return found, file.tail


SOME: list[Record] = [
    (["a", 0.5, 0.25, {"x": 1}], b""),
    (["b", 1.0, 0.5, {"text": "ü", "list": [1.5, None]}], b"0123456789"),
    (["c", 1.5, 0.75, {}], bytes(40)),
]


@given(records)
def test_what_is_written_is_read(written: list[Record]) -> None:
    assert read(file_of(written)) == (written, Tail("whole"))


def test_a_file_cut_off_anywhere_gives_the_records_before_the_cut() -> None:
    content = file_of(SOME)
    ends = [len(file_of(SOME[:n])) for n in range(len(SOME) + 1)]
    for size in range(ends[0], len(content) + 1):
        found, tail = read(content[:size])
        whole = sum(end <= size for end in ends) - 1
        assert found == SOME[:whole]
        assert tail.dropped_bytes == size - ends[whole]
        assert tail.kind == ("whole" if size in ends else "torn")


@pytest.mark.parametrize("size", range(len(file_start())))
def test_a_file_without_a_whole_start_is_no_recording(size: int) -> None:
    with pytest.raises(RecordingError, match="is no recording"):
        read(file_start()[:size])


def test_a_bit_flipped_anywhere_is_seen_and_what_comes_before_it_is_kept() -> None:
    content = file_of(SOME)
    start = len(file_start())
    ends = [len(file_of(SOME[:n])) for n in range(len(SOME) + 1)]
    for bit in range(8 * start, 8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        found, tail = read(bytes(changed))
        assert found == SOME[: sum(end <= bit // 8 for end in ends) - 1]
        assert tail.kind in ("torn", "damaged")
        assert tail.dropped_bytes > 0
        assert str(tail.dropped_bytes) in tail.message


def test_damage_in_the_middle_is_told_from_a_torn_end() -> None:
    content = bytearray(file_of(SOME))
    content[len(file_of(SOME[:1])) + FRAME_BYTES] ^= 255
    _, tail = read(bytes(content))
    assert tail.kind == "damaged"
    assert f"byte {len(file_of(SOME[:1]))}" in tail.message


def test_zeros_that_a_power_cut_left_are_a_torn_end() -> None:
    found, tail = read(file_of(SOME) + bytes(3_000_000))
    assert (found, tail.kind, tail.dropped_bytes) == (SOME, "torn", 3_000_000)


def test_a_newer_format_is_refused_with_its_number() -> None:
    content = bytearray(file_of(SOME))
    content[12] = 9
    with pytest.raises(RecordingError, match=r"format 9\.0, this version reads 1\.0"):
        read(bytes(content))


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_random_bytes_after_the_start_are_no_records(noise: bytes) -> None:
    found, tail = read(file_start() + noise)
    assert found == []
    assert tail.dropped_bytes == len(noise)


@pytest.mark.parametrize(
    "head",
    [
        b"\xdd\xff\xff\xff\xff",  # a list of 2^32 - 1
        b"\xdb\xff\xff\xff\xff",  # as long a text
        b"\xc1",
        b"\x90" * 1000,
        b"\x91" * 200_000,
        b"\xc7\x05\x01hello",
        msgpack.packb(["a", 1, 2.0, {}]),
        msgpack.packb({"a": 1}),
    ],
)
def test_a_head_that_is_no_head_is_damage(head: bytes) -> None:
    found, tail = read(file_start() + framed(head) + pack(*SOME[0]))
    assert found == []
    assert tail.kind == "damaged"


def framed(head: bytes, body: bytes = b"") -> bytes:
    lengths = len(head).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return lengths + zlib.crc32(lengths + head + body).to_bytes(4, "little") + head + body


@pytest.mark.parametrize(
    "hostile",
    [
        (2**32 - 1).to_bytes(4, "little") * 3 + bytes(100),  # claims 4 GiB
        MAX_HEAD_BYTES.to_bytes(4, "little") + MAX_BODY_BYTES.to_bytes(4, "little") + bytes(100),
        framed(b"\x94\xdc\x0f\xff" * 200),  # lists of 4095, each in the one before
        framed(b"\xdc\x10\x00" + (b"\x90" * (MAX_HEAD_BYTES - 3))),  # as many empty lists as fit
    ],
    ids=["lengths", "largest", "nested", "many"],
)
def test_a_hostile_file_takes_little_memory(hostile: bytes) -> None:
    content = file_start() + hostile
    tracemalloc.start()
    read(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 2**20


def test_what_no_reader_would_take_is_not_written() -> None:
    with pytest.raises(ValueError, match="at most"):
        pack(["a", 0.0, 0.0, {"x": "y" * MAX_HEAD_BYTES}])
    with pytest.raises(ValueError, match="at most"):
        pack(["a", 0.0, 0.0, {}], bytes(MAX_BODY_BYTES + 1))
