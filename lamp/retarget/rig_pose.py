"""The frames of a motion on a rig while they are being made: where every driven bone points, and where the hips are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.retarget.alignment import t_pose_from_rest
from lamp.retarget.rig import STANDING_TOE_RAD, Rig
from lamp.skeleton import BONE_LENGTHS_M, JOINT_COUNT, depth_levels

if TYPE_CHECKING:
    from lamp.motion import Motion

Array = NDArray[Any]
PATHS = ("scaled", "scene")
_SPINE = (3, 6, 9)
_LEGS = ((1, 4, 7, 10), (2, 5, 8, 11))
_STANDING_ANKLE_M = float(np.sin(STANDING_TOE_RAD) * BONE_LENGTHS_M[[10, 11]].mean())


@dataclass
class RigPose:
    """world ``(T, 22, 4)``: world rotation of the bone of each joint; hips_m ``(T, 3)``: the hips bone in the world."""

    rig: Rig
    path: str
    world: Array
    hips_m: Array
    scale: float  # legs of the rig against those of the standard skeleton
    toe_goals_m: (
        Array  # (T, 2, 3): where the toe joints belong, left and right; ankles where the rig has no toes
    )

    @classmethod
    def of(cls, motion: Motion, rig: Rig, path: str, origin: Array) -> RigPose:
        """Every bone as the motion has it, the hips at their height; origin ``(2,)``: x, z that scaling keeps."""
        turns = world_rotations(motion.local_rotations_xyzw)
        rest = rig.rest_world[1]
        aligned = t_pose_from_rest(rig)
        for joint, bone in driven(rig).items():
            aligned[joint] = rotations.multiply(aligned[joint], rest[bone])
        joints = np.asarray(motion.positions_m, np.float64)
        scale = leg_m(rig) / float(BONE_LENGTHS_M[[4, 5, 7, 8]].sum() / 2)
        pose = cls(rig, path, rotations.multiply(turns, aligned), joints[:, 0], scale, joints[:, [10, 11]])
        pose._place(joints, origin)
        return pose

    def _place(self, joints: Array, origin: Array) -> None:
        """Hips by the middle between the legs, toes by their place on the ground."""
        rest = self.rig.rest_world[0]
        bones = [self.rig.joints[j] for j in (0, 1, 2)]
        between = 0.5 * (rest[bones[1]] + rest[bones[2]]) - rest[bones[0]]
        hips_turn = rotations.multiply(self.world[:, 0], rotations.inverse(self.rig.rest_world[1][bones[0]]))
        toes = [10, 11] if min(self.rig.joints[10], self.rig.joints[11]) >= 0 else [7, 8]
        standing_m = standing_heights(self.rig)
        middle = 0.5 * (joints[:, 1] + joints[:, 2])
        goals = joints[:, toes].copy()
        lowest = joints[..., 1].min(-1) if self.path == "scene" else np.zeros(len(joints))
        at = lowest + standing_m[0] + self.scale * (middle[:, 1] - lowest - _STANDING_ANKLE_M)
        if self.path == "scaled":
            middle[:, [0, 2]] = origin + self.scale * (middle[:, [0, 2]] - origin)
            goals[..., [0, 2]] = origin + self.scale * (goals[..., [0, 2]] - origin)
            goals[..., 1] *= self.scale
        goals[..., 1] += standing_m[1] - (0.0 if toes[0] == 10 else self._height_scale() * _STANDING_ANKLE_M)
        middle[:, 1] = at
        self.hips_m = middle - rotations.rotate(hips_turn, np.broadcast_to(between, middle.shape))
        self.toe_goals_m = goals

    def _height_scale(self) -> float:
        return self.scale if self.path == "scaled" else 1.0

    def hips_in_parent(self) -> Array:
        """``(T, 3)``: the hips bone in the frame of its parent, which rests."""
        parent = self.rig.parents[self.rig.hips]
        if parent < 0:
            return self.hips_m
        places, turns = self.rig.rest_world
        return rotations.rotate(rotations.inverse(turns[parent]), self.hips_m - places[parent])

    def local_rotations(self) -> Array:
        """``(T, N, 4)`` in the parents' frames; bones that no joint drives rest."""
        frames = len(self.world)
        drives = {bone: joint for joint, bone in driven(self.rig).items()}
        local = np.tile(np.asarray(self.rig.rest_rotations_xyzw, np.float64), (frames, 1, 1))
        world = np.empty_like(local)
        for bone, parent in enumerate(self.rig.parents):
            above = (
                world[:, parent]
                if parent >= 0
                else np.tile(rotations.IDENTITY, (frames, 1)).astype(np.float64)
            )
            if bone in drives:
                world[:, bone] = self.world[:, drives[bone]]
                local[:, bone] = rotations.multiply(rotations.inverse(above), world[:, bone])
            else:
                world[:, bone] = rotations.multiply(above, local[:, bone])
        return rotations.normalize(local)

    def joints(self) -> Array:
        """Where the bones of the joints are ``(T, 22, 3)``, metres; a joint that the rig lacks is NaN."""
        places = self.rig.pose(self.local_rotations(), self.hips_in_parent())[0]
        out = np.full((len(places), JOINT_COUNT, 3), np.nan)
        for joint, bone in enumerate(self.rig.joints):
            if bone >= 0:
                out[:, joint] = places[:, bone]
        return out

    def turn(self, joint: int, before: Array, after: Array) -> None:
        """Swing the bone of ``joint`` so that its direction ``before (T, 3)`` becomes ``after``."""
        self.world[:, joint] = rotations.multiply(rotations.shortest_arc(before, after), self.world[:, joint])


def world_rotations(local_xyzw: Array) -> Array:
    """World rotations ``(T, 22, 4)`` of the standard skeleton from parent-relative ones."""
    world = np.array(local_xyzw, np.float64)
    for children, parents in depth_levels():
        world[..., children, :] = rotations.multiply(world[..., parents, :], world[..., children, :])
    return world


def driven(rig: Rig) -> dict[int, int]:
    """Joint -> bone. The highest bone of a shorter spine carries the shoulders, so it turns as the chest does."""
    bones = {joint: bone for joint, bone in enumerate(rig.joints) if bone >= 0}
    if rig.joints[9] < 0:
        highest = max(joint for joint in _SPINE if joint in bones)
        bones[9] = bones.pop(highest)
    return bones


def leg_m(rig: Rig) -> float:
    """Length of thigh and shin at rest, mean of both sides, metres."""
    places = rig.rest_world[0]
    total = 0.0
    for hip, knee, ankle, _ in _LEGS:
        a, b, c = (places[rig.joints[j]] for j in (hip, knee, ankle))
        total += float(np.linalg.norm(b - a) + np.linalg.norm(c - b)) / 2
    return total


def standing_heights(rig: Rig) -> tuple[float, float]:
    """Height of ankle and toe joints over the floor when the rig stands, metres; ankle twice where it has no toes.

    A character's soles are at the floor it rests on: y = 0 of its own file when its toes are within 15 cm above that,
    else the height of its toe joints.
    """
    if not rig.flat_feet:
        length = _STANDING_ANKLE_M * leg_m(rig) / float(BONE_LENGTHS_M[[4, 5, 7, 8]].sum() / 2)
        return (length, 0.0) if min(rig.joints[10], rig.joints[11]) >= 0 else (length, length)
    heights = rig.rest_world[0][:, 1]
    ankle = float(np.mean([heights[rig.joints[j]] for j in (7, 8)]))
    if min(rig.joints[10], rig.joints[11]) < 0:
        floor = 0.0 if 0.0 < ankle < 0.25 else ankle - _STANDING_ANKLE_M
        return ankle - floor, ankle - floor
    toe = float(np.mean([heights[rig.joints[j]] for j in (10, 11)]))
    floor = 0.0 if 0.0 <= toe < 0.15 else toe
    return ankle - floor, toe - floor
