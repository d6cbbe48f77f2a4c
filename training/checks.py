"""Per-clip checks: one sentence that says why a clip is unusable, or ``None``. Never raises, never repairs."""

from __future__ import annotations

import numpy as np

from lamp.skeleton import leg_lengths_m
from training.clips import FPS, SPLITS, Array, RawClip

MAX_SPEED_MPS = 20.0  # faster than any joint of an athlete; a capture glitch beyond it
MIN_LEG_M, MAX_LEG_M = 0.45, 1.30  # hip to ankle: a small child .. a giant
MIN_BONE_RATIO, MAX_BONE_RATIO = 0.5, 2.0  # a thigh may differ this much from its median within one clip


def reason_to_skip(clip: RawClip, least_frames: int) -> str | None:
    """Why ``clip`` cannot be used, naming value and limit; ``None`` when it can."""
    return fault_of_all(clip, least_frames) or fault_of_frames(clip.joints)


def fault_of_all(clip: RawClip, least_frames: int) -> str | None:
    """What makes every part of the clip unusable: its split, shape, length or scale."""
    joints = clip.joints
    if clip.split not in SPLITS:
        return f"split {clip.split!r} is none of {', '.join(SPLITS)}"
    if joints.ndim != 3 or joints.shape[1:] != (22, 3):
        return f"wrong joint count: shape {joints.shape}, expected (T, 22, 3)"
    if len(joints) == 0:
        return "zero length"
    if len(joints) < least_frames:
        return f"too short: {len(joints)} frames ({len(joints) / FPS:.2f} s), at least {least_frames} needed"
    return _scale(joints)


def fault_of_frames(joints: Array) -> str | None:
    """What is wrong in some frames of ``(T, 22, 3)``: missing values, a collapsed body, a jump."""
    return _not_finite(joints) or _collapsed(joints) or _jump(joints)


def _not_finite(joints: Array) -> str | None:
    bad = ~np.isfinite(joints)
    if not bad.any():
        return None
    frame, joint, _ = np.argwhere(bad)[0]
    return f"NaN or infinite values: {int(bad.sum())}, first in frame {frame}, joint {joint}"


def _scale(joints: Array) -> str | None:
    lengths = leg_lengths_m(joints)
    leg_m = float(np.median(lengths[np.isfinite(lengths)])) if np.isfinite(lengths).any() else np.nan
    if not (leg_m < MIN_LEG_M or leg_m > MAX_LEG_M):  # legs that are never finite are reported as such
        return None
    return f"absurd scale: legs of {leg_m:.3g} m, expected {MIN_LEG_M}..{MAX_LEG_M} m (are the units metres?)"


def _collapsed(joints: Array) -> str | None:
    lengths = leg_lengths_m(joints)
    ratio = lengths / np.median(lengths)
    worst = int(np.argmax(np.abs(np.log(np.maximum(ratio, 1e-6))).max(axis=-1)))
    low, high = float(ratio[worst].min()), float(ratio[worst].max())
    if low >= MIN_BONE_RATIO and high <= MAX_BONE_RATIO:
        return None
    return f"body collapses or stretches: a leg is {low:.2g} to {high:.2g} times its usual length in frame {worst}"


def _jump(joints: Array) -> str | None:
    if len(joints) < 2:
        return None
    speed_mps = np.linalg.norm(np.diff(joints.astype(np.float64), axis=0), axis=-1) * FPS
    frame, joint = np.unravel_index(int(np.argmax(speed_mps)), speed_mps.shape)
    worst_mps = float(speed_mps[frame, joint])
    if worst_mps <= MAX_SPEED_MPS:
        return None
    return f"jump: joint {joint} moves at {worst_mps:.1f} m/s in frame {frame}, limit {MAX_SPEED_MPS:g} m/s"
