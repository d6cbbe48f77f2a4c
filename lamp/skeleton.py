"""The one skeleton of the project: 22 joints of the SMPL body without hands (facts of HumanML3D, section 1).

Metres, right-handed, Y up, +Z forward, +X is the character's left. All motion inside ``lamp`` has exactly these
bone lengths; sources with other proportions are brought to them when data is prepared.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError

Array = NDArray[Any]

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
JOINT_COUNT = len(JOINT_NAMES)
PARENTS: tuple[int, ...] = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
CHAINS: tuple[tuple[int, ...], ...] = (
    (0, 2, 5, 8, 11), (0, 1, 4, 7, 10), (0, 3, 6, 9, 12, 15), (9, 14, 17, 19, 21), (9, 13, 16, 18, 20),
)  # fmt: skip
# Joint indices per body part (paper 3.1). The root part also carries the root trajectory and the spine.
PARTS: dict[str, tuple[int, ...]] = {
    "head": (12, 15),
    "left_arm": (13, 16, 18, 20),
    "right_arm": (14, 17, 19, 21),
    "left_leg": (1, 4, 7, 10),
    "right_leg": (2, 5, 8, 11),
    "root": (0, 3, 6, 9),
}
MIRROR: tuple[int, ...] = (0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20)
CONTACT_JOINTS: tuple[int, ...] = (7, 10, 8, 11)  # left ankle, left toe, right ankle, right toe
LEFT_HIP, RIGHT_HIP, LEFT_SHOULDER, RIGHT_SHOULDER = 1, 2, 16, 17

# Length of the bone that ends in each joint, metres; measured on the reference skeleton of HumanML3D.
BONE_LENGTHS_M: Array = np.array(
    [0.0, .1031, .1099, .1316, .3936, .3902, .1432, .4324, .4256, .0574, .1434, .1494, .2194, .1375, .1434,
     .1030, .1316, .1230, .2568, .2631, .2660, .2699], dtype=np.float32,
)  # fmt: skip
_X, _Y, _Z = np.eye(3)
# Axis-aligned rest direction of the bone that ends in each joint; only the 6D block of HumanML3D uses it.
RAW_DIRECTIONS: Array = np.array(
    [
        np.zeros(3),
        _X,
        -_X,
        _Y,
        -_Y,
        -_Y,
        _Y,
        -_Y,
        -_Y,
        _Y,
        _Z,
        _Z,
        _Y,
        _X,
        -_X,
        _Z,
        -_Y,
        -_Y,
        -_Y,
        -_Y,
        -_Y,
        -_Y,
    ],
    dtype=np.float32,
)
# The bones of pelvis and chest that move as one body are as measured on the reference clip; the rest is a T-pose.
_T_POSE_DIRECTIONS = np.array(
    [(0, 0, 0), (.0543, -.0840, -.0250), (-.0663, -.0840, -.0250), (.0033, .1315, 0), (.09, -.99, -.01),
     (-.09, -.99, -.01),
     (0, .99, .13), (-.03, -.99, -.10), (.03, -.99, -.10), (0, .99, .12), (.18, -.40, .90), (-.18, -.40, .90),
     (-.0067, .2193, 0), (.0661, .1196, -.0151), (-.0777, .1196, -.0151), (0, .87, .50), (.94, .30, -.15),
     (-.94, .30, -.15),
     (1, 0, 0), (-1, 0, 0), (1, 0, 0), (-1, 0, 0)],
)  # fmt: skip
# T-pose: where each joint sits relative to its parent when every local rotation is the identity.
REST_OFFSETS_M: Array = (rotations.normalize(_T_POSE_DIRECTIONS) * BONE_LENGTHS_M[:, None]).astype(np.float32)
REST_OFFSETS_M[0] = 0.0
# Body volume around each joint, used for collision (the skin of a slim adult).
JOINT_RADII_M: Array = np.array(
    [.11, .09, .09, .10, .06, .06, .10, .05, .05, .11, .04, .04, .06, .06, .06, .10, .06, .06, .045, .045, .045, .045],
    dtype=np.float32,
)  # fmt: skip
SKELETON_HASH: str = hashlib.sha256(
    repr((JOINT_NAMES, PARENTS, np.round(REST_OFFSETS_M, 5).tolist())).encode()
).hexdigest()[:16]


def joint_index(joint: str | int) -> int:
    """Index of a joint given by name or index; raises ``InputError`` that lists the names."""
    if isinstance(joint, str) and joint in JOINT_NAMES:
        return JOINT_NAMES.index(joint)
    if not isinstance(joint, str) and 0 <= int(joint) < JOINT_COUNT:
        return int(joint)
    raise InputError(
        "joint", f"{joint!r} is unknown; use 0..{JOINT_COUNT - 1} or one of {', '.join(JOINT_NAMES)}"
    )


@functools.cache
def depth_levels() -> list[tuple[list[int], list[int]]]:
    """Joints grouped by depth below the root as ``(children, their parents)``: each level is one array operation."""
    depth = [0] * JOINT_COUNT
    for j in range(1, JOINT_COUNT):
        depth[j] = depth[PARENTS[j]] + 1
    levels = []
    for d in range(1, max(depth) + 1):
        children = [j for j in range(JOINT_COUNT) if depth[j] == d]
        levels.append((children, [PARENTS[j] for j in children]))
    return levels


def forward_kinematics(root_m: Array, local_rotations_xyzw: Array) -> Array:
    """World joints ``(..., 22, 3)`` from root position ``(..., 3)`` and parent-relative rotations ``(..., 22, 4)``."""
    given = np.asarray(local_rotations_xyzw, dtype=np.float64)
    # joints first: each level then is one contiguous block
    world = given.reshape(-1, JOINT_COUNT, 4).transpose(1, 0, 2).copy()
    joints = np.zeros((*world.shape[:-1], 3))
    joints[0] = np.reshape(root_m, (-1, 3))
    for children, parents in depth_levels():
        parent = world[parents]
        world[children] = rotations.multiply(parent, world[children])
        joints[children] = joints[parents] + rotations.rotate(parent, REST_OFFSETS_M[children, None])
    return joints.transpose(1, 0, 2).reshape(*given.shape[:-1], 3).astype(np.float32)


def project_bones(joints_m: Array) -> Array:
    """Joints ``(..., 22, 3)`` with every bone's direction kept and its length replaced by the standard one."""
    joints = np.array(joints_m, dtype=np.float64)
    for children, parents in depth_levels():
        bone = rotations.normalize(joints_m[..., children, :] - joints_m[..., parents, :])
        joints[..., children, :] = joints[..., parents, :] + bone * BONE_LENGTHS_M[children][:, None]
    return joints


def leg_lengths_m(joints_m: Array) -> Array:
    """Hip-knee-ankle length of both legs ``(T, 22, 3) -> (T, 2)``, in the unit of the joints."""
    hips, knees, ankles = (joints_m[:, pair] for pair in ((1, 2), (4, 5), (7, 8)))
    legs: Array = np.linalg.norm(knees - hips, axis=-1) + np.linalg.norm(ankles - knees, axis=-1)
    return legs


# Joints whose children move as one rigid body: (joint, left child, right child, upward child).
RIGID_JOINTS: tuple[tuple[int, int, int, int], ...] = ((0, 1, 2, 3), (9, 13, 14, 12))
_RIGID_CHILDREN = [c for _, *children in RIGID_JOINTS for c in children]


def _tables() -> dict[str, Array]:
    """Constant matrices that turn the walk down the tree into a few products (and a small gradient graph)."""
    eye = np.eye(JOINT_COUNT)
    bone = eye.copy()  # joints -> bone vectors (root: its position)
    reach = np.zeros((JOINT_COUNT, JOINT_COUNT))  # bone vectors -> joints
    for j in range(JOINT_COUNT):
        if j:
            bone[j, PARENTS[j]] = -1.0
            reach[j] = reach[PARENTS[j]]
        reach[j, j] = 1.0
    across = np.stack([eye[left] - eye[right] for _, left, right, _ in RIGID_JOINTS])
    up = np.stack([eye[top] - eye[origin] for origin, _, _, top in RIGID_JOINTS])
    free = np.array(
        [0.0 if j == 0 or j in _RIGID_CHILDREN else BONE_LENGTHS_M[j] for j in range(JOINT_COUNT)]
    )
    # offsets of rigid children along the axes of their body: (J, body, axis)
    rigid = np.zeros((JOINT_COUNT, len(RIGID_JOINTS), 3))
    for body, (_, *children) in enumerate(RIGID_JOINTS):
        for c in children:
            rigid[c, body] = REST_OFFSETS_M[c]
    return {
        "bone": bone, "reach": reach, "across": across, "up": up, "free": free[:, None],
        "rigid": rigid.reshape(JOINT_COUNT, -1), "root": eye[:, :1] @ eye[:1],
    }  # fmt: skip


_TABLES = _tables()


def unit(v: Any, xp: Any = np) -> Any:
    """Direction of ``v (..., 3)``; coincident points give zero, never NaN, and a finite gradient."""
    return v / xp.sqrt((v * v).sum(-1) + 1e-12)[..., None]


def cross(a: Any, b: Any, xp: Any = np) -> Any:
    """Cross product written for numpy and torch alike."""
    (ax, ay, az), (bx, by, bz) = components(a, xp), components(b, xp)
    return xp.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], -1)


def components(v: Any, xp: Any = np) -> Any:
    """The entries of the last axis as a tuple (one operation in torch, forwards and backwards)."""
    return tuple(v[..., i] for i in range(v.shape[-1])) if xp is np else v.unbind(-1)


def body_axes(joints_m: Any, xp: Any = np) -> Any:
    """Axes of pelvis and chest: ``(..., 22, 3)`` -> ``(..., 2, 3 axes, 3)``, the axes being x left, y up, z forward.

    x runs from the right to the left child, y as near to the upward child as that allows.
    """
    across, up = (table_like(_TABLES[name], joints_m, xp) @ joints_m for name in ("across", "up"))
    x = unit(across, xp)
    z = unit(cross(x, up, xp), xp)
    return xp.stack([x, cross(z, x, xp), z], -2)


def table_like(table: Array, like: Any, xp: Any) -> Any:
    """A constant matrix in the type (and on the device) of ``like``."""
    return table.astype(like.dtype) if xp is np else xp.as_tensor(table, dtype=like.dtype, device=like.device)


def fit_skeleton(joints_m: Any, xp: Any = np) -> Any:
    """Joints ``(..., 22, 3)`` that forward kinematics of the standard skeleton can reproduce exactly.

    Pelvis and chest are placed as rigid bodies (:func:`body_axes`); every other bone keeps its direction and takes the
    standard length. The root stays. numpy, or torch with gradients (``xp=torch``).
    """
    tables = {name: table_like(value, joints_m, xp) for name, value in _TABLES.items()}
    axes = body_axes(joints_m, xp)
    bones = (
        tables["root"] @ joints_m
        + tables["free"] * unit(tables["bone"] @ joints_m, xp)
        + tables["rigid"] @ axes.reshape(*axes.shape[:-3], 6, 3)
    )
    return tables["reach"] @ bones
