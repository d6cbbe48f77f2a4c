"""How far thigh and upper arm turn about themselves, so that the joint below them bends about its hinge.

Seen along the upper bone, the lower one points somewhere in a disc: its distance from the centre says how far the joint
is bent, its angle in which plane, measured from where :func:`lamp.retarget.hinge.hinge` expects it. The twist is that
angle, with two exceptions that make it continuous over the whole disc:

- The straighter the limb, the less its plane means: the angle counts by how far the limb is bent, and a straight limb
  has the expected hinge.
- A continuous map of the disc cannot follow the angle all the way round. Beyond what a person can do (``_MOST``) it
  comes back, to nothing at the opposite side: a joint bent the wrong way is turned about more than its hinge there.

So twist depends on the frame alone, and neither headings nor tumbling matter: all is measured against pelvis or chest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.retarget.hinge import END_JOINTS, HINGES, MIDDLE_JOINTS, hinge
from lamp.skeleton import REST_OFFSETS_M

Array = NDArray[Any]
_MOST = np.radians([80.0, 80.0, 115.0, 115.0])[:, None]  # knees, elbows: as far as the plane is followed
_FULL_AT = np.array([0.5, 0.5, 0.6, 0.6])[:, None]  # sine of the bend from which on the plane counts fully
_UPPER = rotations.normalize(REST_OFFSETS_M[MIDDLE_JOINTS].astype(np.float64))
_LOWER = rotations.normalize(REST_OFFSETS_M[END_JOINTS].astype(np.float64))
_HINGES = rotations.normalize(HINGES - (HINGES * _UPPER).sum(-1, keepdims=True) * _UPPER)
_FOLDS = np.cross(_HINGES, _UPPER)  # the way the lower bone goes when the joint bends
# A bone that turns about the hinge keeps its part along it, but the hinge is not quite across the upper bone.
_SLANT = (HINGES * _UPPER).sum(-1)[:, None]
_KEPT = (HINGES * _LOWER).sum(-1)[:, None]


def upper_turns(upper: Array, lower: Array, feet: Array) -> Array:
    """Rotations of thighs and upper arms ``(4, N, 4)`` in the frame of pelvis or chest.

    upper, lower ``(4, N, 3)``: along the upper and lower bones of left leg, right leg, left arm, right arm, there;
    feet ``(2, N, 3)``: from ankles to toes.
    """
    upper, lower, feet = (rotations.normalize(bones) for bones in (upper, lower, feet))
    swing = rotations.shortest_arc(_UPPER[:, None], upper)
    unswing = rotations.inverse(swing)
    expected = rotations.rotate(unswing, hinge(upper, lower, feet))
    cos, sin = _along(expected, _HINGES), -_along(expected, _FOLDS)
    half = 0.5 * (np.arctan2(sin, cos) + _plane_rad(rotations.rotate(unswing, lower), cos, sin))
    twist = np.concatenate([np.sin(half)[..., None] * _UPPER[:, None], np.cos(half)[..., None]], axis=-1)
    return rotations.multiply(swing, twist)


def _plane_rad(lower: Array, cos: Array, sin: Array) -> Array:
    """What the bend adds to the expected twist, given by its cosine and sine ``(4, N)``; lower: after the swing."""
    size = np.maximum(np.hypot(cos, sin), 1e-9)
    fold, side = _along(lower, _FOLDS), _along(lower, _HINGES)
    fold, side = (cos * fold + sin * side) / size, (cos * side - sin * fold) / size
    side -= (_KEPT - _SLANT * _along(lower, _UPPER)) / np.sqrt(1.0 - _SLANT**2)
    plane = np.arctan2(side, fold)
    beyond = np.maximum(np.abs(plane) - _MOST, 0.0)
    kept = np.abs(plane) - beyond * np.pi / (np.pi - _MOST)
    share = np.clip(np.hypot(fold, side) / _FULL_AT, 0.0, 1.0)
    return np.asarray(np.copysign(kept, plane) * share * share * (3.0 - 2.0 * share))


def _along(vectors: Array, axes: Array) -> Array:
    """Parts of ``vectors (4, N, 3)`` along one axis per limb ``(4, 3)``."""
    return np.asarray((vectors @ axes[..., None])[..., 0])
