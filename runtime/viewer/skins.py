"""What a body looks like: rigid pieces, each fixed to one joint of the standard skeleton.

Pieces are given in the frame of their joint, so the browser gets them once and afterwards only joint rotations.
Two skins: capsules with the very radii the server keeps clear of obstacles, and the wooden figure of mannequin-x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.render.body import Palette
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, JOINT_RADII_M, PARENTS, REST_OFFSETS_M, forward_kinematics
from runtime.viewer.solids import round_cone

Array = NDArray[Any]
_PALETTE = Palette()
TRUNK, LEFT, RIGHT, BALL = _PALETTE.trunk, _PALETTE.left, _PALETTE.right, _PALETTE.joint

# One leading child per joint whose bone a piece of mannequin-x lies along.
_LIMBS = {1: 4, 2: 5, 4: 7, 5: 8, 16: 18, 17: 19, 18: 20, 19: 21}
# Joints that never turn against their parent (see lamp.retarget): what hangs on them belongs to the parent's piece.
_MERGED = {10: 7, 11: 8, 15: 12}
_NECK, _HEAD, _CHEST, _WAIST = 12, 15, 9, 3
_ANKLES, _WRISTS = {7: 10, 8: 11}, {20: 18, 21: 19}
# In motion data a flat foot is pitched down against the T-pose, and its toe joint is on the floor.
_FLAT_FOOT_RAD = {7: 0.31, 8: 0.26}
_FLAT_TOE_RAD = 0.70  # the ankle-toe bone against the floor, standing


@dataclass(frozen=True)
class Piece:
    """A rigid part: vertices_m ``(V, 3)`` in the frame of ``joint``, faces ``(F, 3)``, colour sRGB 0..1."""

    joint: int
    vertices_m: Array
    faces: Array
    colour: tuple[float, float, float]


def capsules() -> list[Piece]:
    """The volume that keeps clear of obstacles: a ball per joint and the bones between them."""
    pieces = []
    for child in range(1, JOINT_COUNT):
        parent, bone = PARENTS[child], REST_OFFSETS_M[child].astype(np.float64)
        mesh = round_cone(
            float(JOINT_RADII_M[parent]), float(JOINT_RADII_M[child]), float(np.linalg.norm(bone))
        )
        turn = rotations.shortest_arc(np.array([0.0, 1.0, 0.0]), bone)
        vertices = rotations.rotate(turn, mesh.vertices_m.astype(np.float64)).astype(np.float32)
        pieces.append(Piece(parent, vertices, mesh.faces, _side(child)))
    return pieces


def mannequin() -> list[Piece]:
    """The wooden figure of mannequin-x, brought to this skeleton. ``ImportError`` when it is not installed.

    Its vertices are driven by single joints of SMPL-X but for fingers, neck and toes, and those do not bend here. So
    the figure is taken apart at the joints, and every part is turned and stretched from its bone of SMPL-X to ours:
    driven by our rotations, its joints are exactly where the plan has them.
    """
    from mannequin import Mannequin  # optional

    model = Mannequin("wooden")
    rest = model.rest_pose()
    vertices = np.asarray(model.vertices(rest), np.float64)
    source_m = joints_of(model, rest)
    names, owner = [_our_name(n) for n in model.joint_names], _owners(model)
    ours = np.array([_joint_of(name) for name in names])[owner]
    is_ball = _balls(model)
    faces = np.asarray(model.faces)
    face_joint, face_is_ball = _majority(ours[faces]), is_ball[faces[:, 0]]
    pieces = []
    for joint in np.unique(face_joint).tolist():
        for ball in (False, True):
            chosen = faces[(face_joint == joint) & (face_is_ball == ball)]
            if len(chosen):
                used, local = np.unique(chosen, return_inverse=True)
                placed = _to_joint(joint, vertices[used], source_m, float(vertices[:, 1].min()))
                colour = BALL if ball else _side(joint)
                pieces.append(Piece(joint, placed.astype(np.float32), local.reshape(-1, 3), colour))
    return pieces


def joints_of(model: Any, pose: dict[str, Array]) -> Array:
    """Where a mannequin's counterparts of our joints are: ``(22, 3)`` metres."""
    names = [_our_name(name) for name in model.joint_names]
    joints = np.asarray(model.joint_transforms(pose), np.float64)[:, :3, 3]
    return joints[[names.index(name) for name in JOINT_NAMES]]


def _our_name(name: str) -> str:
    side = {"L_": "left_", "R_": "right_"}.get(name[:2], "")
    return (side + name[2:] if side else name).lower()


def _joint_of(name: str) -> int:
    """Our joint that a joint of SMPL-X moves with; all of a hand belongs to its wrist."""
    if name not in JOINT_NAMES:
        name = f"{name.split('_')[0]}_wrist"
    joint = JOINT_NAMES.index(name)
    return _MERGED.get(joint, joint)


def _owners(model: Any) -> Array:
    """Index of the joint that moves each vertex most, ``(V,)``."""
    rows = np.arange(model.num_vertices)
    owners: Array = model._skin_joint_indices[rows, model._skin_weights.argmax(axis=1)]
    return owners


def _balls(model: Any) -> Array:
    """Which vertices belong to the balls between the limbs, ``(V,)``."""
    weights = model._weights
    ball = np.zeros(model.num_vertices, bool)
    parts = zip(weights.skin_part_names, weights.skin_part_vertex_starts, weights.skin_part_vertex_counts)  # noqa: B905
    for name, start, count in parts:
        ball[start : start + count] = name.startswith("joint_")
    return ball


def _majority(corners: Array) -> Array:
    """The joint that most corners of a face have, ``(F, 3)`` -> ``(F,)``."""
    first, second, third = corners.T
    return np.where(second == third, second, first)


def _side(joint: int) -> tuple[float, float, float]:
    name = JOINT_NAMES[joint]
    if "collar" in name:
        return TRUNK
    return LEFT if name.startswith("left") else RIGHT if name.startswith("right") else TRUNK


def _to_joint(joint: int, points_m: Array, source_m: Array, sole_m: float) -> Array:
    """Points of the figure at rest, whose soles are at height ``sole_m``, in the frame of our ``joint`` at rest."""
    target_m = forward_kinematics(np.zeros(3), np.tile(rotations.IDENTITY, (JOINT_COUNT, 1))).astype(
        np.float64
    )
    anchor = joint
    matrix = np.eye(3)
    if joint in _LIMBS:
        matrix = _along(joint, _LIMBS[joint], source_m, target_m, stretch=True)
    elif joint in _WRISTS:
        matrix = _along(_WRISTS[joint], joint, source_m, target_m, stretch=False)
    elif joint in _ANKLES:
        matrix = _flat_foot(joint, float(source_m[joint, 1]) - sole_m)
    elif joint == _NECK:
        anchor = _HEAD
    elif joint in (_CHEST, _WAIST):
        matrix = _torso_scale(source_m, target_m)
    local = (points_m - source_m[anchor]) @ matrix.T
    return np.asarray(local + target_m[anchor] - target_m[joint])


def _along(joint: int, child: int, source_m: Array, target_m: Array, stretch: bool) -> Array:
    """Turns the bone of the figure into ours, and makes it as long."""
    a, b = source_m[child] - source_m[joint], target_m[child] - target_m[joint]
    along = rotations.normalize(a)
    factor = np.linalg.norm(b) / np.linalg.norm(a) - 1.0 if stretch else 0.0
    turn = rotations.to_matrix(rotations.shortest_arc(a, b))
    return np.asarray(turn @ (np.eye(3) + factor * np.outer(along, along)))


def _flat_foot(joint: int, ankle_m: float) -> Array:
    """Puts the sole, ``ankle_m`` below the ankle, on the floor when the foot is flat on it as in motion data."""
    toe_m = float(np.linalg.norm(REST_OFFSETS_M[_ANKLES[joint]]) * np.sin(_FLAT_TOE_RAD))
    angle = -_FLAT_FOOT_RAD[joint]
    toe_up = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    return np.asarray(toe_up @ np.diag([1.0, toe_m / ankle_m, 1.0]))


def _torso_scale(source_m: Array, target_m: Array) -> Array:
    """Widens the torso to our shoulders and stretches it to our neck."""

    def extent(joints: Array) -> tuple[float, float]:
        return float(joints[16, 0] - joints[17, 0]), float(joints[_NECK, 1] - joints[_WAIST, 1])

    (wide, high), (wide_to, high_to) = extent(source_m), extent(target_m)
    return np.diag([wide_to / wide, high_to / high, 1.0])
