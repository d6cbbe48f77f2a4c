"""``python -m training evaluate``: the paper's tables and more, for one or several priors."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from training import console
from training.clips import SPLITS
from training.dataset import PreparedSet, load_any
from training.evaluation import report
from training.evaluation.clips import RealClips
from training.evaluation.judge import Judge
from training.evaluation.quick import QUICK_TABLES, load_clips
from training.evaluation.runner import Runner, Work
from training.evaluation.settings import Settings
from training.evaluation.tables import TABLES
from training.evaluator import store
from training.priors.base import Prior
from training.priors.bundle_prior import BundlePrior
from training.priors.registry import HELP, load_prior

_EPILOG = """\
tables:
{tables}
  reconstruction, generation: quick, without an evaluator, for the model card

examples:
  python -m training evaluate --tables all --bundle research,open,random,input --data prepared/research --out out/eval
  python -m training evaluate --tables T2,T4 --bundle out/mine --data D --out out/mine-eval --motions 24 --max-frames 80
  python -m training evaluate --tables T1 --bundle motions:FOLDER --data prepared/research --out out/other
  python -m training evaluate --tables reconstruction --bundle research --data prepared/research --json out/r.json

A run that was interrupted goes on where it stopped when the same command is given again.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``evaluate``."""
    listed = "\n".join(f"  {key}  {table.title}" for key, table in TABLES.items())
    parser = subparsers.add_parser(
        "evaluate", help="the paper's tables and more, for one or several priors",
        epilog=_EPILOG.format(tables=listed), formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    usual = Settings()
    parser.add_argument("--tables", default="all", help="all, or a comma-separated list of those below")
    parser.add_argument("--bundle", default="research", help=f"comma-separated: {HELP}")
    parser.add_argument(
        "--data", required=True, type=Path, help="a prepared set, or any source folder `prepare` reads"
    )
    parser.add_argument("--out", type=Path, help="folder for results, pictures and what is kept for resuming")
    parser.add_argument("--evaluator", help="shipped evaluator, or a folder (default: t2m)")
    parser.add_argument(
        "--motions", type=int, default=usual.motions, help=f"per table and run ({usual.motions}; paper: 1024)"
    )
    parser.add_argument(
        "--repeats", type=int, default=usual.repeats, help=f"runs with other cases ({usual.repeats})"
    )
    parser.add_argument("--steps", type=int, default=usual.steps, help=f"optimisation steps ({usual.steps})")
    parser.add_argument(
        "--max-frames", type=int, default=usual.max_frames, help="clips are cut to this length (196)"
    )
    parser.add_argument(
        "--long-seconds", type=float, default=usual.long_s, help="length of the long motion (600)"
    )
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--split", default=usual.split, help=f"all, {', '.join(SPLITS)}")
    parser.add_argument("--engine", default="auto", help="auto, onnx or torch")
    parser.add_argument("--threads", type=int, help="CPU threads (default: the engine's choice)")
    parser.add_argument(
        "--report-only", action="store_true", help="write what is finished in --out; make nothing new"
    )
    parser.add_argument("--no-pictures", action="store_true", help="neither plots nor the comparison page")
    parser.add_argument("--limit", type=int, default=0, help="quick tables: at most this many clips (0: all)")
    parser.add_argument("--json", type=Path, help="quick tables: write the numbers here")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Run what is asked for; results are written after every cell, so that Ctrl-C loses nothing."""
    names = table_names(args.tables)
    priors = [
        load_prior(spec.strip(), args.engine, args.threads) for spec in args.bundle.split(",") if spec.strip()
    ]
    if len({p.name for p in priors}) != len(priors):
        raise InputError("--bundle", f"two priors of one name: {', '.join(p.name for p in priors)}")
    prepared = load_any(args.data)
    if names[0] in QUICK_TABLES:
        return quick(names, priors, prepared, args)
    if args.out is None:
        raise InputError("--out", "these tables need a folder for their results")
    settings = Settings(
        args.motions, args.repeats, args.steps, args.max_frames, args.seed, args.split, args.long_seconds
    )
    clips = RealClips(prepared, settings.split, settings.max_frames)
    judge = Judge(store.load_any(args.evaluator), clips)
    runner = Runner(clips, judge, settings, args.out)
    works = runner.plan([TABLES[name] for name in names], priors)
    if not works:
        raise InputError("--bundle", "none of these priors can do any of these tables")
    if args.report_only:
        works = runner.finished(works)
        if not works:
            raise InputError(
                "--out", f"nothing of this is finished in {args.out}; run it without --report-only"
            )
    data = {
        "name": args.data.name, "split": settings.split, "clips": len(judge.real),
        "sources": {k: v["clips"] for k, v in prepared.manifest["sources"].items()},
    }  # fmt: skip
    for _ in runner.run(works):
        results = report.document(runner.results(works), priors, settings, judge, data, command())
        write(results, args.out)
    console.say(report.markdown(results))
    if not args.no_pictures:
        pictures(runner, works, results, args.out)
    return 0


def table_names(text: str) -> list[str]:
    """The tables asked for, in their order; quick ones cannot be mixed with the others."""
    names = [n.strip() for n in text.split(",") if n.strip()]
    known = [*TABLES, *QUICK_TABLES]
    if names == ["all"]:
        return list(TABLES)
    wrong = [n for n in names if n not in known]
    if wrong or not names:
        raise InputError(
            "--tables", f"{wrong[0] if wrong else text!r} is unknown; use all, {', '.join(known)}"
        )
    if len({n in QUICK_TABLES for n in names}) > 1:
        raise InputError("--tables", f"{', '.join(QUICK_TABLES)} go in a call of their own")
    return [n for n in known if n in names]


def write(results: dict[str, Any], out: Path) -> None:
    """``results.json`` and ``results.md``, each replaced whole."""
    for name, text in (
        ("results.json", json.dumps(results, indent=1)),
        ("results.md", report.markdown(results)),
    ):
        part = out / f"{name}.part"
        part.write_text(text, encoding="utf8")
        part.replace(out / name)


def pictures(runner: Runner, works: Sequence[Work], results: dict[str, Any], out: Path) -> None:
    """Plots and the comparison page, where what draws them is installed."""
    try:
        from training.evaluation.page import write_page
        from training.evaluation.plots import write_plots

        write_plots(results, out / "plots")
        path = write_page(runner, works, results, out)
    except ModuleNotFoundError as error:
        console.warn(f"no pictures: {error.name} is missing; pip install 'lamp-motion[viz]'")
        return
    console.say(f"{out / 'results.json'}, results.md, plots/ and {path.name}")


def command() -> str:
    """The command line that gives these results again."""
    return "python -m training " + " ".join(sys.argv[1:])


def quick(
    names: Sequence[str], priors: Sequence[Prior], prepared: PreparedSet, args: argparse.Namespace
) -> int:
    """The quick tables of one bundle: printed, and written to ``--json``."""
    if len(priors) != 1 or not isinstance(priors[0], BundlePrior):
        raise InputError("--bundle", f"{', '.join(names)} measure one bundle at a time")
    prior = priors[0].prior
    clips = load_clips(prepared, args.split, args.limit)
    result: dict[str, Any] = {
        "bundle": prior.name, "data": args.data.name, "split": args.split, "date": date.today().isoformat(),
        "versions": {**report.versions(), "engine": prior.engine_name}, "command": command(),
    }  # fmt: skip
    for name in names:
        result[name] = QUICK_TABLES[name](prior, clips)
        for key, value in result[name].items():
            console.say(
                f"{name}: {key} {value:.4f}" if isinstance(value, float) else f"{name}: {key} {value}"
            )
    if len(names) == 1:
        result.update(result[names[0]])
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(result, indent=1), encoding="utf8")
    return 0
