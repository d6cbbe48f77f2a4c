"""The skinned figure that `lamp export` writes, posed by hand: one call per frame with a pose from the stream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from direct.actor.Actor import Actor
from panda3d.core import NodePath

from examples.panda3d_client import axes
from lamp.formats.glb import save_glb
from lamp.formats.skeletal import SkeletalAnimation
from lamp.formats.skin import skin_of
from lamp.motion import Motion
from lamp.skeleton import JOINT_NAMES, forward_kinematics
from runtime.client import Pose


def write_figure(path: Path) -> None:
    """The standard figure as a glTF file, as `lamp export --format glb` writes it; all of its clip is the T-pose."""
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (1, len(JOINT_NAMES), 1))
    rest = Motion.from_positions(forward_kinematics(np.zeros((1, 3)), turns))
    animation = SkeletalAnimation.of_motion(rest)
    save_glb(path, animation, skin_of(animation), title="rest")


class Character:
    """An actor in the scene graph whose 22 joints are under the game's control."""

    def __init__(self, parent: NodePath, file: Path) -> None:
        self.actor = Actor(str(file))
        self.actor.reparentTo(parent)
        self._joints = [self.actor.controlJoint(None, "modelRoot", name) for name in JOINT_NAMES]
        # exposed joints tell where the skinning really put each bone: the check that axes and order are right
        self._where = [self.actor.exposeJoint(None, "modelRoot", name) for name in JOINT_NAMES]

    def show(self, pose: Pose) -> None:
        """Take a pose of the stream: the pelvis' place in the world and every joint's rotation in its parent."""
        self._joints[0].setPos(axes.point(pose.positions_m[0]))
        for joint, turn in zip(self._joints, pose.local_rotations_xyzw, strict=True):
            joint.setQuat(axes.quaternion(turn))

    def error_m(self, pose: Pose, world: NodePath) -> float:
        """Largest distance between a bone as Panda has it and the joint of the pose."""
        self.actor.update(force=True)
        found = np.array([axes.model_point(bone.getPos(world)) for bone in self._where])
        return float(np.linalg.norm(found - pose.positions_m, axis=-1).max())
