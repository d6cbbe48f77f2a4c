"""``python -m training COMMAND``: loads only the module of the command that runs, so ``prepare`` needs no torch."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from lamp.errors import BundleError, InputError
from training import console
from training.errors import TrainingDiverged

COMMANDS: dict[str, tuple[str, str]] = {
    "prepare": ("training.prepare", "bring motion corpora into the prepared form all other commands read"),
    "autoencoder": ("training.autoencoder", "train the masked part-based motion autoencoder"),
    "diffusion": ("training.diffusion", "train the latent diffusion model on top of an autoencoder"),
    "all": ("training.all", "train both stages one after the other"),
    "mld": ("training.peers.train_mld", "train the peer MLD, one latent vector per clip"),
    "emdm": ("training.peers.train_emdm", "train the peer EMDM, few-step adversarial diffusion"),
    "mdm": ("training.mdm.train", "train the peer MDM, for comparisons"),
    "evaluator": ("training.evaluator.train", "train the text-motion embedding that evaluate measures in"),
    "evaluate": ("training.evaluate", "the paper's tables and more, for one or several priors"),
    "speed": (
        "training.speed.command",
        "milliseconds to the same objective error, for one or several priors",
    ),
    "bundle": ("training.bundle", "pack trained weights into a bundle the server loads"),
    "graphs": (
        "training.graphs",
        "export the graphs of a bundle again, after the code they trace has changed",
    ),
}
_EPILOG = """\
the usual order:
  python -m training prepare data prepared/research
  python -m training all --config training/configs/gpu.yaml --data prepared/research --out runs/research
  python -m training evaluate --help

python -m training COMMAND --help explains a command, with examples.
"""
BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """Parser with every command listed, and the real parser of ``command`` only."""
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Prepare motion data, train the prior, evaluate it, pack it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, summary) in COMMANDS.items():
        if name == command:
            importlib.import_module(module).add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors a person can mend become one line and an exit status, never a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = next((a for a in arguments if not a.startswith("-")), None)
    try:
        parser = build_parser(command if command in COMMANDS else None)
        args = parser.parse_args(arguments)
        return int(args.func(args) or 0)
    except KeyboardInterrupt:
        console.warn("interrupted; nothing unfinished will be taken for complete")
        return INTERRUPTED
    except InputError as error:
        console.warn(f"error: {error}")
        return BAD_INPUT
    except (BundleError, OSError, TrainingDiverged) as error:
        console.warn(f"error: {error}")
        return FAILED
    except ModuleNotFoundError as error:
        console.warn(f"error: {_missing_module(error, command)}")
        return FAILED


def _missing_module(error: ModuleNotFoundError, command: str | None) -> str:
    missing = (error.name or "").split(".")[0]
    if missing == "training":
        return f"the command {command!r} is not part of this installation ({error.name} is missing)"
    return f"the command {command!r} needs the package {missing!r}; install it with: pip install 'lamp-motion[train]'"


def _end(status: int) -> None:
    """End the process; under torchrun at once, without taking the interpreter down.

    A thread of gloo may still hold tensors of the last message, and releasing one while the interpreter goes down
    aborts the process: a finished run would be reported as failed.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    _end(main())
