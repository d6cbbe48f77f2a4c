"""``lamp export-onnx``: a bundle as ONNX files that a game engine loads, checked against what engines publish."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lamp.errors import InputError

EXAMPLES = """\
examples:
  lamp export-onnx open out/onnx                                for Unity and Unreal, any length, half-precision weights
  lamp export-onnx open out/onnx --targets unity --length 80    fixed at 80 frames (4 s): fewer operators, faster import
  lamp export-onnx open out/onnx --precision fp32,fp16,int8 --check
  lamp export-onnx open out/onnx --bench --json out/onnx.json   precisions side by side: size, time, parity, objective
exit status: 1 when --check finds a file that an engine of --targets does not run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp export-onnx``."""
    parser.add_argument("bundle", metavar="BUNDLE", help="name or folder of the bundle")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder to write")
    parser.add_argument(
        "--targets", default="unity,unreal", help="engines to check for (default: unity,unreal)"
    )
    parser.add_argument(
        "--precision",
        default="fp16",
        help="comma-separated: fp32, fp16, int8-weights, int8 (default: fp16)",
    )
    parser.add_argument(
        "--length",
        default="dynamic",
        metavar="N|dynamic",
        help="frames at 20 fps, or any length (default: dynamic)",
    )
    parser.add_argument("--geometry", action="store_true", help="also the steps for meshes and uneven ground")
    parser.add_argument("--check", action="store_true", help="print what each engine makes of each file")
    parser.add_argument(
        "--bench", action="store_true", help="measure all precisions against torch (takes minutes)"
    )
    parser.add_argument(
        "--steps", type=int, default=100, help="with --bench: optimisation steps per task (default: 100)"
    )
    parser.add_argument("--tasks", type=int, default=6, help="with --bench: tasks of each kind (default: 6)")
    parser.add_argument("--threads", type=int, default=2, help="with --bench: CPU threads (default: 2)")
    parser.add_argument("--json", type=Path, help="with --bench: write the figures here")


def run(args: argparse.Namespace) -> int:
    """Export, then check and measure where asked."""
    try:
        from lamp.portable import export
    except ImportError as error:
        raise ImportError(f"{error}; pip install 'lamp-motion[onnx]'") from error
    from lamp import bundle as bundles

    request = export.Request(
        tuple(_words(args.targets)), tuple(_words(args.precision)), parse_length(args.length), args.geometry
    )
    bundle = bundles.load(args.bundle)
    export.export(bundle, args.out, request, _tell)
    sys.stdout.write(f"licence: {bundle.licence}\n")
    report = json.loads((args.out / export.REPORT).read_text(encoding="utf8"))
    failed = [f for f in report["files"] if f["status"] == "unsupported"]
    if args.check:
        sys.stdout.write(check_table(report))
    elif failed:
        sys.stderr.write(
            f"lamp: {len(failed)} files are not for every engine; --check or {export.REPORT} says why\n"
        )
    if args.bench:
        from runtime.bench import precisions

        precisions.run(bundle, args.steps, args.tasks, args.threads, args.json)
    return 1 if args.check and failed else 0


def parse_length(word: str) -> int | None:
    """``dynamic`` is None."""
    if word == "dynamic":
        return None
    try:
        return int(word)
    except ValueError as error:
        raise InputError("--length", f"{word!r} is neither a number of frames nor `dynamic`") from error


def check_table(report: dict[str, Any]) -> str:
    """A line per file and engine, its backends of one verdict together, and a line per kind of trouble below it."""
    merged: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for entry in report["files"]:
        merged.setdefault((entry["file"], entry["engine"], entry["status"]), []).append(entry)
    lines = [f"\n{'file':34} {'engine':26} {'verdict':12} backends"]
    for (file, engine, status), entries in merged.items():
        lines.append(f"{file:34} {engine:26} {status:12} {', '.join(e['backend'] for e in entries)}")
        lines += [
            f"    {f['operator']} (opset {f['opset']}) x{f['count']}, first at {f['node']}: {f['why']}; {f['remedy']}"
            for f in entries[0]["findings"]
        ]
    lines += [f"{t['name']}: {t['source']}" for t in report["tables"]]
    return "\n".join(lines) + "\n"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _tell(file: str, size: int) -> None:
    sys.stdout.write(f"  {file:34} {size / 2**20:8.2f} MiB\n")
    sys.stdout.flush()
