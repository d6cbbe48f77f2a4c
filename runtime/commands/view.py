"""``lamp view``: a page in the browser that shows and drives characters of a server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamp.errors import InputError

if TYPE_CHECKING:
    from runtime.viewer.live import Live
    from runtime.viewer.player import Player

DEFAULT_ADDRESS = "127.0.0.1:50061"
MAX_CHARACTERS = 8
EXAMPLES = """\
examples:
  lamp view                                         the server on this machine, one character
  lamp view game.example:50061 --tls-ca ca.pem      another server; the token from LAMP_TOKEN or --token
  lamp view --characters 4 --prompt "a person runs forward"
  lamp view walk.npz                                a clip of `lamp generate`: look at it, scrub through it
  lamp view --recording session.lamprec             a recorded session: what was planned, what was in the way

The page has no password: with --view-host 0.0.0.0 everybody in the network can use it. Stop with Ctrl-C.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp view``."""
    parser.add_argument("source", nargs="?", default=DEFAULT_ADDRESS, metavar="ADDRESS|FILE",
                        help=f"server (default: {DEFAULT_ADDRESS}), or a file to look at")  # fmt: skip
    parser.add_argument(
        "--recording", type=Path, metavar="FILE", help="look at a recorded session, or a clip"
    )
    parser.add_argument(
        "--token", help="access token of the server (default: the environment variable LAMP_TOKEN)"
    )
    parser.add_argument("--tls-ca", type=Path, metavar="FILE.pem", help="certificate authority of the server")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE.pem", help="certificate of this client")
    parser.add_argument("--tls-key", type=Path, metavar="FILE.key", help="its private key")
    parser.add_argument("--characters", type=int, default=1, metavar="N", help="how many (default: 1)")
    parser.add_argument("--prompt", default="a person walks forward", help="what they do at first")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first character (default: 0)")
    parser.add_argument("--fps", type=float, default=30.0, help="frames per second (default: 30)")
    parser.add_argument("--empty", action="store_true", help="begin without the pillar")
    parser.add_argument("--view-host", default="127.0.0.1", metavar="HOST",
                        help="address the page is served on (default: 127.0.0.1)")  # fmt: skip
    parser.add_argument("--view-port", type=int, metavar="PORT",
                        help="its port; 0 picks a free one (default: the first free one from 8080 on)")  # fmt: skip
    parser.add_argument("--until-parent-ends", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def run(args: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    require_viser()
    if not 1 <= args.characters <= MAX_CHARACTERS:
        raise InputError("--characters", f"{args.characters} is outside 1..{MAX_CHARACTERS}")
    if not 1 <= args.fps <= 240:
        raise InputError("--fps", f"{args.fps:g} is outside 1..240")
    asyncio.run(_run(args))
    return 0


def require_viser() -> None:
    """``InputError`` that says what to install when the extra ``viewer`` is missing."""
    try:
        import viser  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise InputError(
            "lamp view", f"{error}; install the extra: pip install 'lamp-motion[viewer]'"
        ) from error


async def _run(args: argparse.Namespace) -> None:
    from runtime.viewer.app import run_file, run_live, stopped_by_signals

    stop, file = asyncio.Event(), args.recording
    if file is None and (args.source.endswith((".npz", ".lamprec")) or Path(args.source).is_file()):
        file = Path(args.source)

    def ready(shown: Live | Player) -> None:
        announce(shown.page.url, args.open)

    with stopped_by_signals(stop), _bound_to_parent(stop, args.until_parent_ends):
        if file is not None:
            await run_file(file, args.view_host, args.view_port, ready, stop)
        else:
            await run_live(_options(args), ready, stop)


@contextlib.contextmanager
def _bound_to_parent(stop: asyncio.Event, bound: bool) -> Iterator[None]:
    """Ends with the process that started this one, however that ends; a system without parents does not."""
    parent = os.getppid()

    async def watch() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(1.0)
        stop.set()

    watching = asyncio.ensure_future(watch()) if bound else None
    try:
        yield
    finally:
        if watching is not None:
            watching.cancel()


def _options(args: argparse.Namespace) -> Any:
    from runtime.viewer.app import Options
    from runtime.viewer.character import Start

    connection = {
        "token": args.token or os.environ.get("LAMP_TOKEN") or None, "tls_ca": args.tls_ca,
        "tls_certificate": args.tls_cert, "tls_key": args.tls_key,
    }  # fmt: skip
    return Options(
        address=args.source,
        connection=connection,
        host=args.view_host,
        port=args.view_port,
        characters=args.characters,
        start=Start(args.prompt, args.fps, args.seed),
        pillar=not args.empty,
    )


def announce(url: str, open_browser: bool) -> None:
    """Say where the page is."""
    sys.stdout.write(f"viewer   {url}\n")
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(url)
