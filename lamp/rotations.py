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
    return v / np.maximum(np.sqrt(np.einsum("...i,...i->...", v, v))[..., None], eps)


def multiply(a: Array, b: Array) -> Array:
    """Hamilton product ``a * b``: rotate by ``b`` first, then by ``a``. ``(..., 4) x (..., 4) -> (..., 4)``."""
    ax, ay, az, aw = _apart(a)
    bx, by, bz, bw = _apart(b)
    return _together(
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def _together(*components: Array) -> Array:
    """``(..., n)`` from its n components, kept apart in memory: the next operation on them is the faster for it."""
    joined = np.empty((len(components), *components[0].shape), components[0].dtype)
    for i, component in enumerate(components):
        joined[i] = component
    return joined.transpose(*range(1, joined.ndim), 0)


def _apart(v: Array) -> tuple[Array, ...]:
    """The components of ``(..., n)``."""
    return tuple(v[..., i] for i in range(v.shape[-1]))


def inverse(q: Array) -> Array:
    """Conjugate, which is the inverse of a unit quaternion."""
    return q * np.array([-1.0, -1.0, -1.0, 1.0], dtype=q.dtype)


def rotate(q: Array, v: Array) -> Array:
    """Rotate vectors ``v (..., 3)`` by ``q (..., 4)``."""
    # written out: ``np.cross`` alone would take longer than all of this
    qx, qy, qz, w = _apart(q)
    x, y, z = _apart(v)
    tx, ty, tz = 2.0 * (qy * z - qz * y), 2.0 * (qz * x - qx * z), 2.0 * (qx * y - qy * x)
    return _together(
        x + w * tx + (qy * tz - qz * ty),
        y + w * ty + (qz * tx - qx * tz),
        z + w * tz + (qx * ty - qy * tx),
    )


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
    (ux, uy, uz), (vx, vy, vz) = _apart(u), _apart(v)
    dot = ux * vx + uy * vy + uz * vz
    q = normalize(_together(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx, 1.0 + dot))
    opposite = dot < -1.0 + 1e-6
    if opposite.any():
        q[opposite] = _half_turn(u[opposite])
    return q


def _half_turn(u: Array) -> Array:
    """Half a turn about an axis perpendicular to each of the unit vectors ``u (N, 3)``: ``(N, 4)``."""
    helper = np.where(np.abs(u[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).astype(u.dtype)
    return np.concatenate([normalize(np.cross(u, helper)), np.zeros_like(u[:, :1])], axis=-1)


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
