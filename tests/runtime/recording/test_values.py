"""Values on disk: every bit comes back, and nothing but what is known can be made."""

from __future__ import annotations

import struct
from dataclasses import fields, is_dataclass
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamp.intent import Floor, KeyPose, LookAt, Path, Shortfall, TargetReport, Want, Waypoint
from lamp.problem import Target
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.recording import values
from runtime.recording.errors import RecordingError
from runtime.stub_backend import StubBackend

WALK = StubBackend().generate("walk", 20, 0, None)
GRID = DistanceGrid("rock", (0.0, -1.0, 0.5), 0.1, np.linspace(-1, 1, 60, dtype=np.float32).reshape(3, 4, 5))
SOME: list[Any] = [
    None, True, -3, 2**64 - 1, "ü", b"\x00", (1, (2.5, "x")), {"a": 1, "b": (2,)}, frozenset({"x", "y"}),
    Obstacle("box", (0.1, 0.2, 0.3), (1.0, 2.0, 3.0), linear_velocity_mps=(0.1, 0.0, -0.7), time_s=1 / 3),
    Obstacle("geometry", (0.0, 0.0, 0.0), grid=GRID, scale=0.7, walkable=True),
    Target("left_wrist", (0.1, 0.2, 0.3), (True, False, True), 2.1, 0.3, 0.7),
    LookAt((1.0, 2.0, 3.0), (0.1, 0.2, 0.3), 1.1), Path((Waypoint((1.0, 0.0, 2.0), 1.5), Waypoint((2.0, 0.0, 3.0)))),
    KeyPose(WALK.positions_m[3], 1.25, joints=(0, 20)), Floor.NONE, Shortfall(Want.NO_GROUND, "x", 0.25, 1.5),
    TargetReport("hand", 0.01, 2.5), WALK, CharacterStart("walk", 2**64 - 1, motion=WALK, time_s=1 / 7),
]  # fmt: skip


def there_and_back(value: Any) -> Any:
    body = bytearray()
    packed = msgpack.packb(values.encode(value, body))
    return values.decode(msgpack.unpackb(packed), bytes(body), {})


def same(a: Any, b: Any) -> bool:
    """Equal in every bit and in type."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    return type(a) is type(b) and bool(a == b)


@pytest.mark.parametrize("value", SOME, ids=lambda v: type(v).__name__)
def test_every_value_comes_back_in_every_bit(value: Any) -> None:
    assert same(value, there_and_back(value))


@given(st.floats(width=64))
def test_numbers_keep_every_bit(number: float) -> None:
    assert same(number, there_and_back(number)) or number != number


@given(st.floats(width=32))
def test_single_precision_keeps_its_value(number: float) -> None:
    assert same(number, there_and_back(np.float32(number))) or number != number


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint8", "bool", ">f8"])
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 3, 4)])
def test_arrays_keep_shape_type_and_bits(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 2).reshape(shape).astype(dtype)
    back = there_and_back(array)
    assert back.dtype == np.dtype(dtype).newbyteorder("<")
    assert back.shape == shape
    assert (back == array).all()


def test_arrays_that_are_no_block_are_written_as_they_look() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)[::2, ::-1].T
    assert same(there_and_back(array), np.ascontiguousarray(array))


def test_a_shared_array_is_found_by_its_name() -> None:
    body = bytearray()
    data = values.encode(GRID, body, lambda array: "grid")
    assert body == b""
    back = values.decode(data, b"", {"grid": GRID.values.tobytes()})
    assert same(back, GRID)
    with pytest.raises(RecordingError, match="grid"):
        values.decode(data, b"", {})


@pytest.mark.parametrize("value", [object(), 1j, np.array(["x"]), np.array([None], dtype=object), len])
def test_what_cannot_be_recorded_is_named(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        values.encode(value, bytearray())


@pytest.mark.parametrize(
    "data",
    [
        {"$": "Popen", "args": ["rm"]},
        {"$": "object"},
        {"$": ["Target"]},
        {},
        {"$": "Target", "joint": 0},
        {"$": "Target", "joint": 0, "position_m": [0.0, 1.0, 2.0], "surprise": 1},
        {"$": "Target", "joint": "third_wrist", "position_m": [0.0, 1.0, 2.0]},
        {"$": "Obstacle", "shape": "sphere", "position_m": "abc"},
        {"$": "Floor", "name": "__class__"},
        {"$": "set", "items": [{"$": "map", "items": []}]},
        {"$": "map", "items": [[1, 2, 3]]},
        {"$": "array", "dtype": "<f4", "shape": [3], "at": 0},
        {"$": "array", "dtype": "<f4", "shape": [1], "at": -4},
        {"$": "array", "dtype": "|O", "shape": [1], "at": 0},
        {"$": "array", "dtype": "<f4", "shape": [2**40, 2**40], "at": 0},
        {"$": "array", "dtype": "<f4", "shape": [-1], "at": 0},
        {"$": "array", "dtype": "<f4", "shape": ["a"], "at": 0},
        {"$": "array"},
    ],
)
def test_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(RecordingError):
        values.decode(data, b"12345678", {})


def test_a_digest_changes_with_every_bit_and_with_the_shape() -> None:
    array = np.arange(6, dtype=np.float32)
    other = array.copy()
    other[3] = np.nextafter(other[3], np.float32(9))
    found = {values.digest(a) for a in (array, other, array.reshape(2, 3), array.astype(np.float64))}
    assert len(found) == 4
    assert values.digest(array) == values.digest(array.copy())
