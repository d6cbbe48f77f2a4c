"""A motion of the standard skeleton on another character's rig: its proportions, its rest pose, the same contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.retarget.limb_goals import place_feet, place_hands
from lamp.retarget.rig import Rig
from lamp.retarget.rig_motion import RigMotion
from lamp.retarget.rig_pose import PATHS, RigPose

if TYPE_CHECKING:  # lamp.motion finds its rotations with this package
    from lamp.motion import Motion
    from lamp.problem import Target

Array = NDArray[Any]


def retarget_motion(
    motion: Motion,
    rig: Rig,
    *,
    targets: Sequence[Target] = (),
    path: str | None = None,
    origin_m: tuple[float, float] | None = None,
) -> RigMotion:
    """``motion`` on ``rig``: directions of all bones kept, hips placed by leg length, feet put where they stood.

    path "scaled": steps are longer for long legs, and the way is scaled about ``origin_m`` (x, z; None: where the
    motion starts), so feet stand exactly as still as before. "scene": hips and feet keep their places on the ground of
    the scene, and legs bend for it. None: "scene" when there are targets, else "scaled". Hands and feet with a target
    are brought to it in its time, seconds from the first frame; what a limb cannot reach is in ``missed``.
    ``InputError`` when the motion is not finite or a target is for another joint than wrists and ankles.
    """
    if not (np.isfinite(motion.positions_m).all() and np.isfinite(motion.local_rotations_xyzw).all()):
        frame = int(np.flatnonzero(~np.isfinite(motion.positions_m).all((1, 2)))[:1].sum())
        raise InputError(
            "motion", f"holds values that are not finite, first in frame {frame}; leave these frames out"
        )
    path = path or ("scene" if targets else "scaled")
    if path not in PATHS:
        raise InputError("path", f"is {path!r}; use {' or '.join(PATHS)}")
    origin = motion.positions_m[0, 0, [0, 2]] if origin_m is None else np.asarray(origin_m, np.float64)
    pose = RigPose.of(motion, rig, path, origin)
    missed = place_feet(pose, motion) + place_hands(pose, motion, targets)
    local = pose.local_rotations()
    places = rig.pose(local, pose.hips_in_parent())[0]
    return RigMotion(
        rig, pose.hips_in_parent().astype(np.float32), _continuous(local).astype(np.float32),
        places.astype(np.float32), motion.contacts, motion.fps, tuple(sorted(missed, key=lambda m: -m.by_m)),
    )  # fmt: skip


def _continuous(local: Array) -> Array:
    """Rotations ``(T, N, 4)`` with the signs that make neighbouring frames alike, as curves of engines need them."""
    turned = np.sum(local[1:] * local[:-1], axis=-1) < 0.0
    sign = np.where(np.cumsum(turned, axis=0) % 2 == 1, -1.0, 1.0)
    return np.concatenate([local[:1], local[1:] * sign[..., None]])
