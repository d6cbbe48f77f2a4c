"""``lamp replay``: plan recorded sessions again and compare bit for bit; or say what is in them, or draw them."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamp.errors import InputError

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.recording import Recording
    from runtime.recording.replay import Outcome

EXAMPLES = """\
examples:
  lamp replay walk.lamprec                     plan it again; exit status 0 if every plan is the same, bit for bit
  lamp replay recordings/*.lamprec             a regression test of everything that plans
  lamp replay walk.lamprec --info              what is in it
  lamp replay walk.lamprec --plans             the same, plan by plan
  lamp replay walk.lamprec --film walk.gif     draw what was shown

Plans are compared on the bundle they were made with; a warning names everything else that is not as it was then
(processor, threads, versions, settings), since bits can only be the same where these are.
"""
_MUST_DIFFER_QUIETLY = ("cores", "system")  # of no consequence by themselves


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp replay``."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.lamprec", help="recordings")
    parser.add_argument("--info", action="store_true", help="only say what is in them")
    parser.add_argument("--plans", action="store_true", help="only say what is in them, with every plan")
    parser.add_argument("--film", type=Path, metavar="FILE", help="only draw what was shown (.gif, .mp4)")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the one it was made with)")
    parser.add_argument("--engine", choices=("onnx", "torch"), help="default: the one it was made with")
    parser.add_argument(
        "--force", action="store_true", help="replay also with other weights than it was made with"
    )


def run(args: argparse.Namespace) -> int:
    """Exit status 0: all is as recorded; 1: it is not, or a file is damaged."""
    from runtime.recording import Recording

    if args.film is not None:
        if len(args.files) != 1:
            raise InputError("--film", f"draws one recording, {len(args.files)} were given")
        return _film(Recording.open(args.files[0]), args.film)
    if args.info or args.plans:
        from runtime.recording.summary import summary

        for path in args.files:
            sys.stdout.write(summary(Recording.open(path), plans=args.plans) + "\n")
        return 0
    backends: dict[tuple[str, ...], Backend[Any]] = {}
    return max(_replay(Recording.open(path), args, backends) for path in args.files)


def _replay(
    recording: Recording, args: argparse.Namespace, backends: dict[tuple[str, ...], Backend[Any]]
) -> int:
    from runtime.progress import ProgressLine
    from runtime.recording.replay import check_same_model, differing_provenance, replay

    backend = _backend(recording, args, backends)
    if not args.force:
        check_same_model(recording, backend)
    changed = differing_provenance(recording, backend)
    for name, (then, now) in changed.items():
        if name not in _MUST_DIFFER_QUIETLY:
            sys.stderr.write(f"{recording.path}: {name} was {then}, is {now}\n")
    line = ProgressLine(_length_s(recording), real_time=False)
    try:
        outcome = replay(recording, backend, lambda time_s: line.show(time_s, str(recording.path)))
    finally:
        line.done()
    return _say(recording, outcome)


def _length_s(recording: Recording) -> float:
    """Length by the clock; reads the whole file, which takes a fraction of the time a replay does."""
    return max((event.time_s for event in recording.events()), default=0.0)


def _say(recording: Recording, outcome: Outcome) -> int:
    verdict = f"{outcome.plans} plans identical bit for bit, {outcome.frames} frames of theirs compared"
    if outcome.difference is not None:
        verdict = f"DIFFERENT after {outcome.plans} identical plans: {outcome.difference}"
    sys.stdout.write(f"{recording.path}: {verdict}\n")
    if outcome.tail.kind != "whole":
        sys.stderr.write(f"{recording.path}: {outcome.tail.message}\n")
    return 0 if outcome.identical and outcome.tail.kind != "damaged" else 1


def _backend(
    recording: Recording, args: argparse.Namespace, backends: dict[tuple[str, ...], Backend[Any]]
) -> Backend[Any]:
    """A backend like the recording's; files that were made alike share one."""
    from runtime.commands.record import make_backend

    then = recording.header.provenance
    stub = then.get("bundle") == "stub"
    bundle = args.bundle or then.get("bundle", "")
    if args.bundle is None and not re.fullmatch(
        r"[A-Za-z0-9_-]{1,64}", bundle
    ):  # a file must not choose folders
        raise InputError(str(recording.path), f"names the bundle {bundle!r}; give yours with --bundle")
    engine = args.engine or (then.get("engine", "") if then.get("engine") in ("onnx", "torch") else "auto")
    threads = then.get("threads", "all")
    key = (bundle, engine, threads)
    if key not in backends:
        count = int(threads) if threads.isdecimal() and 0 < int(threads) <= 4096 else None
        backends[key] = make_backend(bundle, engine, count, stub)
    return backends[key]


def _film(recording: Recording, out: Path) -> int:
    from runtime.recording import Playback
    from runtime.recording.film import draw

    if out.suffix not in (".gif", ".mp4"):
        raise InputError("--film", f"{out} ends neither in .gif nor in .mp4")
    out.parent.mkdir(parents=True, exist_ok=True)
    draw(Playback.of(recording), out)
    sys.stdout.write(f"{out}\n")
    return 0
