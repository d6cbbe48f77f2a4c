"""Two quick tables without an evaluator: reconstruction and plain generation, as model cards state them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamp import metrics
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.prior import MotionPrior
from training import console
from training.dataset import PreparedSet
from training.evaluation.settings import MIN_FRAMES

PROMPTS = (
    "a person walks forward", "a person runs", "a person walks in a circle", "a person jumps",
    "a person waves the right hand",
    "a person walks backwards", "a person kicks", "a person stands still",
)  # fmt: skip


def load_clips(prepared: PreparedSet, split: str, limit: int) -> list[np.ndarray]:
    """World joints of the clips of a split that are long enough."""
    indices = [int(i) for i in prepared.split(split) if prepared.clips[int(i)].frames > MIN_FRAMES]
    if not indices:
        raise InputError("--split", f"{split!r} of this data has no clip of more than {MIN_FRAMES} frames")
    if limit and limit < len(indices):
        indices = [indices[i] for i in np.linspace(0, len(indices) - 1, limit).astype(int)]
    return [prepared.joints(i) for i in indices]


def reconstruction(prior: MotionPrior, clips: list[np.ndarray]) -> dict[str, float | int]:
    """How well the autoencoder gives unseen clips back. Errors in metres; jitter as a ratio to the real clip's."""
    world, root, ours, real = [], [], [], []
    for joints in console.progress(clips, len(clips), "reconstruction"):
        again = prior.reconstruct(Motion.from_positions(joints)).positions_m
        joints = joints[: len(again)]
        world.append(metrics.mpjpe_m(again, joints))
        root.append(metrics.mpjpe_root_m(again, joints))
        ours.append(metrics.jitter_mps3(again))
        real.append(metrics.jitter_mps3(joints))
    frames = [len(c) for c in clips]
    return {
        "mpjpe_world_m": float(np.average(world, weights=frames)),
        "mpjpe_root_m": float(np.average(root, weights=frames)),
        "mpjpe_world_median_m": float(np.median(world)),
        "jitter_ratio": float(np.average(ours, weights=frames) / np.average(real, weights=frames)),
        "clips": len(clips),
    }


def generation(prior: MotionPrior, clips: list[np.ndarray]) -> dict[str, float | int]:
    """Foot skate and jitter of 8 prompts x 16 samples beside the same measures of real clips."""
    skate, jitter = [], []
    for i, prompt in enumerate(PROMPTS):
        for motion in prior.generate([prompt] * 16, frames=120, seed=i):
            skate.append(metrics.foot_skate_ratio(motion.positions_m))
            jitter.append(metrics.jitter_mps3(motion.positions_m))
    return {
        "skate": float(np.mean(skate)),
        "skate_real": float(np.mean([metrics.foot_skate_ratio(c) for c in clips])),
        "jitter_mps3": float(np.mean(jitter)),
        "jitter_real_mps3": float(np.mean([metrics.jitter_mps3(c) for c in clips])),
        "samples": len(skate),
    }


QUICK_TABLES: dict[str, Callable[[MotionPrior, list[np.ndarray]], dict[str, float | int]]] = {
    "reconstruction": reconstruction,
    "generation": generation,
}
