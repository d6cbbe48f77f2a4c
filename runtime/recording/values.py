"""Values of ``lamp`` as plain data for msgpack, and back, bit for bit. Arrays go into the body of a record.

Only the types in ``TYPES`` can be read: a file can make no other object, and every one checks its fields as always.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.intent import Floor, KeyPose, LookAt, Path, Shortfall, TargetReport, Want, Waypoint
from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.recording.errors import RecordingError

Array = NDArray[Any]
Share = Callable[
    [Array], str | None
]  # the name under which an array was written before, or None: write it here
TYPES: dict[str, type] = {
    t.__name__: t
    for t in (
        CharacterStart, DistanceGrid, Floor, KeyPose, LookAt, Motion, Obstacle, Path, Shortfall, Target, TargetReport,
        Want, Waypoint,
    )
}  # fmt: skip
_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")
_TAG = "$"


def encode(value: Any, body: bytearray, share: Share = lambda array: None) -> Any:
    """``value`` as None, numbers, texts, lists and maps; arrays are appended to ``body``. ``TypeError`` names a type
    that no recording can hold."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [encode(item, body, share) for item in value]
    if isinstance(value, np.ndarray):
        return _encode_array(value, body, share)
    if isinstance(value, Enum):
        return {_TAG: type(value).__name__, "name": value.name}
    if isinstance(value, frozenset | set):
        return {_TAG: "set", "items": sorted(encode(item, body, share) for item in value)}
    if isinstance(value, Mapping):
        items = [[encode(k, body, share), encode(v, body, share)] for k, v in value.items()]
        return {_TAG: "map", "items": items}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: encode(getattr(value, f.name), body, share) for f in dataclasses.fields(value)}
        return {_TAG: type(value).__name__, **fields}
    raise TypeError(f"a recording cannot hold a {type(value).__name__}")


def _encode_array(value: Array, body: bytearray, share: Share) -> dict[str, Any]:
    flat = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
    kind = flat.dtype.str
    if kind not in _DTYPES:
        raise TypeError(f"a recording cannot hold an array of {value.dtype}")
    place: dict[str, Any] = {_TAG: "array", "dtype": kind, "shape": list(value.shape)}
    name = share(value)
    if name is not None:
        return {**place, "shared": name}
    place["at"] = len(body)
    body += flat.tobytes()
    return place


def decode(data: Any, body: bytes, shared: Mapping[str, bytes]) -> Any:
    """The value of what :func:`encode` made; lists become tuples. Raises ``RecordingError`` for anything else."""
    if isinstance(data, list):
        return tuple(decode(item, body, shared) for item in data)
    if not isinstance(data, dict):
        return data
    kind = data.get(_TAG)
    try:
        if kind == "array":
            return _decode_array(data, body, shared)
        if kind == "set":
            return frozenset(decode(item, body, shared) for item in data["items"])
        if kind == "map":
            return {decode(k, body, shared): decode(v, body, shared) for k, v in data["items"]}
        made = TYPES[kind] if isinstance(kind, str) else None
        if made is None:
            raise KeyError(_TAG)
        if issubclass(made, Enum):
            return made[data["name"]]
        return made(**{k: decode(v, body, shared) for k, v in data.items() if k != _TAG})
    except RecordingError:
        raise
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise RecordingError(
            f"a value of kind {kind!r} cannot be read ({error}); it was written by another version, or changed"
        ) from error


def _decode_array(data: dict[str, Any], body: bytes, shared: Mapping[str, bytes]) -> Array:
    kind, shape = data["dtype"], data["shape"]
    if kind not in _DTYPES or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError(f"an array of {kind} and shape {shape}")
    source, start = (shared[data["shared"]], 0) if "shared" in data else (body, data["at"])
    size = math.prod(shape) * np.dtype(kind).itemsize
    if not isinstance(start, int) or start < 0 or start + size > len(source):
        raise ValueError(f"an array of {size} bytes at {start} of {len(source)}")
    array: Array = np.frombuffer(source, kind, math.prod(shape), start).reshape(shape)
    return array


def digest(*arrays: Array) -> str:
    """A name for the exact bits of arrays: 32 hexadecimal digits."""
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        flat = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        hasher.update(f"{flat.dtype.str}{flat.shape}".encode())
        hasher.update(flat.tobytes())
    return hasher.hexdigest()
