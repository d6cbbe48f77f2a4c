"""Whether a rig is a person at rest: every message names the bone, what is wrong and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS

if TYPE_CHECKING:
    from lamp.retarget.rig import Rig

Array = NDArray[Any]
_LEAST_BONE_M = 0.005
_MOST_LEAN_DEG = 30.0
_MOST_M = 20.0
_MOST_ARM_RAD, _MOST_LEG_RAD = np.radians(100.0), np.radians(60.0)  # from a T-pose


def check_rest(rig: Rig) -> None:
    """``InputError`` when motion of a person cannot be put on ``rig``."""
    _check_arrays(rig)
    _check_tree(rig)
    places = rig.rest_world[0]
    joints = {j: places[bone] for j, bone in enumerate(rig.joints) if bone >= 0}
    for joint in range(1, JOINT_COUNT):
        above = _mapped_above(rig, joint)
        if joint in joints and np.linalg.norm(joints[joint] - joints[above]) < _LEAST_BONE_M:
            raise InputError(
                _bone(rig, joint),
                f"is less than {1000 * _LEAST_BONE_M:.0f} mm from {_bone(rig, above)} at rest; give it its offset in "
                "metres, and check the scale of the rig",
            )
    _check_posture(rig, joints)


def standing_axes(joints: dict[int, Array]) -> Array:
    """Rows left, up, forward ``(3, 3)`` of a rest pose given by joint index: up is +Y, however the spine leans."""
    left = joints[1] - joints[2] + joints[16] - joints[17]
    left = left * [1.0, 0.0, 1.0] / max(float(np.hypot(left[0], left[2])), 1e-9)
    return np.stack([left, [0.0, 1.0, 0.0], np.cross(left, [0.0, 1.0, 0.0])])


def _check_arrays(rig: Rig) -> None:
    count = len(rig.bone_names)
    for name, array, width in (
        ("offsets_m", rig.offsets_m, 3),
        ("rest_rotations_xyzw", rig.rest_rotations_xyzw, 4),
    ):
        if np.shape(array) != (count, width):
            raise InputError(
                f"rig {rig.name!r}: {name}", f"shape is {np.shape(array)}; it must be {(count, width)}"
            )
        bad = np.flatnonzero(~np.isfinite(array).all(-1))
        if len(bad):
            raise InputError(
                f"bone {rig.bone_names[bad[0]]}: {name}", f"is {array[bad[0]]}; it must be finite"
            )
    far = np.flatnonzero(np.linalg.norm(rig.offsets_m, axis=-1) > _MOST_M)
    if len(far):
        length = np.linalg.norm(rig.offsets_m[far[0]])
        raise InputError(
            f"bone {rig.bone_names[far[0]]}",
            f"is {length:.4g} m from its parent; the limit is {_MOST_M:g} m. "
            "Is it in centimetres? Set metres_per_unit: 0.01",
        )
    length = np.linalg.norm(rig.rest_rotations_xyzw, axis=-1)
    if len(bad := np.flatnonzero(np.abs(length - 1.0) > 1e-3)):
        raise InputError(
            f"bone {rig.bone_names[bad[0]]}",
            f"has a rest rotation of length {length[bad[0]]:.3g}; it must be 1 (x, y, z, w)",
        )


def _check_tree(rig: Rig) -> None:
    if len(rig.parents) != len(rig.bone_names):
        raise InputError(
            f"rig {rig.name!r}: parents", f"are {len(rig.parents)}; bones are {len(rig.bone_names)}"
        )
    for i, (name, parent) in enumerate(zip(rig.bone_names, rig.parents, strict=True)):
        if name in rig.bone_names[:i]:
            raise InputError(f"bone {name}", "is in the rig twice; give each bone its own name")
        if not -1 <= parent < i:
            raise InputError(f"bone {name}", f"has parent {parent}; parents come first, and -1 is none")
    if len(rig.joints) != JOINT_COUNT or any(not -1 <= bone < len(rig.bone_names) for bone in rig.joints):
        raise InputError(f"rig {rig.name!r}: joints", f"must be {JOINT_COUNT} indices of bones, -1 for none")
    for joint in range(1, JOINT_COUNT):
        above = _mapped_above(rig, joint)
        if rig.joints[joint] >= 0 and rig.joints[above] not in _chain(rig, rig.joints[joint]):
            raise InputError(
                _bone(rig, joint),
                f"does not hang on {_bone(rig, above)}, but in a humanoid {JOINT_NAMES[joint]} hangs on "
                f"{JOINT_NAMES[above]}. Map another bone or change the rig",
            )


def _check_posture(rig: Rig, joints: dict[int, Array]) -> None:
    trunk = joints[15] - 0.5 * (joints[1] + joints[2])
    lean = float(
        np.degrees(np.arccos(np.clip(trunk[1] / max(float(np.linalg.norm(trunk)), 1e-9), -1.0, 1.0)))
    )
    if lean > _MOST_LEAN_DEG:
        raise InputError(
            f"rig {rig.name!r}",
            f"does not stand along +Y at rest: from hips to head is {lean:.0f} degrees off, {_MOST_LEAN_DEG:.0f} are "
            "allowed. Convert it to Y up, or give its root bone the rotation that does",
        )
    axes = standing_axes(joints)
    if np.linalg.norm(axes[0]) < 0.5:
        raise InputError(
            f"rig {rig.name!r}", "has no left and right at rest: hips and shoulders are in one line"
        )
    arm, leg = np.eye(3)[0], -np.eye(3)[1]
    for joint, child, way, most, what in (
        (16, 18, arm, _MOST_ARM_RAD, "straight to its left"), (17, 19, -arm, _MOST_ARM_RAD, "straight to its right"),
        (1, 4, leg, _MOST_LEG_RAD, "straight down"), (2, 5, leg, _MOST_LEG_RAD, "straight down"),
        (4, 7, leg, _MOST_LEG_RAD, "straight down"), (5, 8, leg, _MOST_LEG_RAD, "straight down"),
    ):  # fmt: skip
        bone = axes @ (joints[child] - joints[joint])
        angle = float(np.arccos(np.clip(bone @ way / np.linalg.norm(bone), -1.0, 1.0)))
        if angle > most:
            raise InputError(
                _bone(rig, joint),
                f"points {np.degrees(angle):.0f} degrees away from {what} at rest; at most {np.degrees(most):.0f} are "
                "understood. Give a T-pose or A-pose as rest pose, and check left and right",
            )
    for toe in (10, 11):
        if toe in joints and float((joints[toe] - joints[toe - 3]) @ axes[2]) < 0.0:
            raise InputError(
                _bone(rig, toe), "is behind its ankle at rest: left and right of the bone map are swapped"
            )


def _mapped_above(rig: Rig, joint: int) -> int:
    """The nearest joint above ``joint`` that the rig has; the pelvis is the last resort."""
    above = PARENTS[joint]
    while above > 0 and rig.joints[above] < 0:
        above = PARENTS[above]
    return above


def _chain(rig: Rig, bone: int) -> list[int]:
    chain = []
    while (bone := rig.parents[bone]) >= 0:
        chain.append(bone)
    return chain


def _bone(rig: Rig, joint: int) -> str:
    bone = rig.joints[joint]
    return (
        f"bone {rig.bone_names[bone]} ({JOINT_NAMES[joint]})" if bone >= 0 else f"joint {JOINT_NAMES[joint]}"
    )
