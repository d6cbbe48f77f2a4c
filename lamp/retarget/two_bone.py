"""Two bones between a fixed and a wanted point: hip to ankle, shoulder to wrist. Bends stay on the side they were."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations

Array = NDArray[Any]
STRETCH = 0.999  # of the length of the limb: nearer to straight, the middle joint would snap


def solve(root: Array, middle: Array, end: Array, goal: Array) -> tuple[Array, Array]:
    """Middle and end ``(T, 3)`` of a limb whose end goes to ``goal (T, 3)``, or as near as it reaches.

    Bone lengths are those given; the middle joint stays in the plane, and on the side, that it bends to already.
    """
    upper = np.linalg.norm(middle - root, axis=-1, keepdims=True)
    lower = np.linalg.norm(end - middle, axis=-1, keepdims=True)
    way = goal - root
    n = rotations.normalize(np.where(np.linalg.norm(way, axis=-1, keepdims=True) > 1e-9, way, end - root))
    least = np.abs(upper - lower) + 1e-3
    reach = np.clip(np.linalg.norm(way, axis=-1, keepdims=True), least, STRETCH * (upper + lower))
    pole = _pole(root, middle, end, n)
    along = (upper**2 - lower**2 + reach**2) / (2.0 * reach)
    out = np.sqrt(np.maximum(upper**2 - along**2, 0.0))
    return root + along * n + out * pole, root + reach * n


def _pole(root: Array, middle: Array, end: Array, n: Array) -> Array:
    """Unit vectors across ``n`` towards the middle joint, carried along as the limb swings from where it was."""
    before = end - root
    turned = rotations.rotate(rotations.shortest_arc(before, n), middle - root)
    pole = turned - (turned * n).sum(-1, keepdims=True) * n
    other = np.cross(n, np.where(np.abs(n[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    straight = np.linalg.norm(pole, axis=-1, keepdims=True) < 1e-9
    return rotations.normalize(np.where(straight, other, pole))
