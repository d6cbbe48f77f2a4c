"""Left-right mirroring of joints and captions; done when data is loaded, the prepared set holds no twins."""

from __future__ import annotations

import re

import numpy as np

from lamp.skeleton import MIRROR, fit_skeleton
from training.clips import Array
from training.conform import standing_on_floor

_PAIRS = {
    "left": "right",
    "leftward": "rightward",
    "leftwards": "rightwards",
    "clockwise": "counterclockwise",
}
_SWAP = {
    **_PAIRS,
    **{b: a for a, b in _PAIRS.items()},
    "counter-clockwise": "clockwise",
    "anti-clockwise": "clockwise",
    "anticlockwise": "clockwise",
}
_WORD = re.compile(r"(?:counter|anti)-clockwise\b|[a-z]+", re.IGNORECASE)


def mirror_joints(joints: Array) -> Array:
    """Mirror ``(..., 22, 3)`` at the plane x = 0: x negated, left and right joints exchanged. An involution."""
    return joints[..., list(MIRROR), :] * np.array([-1, 1, 1], dtype=joints.dtype)


def mirror_clip(joints: Array) -> Array:
    """The mirror image of a prepared clip ``(T, 22, 3)`` on the standard skeleton, standing on the floor.

    The left and right legs of the standard skeleton differ by a centimetre, so the plain mirror image has neither its
    bone lengths nor its feet on the floor. Not to be scaled to the leg length again: that would shrink the walk.
    """
    return standing_on_floor(fit_skeleton(mirror_joints(joints)).astype(np.float32))


def mirror_caption(text: str) -> str:
    """Exchange left and right, and the turning directions, keeping capitals: "Left hand" -> "Right hand".

    Whole words only ("upright" stays). Twice gives the original, but for other spellings of counterclockwise,
    which come back as that word.
    """
    return _WORD.sub(lambda match: _swap(match.group()), text)


def _swap(word: str) -> str:
    other = _SWAP.get(word.lower())
    if other is None:
        return word
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[0].isupper() else other
