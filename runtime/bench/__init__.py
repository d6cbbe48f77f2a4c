"""``lamp bench``: what this machine can do. Alone it times the engine; ``serve`` and ``endless`` drive a server;
``scenes`` judges the plans."""

from __future__ import annotations

import argparse

EXAMPLES = """\
examples:
  lamp bench                                                 steps, clips and goals of the engine here
  lamp bench serve --clients 64 --seconds 60 --stub          64 characters in moving scenes against a stub server
  lamp bench serve --clients 1,4 --seconds 60 --json out/serve.json
  lamp bench endless --seconds 600 --json out/endless.json   one character for ten minutes, and what drifted
  lamp bench scenes --seeds 12                               how well plans avoid and reach, whatever the machine
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp bench`` and of its subcommands."""
    from runtime.bench import endless, engine, scenes, serve

    engine.add_arguments(parser)
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", title="instead of timing the engine")
    for name, module in (("serve", serve), ("endless", endless), ("scenes", scenes)):
        sub = kinds.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)


def run(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status."""
    from runtime.bench import endless, engine, scenes, serve

    module = {"serve": serve, "endless": endless, "scenes": scenes}.get(args.kind, engine)
    return module.run(args)
