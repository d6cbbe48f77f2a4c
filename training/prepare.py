"""``python -m training prepare``: motion corpora -> one prepared data set."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from lamp.skeleton import JOINT_COUNT
from training import console
from training.clips import FPS, SPLITS, Skipped, Source, SourceOptions
from training.collect import Collected, PrepareOptions, collect, skip_summary
from training.dataset import CLIPS, JOINTS, MANIFEST, STATISTICS
from training.row_file import RowFile
from training.sources import FORMATS, open_source

_EXAMPLES = """\
examples:
  python -m training prepare data prepared/research
  python -m training prepare data prepared/open --licences cmu-free,cc-by-sa-3.0,apache-2.0-or-mit,mit,cc0-1.0
  python -m training prepare HumanML3D prepared/humanml3d
  python -m training prepare my_bvh data prepared/mine --licence own-recordings --source-weight my_bvh=3
  python -m training prepare takes prepared/takes --format bvh --bone-map my_bones.yaml
  python -m training prepare AMASS prepared/amass --format amass --body-model smplh

The new set takes the place of an old one in OUT only when it is complete. Its manifest.json comes
last: a folder without it was not finished and no command will read it.
Clips that cannot be used are skipped, listed by reason at the end and by name in OUT/manifest.json.
"""
_UNFINISHED = ".prepare-unfinished"  # not a name that a folder of somebody else may have


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the sub-command."""
    parser = subparsers.add_parser(
        "prepare",
        help="bring motion corpora into the prepared form all other commands read",
        description="Bring one or more motion corpora to the 22-joint skeleton at 20 fps and write one prepared set.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="folders with motion, one or more"
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write, e.g. prepared/research")
    parser.add_argument(
        "--format", default="auto", choices=("auto", *FORMATS), help="of all SOURCEs (default: auto)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an OUT that holds other files")
    what = parser.add_argument_group("which clips")
    what.add_argument(
        "--licences", default="", metavar="A,B", help="keep only clips under these licence keys"
    )
    what.add_argument(
        "--include", type=Path, metavar="FILE", help="keep only the clip ids in FILE, one a line"
    )
    what.add_argument(
        "--min-frames", type=int, default=24, metavar="N", help="skip shorter clips (default: 24, 1.2 s)"
    )
    what.add_argument(
        "--max-frames", type=int, default=196, metavar="N",
        help="cut longer takes in equal parts (default: 196, 9.8 s)",
    )  # fmt: skip
    what.add_argument(
        "--source-weight", action="append", default=[], metavar="NAME=W",
        help="draw this source W times as often as the default, which balances by minutes^-0.5",
    )  # fmt: skip
    about = parser.add_argument_group("about sources that do not say it themselves")
    about.add_argument("--name", default="", help="name of the source (default: its folder)")
    about.add_argument("--licence", default="", metavar="KEY", help="licence key (default: unstated)")
    about.add_argument("--attribution", default="", metavar="TEXT", help="sentence to carry along in bundles")
    about.add_argument(
        "--split", default="", choices=("", *SPLITS), help="default: 90/5/5 by the take's name"
    )
    about.add_argument("--bone-map", type=Path, metavar="FILE", help="YAML, our joint name: BVH bone name")
    about.add_argument(
        "--up-axis", default="", choices=("", "y", "z"), help="vertical of BVH files (default: detect)"
    )
    about.add_argument("--body-model", type=Path, metavar="DIR", help="SMPL-family body model, for AMASS")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Prepare, write and report; returns the exit status."""
    _check_out(args.out, args.overwrite)
    include = _include(args.include)
    options = PrepareOptions(
        min_frames=args.min_frames,
        max_frames=args.max_frames,
        source_weights=_weights(args.source_weight),
        attributions={args.name or path.stem: args.attribution for path in args.sources},
        include=include,
    )
    common = SourceOptions(
        name=args.name,
        licence=args.licence,
        split=args.split,
        licences=frozenset(filter(None, (key.strip() for key in args.licences.split(",")))),
        include=include,
        bone_map=args.bone_map,
        body_model=args.body_model,
        up_axis=args.up_axis,
    )
    sources = [open_source(path, common, args.format) for path in args.sources]
    _check_licences(common.licences, sources)
    with replacing(args.out) as folder:
        with RowFile(folder / JOINTS, (JOINT_COUNT, 3), np.int16) as rows:
            collected = collect(sources, options, rows.append)
        write(collected, folder)
    console.say(report(collected, args.out))
    return 0


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A folder inside ``out`` to write the new set to; it replaces the set in ``out`` when nothing has failed.

    The manifest goes first when it is old and comes last when it is new. Old files are replaced, not overwritten: a
    training run that has them mapped keeps what it read.
    """
    was_there = out.exists()
    new = out / _UNFINISHED
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        (out / MANIFEST).unlink(missing_ok=True)
        for name in (JOINTS, STATISTICS, CLIPS, MANIFEST):
            (new / name).replace(out / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if not was_there:
            with contextlib.suppress(OSError):  # it holds the set
                out.rmdir()


def write(collected: Collected, folder: Path) -> None:
    """Write everything but the motion."""
    np.savez(folder / STATISTICS, mean=collected.mean, std=collected.std)
    with (folder / CLIPS).open("w", encoding="utf-8") as file:
        for clip in collected.clips:
            file.write(json.dumps(clip.as_record(), ensure_ascii=False) + "\n")
    manifest = json.dumps(collected.manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(manifest + "\n", encoding="utf-8")


def report(prepared: Collected, out: Path) -> str:
    """The closing table: sources, clips, minutes, splits, weights, and what was skipped."""
    rows = []
    for name, entry in prepared.manifest["sources"].items():
        splits = entry["splits"]
        share = sum(c.weight for c in prepared.clips if c.source == name) / sum(
            c.weight for c in prepared.clips
        )
        rows.append(
            (name, entry["licence"], entry["clips"], f"{entry['minutes']:.1f}",
             *(splits.get(s, 0) for s in ("train", "val", "test")), f"{entry['weight']:.2f}", f"{share:.0%}")
        )  # fmt: skip
    total = Counter(c.split for c in prepared.clips)
    counts = (total["train"], total["val"], total["test"])
    frames = sum(c.frames for c in prepared.clips)
    rows.append(("total", "", len(prepared.clips), f"{frames / FPS / 60:.1f}", *counts, "", ""))
    header = ("source", "licence", "clips", "minutes", "train", "val", "test", "weight", "drawn")
    parts = [
        *prepared.manifest["notes"],
        console.table(header, rows),
        f"{len(prepared.clips)} clips, {frames / FPS / 3600:.2f} h -> {out}",
    ]
    skipped = prepared.manifest["skipped"]
    if skipped:
        summary = skip_summary([Skipped(**s) for s in skipped])
        parts.append(f"skipped {len(skipped)} (every name with its reason in {out / MANIFEST}):\n{summary}")
    return "\n".join(parts)


def _check_out(out: Path, overwrite: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError("out", f"{out} is a file; name a folder")
    ours = {MANIFEST, CLIPS, JOINTS, STATISTICS, _UNFINISHED}
    foreign = sorted(p.name for p in out.iterdir() if p.name not in ours) if out.is_dir() else []
    if foreign and not overwrite:
        names = ", ".join(foreign[:3])
        raise InputError("out", f"{out} holds other files ({names}); choose a new folder or add --overwrite")


def _check_licences(wanted: frozenset[str], sources: list[Source]) -> None:
    known = frozenset().union(*(s.licence_keys for s in sources))
    unknown = sorted(wanted - known)
    if unknown:
        held = ", ".join(sorted(known))
        raise InputError("licences", f"no clip is under {', '.join(unknown)}; the sources hold {held}")


def _include(file: Path | None) -> frozenset[str]:
    if file is None:
        return frozenset()
    ids = frozenset(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    if not ids:
        raise InputError("include", f"{file} names no clip; put one id on each line")
    return ids


def _weights(entries: list[str]) -> dict[str, float]:
    weights = {}
    for entry in entries:
        name, separator, value = entry.rpartition("=")
        try:
            weights[name] = float(value)
        except ValueError:
            separator = ""
        if not separator or not name:
            raise InputError("source_weight", f"{entry!r} is not NAME=NUMBER, e.g. --source-weight cmu=2")
    return weights
