"""``python -m training prepare``: motion corpora -> one prepared data set."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from training import console
from training.clips import FPS, SPLITS, Skipped, Source, SourceOptions
from training.collect import PrepareOptions, collect, skip_summary
from training.dataset import CLIPS, JOINTS, MANIFEST, STATISTICS, PreparedSet
from training.sources import FORMATS, open_source

_EXAMPLES = """\
examples:
  python -m training prepare data prepared/research
  python -m training prepare data prepared/open --licences cmu-free,cc-by-sa-3.0,apache-2.0-or-mit,mit,cc0-1.0
  python -m training prepare HumanML3D prepared/humanml3d
  python -m training prepare my_bvh data prepared/mine --licence own-recordings --source-weight my_bvh=3
  python -m training prepare takes prepared/takes --format bvh --bone-map my_bones.yaml
  python -m training prepare AMASS prepared/amass --format amass --body-model smplh

OUT is written anew, its manifest.json last: a folder without it was not finished and no command will read it.
Clips that cannot be used are skipped, listed by reason at the end and by name in OUT/manifest.json.
"""


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
    prepared = collect(sources, options)
    write(prepared, args.out)
    console.say(report(prepared, args.out))
    return 0


def write(prepared: PreparedSet, out: Path) -> None:
    """Write a prepared set; the manifest goes first when it is old and comes last when it is new.

    Old files are removed, not overwritten: a training run that has them mapped keeps what it read.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name in (MANIFEST, CLIPS, STATISTICS, JOINTS):
        (out / name).unlink(missing_ok=True)
    np.save(out / JOINTS, prepared.units)
    np.savez(out / STATISTICS, mean=prepared.mean, std=prepared.std)
    lines = (json.dumps(clip.as_record(), ensure_ascii=False) for clip in prepared.clips)
    (out / CLIPS).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    unfinished = out / (MANIFEST + ".unfinished")
    unfinished.write_text(
        json.dumps(prepared.manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    unfinished.replace(out / MANIFEST)


def report(prepared: PreparedSet, out: Path) -> str:
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
    rows.append(("total", "", len(prepared), f"{prepared.minutes:.1f}", *counts, "", ""))
    header = ("source", "licence", "clips", "minutes", "train", "val", "test", "weight", "drawn")
    hours = sum(c.frames for c in prepared.clips) / FPS / 3600
    parts = [
        *prepared.manifest["notes"],
        console.table(header, rows),
        f"{len(prepared)} clips, {hours:.2f} h -> {out}",
    ]
    skipped = prepared.manifest["skipped"]
    if skipped:
        summary = skip_summary([Skipped(**s) for s in skipped])
        parts.append(f"skipped {len(skipped)} (every name with its reason in {out / MANIFEST}):\n{summary}")
    return "\n".join(parts)


def _check_out(out: Path, overwrite: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError("out", f"{out} is a file; name a folder")
    ours = {MANIFEST, CLIPS, JOINTS, STATISTICS, MANIFEST + ".unfinished"}
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
