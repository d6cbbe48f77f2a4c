"""From the best of a search to the clip that is shown: steps between tokens spread, feet planted, the head turned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import feet, gaze
from lamp.deblock import deblock
from lamp.motion import Motion
from lamp.scene.ground_map import Ground
from lamp.scene.penetration import penetration_m
from lamp.tasks import HOLDS_M, Task
from lamp.timeline import FPS

Array = NDArray[Any]
_TOUCH_M = 0.01  # penetration that counts
_SAME_M = 0.002  # a result as near to the motion it was made from is that motion


def finished(task: Task, joints: Array, contacts: Array) -> Motion:
    """The clip of a task from joints ``(T, 22, 3)`` and contacts ``(T, 4)`` as the prior has them.

    An edit that changes nothing is the given motion itself; of one that does, only the change is smoothed. Feet are
    planted unless the motion was only to be stayed near, and on a flat floor only if no demand is met less well by it.
    """
    motion = _shown(task, joints, np.clip(contacts, 0.0, 1.0))
    if task.look_at is None:
        return motion
    angles = gaze.follow(motion.positions_m, np.arange(len(motion)) / FPS, FPS, task.look_at, np.zeros(2))
    return gaze.turn_head(motion, angles)


def _shown(task: Task, joints: Array, contacts: Array) -> Motion:
    given = None if task.reference is None or not task.trusted().any() else task.reference.positions_m
    if given is not None and task.edits and np.abs(joints - given).max() < _SAME_M:
        assert task.reference is not None
        return task.reference
    motion = Motion.from_positions(deblock(joints, 0, given), FPS, contacts)
    ground = task.ground()
    if ground.maps is None and task.keep is not None:
        return motion
    standing = _planted(motion, ground)
    if ground.maps is None and _less_met(task, standing, motion):
        return motion
    return standing


def _planted(motion: Motion, ground: Ground) -> Motion:
    joints = feet.plant(motion.positions_m, motion.contacts, ground, feet.Footing.none(), None)
    return Motion.from_positions(joints, FPS, motion.contacts)


def _less_met(task: Task, standing: Motion, motion: Motion) -> bool:
    """Whether planting makes a target or an obstacle a problem that it was not."""
    pairs = zip(_missed(task, standing), _missed(task, motion), (HOLDS_M, _TOUCH_M), strict=True)
    return any(after > max(before, limit) for after, before, limit in pairs)


def _missed(task: Task, motion: Motion) -> tuple[float, float]:
    """Largest distance to a target and deepest penetration, metres."""
    depth = penetration_m(motion.positions_m, task.obstacles, np.arange(len(motion)) / FPS)
    return max(task.target_errors_m(motion), default=0.0), float(depth.max(initial=0.0))
