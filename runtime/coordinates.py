"""Model space to and from the axes and units of a client; the only place that knows about engines.

Model space: right-handed, metres, +X the character's left, +Y up, +Z forward. A client's axes are a signed permutation
of these, ``client = client_from_model @ model``. Three kinds of quantity map differently:

- positions, velocities, offsets (polar vectors): ``M v``, divided by the unit of length;
- angular velocities and the vector part of quaternions (axial vectors): ``det(M) M v``, so that a turn stays the same
  turn when the handedness changes;
- sizes along own axes: ``|M| v``, divided by the unit.

Every function takes and gives arrays with any leading dimensions and keeps float32 or float64.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamp.errors import InputError

Array = NDArray[Any]

# Where a client's axis points, in model space. The character's left is +X.
DIRECTIONS: dict[str, tuple[int, int, int]] = {
    "left": (1, 0, 0),
    "right": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "forward": (0, 0, 1),
    "back": (0, 0, -1),
}
MIN_METRES_PER_UNIT, MAX_METRES_PER_UNIT = 1e-4, 1e3


@dataclass(frozen=True)
class CoordinateSystem:
    """Axes and unit of length of one client. ``axes`` says where its x, y and z point: keys of ``DIRECTIONS``."""

    axes: tuple[str, str, str]
    metres_per_unit: float = 1.0

    def __post_init__(self) -> None:
        for name, axis in zip("xyz", self.axes, strict=True):
            if axis not in DIRECTIONS:
                raise InputError(f"{name}_axis", f"{axis!r} is unknown; use one of {', '.join(DIRECTIONS)}")
        if abs(round(np.linalg.det(self._rows()))) != 1:
            raise InputError(
                "x_axis", f"axes {', '.join(self.axes)} are not independent; use each of left/right, up/down, "
                "forward/back once"
            )  # fmt: skip
        if not MIN_METRES_PER_UNIT <= self.metres_per_unit <= MAX_METRES_PER_UNIT:
            raise InputError(
                "metres_per_unit",
                f"{self.metres_per_unit} is outside {MIN_METRES_PER_UNIT}..{MAX_METRES_PER_UNIT} m; 0.01 is 1 cm",
            )

    def _rows(self) -> Array:
        return np.array([DIRECTIONS[axis] for axis in self.axes], dtype=np.float64)

    @cached_property
    def client_from_model(self) -> Array:
        """Signed permutation ``(3, 3)``, without the unit of length."""
        return self._rows()

    @cached_property
    def handedness(self) -> int:
        """+1 for right-handed axes, -1 for left-handed ones."""
        return round(float(np.linalg.det(self.client_from_model)))

    @property
    def right_handed(self) -> bool:
        """Whether the client's axes are right-handed, as the model's are."""
        return self.handedness == 1

    # -- model -> client ------------------------------------------------------------------------------------------

    def position_from_model(self, v_m: ArrayLike) -> Array:
        """Positions, offsets or linear velocities ``(..., 3)``: metres (per second) to client units (per second)."""
        return self._apply(v_m, self.client_from_model / self.metres_per_unit)

    def direction_from_model(self, v: ArrayLike) -> Array:
        """Unit directions ``(..., 3)``; the length stays."""
        return self._apply(v, self.client_from_model)

    def angular_velocity_from_model(self, v_radps: ArrayLike) -> Array:
        """Angular velocities ``(..., 3)`` about the world axes, rad/s."""
        return self._apply(v_radps, self.handedness * self.client_from_model)

    def rotation_from_model(self, q_xyzw: ArrayLike) -> Array:
        """Unit quaternions ``(..., 4)``, world or local ones alike."""
        return self._conjugate(q_xyzw, self.handedness * self.client_from_model)

    def extents_from_model(self, v_m: ArrayLike) -> Array:
        """Half extents ``(..., 3)`` along a shape's own axes, metres to client units."""
        return self._apply(v_m, np.abs(self.client_from_model) / self.metres_per_unit)

    def length_from_model(self, length_m: Any) -> Any:
        """Lengths without a direction, such as radii: metres to client units."""
        return length_m / self.metres_per_unit

    # -- client -> model ------------------------------------------------------------------------------------------

    def position_to_model(self, v: ArrayLike) -> Array:
        """Positions, offsets or linear velocities ``(..., 3)``: client units (per second) to metres (per second)."""
        return self._apply(v, self.client_from_model.T * self.metres_per_unit)

    def direction_to_model(self, v: ArrayLike) -> Array:
        """Unit directions ``(..., 3)``; the length stays."""
        return self._apply(v, self.client_from_model.T)

    def angular_velocity_to_model(self, v_radps: ArrayLike) -> Array:
        """Angular velocities ``(..., 3)`` about the world axes, rad/s."""
        return self._apply(v_radps, self.handedness * self.client_from_model.T)

    def rotation_to_model(self, q_xyzw: ArrayLike) -> Array:
        """Unit quaternions ``(..., 4)``, world or local ones alike."""
        return self._conjugate(q_xyzw, self.handedness * self.client_from_model.T)

    def extents_to_model(self, v: ArrayLike) -> Array:
        """Half extents ``(..., 3)`` along a shape's own axes, client units to metres."""
        return self._apply(v, np.abs(self.client_from_model).T * self.metres_per_unit)

    def length_to_model(self, length: Any) -> Any:
        """Lengths without a direction, such as radii: client units to metres."""
        return length * self.metres_per_unit

    def axis_flags_to_model(self, flags: Sequence[bool]) -> tuple[bool, bool, bool]:
        """Which of the model's x, y, z count, from which of the client's do."""
        x, y, z = (np.abs(self.client_from_model).T @ np.array(flags, dtype=np.float64)) > 0.5
        return bool(x), bool(y), bool(z)

    def axis_flags_from_model(self, flags: Sequence[bool]) -> tuple[bool, bool, bool]:
        """Which of the client's x, y, z count, from which of the model's do."""
        x, y, z = (np.abs(self.client_from_model) @ np.array(flags, dtype=np.float64)) > 0.5
        return bool(x), bool(y), bool(z)

    # -- internals ------------------------------------------------------------------------------------------------

    @staticmethod
    def _apply(v: ArrayLike, matrix: Array) -> Array:
        array = _floating(v)
        return array @ matrix.T.astype(array.dtype)

    @staticmethod
    def _conjugate(q_xyzw: ArrayLike, matrix: Array) -> Array:
        array = _floating(q_xyzw)
        full = np.eye(4, dtype=array.dtype)
        full[:3, :3] = matrix
        return array @ full.T


def _floating(v: ArrayLike) -> Array:
    array = np.asarray(v)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


MODEL = CoordinateSystem(("left", "up", "forward"))
GLTF = MODEL
UNITY = CoordinateSystem(("right", "up", "forward"))
UNREAL = CoordinateSystem(("forward", "right", "up"), 0.01)
BLENDER = CoordinateSystem(("left", "back", "up"))
PRESETS: dict[str, CoordinateSystem] = {
    "MODEL": MODEL,
    "GLTF": GLTF,
    "UNITY": UNITY,
    "UNREAL": UNREAL,
    "BLENDER": BLENDER,
}


def heading_of(direction: ArrayLike) -> float:
    """Heading of a direction ``(3,)`` in model space: 0 along +Z, positive towards +X (a turn to the left)."""
    x, _, z = (float(v) for v in np.asarray(direction))
    return math.atan2(x, z)


def facing(heading_rad: float) -> Array:
    """Horizontal unit direction ``(3,)`` in model space of a heading in radians."""
    return np.array([math.sin(heading_rad), 0.0, math.cos(heading_rad)])
