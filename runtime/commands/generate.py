"""``lamp generate``: motion from a sentence."""

from __future__ import annotations

import argparse

from lamp.motion import Motion
from runtime.commands import clips

EXAMPLES = """\
examples:
  lamp generate "a person walks forward" --out walk.npz
  lamp generate "someone jumps twice" --seconds 4 --seed 7 --out jump.npz --gif jump.gif
  lamp generate "a person waves" --server 127.0.0.1:50061 --out wave.npz
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp generate``."""
    parser.add_argument("prompt", help="what the person does, in English")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of the clip (default: 6)")
    parser.add_argument(
        "--guidance", type=float, help="how closely to follow the prompt (default: the bundle's)"
    )
    clips.add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Make the clip and write it."""
    clips.check_outputs(args)
    frames = clips.frame_count(args.seconds)
    clips.finish(_remote(args) if args.server else _local(args, frames), args, title=args.prompt)
    return 0


def _local(args: argparse.Namespace, frames: int) -> Motion:
    prior = clips.load_prior(args)
    return prior.generate([args.prompt], frames=frames, seed=args.seed, guidance=args.guidance)[0]


def _remote(args: argparse.Namespace) -> Motion:
    from runtime.commands.remote import generate

    return generate(args)
