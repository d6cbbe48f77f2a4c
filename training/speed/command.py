"""``python -m training speed``: priors timed on the same cases in one run, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from lamp.formats.writing import write_whole
from training import console
from training.bundle import hardware
from training.dataset import load_any
from training.evaluate import command
from training.evaluation import report
from training.evaluation.clips import RealClips
from training.priors.registry import HELP, load_prior
from training.speed import cases as aims_module
from training.speed.growth import WINDOW

_EPILOG = """\
examples:
  python -m training speed --bundle research,mdm:runs/peers/mdm --data prepared/research --json out/speed.json
  python -m training speed --bundle out/mine --data D --motions 4 --no-growth --json out/mine-speed.json

Wants a quiet machine. Times are medians over the cases; a prior that misses the objective in half of them or more gets
no time, but its best error.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``speed``."""
    parser = subparsers.add_parser(
        "speed", help="milliseconds to the same objective error, for one or several priors", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--bundle", default="research", help=f"comma-separated: {HELP}")
    parser.add_argument("--data", required=True, type=Path, help="a prepared set, or any source folder")
    parser.add_argument("--json", required=True, type=Path, help="file to write")
    parser.add_argument("--motions", type=int, default=8, help="cases of each task (8)")
    parser.add_argument(
        "--steps", type=int, default=100, help="optimisation steps of priors without a recipe (100)"
    )
    parser.add_argument("--deadline-s", type=float, default=180.0, help="longest time for one case (180)")
    parser.add_argument(
        "--max-frames", type=int, default=WINDOW, help=f"clips are cut to this length ({WINDOW})"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", default="test")
    parser.add_argument("--engine", default="auto", help="auto, onnx or torch")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="CPU threads (all cores)")
    parser.add_argument("--no-growth", action="store_true", help="only the time to the objective")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)  # one prior, in this process
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Time every prior; the file is written when all are done."""
    for name in ("motions", "steps", "deadline_s", "threads"):
        if getattr(args, name) <= 0:
            raise InputError("--" + name.replace("_", "-"), f"{getattr(args, name)} is not positive")
    specs = [s.strip() for s in args.bundle.split(",") if s.strip()]
    if not specs:
        raise InputError("--bundle", "names no prior")
    if args.alone:
        return _alone(specs[0], args)
    for spec in specs:  # a spelling mistake shows before an hour is spent
        prior = load_prior(spec, args.engine, args.threads)
        if not {"optimize", "invert"} <= prior.abilities:
            raise InputError(
                "--bundle", f"{prior.name} cannot start from a given motion, so it has nothing to time"
            )
    rows = {}
    for spec in specs:
        found = _child(spec, args)
        rows[found.pop("name")] = found
    document = {
        "priors": rows, "ratios": ratios(rows), "settings": _settings(args),
        "machine": {"device": hardware(), "processor": report.processor(), "cores": os.cpu_count()},
        "versions": report.versions(), "data": args.data.name, "command": command(), "date": date.today().isoformat(),
    }  # fmt: skip
    args.json.parent.mkdir(parents=True, exist_ok=True)
    write_whole(args.json, json.dumps(document, indent=1).encode())
    console.say(text(rows))
    return 0


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    names = ("motions", "steps", "deadline_s", "max_frames", "seed", "split", "threads", "engine")
    return {n: getattr(args, n) for n in names} | {
        "edit_m": aims_module.EDIT_M, "clear_m": aims_module.CLEAR_M,
    }  # fmt: skip


def _child(spec: str, args: argparse.Namespace) -> dict[str, Any]:
    """Run one prior in a fresh process, so that memory and caches of another do not count for it."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.json"
        options = [f"--{k.replace('_', '-')}={v}" for k, v in _options(args).items()]
        done = subprocess.run(
            [sys.executable, "-m", "training", "speed", "--alone", f"--bundle={spec}", f"--json={part}", *options,
             *(["--no-growth"] if args.no_growth else [])],
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise OSError(f"timing {spec} failed with status {done.returncode}; the lines above say why")
        row: dict[str, Any] = json.loads(part.read_text(encoding="utf8"))
        return row


def _options(args: argparse.Namespace) -> dict[str, Any]:
    names = ("data", "motions", "steps", "deadline_s", "max_frames", "seed", "split", "engine", "threads")
    return {n: getattr(args, n) for n in names}


def _alone(spec: str, args: argparse.Namespace) -> int:
    from training.speed.measure import measure

    clips = RealClips(load_any(args.data), args.split, args.max_frames)
    whole = RealClips(clips.prepared, args.split, 196)
    row = measure(spec, args, clips, None if args.no_growth else whole)
    args.json.write_text(json.dumps(row), encoding="utf8")
    return 0


def ratios(rows: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """How many times the milliseconds of the first prior each one takes to the same objective."""
    first = next(iter(rows.values()))
    found: dict[str, dict[str, float | None]] = {}
    for name, row in rows.items():
        pairs = {
            aim: (row[aim]["ms_to_objective"], first[aim]["ms_to_objective"]) for aim in ("edit", "avoid")
        }
        found[name] = {aim: round(a / b, 2) if a and b else None for aim, (a, b) in pairs.items()}
    return found


def text(rows: dict[str, Any]) -> str:
    """A table for people."""
    lines = []
    for name, row in rows.items():
        for aim in ("edit", "avoid"):
            r = row[aim]
            ms = "never" if r["ms_to_objective"] is None else f"{r['ms_to_objective']:.0f}"
            count = "" if r["chain_evaluations"] is None else f"{r['chain_evaluations']:.0f}"
            lines.append(
                (name, aim, ms, count, f"{r['reached']}/{r['cases']}", f"{100 * r['best_error_m']:.1f}",
                 f"{r['peak_memory_mib']:.0f}")
            )  # fmt: skip
    header = ("prior", "task", "ms to objective", "evaluations", "reached", "error cm", "peak MiB")
    return console.table(header, lines)
