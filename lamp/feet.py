"""Feet on the ground: planted feet stay where they are and stand on the surface below them, whatever its height.

The prior moves the body over a smooth ramp and lets feet slide a little. Here each leg is bent so that its foot keeps
its place while it is planted (a foot that lifts off loses its correction on the way) and so that it stands on the
surface, not in it. The filter only looks back, so motion continues across a splice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.easing import smooth_step
from lamp.scene.foothold import footholds
from lamp.scene.ground_map import RAMP, Ground
from lamp.skeleton import BONE_LENGTHS_M, body_axes, joint_index
from lamp.timeline import FPS

Array = NDArray[Any]
HIPS, KNEES, ANKLES, TOES = (
    [joint_index(f"{side}_{part}") for side in ("left", "right")] for part in ("hip", "knee", "ankle", "foot")
)
THIGH_M, SHIN_M, FOOT_M = (BONE_LENGTHS_M[joints] for joints in (KNEES, ANKLES, TOES))
MOST_SHIFT_M = 0.30  # a planted foot is held back at most so far from where the prior has it
_RELEASE = 0.3  # share of the way to its next correction that a foot in the air goes per frame
_MOST_AHEAD_M = 0.22  # a foot lands at most so far ahead of where the prior has it
_AIR_STEP_M = 0.03  # a correction changes by at most this per frame in the air
_STRETCH = 0.99  # of the length of the leg
_DROP_RATE_M = 0.006  # the pelvis goes down by at most this per frame to let a foot reach its place
_MOST_DROP_M = 0.10
_CLEAR_M = 0.07  # toes of a swinging foot are at least so high
_SOLE_M = 0.0  # the toe joint is never lower above the surface than this
_ANKLE_M = 0.05
_LOOK_FRAMES = 3  # a foot in the air rises to the next step so many frames before it is above it


@dataclass(frozen=True)
class Footing:
    """What was done to the motion of the prior at one frame, so that the next one goes on from there."""

    shift: Array  # (2, 2): how far each foot was moved, x and z, metres
    drop: float = 0.0  # how far the pelvis was lowered, metres

    @classmethod
    def none(cls) -> Footing:
        """Nothing was done."""
        return cls(np.zeros((2, 2)))


def plant(base: Array, contacts: Array, ground: Ground, before: Footing, last: Array | None) -> Array:
    """Joints ``(T, 22, 3)`` of the prior over its ramp -> joints with planted feet.

    contacts ``(T, 4)``: left ankle, left toe, right ankle, right toe. before: the state at the frame before the first,
    whose joints as the prior had them are ``last (22, 3)``; None: there is none.
    """
    joints = np.array(base, np.float64)
    planted = _planted(joints, contacts, ground)
    shift = _held(joints, planted, contacts, before.shift, last)
    ankles, toes = joints[:, ANKLES].copy(), joints[:, TOES].copy()
    ankles[..., [0, 2]] += shift
    toes[..., [0, 2]] += shift
    rise = _rise(ankles, toes, planted, joints[:, 0], ground) + _clearance(joints, planted, ground, last)
    ankles[..., 1] += rise
    toes[..., 1] += rise
    drop = _drop(joints[:, HIPS], ankles, before.drop)
    joints[..., 1] -= drop[:, None]
    _set_legs(joints, ankles, toes, ground)
    return joints.astype(np.float32)


def footing(base: Array, shown: Array) -> Footing:
    """The state at a frame, from its joints ``(22, 3)`` as the prior had them and as they are shown."""
    shift = shown[ANKLES][:, [0, 2]] - base[ANKLES][:, [0, 2]]
    return Footing(np.asarray(shift, np.float64), float(base[0, 1] - shown[0, 1]))


def _planted(joints: Array, contacts: Array, ground: Ground) -> Array:
    """How surely each foot stands, ``(T, 2)``: its contact, if it is low enough over the ramp."""
    level = ground.at(joints[:, 0], RAMP)[:, None]
    heel = contacts[:, [0, 2]] * _step_down(joints[:, ANKLES, 1] - level, 0.14)
    toe = contacts[:, [1, 3]] * _step_down(joints[:, TOES, 1] - level, 0.09)
    return smooth_step((np.maximum(heel, toe) - 0.25) / 0.5)


def _step_down(height: Array, limit_m: float) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(np.clip((height - limit_m) * 80.0, -50, 50))))


def _held(joints: Array, planted: Array, contacts: Array, before: Array, last: Array | None) -> Array:
    """Shift of each foot ``(T, 2, 2)`` that takes away its sliding while it is planted.

    The part that is planted holds: the toes when they are down, else the ankle, so that a foot can roll. In the air a
    foot heads for half of what it will slide when it has landed: it lands so far ahead and lifts off so far behind.
    """
    on_toes = contacts[:, [1, 3]] >= 0.5 * contacts[:, [0, 2]]
    parts = np.where(on_toes[..., None], joints[:, TOES][..., [0, 2]], joints[:, ANKLES][..., [0, 2]])
    slid = np.zeros_like(parts)
    slid[1:] = parts[1:] - parts[:-1]
    switched = on_toes[1:] != on_toes[:-1]
    ankle_moves = np.diff(joints[:, ANKLES][..., [0, 2]], axis=0)
    slid[1:][switched] = ankle_moves[switched]
    if last is not None:
        old = np.where(on_toes[0][:, None], last[TOES][:, [0, 2]], last[ANKLES][:, [0, 2]])
        slid[0] = parts[0] - old
    ahead = _ahead(slid, planted)
    shift, out = before.copy(), np.zeros((len(joints), 2, 2))
    for t in range(len(joints)):
        hold = planted[t][:, None]
        way = (1.0 - hold) * _RELEASE * (ahead[t] - shift)
        pace = np.linalg.norm(way, axis=-1, keepdims=True)
        shift = shift - hold * slid[t] + way * np.minimum(1.0, _AIR_STEP_M / np.maximum(pace, 1e-9))
        size = np.linalg.norm(shift, axis=-1, keepdims=True)
        shift = shift * np.minimum(1.0, MOST_SHIFT_M / np.maximum(size, 1e-9))
        out[t] = shift
    return out


def _ahead(slid: Array, planted: Array) -> Array:
    """Half of what each foot will slide in its next stance ``(T, 2, 2)``, at most ``_MOST_AHEAD_M``."""
    total, out = np.zeros((2, 2)), np.zeros_like(slid)
    for t in range(len(slid) - 1, -1, -1):
        stands = (planted[t] >= 0.5)[:, None]
        lands = stands & (planted[min(t + 1, len(slid) - 1)] < 0.5)[:, None]
        total = np.where(lands, 0.0, total) + np.where(stands, planted[t][:, None] * slid[t], 0.0)
        out[t] = 0.5 * total
    size = np.linalg.norm(out, axis=-1, keepdims=True)
    return np.asarray(out * np.minimum(1.0, _MOST_AHEAD_M / np.maximum(size, 1e-9)))


def _rise(ankles: Array, toes: Array, planted: Array, root: Array, ground: Ground) -> Array:
    """How much higher each foot has to be than over the ramp, ``(T, 2)``: exact while planted, early in the air."""
    level = ground.at(root, RAMP)[:, None]
    if ground.maps is None:
        return np.zeros(planted.shape)
    surface = np.maximum(footholds(ground, ankles), footholds(ground, toes))
    ahead = np.stack([np.roll(surface, -k, axis=0) for k in range(_LOOK_FRAMES + 1)])
    for k in range(1, _LOOK_FRAMES + 1):
        ahead[k, -k:] = surface[-1]
    highest = ahead.max(0)
    padded = np.pad(highest, ((2, 2), (0, 0)), mode="edge")
    gentle = sum(padded[k : k + len(highest)] for k in range(5)) / 5
    in_air = np.maximum(gentle, surface)
    return np.asarray(planted * surface + (1.0 - planted) * in_air - level)


def _clearance(joints: Array, planted: Array, ground: Ground, last: Array | None) -> Array:
    """How far to lift feet in the air that would graze the ground, ``(T, 2)``; the faster they swing the surer."""
    known = joints if last is None else np.concatenate([last[None], joints])
    stands = planted if last is None else np.concatenate([planted[:1], planted])
    toes = known[:, TOES]
    speed = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0, prepend=toes[:1, :, [0, 2]]), axis=-1) * FPS
    if len(speed) > 1:
        speed[0] = speed[1]
    height = toes[..., 1] - ground.at(known[:, 0], RAMP)[:, None]
    missing = np.maximum(_CLEAR_M - height, 0.0)
    lift = (1.0 - stands) * smooth_step((speed - 0.3) / 0.7) * missing
    padded = np.pad(lift, ((1, 1), (0, 0)), mode="edge")
    gentle = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return np.asarray(gentle[len(known) - len(joints) :])


def _drop(hips: Array, ankles: Array, before: float) -> Array:
    """How far to lower the pelvis, ``(T,)``, so that planted and other feet are within reach; it changes slowly."""
    reach = _STRETCH * (THIGH_M + SHIN_M)
    across = np.linalg.norm((hips - ankles)[..., [0, 2]], axis=-1)
    height = hips[..., 1] - ankles[..., 1]
    needed = height - np.sqrt(np.maximum(reach**2 - across**2, 0.0))
    needed = np.clip(needed.max(axis=1), 0.0, _MOST_DROP_M)
    for t in range(len(needed) - 2, -1, -1):  # begin early enough
        needed[t] = max(needed[t], needed[t + 1] - _DROP_RATE_M)
    out, drop = np.zeros(len(needed)), before
    for t, wanted in enumerate(needed):
        drop = min(max(wanted, drop - _DROP_RATE_M), drop + _DROP_RATE_M)
        out[t] = drop
    return out


def _set_legs(joints: Array, ankles: Array, toes: Array, ground: Ground) -> None:
    """Bend the legs so that ankles and toes are at their places, in place; knees keep the side they bend to."""
    foot = toes - ankles
    ankles[..., 1] = np.maximum(ankles[..., 1], footholds(ground, ankles) + _ANKLE_M)
    hips, knees = joints[:, HIPS], joints[:, KNEES]
    way = ankles - hips
    length = np.linalg.norm(way, axis=-1, keepdims=True)
    n = way / np.maximum(length, 1e-6)
    least = np.abs(THIGH_M - SHIN_M)[:, None] + 0.05
    reach = np.clip(length, least, (_STRETCH * (THIGH_M + SHIN_M))[:, None])
    ankle = hips + n * reach
    forward = np.broadcast_to(body_axes(joints)[:, 0, 2][:, None], n.shape)
    bend = knees - hips
    # a leg that is nearly straight says little about its knee: the body's forward direction steadies it
    pole = bend - (bend * n).sum(-1, keepdims=True) * n + 0.02 * forward
    pole = pole - (pole * n).sum(-1, keepdims=True) * n
    pole /= np.maximum(np.linalg.norm(pole, axis=-1, keepdims=True), 1e-6)
    along = (THIGH_M[:, None] ** 2 - SHIN_M[:, None] ** 2 + reach**2) / (2 * reach)
    out = np.sqrt(np.maximum(THIGH_M[:, None] ** 2 - along**2, 0.0))
    joints[:, KNEES] = hips + n * along + pole * out
    joints[:, ANKLES] = ankle
    joints[:, TOES] = ankle + _above(foot, ankle, ground)


def _above(foot: Array, ankle: Array, ground: Ground) -> Array:
    """Vectors from ankles to toes ``(T, 2, 3)``, tilted up where the toes would be below the surface."""
    toe = ankle + foot
    lowest = footholds(ground, toe) + _SOLE_M - ankle[..., 1]
    height = np.clip(np.maximum(foot[..., 1], lowest), -FOOT_M * 0.98, FOOT_M * 0.98)
    across = np.linalg.norm(foot[..., [0, 2]], axis=-1)
    wanted = np.sqrt(FOOT_M**2 - height**2)
    tilted = foot * (wanted / np.maximum(across, 1e-6))[..., None]
    tilted[..., 1] = height
    return np.asarray(tilted)
