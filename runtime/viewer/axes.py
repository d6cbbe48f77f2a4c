"""The one place where model space meets the browser: both are right-handed metres with Y up, quaternions differ.

viser writes quaternions ``wxyz`` and has +Z up unless it is told otherwise; ``UP`` tells it.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
UP: Literal["+y"] = "+y"


def wxyz(xyzw: ArrayLike) -> Array:
    """Quaternions ``(..., 4)`` of the model as the browser wants them, float64."""
    return np.roll(np.asarray(xyzw, np.float64), 1, axis=-1)


def xyzw(wxyz: ArrayLike) -> tuple[float, float, float, float]:
    """One quaternion of the browser ``(4,)`` as the model wants it, unit length."""
    q = np.roll(np.asarray(wxyz, np.float64), -1)
    x, y, z, w = (q / np.linalg.norm(q)).tolist()
    return (x, y, z, w)


def point(position: ArrayLike) -> tuple[float, float, float]:
    """A position ``(3,)`` as plain numbers."""
    x, y, z = np.asarray(position, np.float64).tolist()
    return (x, y, z)
