"""Writing BVH. Own code, since the BVH packages bring matplotlib or lose precision; tests read it with both of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lamp.errors import InputError
from lamp.formats.skeletal import SkeletalAnimation
from lamp.formats.writing import write_whole

Array = NDArray[Any]
UNITS_M: dict[str, float] = {"m": 1.0, "cm": 0.01}
_ORDER = "ZXY"  # Z first: what MotionBuilder and most captures use
_PLACE = "Xposition Yposition Zposition"
_TURN = "Zrotation Xrotation Yrotation"
_TIP_M = 0.08  # of a bone that ends in nothing


def save_bvh(path: Path, animation: SkeletalAnimation, unit: str = "m") -> None:
    """Write ``path``: channels ZXY in degrees; with all of them zero it is the bind pose, its root at the origin.

    The root has no OFFSET: programs disagree whether its position channels come on top of one or replace it.
    unit of lengths: a key of ``UNITS_M``. ``InputError``: another unit, or bone names that BVH cannot hold.
    """
    if unit not in UNITS_M:
        raise InputError("unit", f"{unit!r} is unknown; use one of {', '.join(UNITS_M)}")
    for name in animation.names:
        if name.split() != [name]:
            raise InputError("names", f"{name!r}: BVH cannot hold spaces in the name of a bone")
    # below the root many readers know rotations only: a bone that merely carries the hips is left out
    aligned = animation.without_idle_root().world_aligned()
    placed = aligned.moving()
    placed[0] = True
    scale = 1.0 / UNITS_M[unit]
    out = io.StringIO()
    out.write("HIERARCHY\n")
    order = _write_bone(out, aligned, placed, scale, 0, 0)
    out.write(f"MOTION\nFrames: {len(aligned)}\nFrame Time: {1.0 / aligned.fps:.9f}\n")
    np.savetxt(out, _channels(aligned, placed, scale, order), fmt="%.7g")
    write_whole(path, out.getvalue().encode("ascii", "replace"))


def _write_bone(
    out: io.StringIO, animation: SkeletalAnimation, placed: Array, scale: float, bone: int, depth: int
) -> list[int]:
    """Write a bone and all below it; the bones in the order they were written."""
    tab = "  " * depth
    out.write(f"{tab}{'JOINT' if depth else 'ROOT'} {animation.names[bone]}\n{tab}{{\n")
    out.write(f"{tab}  OFFSET {_numbers(animation.rest_offsets_m[bone] * (scale if depth else 0.0))}\n")
    channels = f"6 {_PLACE} {_TURN}" if placed[bone] else f"3 {_TURN}"
    out.write(f"{tab}  CHANNELS {channels}\n")
    order = [bone]
    children = [j for j, parent in enumerate(animation.parents) if parent == bone]
    for child in children:
        order += _write_bone(out, animation, placed, scale, child, depth + 1)
    if not children:
        tip = _tip(animation.rest_offsets_m[bone]) * scale
        out.write(f"{tab}  End Site\n{tab}  {{\n{tab}    OFFSET {_numbers(tip)}\n{tab}  }}\n")
    out.write(f"{tab}}}\n")
    return order


def _tip(offset_m: Array) -> Array:
    """Where a last bone points: on along the one before it."""
    length = float(np.linalg.norm(offset_m))
    return offset_m * (_TIP_M / length) if length > 1e-6 else np.array([0.0, _TIP_M, 0.0])


def _numbers(values: Array) -> str:
    return " ".join(f"{v + 0.0:.7f}" for v in values)


def _channels(animation: SkeletalAnimation, placed: Array, scale: float, order: list[int]) -> Array:
    """All values of all frames, ``(T, channels)``."""
    columns = []
    for bone in order:
        if placed[bone]:
            columns.append(animation.offsets_m[:, bone] * scale)
        angles = Rotation.from_quat(animation.local_rotations_xyzw[:, bone]).as_euler(_ORDER)
        columns.append(np.rad2deg(nearest_angles(angles)))
    return np.concatenate(columns, axis=1)


def nearest_angles(angles_rad: Array) -> Array:
    """The same rotations ``(T, 3)`` as Euler angles that do not leap from frame to frame.

    Every rotation has two triples, each plus whole turns; the one nearest to the frame before is taken.
    """
    out = np.array(angles_rad, dtype=np.float64)
    for t in range(1, len(out)):
        first, middle, last = out[t]
        pair = np.array([[first, middle, last], [first + np.pi, np.pi - middle, last + np.pi]])
        pair -= 2 * np.pi * np.round((pair - out[t - 1]) / (2 * np.pi))
        out[t] = pair[np.argmin(np.abs(pair - out[t - 1]).sum(axis=1))]
    return out
