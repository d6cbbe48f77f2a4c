"""Where the hinge of a knee or an elbow lies when the limb is straight: what people do with a limb that points there.

A quadratic polynomial in the direction of the upper bone gives a vector; its part across the bone is the hinge, smooth
wherever it is not zero. The coefficients are a least-squares fit to bent limbs of freely licensed motion capture (CMU,
HDM05, O3DE, SmartBody and smaller sets), balanced over directions and held to the hinge of the T-pose. 90 % of bent
elbows lie within 49 degrees of it and 99 % of knees within 36; of the shortest swing from the T-pose, 72 and 76. On the
sphere such a field must vanish somewhere: for arms that is through the body; for legs (far back and to the side) the
foot helps out, whose toes show which way the knee looks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.skeleton import REST_OFFSETS_M, cross

Array = NDArray[Any]

# The hinge in the T-pose per limb: left and right knee, left and right elbow. Bending is positive about it.
HINGES: Array = np.array([(1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 1.0, 0.0)])
UPPER_JOINTS, MIDDLE_JOINTS, END_JOINTS = [1, 2, 16, 17], [4, 5, 18, 19], [7, 8, 20, 21]
TOES = [10, 11]
# Rows x, y, z of the vector; columns 1, x, y, z, xx, xy, xz, yy, yz of the direction, of the left side.
_LEG = [
    [0.85, -0.06, -0.18, 0.18, -0.01, -0.08, 0.13, -0.03, 0.32],
    [0, 0.24, -0.1, 0.04, -0.47, -0.14, 0.09, -0.15, -0.03],
    [-0.18, -0.27, -0.04, 0.16, -0.23, -0.15, 0.14, 0.16, 0.24],
]  # fmt: skip
_ARM = [
    [-0.4, -0.06, 0.43, -0.32, 0.11, -0.25, -0.01, -0.19, -0.49],
    [-0.52, -0.18, -0.07, -0.06, 0.1, -0.36, 0.01, 0.25, 0.38],
    [-0.13, 0.17, 0.29, 0.14, -0.04, 0.25, 0.25, 0.27, 0],
]  # fmt: skip
_FIELD = np.array([_LEG, _LEG, _ARM, _ARM])
_FOOT = 0.3  # how much feet have to say beside the field
_MIRROR = np.array([1.0, -1.0, 1.0, -1.0])[:, None]  # of x for directions
_MIRROR_AXES = np.array([(1, 1, 1), (1, -1, -1), (1, 1, 1), (1, -1, -1)], np.float64)[:, None]


def hinge(upper: Array, lower: Array, feet: Array) -> Array:
    """Expected hinges ``(4, N, 3)``, unit length and across the upper bones, in the frame of pelvis or chest.

    upper, lower: unit vectors along the bones of the limbs ``(4, N, 3)``; feet: from ankles to toes ``(2, N, 3)``.
    """
    found = _vector(upper, lower, feet)
    found -= _REST_ERROR[:, None] * np.maximum((upper * _REST[:, None]).sum(-1, keepdims=True), 0.0) ** 4
    return rotations.normalize(_across(found, upper))


def _vector(upper: Array, lower: Array, feet: Array) -> Array:
    x, y, z = upper[..., 0] * _MIRROR, upper[..., 1], upper[..., 2]
    terms = np.stack([np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z], -1)
    found = (terms @ _FIELD.transpose(0, 2, 1)) * _MIRROR_AXES
    found[:2] += _FOOT * cross(feet, lower[:2])
    return np.asarray(found)


def _across(vectors: Array, bones: Array) -> Array:
    return np.asarray(vectors - (vectors * bones).sum(-1, keepdims=True) * bones)


def _rest_error() -> Array:
    """What the fit leaves in the T-pose ``(4, 3)``, where the answer is known: taken off around it."""
    upper, lower, feet = (_rest(joints) for joints in (MIDDLE_JOINTS, END_JOINTS, TOES))
    found = _across(_vector(upper[:, None], lower[:, None], feet[:, None])[:, 0], upper)
    size = np.linalg.norm(found, axis=-1, keepdims=True)
    return np.asarray(found - size * rotations.normalize(_across(HINGES, upper)))


def _rest(joints: list[int]) -> Array:
    return rotations.normalize(REST_OFFSETS_M[joints].astype(np.float64))


_REST = _rest(MIDDLE_JOINTS)
_REST_ERROR = _rest_error()
