"""A raw clip -> pieces of the prepared form: standard bones, floor at y = 0, start at the origin, 0.5 mm integers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lamp.features import uniform_skeleton
from training.clips import Array

UNIT_M = 0.0005
_REACH_M = 32767 * UNIT_M  # what int16 can hold: 16.38 m from the start of the clip
_SINK_M = 0.02  # a joint may dip this far below the floor before a glitch counts as the floor
TRIM_FRAMES = 8  # a take longer than the limit by no more than this loses its end instead of being cut in two


def pieces(joints: Array, max_frames: int) -> Iterator[tuple[int, int, Array]]:
    """Yield ``(start, end, int16 (n, 22, 3))`` parts of a raw clip ``(T, 22, 3)``.

    The floor is that of the whole take, so that a part in which the subject is in the air stays in the air.
    Takes longer than ``max_frames`` are cut into equal parts, as are those that travel farther than int16 can hold.
    """
    body = standing_on_floor(uniform_skeleton(joints))
    total = len(body) if len(body) > max_frames + TRIM_FRAMES else min(len(body), max_frames)
    yield from _parts(body, 0, total, -(-total // max_frames))


def _parts(body: Array, start: int, end: int, count: int) -> Iterator[tuple[int, int, Array]]:
    edges = np.linspace(start, end, count + 1).round().astype(int)
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        part = at_origin(body[a:b])
        if part[..., 1].max() > _REACH_M:  # far above the floor of the take: stairs, a tower
            part = standing_on_floor(part)
        if np.abs(part).max() > _REACH_M:
            yield from _parts(body, int(a), int(b), 2)
        else:
            yield int(a), int(b), np.round(part / UNIT_M).astype(np.int16)


def standing_on_floor(joints: Array) -> Array:
    """Move ``(T, 22, 3)`` vertically so that its floor is y = 0.

    The floor is the 1st percentile of the lowest joint, so that one sinking frame does not lift a whole clip, but
    never more than 2 cm above the lowest point.
    """
    lowest = joints[..., 1].min(axis=-1)
    floor = min(float(np.percentile(lowest, 1)), float(lowest.min()) + _SINK_M)
    return joints - np.array([0.0, floor, 0.0], dtype=joints.dtype)


def at_origin(joints: Array) -> Array:
    """Move ``(T, 22, 3)`` horizontally so that the root of frame 0 is over the origin; heading untouched."""
    return joints - joints[:1, :1] * np.array([1.0, 0.0, 1.0], dtype=joints.dtype)
