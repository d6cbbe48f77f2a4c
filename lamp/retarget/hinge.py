"""Where the hinge of a knee or an elbow lies when the limb is straight: what people do with a thigh or an arm that points
that way. A smooth field over directions, so that it never jumps where a body can go.

A quadratic polynomial in the direction of the upper bone gives a vector; its part across the bone is the hinge. The
coefficients are a least-squares fit to bent limbs of freely licensed motion capture (CMU, HDM05, O3DE, SmartBody and
smaller sets), balanced over directions and held to the hinge of the T-pose. Against the shortest swing from the T-pose
the plane a person bends in is half as far off (90 % of bent elbows: 48 degrees instead of 72; knees 99 %: 35 instead of
76). On the sphere such a field must vanish somewhere: here where neither a thigh nor an arm gets, through the body.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.skeleton import REST_OFFSETS_M

Array = NDArray[Any]

# The hinge in the T-pose per limb: left and right knee, left and right elbow. Bending is positive about it.
HINGES: Array = np.array([(1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 1.0, 0.0)])
UPPER_JOINTS, MIDDLE_JOINTS, END_JOINTS = [1, 2, 16, 17], [4, 5, 18, 19], [7, 8, 20, 21]
# Rows x, y, z of the vector; columns 1, x, y, z, xx, xy, xz, yy, yz of the direction, of the left side.
_LEG = [
    [0.93, 0, -0.08, 0.06, 0, 0, 0, 0, 0],
    [-0.23, 0.13, -0.17, 0.14, 0, 0, 0, 0, 0],
    [-0.1, -0.44, -0.14, 0.17, 0, 0, 0, 0, 0],
]  # fmt: skip
_ARM = [
    [-0.4, -0.06, 0.43, -0.32, 0.11, -0.25, -0.01, -0.19, -0.49],
    [-0.52, -0.18, -0.07, -0.06, 0.1, -0.36, 0.01, 0.25, 0.38],
    [-0.13, 0.17, 0.29, 0.14, -0.04, 0.25, 0.25, 0.27, 0],
]  # fmt: skip
_FIELD = np.array([_LEG, _LEG, _ARM, _ARM])
_MIRROR = np.array([1.0, -1.0, 1.0, -1.0])[:, None]  # of x for directions, of y and z for axes


def hinge(upper: Array) -> Array:
    """Expected hinges ``(4, N, 3)``, unit length and across the bones, for unit vectors along the upper bones
    ``(4, N, 3)`` in the frame of pelvis or chest."""
    found = _vector(upper)
    found -= _REST_ERROR[:, None] * np.maximum((upper * _REST[:, None]).sum(-1, keepdims=True), 0.0) ** 4
    return rotations.normalize(found - (found * upper).sum(-1, keepdims=True) * upper)


def _vector(upper: Array) -> Array:
    x, y, z = upper[..., 0] * _MIRROR, upper[..., 1], upper[..., 2]
    terms = np.stack([np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z], -1)
    return np.asarray(terms @ _FIELD.transpose(0, 2, 1)) * np.stack([_MIRROR**2, _MIRROR, _MIRROR], -1)


# What is left of the fit in the T-pose, where the answer is known: taken off around it.
_REST = rotations.normalize(REST_OFFSETS_M[MIDDLE_JOINTS].astype(np.float64))
_at_rest = _vector(_REST[:, None])[:, 0]
_across = _at_rest - (_at_rest * _REST).sum(-1, keepdims=True) * _REST
_goal = HINGES - (HINGES * _REST).sum(-1, keepdims=True) * _REST
_REST_ERROR = _across - np.linalg.norm(_across, axis=-1, keepdims=True) * rotations.normalize(_goal)
