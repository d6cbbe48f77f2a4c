"""Unit quaternions ``xyzw`` in numpy: active rotations of column vectors, Hamilton product.

Every function broadcasts over leading dimensions. Inputs are expected to be unit quaternions; functions that
build one guard against zero length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
IDENTITY = np.array([0.0, 0.0, 0.0, 1.0], dtype=np.float32)
_EPS = 1e-8


def normalize(v: Array, eps: float = _EPS) -> Array:
    """Scale vectors ``(..., n)`` to unit length; a vector shorter than ``eps`` becomes zero, never NaN."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), eps)


def multiply(a: Array, b: Array) -> Array:
    """Hamilton product ``a * b``: rotate by ``b`` first, then by ``a``. ``(..., 4) x (..., 4) -> (..., 4)``."""
    ax, ay, az, aw = np.moveaxis(a, -1, 0)
    bx, by, bz, bw = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=-1,
    )


def inverse(q: Array) -> Array:
    """Conjugate, which is the inverse of a unit quaternion."""
    return q * np.array([-1.0, -1.0, -1.0, 1.0], dtype=q.dtype)


def rotate(q: Array, v: Array) -> Array:
    """Rotate vectors ``v (..., 3)`` by ``q (..., 4)``."""
    xyz, w = q[..., :3], q[..., 3:]
    t = 2.0 * np.cross(xyz, v)
    return v + w * t + np.cross(xyz, t)


def yaw(angle_rad: Array | float) -> Array:
    """Rotation about +Y by ``angle_rad (...)`` -> ``(..., 4)``; positive turns +Z towards +X."""
    half = np.asarray(angle_rad) / 2
    zero = np.zeros_like(half)
    return np.stack([zero, np.sin(half), zero, np.cos(half)], axis=-1)


def shortest_arc(u: Array, v: Array) -> Array:
    """Smallest rotation that takes direction ``u (..., 3)`` to ``v (..., 3)``.

    Antiparallel directions have no unique answer: half a turn about an axis perpendicular to ``u`` is used.
    """
    u, v = np.broadcast_arrays(normalize(u), normalize(v))
    dot = np.sum(u * v, axis=-1, keepdims=True)
    helper = np.where(np.abs(u[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).astype(u.dtype)
    fallback = np.concatenate([normalize(np.cross(u, helper)), np.zeros_like(dot)], axis=-1)
    q = np.concatenate([np.cross(u, v), 1.0 + dot], axis=-1)
    return np.where(dot < -1.0 + 1e-6, fallback, normalize(q))


def to_matrix(q: Array) -> Array:
    """``(..., 4) -> (..., 3, 3)``; columns are the rotated axes."""
    eye = np.eye(3, dtype=q.dtype)
    return np.stack([rotate(q, np.broadcast_to(eye[i], (*q.shape[:-1], 3))) for i in range(3)], axis=-1)


def from_matrix(m: Array) -> Array:
    """``(..., 3, 3) -> (..., 4)`` with ``w >= 0``, by the largest of the four squares (never divides by ~0)."""
    t = np.stack([m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]], axis=-1)
    trace = t.sum(-1)
    squares = np.stack([1 + 2 * t[..., i] - trace for i in range(3)] + [1 + trace], axis=-1)
    d = {
        "xy": m[..., 1, 0] + m[..., 0, 1],
        "xz": m[..., 2, 0] + m[..., 0, 2],
        "yz": m[..., 2, 1] + m[..., 1, 2],
        "xw": m[..., 2, 1] - m[..., 1, 2],
        "yw": m[..., 0, 2] - m[..., 2, 0],
        "zw": m[..., 1, 0] - m[..., 0, 1],
    }
    rows = np.stack(
        [
            np.stack([squares[..., 0], d["xy"], d["xz"], d["xw"]], -1),
            np.stack([d["xy"], squares[..., 1], d["yz"], d["yw"]], -1),
            np.stack([d["xz"], d["yz"], squares[..., 2], d["zw"]], -1),
            np.stack([d["xw"], d["yw"], d["zw"], squares[..., 3]], -1),
        ],
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)
    q = normalize(np.take_along_axis(rows, best[..., None, None], axis=-2)[..., 0, :])
    return np.where(q[..., 3:] < 0, -q, q)


def slerp(a: Array, b: Array, t: Array) -> Array:
    """Shortest-path spherical interpolation, ``t (...)`` in [0, 1] broadcast against the leading dimensions."""
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    t = np.asarray(t)[..., None]
    sine = np.maximum(np.sin(angle), _EPS)
    near = angle < 1e-4
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / sine)
    wb = np.where(near, t, np.sin(t * angle) / sine)
    return normalize(wa * a + wb * b)
