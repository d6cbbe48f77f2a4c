"""A BVH take of any naming, unit, rate and vertical -> the 22 joints, and a motion of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.features import uniform_skeleton
from lamp.formats.bone_maps import BoneMap, Resolved, resolve
from lamp.formats.bvh_file import BvhError, BvhTake, read_bvh
from lamp.motion import Motion
from lamp.skeleton import leg_lengths_m

Array = NDArray[Any]

# Length of a leg (thigh and shin) of a person in metres; in any of these units it falls into exactly one range.
_LEG_RANGE_M = (0.6, 1.1)
_UNITS_M = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "asf (1/0.45 inch)": 0.0254 / 0.45}
_STANDARD_LEG_M = 0.816
_LEAP_MPS = 20.0  # no joint of an athlete is as fast
_NECK, _ANKLES, _TOES = 12, (7, 8), (10, 11)


@dataclass(frozen=True)
class Found:
    """The joints of a take ``(T, 22, 3)``, metres, Y up, at ``fps``, and what had to be guessed to read them."""

    joints_m: Array
    fps: float
    naming: str
    unit: str
    up_axis: str
    own_fps: float
    rest_frame_dropped: bool
    toes_point_back: bool


def joints_of(
    take: BvhTake, custom: BoneMap | None = None, up_axis: str = "", fps: float | None = None
) -> Found:
    """Find joints, unit and vertical; ``fps`` None keeps the take's own rate.

    up_axis: ``"y"``, ``"z"`` or ``""`` to tell by the body. ``InputError``: no bone map fits. ``BvhError``: no legs.
    """
    bones = resolve(take.names, custom)
    unit, metres = _unit(float(leg_lengths_m(bones.apply(take.rest_positions())[None]).mean()))
    take, dropped = _without_rest_frame(take, bones, metres)
    rate = take.fps if fps is None else fps
    joints = bones.apply((take if rate == take.fps else take.resample(rate)).world_positions()) * metres
    up = up_axis or _up_axis(joints, bones.apply(take.rest_positions()))
    if up == "z":
        joints = np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
    return Found(
        joints.astype(np.float32), rate, bones.name, unit, up, take.fps, dropped, _toes_point_back(joints)
    )


def load_bvh(path: Path, bone_map: BoneMap | None = None) -> Motion:
    """A BVH file on the standard skeleton at its own rate; other proportions are brought to ours.

    ``InputError``: not readable as BVH (with the line), or bones that fit no known naming.
    """
    try:
        found = joints_of(read_bvh(path), bone_map)
    except BvhError as error:
        raise InputError(str(path), f"is no usable BVH file: {error}") from error
    return Motion.from_positions(uniform_skeleton(found.joints_m), found.fps)


def _unit(leg_units: float) -> tuple[str, float]:
    """Name of the file's unit of length and its size in metres, told by the length of a leg."""
    for name, metres in _UNITS_M.items():
        if _LEG_RANGE_M[0] <= leg_units * metres <= _LEG_RANGE_M[1]:
            return name, metres
    if not leg_units > 1e-6:
        raise BvhError("the legs have no length in the rest pose")
    return f"unknown (a leg of {leg_units:.3g} is taken as {_STANDARD_LEG_M} m)", _STANDARD_LEG_M / leg_units


def _without_rest_frame(take: BvhTake, bones: Resolved, metres: float) -> tuple[BvhTake, bool]:
    """Drop frame 0 when the body leaps from it to frame 1: a rest pose that many exporters put in front."""
    if len(take) < 3:
        return take, False
    start = replace(take, positions=take.positions[:3], rotations_xyzw=take.rotations_xyzw[:3])
    step = np.diff(bones.apply(start.world_positions()), axis=0)
    leap_mps, next_mps = np.linalg.norm(step, axis=-1).max(axis=-1) * metres * take.fps
    if leap_mps <= _LEAP_MPS or next_mps > _LEAP_MPS:
        return take, False
    return replace(take, positions=take.positions[1:], rotations_xyzw=take.rotations_xyzw[1:]), True


def _up_axis(joints: Array, rest: Array) -> str:
    """``"y"`` or ``"z"``: where the neck is from the ankles, in the motion or, when lying, in the rest pose."""
    for pose in (joints, rest[None]):
        up = np.median(pose[:, _NECK] - pose[:, list(_ANKLES)].mean(axis=1), axis=0)
        length = float(np.linalg.norm(up))
        for name, axis in (("y", 1), ("z", 2)):
            if up[axis] > 0.8 * length > 0:
                return name
    return "y"


def _toes_point_back(joints: Array) -> bool:
    across = joints[:, 1] - joints[:, 2] + joints[:, 16] - joints[:, 17]
    forward = np.cross(across, joints[:, _NECK] - joints[:, 0])
    toes = (joints[:, list(_TOES)] - joints[:, list(_ANKLES)]).sum(axis=1)
    return bool(np.median(np.sum(forward * toes, axis=-1)) < 0)
