"""A motion on any rig, as an animation to write."""

from __future__ import annotations

import numpy as np

from lamp.formats.skeletal import SkeletalAnimation, continuous
from lamp.motion import Motion
from lamp.retarget import Rig, RigMotion, retarget_motion


def on_rig(motion: Motion, rig: Rig) -> tuple[SkeletalAnimation, RigMotion]:
    """The motion retargeted, and what the retargeting says about it (hands and feet that are out of reach)."""
    played = retarget_motion(motion, rig)
    offsets = np.tile(np.asarray(rig.offsets_m, np.float64), (len(played), 1, 1))
    offsets[:, rig.hips] = played.hips_m
    animation = SkeletalAnimation(
        rig.bone_names,
        rig.parents,
        np.asarray(rig.offsets_m, np.float64),
        np.asarray(rig.rest_rotations_xyzw, np.float64),
        offsets,
        continuous(np.asarray(played.local_rotations_xyzw, np.float64)),
        played.fps,
        rig.joints,
    )
    return animation, played
