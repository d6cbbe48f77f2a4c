"""The ``lamp`` command. Subcommands are imported only when they run, so that ``--help`` is instant."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from lamp import __version__
from lamp.errors import BundleError, InputError

EXAMPLES = """\
examples:
  lamp doctor                                             is everything here that is needed?
  lamp demo                                               drive a character over the wire and film it
  lamp serve                                              serve game engines on 127.0.0.1:50061
  lamp view                                               see and drive a character in the browser
  lamp generate "a person walks forward" --out walk.npz --gif walk.gif
  lamp edit walk.npz --target left_wrist 0.4 1.2 2.0 3.0 --out reach.npz
  lamp export walk.npz --format glb --out walk.glb
  lamp COMMAND --help                                     all options of a command, with examples
"""


@dataclass(frozen=True)
class Command:
    """A subcommand: the module that runs it, and one line about it."""

    module: str
    help: str


COMMANDS: dict[str, Command] = {
    "serve": Command("runtime.commands.serve", "serve game engines over gRPC"),
    "demo": Command(
        "runtime.demo", "drive a character over the wire: prompt, obstacle, hand target; writes a film"
    ),
    "generate": Command("runtime.commands.generate", "motion from a sentence"),
    "edit": Command("runtime.commands.edit", "change a motion so that it meets targets and avoids obstacles"),
    "export-onnx": Command(
        "runtime.commands.export_onnx", "a bundle as ONNX files for game engines, checked for each"
    ),
    "export": Command("runtime.commands.export", "write a motion as BVH, glTF or AMASS for other programs"),
    "view": Command("runtime.commands.view", "see and drive characters in the browser"),
    "record": Command("runtime.commands.record", "play a scripted scene and keep the recording"),
    "replay": Command("runtime.commands.replay", "plan recorded sessions again and compare bit for bit"),
    "health": Command("runtime.commands.health", "ask a server whether it serves"),
    "doctor": Command(
        "runtime.commands.doctor", "check this machine and say what to do about what is missing"
    ),
    "bench": Command("runtime.bench", "measure how long things take on this machine"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Exit status: 0 done, 1 failed (one line on stderr says why), 2 wrong usage, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser(next((a for a in arguments if a in COMMANDS), None))
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 2
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.INFO if args.command == "serve" else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        status: int = importlib.import_module(COMMANDS[args.command].module).run(args)
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `lamp ... | head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (InputError, BundleError, OSError, RuntimeError, ImportError) as error:
        if args.verbose:
            logging.getLogger(__name__).exception("lamp %s failed", args.command)
        return fail(str(error))


def fail(message: str) -> int:
    """Say on one line why a command failed."""
    sys.stderr.write(f"lamp: {' '.join(message.split())}\n")
    return 1


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser; only the chosen command's module is imported for its options."""
    parser = argparse.ArgumentParser(
        prog="lamp",
        description="LaMP: a learned human-motion prior that drives game characters live, over gRPC.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lamp {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = subparsers.add_parser(
            name,
            help=command.help,
            description=command.help,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument(
            "-v", "--verbose", action="store_true", help="log everything; tracebacks of failures"
        )
        if name == chosen:
            try:
                module = importlib.import_module(command.module)
            except ImportError as error:
                parser.exit(1, f"lamp: {name} cannot run here: {error}; `lamp doctor` says what is missing\n")
            module.add_arguments(sub)
            sub.epilog = getattr(module, "EXAMPLES", None)
    return parser


if __name__ == "__main__":
    sys.exit(main())
