"""What ``generate`` and ``edit`` share: options, loading and saving clips, pictures, where the work is done."""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle

if TYPE_CHECKING:
    from lamp.prior import MotionPrior


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options of every command that makes a clip."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz", help="where to write the clip")
    parser.add_argument("--gif", type=Path, metavar="FILE", help="also draw it (.gif, or .mp4)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another motion (default: 0)")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto", help="default: auto")
    parser.add_argument(
        "--server", metavar="HOST:PORT", help="let a running server do it instead of this process"
    )
    parser.add_argument("--token", help="access token of that server")
    parser.add_argument(
        "--tls-ca", type=Path, metavar="FILE.pem", help="certificate authority of that server"
    )


def load_prior(args: argparse.Namespace) -> MotionPrior:
    """The prior named by the options; its name and licence go to stderr."""
    from lamp.prior import MotionPrior

    prior = MotionPrior.load(args.bundle, engine=args.engine)
    sys.stderr.write(f"bundle {prior.name} ({prior.licence}), engine {prior.engine_name} on {prior.device}\n")
    return prior


def save(motion: Motion, path: Path) -> None:
    """Write a clip as ``.npz``: positions_m, local_rotations_xyzw, contacts, fps."""
    if path.suffix != ".npz":
        raise InputError("--out", f"{path} does not end in .npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        positions_m=motion.positions_m.astype(np.float32),
        local_rotations_xyzw=motion.local_rotations_xyzw.astype(np.float32),
        contacts=motion.contacts.astype(np.float32),
        fps=np.float32(motion.fps),
    )


def load(path: Path) -> Motion:
    """Read what :func:`save` wrote, or any ``.npz`` with positions_m ``(T, 22, 3)`` and perhaps fps."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if "positions_m" not in arrays:
                raise InputError(str(path), f"has no positions_m, only {', '.join(arrays) or 'nothing'}")
            fps = float(arrays["fps"]) if "fps" in arrays else 20.0
            contacts = arrays.get("contacts")
            return Motion.from_positions(arrays["positions_m"], fps, contacts)
    except (zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(path), f"is not an .npz file of a motion ({error})") from error


def finish(
    motion: Motion, args: argparse.Namespace, *, title: str, obstacles: Sequence[Obstacle] = (),
    targets: Sequence[Target] = (),
) -> None:  # fmt: skip
    """Save, draw, and say what was written."""
    save(motion, args.out)
    sys.stdout.write(f"{args.out}: {len(motion)} frames, {motion.duration_s:.2f} s at {motion.fps:g} fps\n")
    if args.gif is not None:
        from lamp.render import render_motion

        args.gif.parent.mkdir(parents=True, exist_ok=True)
        render_motion(args.gif, motion, obstacles=list(obstacles), targets=list(targets), title=title)
        sys.stdout.write(f"{args.gif}\n")


def check_outputs(args: argparse.Namespace) -> None:
    """Refuse bad file names before the work, not after it."""
    if args.out.suffix != ".npz":
        raise InputError("--out", f"{args.out} does not end in .npz")
    if args.gif is not None and args.gif.suffix not in (".gif", ".mp4"):
        raise InputError("--gif", f"{args.gif} ends neither in .gif nor in .mp4")


def frame_count(seconds: float) -> int:
    """Frames of a clip of ``seconds`` at the model's rate."""
    if not 0.4 <= seconds <= 60.0:
        raise InputError("--seconds", f"{seconds:g} is outside 0.4..60")
    return round(seconds * 20)
