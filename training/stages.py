"""Arguments and set-up that the training commands share."""

from __future__ import annotations

import argparse
import dataclasses
import logging
from pathlib import Path

import torch

from lamp.errors import InputError
from training import distributed
from training.config import LoopConfig, TrainingConfig, load_config
from training.dataset import PreparedSet

log = logging.getLogger("training")


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """The config and what is changed of it; the same for training a run and for packing it."""
    parser.add_argument("--config", required=True, help="YAML config; shipped ones lie in training/configs/")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="changes",
        help="change a value of the config, as in autoencoder.model.variant=resnet; may be repeated",
    )  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``autoencoder``, ``diffusion`` and ``all``."""
    add_config_arguments(parser)
    parser.add_argument(
        "--data", required=True, type=Path, help="folder written by `python -m training prepare`"
    )
    parser.add_argument("--out", required=True, type=Path, help="folder for checkpoints and logs")
    parser.add_argument(
        "--minutes", type=float, help="training time of each stage; the schedule is made to fit"
    )
    parser.add_argument("--stop-after", type=float, metavar="MINUTES",
                        help="stop (resumable) after this long; the schedule of --minutes is kept")  # fmt: skip
    parser.add_argument("--steps", type=int, help="exact number of steps instead of minutes")
    parser.add_argument("--resume", action="store_true", help="continue exactly where --out stopped")
    parser.add_argument("--threads", type=int, help="CPU threads (default: all cores)")


def settings(args: argparse.Namespace) -> tuple[TrainingConfig, PreparedSet, torch.device]:
    """Read what the arguments name; errors name the argument."""
    if args.threads:
        torch.set_num_threads(args.threads)
    if distributed.processes() > 1 and not args.steps:
        raise InputError(
            "--steps", "several processes must stop at the same step; give --steps instead of minutes"
        )
    if args.minutes is not None and args.minutes <= 0:
        raise InputError("--minutes", f"{args.minutes} is not positive")
    args.out.mkdir(parents=True, exist_ok=True)
    config, prepared = load_config(args.config, args.changes), PreparedSet.load(args.data)
    device = distributed.local_device()
    distributed.start(device)
    return config, prepared, device


def loop_config(base: LoopConfig, args: argparse.Namespace) -> LoopConfig:
    """The config's loop with ``--minutes``, ``--steps`` and ``--stop-after`` laid over it."""
    changes: dict[str, float | int] = {}
    if args.minutes is not None:
        changes |= {"minutes": args.minutes, "cpu_minutes": 0.0, "steps": 0}
    if args.steps is not None:
        changes["steps"] = args.steps
    if args.stop_after is not None:
        changes["stop_after_minutes"] = args.stop_after
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def finished(folder: Path) -> bool:
    """Whether the schedule of the stage in ``folder`` has come to its end (and was not only stopped after a slice)."""
    import json

    state = json.loads((folder / "checkpoint" / "state.json").read_text(encoding="utf8"))
    return float(state.get("share_done", 1.0)) >= 1.0
