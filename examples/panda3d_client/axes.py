"""Panda3D's world: right-handed, Z up, metres here. glTF files come in with the character facing -Y, its left at +X.

Those are the axes the project calls BLENDER. The Python client gives and takes model space, so this is the one place
where the game converts.
"""

from __future__ import annotations

from typing import Any

from panda3d.core import LQuaternionf, LVecBase3f, LVector3f

from runtime.coordinates import BLENDER


def point(position_m: Any) -> LVector3f:
    """A point or vector of model space ``(3,)`` in Panda's axes."""
    return LVector3f(*(float(v) for v in BLENDER.position_from_model(position_m)))


def quaternion(xyzw: Any) -> LQuaternionf:
    """A rotation of model space ``(4,)``, world or local, in Panda's axes and order (w first)."""
    x, y, z, w = (float(v) for v in BLENDER.rotation_from_model(xyzw))
    return LQuaternionf(w, x, y, z)


def model_point(position: LVecBase3f) -> tuple[float, float, float]:
    """A point or vector of Panda's in model space."""
    x, y, z = (float(v) for v in BLENDER.position_to_model([*position]))
    return x, y, z


def model_quaternion(turn: LQuaternionf) -> tuple[float, float, float, float]:
    """A unit rotation of Panda's in model space, x y z w."""
    w, i, j, k = turn
    x, y, z, w = (float(v) for v in BLENDER.rotation_to_model([i, j, k, w]))
    return x, y, z, w
