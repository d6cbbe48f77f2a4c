"""Both stages one after the other."""

from __future__ import annotations

import argparse

from training import autoencoder, diffusion, distributed, stages


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``all``."""
    parser = subparsers.add_parser("all", help="train the autoencoder, then the diffusion model")
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Run both stages; with ``--resume`` a finished stage is passed through at once."""
    resume = args.resume
    for name, stage in (("autoencoder", autoencoder), ("diffusion", diffusion)):
        args.resume = resume and (args.out / name / "checkpoint").exists()
        status = stage.run(args)
        if status:
            return status
        if not stages.finished(args.out / name):
            stages.log.info("%s is not finished; go on with the same command and --resume", name)
            return 0
    return 0
