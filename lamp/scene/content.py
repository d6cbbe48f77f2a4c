"""What a geometry is called: a hash of its numbers, the same wherever it is computed."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ID_CHARACTERS = 64


def mesh_id(vertices: Array, indices: Array) -> str:
    """SHA-256 of vertices ``(V, 3)`` and triangles ``(F, 3)`` as they are sent."""
    return _hash(b"lamp.v1 mesh", _bytes(vertices, "<f4"), _bytes(indices, "<u4"))


def hull_id(points: Array) -> str:
    """SHA-256 of points ``(N, 3)`` as they are sent."""
    return _hash(b"lamp.v1 hull", _bytes(points, "<f4"))


def height_field_id(heights: Array, column_spacing: float, row_spacing: float) -> str:
    """SHA-256 of heights ``(rows, columns)`` and their spacing as they are sent."""
    rows, columns = heights.shape
    head = struct.pack("<IIff", columns, rows, column_spacing, row_spacing)
    return _hash(b"lamp.v1 heightfield", head, _bytes(heights, "<f4"))


def is_id(text: str) -> bool:
    """Whether ``text`` could be the id of a geometry."""
    return len(text) == ID_CHARACTERS and all(c in "0123456789abcdef" for c in text)


def _bytes(values: Array, kind: str) -> bytes:
    return np.ascontiguousarray(values, kind).tobytes()


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
