"""``lamp edit``: a motion changed so that it meets targets and avoids obstacles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lamp.errors import InputError
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_NAMES, joint_index
from runtime.commands import clips

if TYPE_CHECKING:
    from lamp.prior import Result
    from runtime.client import ClipResult

EXAMPLES = f"""\
Positions are metres in the axes of the clip: Y up, the rest pose faces +Z, +X is the character's left.

examples:
  lamp edit walk.npz --target left_wrist 0.4 1.2 2.0 3.0 --out reach.npz
  lamp edit walk.npz --obstacle sphere 0 0.9 2.0 0.4 --out around.npz --gif around.gif
  lamp edit walk.npz --obstacle box 0 0.5 3 0.5 0.5 0.2 --obstacle cylinder 1 1 2 0.3 1 --out slalom.npz

joints: {", ".join(JOINT_NAMES)}
"""
SIZES: dict[str, str] = {
    "sphere": "R",
    "capsule": "R HALF",
    "cylinder": "R HALF",
    "box": "HX HY HZ",
    "plane": "",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp edit``."""
    parser.add_argument("motion", metavar="IN.npz", help="the clip to change, such as `lamp generate` writes")
    parser.add_argument(
        "--target", nargs=5, action="append", default=[], metavar=("JOINT", "X", "Y", "Z", "T"),
        help="the joint should be there at clip time T seconds; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--obstacle", nargs="+", action="append", default=[], metavar="SHAPE X Y Z SIZE",
        help=f"to stay out of: {', '.join(f'{s} X Y Z {n}'.strip() for s, n in SIZES.items())}; may be repeated",
    )  # fmt: skip
    parser.add_argument("--prompt", default="", help="what the person does meanwhile")
    parser.add_argument("--steps", type=int, default=150, help="optimisation steps (default: 150)")
    parser.add_argument(
        "--starts", type=int, default=1, help="independent tries, the best is kept (default: 1)"
    )
    clips.add_common(parser)


def parse_target(words: list[str]) -> Target:
    """``JOINT X Y Z T``."""
    x, y, z, arrive_s = _numbers("--target", words[1:])
    return Target(joint_index(words[0]), (x, y, z), arrive_s=arrive_s)


def parse_obstacle(words: list[str]) -> Obstacle:
    """``SHAPE X Y Z`` and the numbers of the shape (``SIZES``)."""
    shape, numbers = words[0], _numbers("--obstacle", words[1:])
    if shape not in SIZES:
        raise InputError("--obstacle", f"{shape!r} is unknown; use one of {', '.join(SIZES)}")
    needed = SIZES[shape].split()
    if len(numbers) != 3 + len(needed):
        raise InputError(
            "--obstacle", f"a {shape} needs {' '.join(['X Y Z', *needed])}; {len(numbers)} numbers given"
        )
    size = (numbers[3:] + [1.0, 1.0, 1.0])[:3]
    return Obstacle(shape, (numbers[0], numbers[1], numbers[2]), (size[0], size[1], size[2]))


def _numbers(option: str, words: list[str]) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise InputError(option, f"{error}; see lamp edit --help") from error


def run(args: argparse.Namespace) -> int:
    """Optimise and write; status 1 when the result does not meet everything asked for."""
    clips.check_outputs(args)
    targets = tuple(parse_target(words) for words in args.target)
    obstacles = tuple(parse_obstacle(words) for words in args.obstacle)
    if not targets and not obstacles:
        raise InputError("lamp edit", "nothing to do; give --target or --obstacle, see lamp edit --help")
    motion = clips.load(Path(args.motion))
    result: Result | ClipResult
    if args.server:
        from runtime.commands import remote

        result = remote.edit(args, motion, targets, obstacles)
    else:
        from lamp.tasks import Task

        prior = clips.load_prior(args)
        task = Task(args.prompt, reference=motion, targets=targets, obstacles=obstacles)
        (result,) = prior.optimize([task], steps=args.steps, starts=args.starts, seed=args.seed)
    clips.finish(result.motion, args, title=args.prompt, obstacles=obstacles, targets=targets)
    for name in ("target_error_m", "penetration_m", "foot_slide_mps"):
        if name in result.terms:
            sys.stdout.write(f"  {name} {result.terms[name]:.3f}\n")
    if not result.feasible:
        sys.stderr.write(f"lamp: not everything is met: {result.reason}; try more --steps or --starts\n")
    return 0 if result.feasible else 1
