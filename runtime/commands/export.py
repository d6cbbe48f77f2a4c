"""``lamp export``: a motion as a file that other programs open."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lamp.errors import InputError
from lamp.formats.skeletal import SkeletalAnimation
from lamp.motion import Motion
from runtime.commands import motions

SUFFIXES = {"bvh": ".bvh", "glb": ".glb", "fbx-ready-glb": ".glb", "npz": ".npz"}
STANDARD = "standard"
_LEAST_FPS = 30.0  # of files that programs interpolate by themselves
_MAX_FPS = 240.0
EXAMPLES = f"""\
formats:
  bvh             skeleton and motion; metres, or --unit cm
  glb             glTF with a skinned body
  fbx-ready-glb   the same, made for converters and engine importers: a root bone, keys on every bone
  npz             the layout of AMASS (SMPL+H poses, Z up)

MOTION is {motions.KINDS}.

examples:
  lamp export walk.npz --format glb --out walk.glb
  lamp export walk.npz --format bvh --unit cm --fps 60 --out walk.bvh
  lamp export session.lamprec --format fbx-ready-glb --rig unreal5 --root-motion --out session.glb
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp export``."""
    parser.add_argument("motion", type=Path, metavar="MOTION", help=motions.KINDS)
    parser.add_argument("--format", choices=tuple(SUFFIXES), required=True, help="see below")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write")
    parser.add_argument(
        "--rig", metavar="NAME|FILE.yaml",
        help="skeleton and bone names: standard, a built-in map such as unity, unreal5, mixamo, vrm1 or smpl, or your "
        "own (default: standard)",
    )  # fmt: skip
    parser.add_argument(
        "--fps", type=float, help="frames per second (default: the motion's, at least 30; npz: the motion's)"
    )
    parser.add_argument("--unit", choices=("m", "cm"), help="unit of lengths in BVH (default: m)")
    parser.add_argument("--no-body", action="store_true", help="glTF: the skeleton alone")
    parser.add_argument(
        "--root-motion", action="store_true", help="glTF: a root bone travels over the floor with the body"
    )


def run(args: argparse.Namespace) -> int:
    """Read, resample, retarget, write."""
    _check(args)
    motion = motions.load_any(args.motion)
    own = motion.fps if args.format == "npz" else max(motion.fps, _LEAST_FPS)
    motion = motion.resample(own if args.fps is None else args.fps)
    if args.format == "npz":
        from lamp.formats.amass import save_amass

        save_amass(args.out, motion)
    else:
        _write(args, _animation(motion, args.rig))
    sys.stdout.write(f"{args.out}: {len(motion)} frames, {motion.duration_s:.2f} s at {motion.fps:g} fps\n")
    return 0


def _check(args: argparse.Namespace) -> None:
    """Refuse what cannot be done before the work, not after it."""
    suffix = SUFFIXES[args.format]
    if args.out.suffix.lower() != suffix:
        raise InputError("--out", f"{args.out} does not end in {suffix}, as --format {args.format} needs")
    if args.out.exists() and args.motion.exists() and args.out.samefile(args.motion):
        raise InputError("--out", f"{args.out} is the motion itself; write to another file")
    if args.fps is not None and not 1.0 <= args.fps <= _MAX_FPS:
        raise InputError("--fps", f"{args.fps:g} is outside 1..{_MAX_FPS:g}")
    if args.rig is not None and args.format == "npz":
        raise InputError("--rig", "npz always has the bones of SMPL; leave it out")
    if args.unit is not None and args.format != "bvh":
        raise InputError("--unit", f"only BVH has a choice; {args.format} is in metres")
    for option in ("no_body", "root_motion"):
        if getattr(args, option) and "glb" not in args.format:
            raise InputError(f"--{option.replace('_', '-')}", f"is for glTF; {args.format} has no such thing")


def _animation(motion: Motion, rig: str | None) -> SkeletalAnimation:
    if rig in (None, STANDARD):
        return SkeletalAnimation.of_motion(motion)
    from lamp.formats.rigged import on_rig
    from lamp.retarget import load_rig

    animation, played = on_rig(motion, load_rig(rig))
    for missed in played.missed[:3]:
        sys.stderr.write(f"lamp: {missed}\n")
    return animation


def _write(args: argparse.Namespace, animation: SkeletalAnimation) -> None:
    if args.format == "bvh":
        from lamp.formats.bvh_writer import save_bvh

        return save_bvh(args.out, animation, args.unit or "m")
    from lamp.formats.glb import save_glb
    from lamp.formats.skin import skin_of

    ready = args.format == "fbx-ready-glb"
    if args.root_motion:
        animation = animation.with_root_motion()
    elif ready:
        animation = animation.with_root()
    skin = None if args.no_body else skin_of(animation)
    return save_glb(args.out, animation, skin, title=args.motion.stem, key_every_bone=ready)
