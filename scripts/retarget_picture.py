"""The picture of docs/retargeting.md: one motion on a short and on a tall character, bones copied and retargeted.

python scripts/retarget_picture.py [--out docs/images/retargeting.jpg]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.motion import Motion
from lamp.prior import MotionPrior
from lamp.problem import Target
from lamp.render.camera import Camera
from lamp.render.frame import render_frame
from lamp.render.text import label
from lamp.retarget import Rig, bone_map, retarget_motion
from lamp.retarget.rig_pose import world_rotations
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M

Array = NDArray[Any]
SIZE = (300, 400)
REACH_S = 3.0
CHARACTERS = (("short", 0.72, 0.80), ("tall", 1.25, 1.15))


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate, retarget, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("docs/images/retargeting.jpg"))
    args = parser.parse_args(arguments)
    motion = reaching()
    frame = round(REACH_S * motion.fps)
    place = motion.positions_m[frame, 21].astype(float)
    target = Target(21, (float(place[0]), float(place[1]), float(place[2])), arrive_s=REACH_S, hold_s=0.3)
    camera = Camera.around(motion.positions_m[frame, 0] * [1, 0, 1] + [0.0, 0.95, 0.0], -1.25, distance_m=4.6)
    panels = [panel(motion.positions_m[frame], camera, target, "as planned")]
    for name, legs, arms in CHARACTERS:
        rig, lengths = character(legs, arms)
        copied = same_rotations(motion[frame : frame + 1], lengths)[0]
        panels.append(panel(copied, camera, target, f"{name}: rotations copied"))
        played = retarget_motion(motion, rig, targets=[target])
        joints = played.positions_m[frame][list(rig.joints)]
        said = next(
            (f"misses by {100 * m.by_m:.0f} cm" for m in played.missed if "wrist" in m.joint), "reaches"
        )
        panels.append(panel(joints, camera, target, f"{name}: retargeted, {said}"))
    from PIL import Image

    args.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(panels, axis=1)).save(args.out, quality=88)
    return 0


def reaching() -> Motion:
    """A person who steps forward and holds out the right hand."""
    prior = MotionPrior.load()
    start = prior.generate(["a person walks forward"], frames=80, seed=3)[0]
    ahead = start.positions_m[60, 0] + [-0.15, 0.32, 0.37]
    wanted = Target(21, (float(ahead[0]), float(ahead[1]), float(ahead[2])), arrive_s=REACH_S, hold_s=0.5)
    return prior.edit(start, [wanted], prompt="a person reaches forward with the right hand").motion


def character(legs: float, arms: float) -> tuple[Rig, Array]:
    """A Mixamo character with limbs so much longer than the standard skeleton's; and all lengths as factors."""
    factor = np.full(JOINT_COUNT, 0.5 + 0.5 * legs)
    factor[[4, 5, 7, 8]], factor[[18, 19, 20, 21]] = legs, arms
    names = bone_map("mixamo")
    bones = [names.written(names.bones[joint]) for joint in JOINT_NAMES]
    return Rig.from_bones(
        "picture", names, bones, PARENTS, REST_OFFSETS_M * factor[:, None], flat_feet=False
    ), factor


def same_rotations(motion: Motion, factor: Array) -> Array:
    """What happens without retargeting: the same root and rotations on other bones, ``(T, 22, 3)``."""
    world = world_rotations(motion.local_rotations_xyzw)
    joints = motion.positions_m.astype(np.float64)
    for j in range(1, JOINT_COUNT):
        bone = np.broadcast_to(REST_OFFSETS_M[j] * factor[j], joints[:, j].shape)
        joints[:, j] = joints[:, PARENTS[j]] + rotations.rotate(world[:, PARENTS[j]], bone)
    return joints


def panel(joints: Array, camera: Camera, target: Target, title: str) -> Any:
    """One picture with a floor and the target."""
    floor = Obstacle("plane", position_m=(0.0, 0.0, 0.0))
    return label(render_frame(joints, [floor], [target], camera, SIZE), caption=title)


if __name__ == "__main__":
    sys.exit(main())
