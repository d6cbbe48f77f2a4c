"""``python -m training evaluate``: tables that say how good a bundle is."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from lamp import __version__, metrics
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.prior import MotionPrior
from training import console
from training.clips import SPLITS
from training.dataset import PreparedSet, load_any

MIN_FRAMES = 40  # the protocol of HumanML3D
PROMPTS = (
    "a person walks forward", "a person runs", "a person walks in a circle", "a person jumps",
    "a person waves the right hand",
    "a person walks backwards", "a person kicks", "a person stands still",
)  # fmt: skip


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``evaluate``."""
    parser = subparsers.add_parser(
        "evaluate", help="measure a bundle: reconstruction, generation",
        epilog="example:\n  python -m training evaluate --tables reconstruction --bundle research "
        "--data prepared/research "
               "--split test --json out/reconstruction.json", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--tables", default="reconstruction", help=f"comma-separated: {', '.join(TABLES)}")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument(
        "--data", required=True, type=Path, help="a prepared set, or any source folder `prepare` reads"
    )
    parser.add_argument("--split", default="test", help=f"all, {', '.join(SPLITS)}")
    parser.add_argument("--engine", default="auto", help="auto, onnx or torch")
    parser.add_argument("--limit", type=int, default=0, help="at most this many clips (0: all)")
    parser.add_argument("--json", type=Path, help="write the tables here")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print the tables and write them as JSON."""
    names = [name.strip() for name in args.tables.split(",") if name.strip()]
    for name in names:
        if name not in TABLES:
            raise InputError("--tables", f"{name!r} is unknown; use {', '.join(TABLES)}")
    prior = MotionPrior.load(args.bundle, engine=args.engine)
    clips = load_clips(load_any(args.data), args.split, args.limit)
    result: dict[str, Any] = {
        "bundle": prior.name, "data": args.data.name, "split": args.split, "date": date.today().isoformat(),
        "versions": {"lamp": __version__, "python": platform.python_version(), "engine": prior.engine_name},
        "command": "python -m training " + " ".join(sys.argv[1:]),
    }  # fmt: skip
    for name in names:
        table = TABLES[name](prior, clips)
        result[name] = table
        for key, value in table.items():
            console.say(
                f"{name}: {key} {value:.4f}" if isinstance(value, float) else f"{name}: {key} {value}"
            )
    if len(names) == 1:
        result.update(result[names[0]])
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(result, indent=1), encoding="utf8")
    return 0


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


TABLES: dict[str, Callable[[MotionPrior, list[np.ndarray]], dict[str, float | int]]] = {
    "reconstruction": reconstruction,
    "generation": generation,
}
