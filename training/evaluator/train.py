"""``python -m training evaluator``: train the space in which priors are judged, and say how good it is itself."""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from lamp.errors import InputError
from training import console
from training.bundle import hardware, licence, revision
from training.dataset import PreparedSet
from training.evaluator import store
from training.evaluator.actions import ACTIONS
from training.evaluator.config import KINDS, EvaluatorConfig
from training.evaluator.data import Batch, Pairs, batches, load_pairs, statistics
from training.evaluator.evaluator import Evaluator
from training.evaluator.losses import contrastive
from training.evaluator.model import EvaluatorModel
from training.evaluator.quality import retrieval
from training.progress import Progress

_RATE, _WARMUP_SHARE, _ACTION_WEIGHT, _LOOKS = 1e-3, 0.03, 0.3, 12


@dataclass(frozen=True)
class Schedule:
    """How long to train: whichever of ``minutes`` and ``steps`` (0: no limit) ends first."""

    minutes: float
    steps: int
    batch: int
    seed: int


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``evaluator``."""
    parser = subparsers.add_parser(
        "evaluator", help="train the text-motion embedding that `evaluate` measures in"
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="folder written by `python -m training prepare`"
    )
    parser.add_argument("--out", required=True, type=Path, help="folder for evaluator.json and its weights")
    parser.add_argument("--kind", choices=KINDS, default="t2m", help="shape of the towers (default: t2m)")
    parser.add_argument("--minutes", type=float, default=15.0, help="training time (default: 15)")
    parser.add_argument("--steps", type=int, default=0, help="exact number of steps instead of minutes")
    parser.add_argument("--batch", type=int, default=64, help="pairs per step (default: 64)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="CPU threads (default: all cores)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Train, keep the weights that retrieve best on the validation split, measure on the test split, save."""
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.minutes <= 0 or args.batch < 2 or args.steps < 0:
        raise InputError("--minutes/--batch/--steps", "must be positive (batch: at least 2)")
    prepared = PreparedSet.load(args.data)
    schedule = Schedule(args.minutes, args.steps, args.batch, args.seed)
    torch.manual_seed(args.seed)
    began = time.monotonic()
    model, steps = train(prepared, EvaluatorConfig(kind=args.kind, actions=ACTIONS), schedule, args.out)
    evaluator = Evaluator(model, args.out.name)
    quality = {split: retrieval(evaluator, prepared, split) for split in _measurable(prepared)}
    store.save(model, args.out, {
        "licence": licence(prepared), "quality": quality,
        "data": {k: v["clips"] for k, v in prepared.manifest["sources"].items()},
        "steps": steps, "minutes": round((time.monotonic() - began) / 60, 1), "date": date.today().isoformat(),
        "hardware": hardware(), "revision": revision(), "torch": str(torch.__version__),
    })  # fmt: skip
    for split, values in quality.items():
        console.say(f"{split}: " + "  ".join(f"{k} {v:.3f}" for k, v in values.items()))
    return 0


def train(
    prepared: PreparedSet, config: EvaluatorConfig, schedule: Schedule, out: Path
) -> tuple[EvaluatorModel, int]:
    """A trained model and its number of steps. Ctrl-C ends training and keeps the best weights so far."""
    pairs = load_pairs(prepared, "train", mirror=True)
    model = EvaluatorModel(config)
    mean, std = statistics(pairs)
    model.mean.copy_(torch.from_numpy(mean))
    model.std.copy_(torch.from_numpy(std))
    best = _Best(prepared)
    with Progress("evaluator", out, enabled=True) as progress:
        try:
            steps = _loop(model, pairs, schedule, best, progress)
        except KeyboardInterrupt:
            if best.weights is None:
                raise
            steps = best.step
            progress.say(f"interrupted; the weights of step {steps} are kept")
    best.look(model, steps)
    assert best.weights is not None
    model.load_state_dict(best.weights)
    return model, steps


def _loop(model: EvaluatorModel, pairs: Pairs, schedule: Schedule, best: _Best, progress: Progress) -> int:
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.02)
    began, looked, step, share = time.monotonic(), 0, 0, 0.0
    for batch in batches(pairs, schedule.batch, np.random.default_rng(schedule.seed)):
        for group in optimizer.param_groups:
            group["lr"] = rate(share)
        losses = _step(model, batch, optimizer)
        step += 1
        spent = time.monotonic() - began
        share = step / schedule.steps if schedule.steps else spent / (60 * schedule.minutes)
        progress.update(step, share, spent, losses | best.shown(), rate(share))
        if share * _LOOKS > looked + 1:
            looked += 1
            best.look(model, step)
        if share >= 1.0:
            break
    return step


def _step(model: EvaluatorModel, batch: Batch, optimizer: torch.optim.Optimizer) -> dict[str, float]:
    model.train()
    motions = model.motion(batch.motions, batch.frames)
    texts = model.text(batch.texts, batch.words)
    radius = model.config.radius
    match = contrastive(motions / radius, texts / radius, batch.group, model.log_scale.clamp(max=4.0).exp())
    action = F.cross_entropy(model.action_logits(motions), batch.action, label_smoothing=0.05)
    optimizer.zero_grad()
    (match + _ACTION_WEIGHT * action).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return {"contrastive": match.item(), "action": action.item()}


def rate(share: float) -> float:
    """Learning rate after a share 0..1 of the schedule: linear warm-up, then a cosine to a fiftieth."""
    if share < _WARMUP_SHARE:
        return _RATE * (0.05 + 0.95 * share / _WARMUP_SHARE)
    done = min((share - _WARMUP_SHARE) / (1 - _WARMUP_SHARE), 1.0)
    return _RATE * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


class _Best:
    """The weights that retrieve best on the validation split."""

    def __init__(self, prepared: PreparedSet) -> None:
        self.prepared, self.score, self.step = prepared, -1.0, 0
        self.split = "val" if "val" in _measurable(prepared) else "train"
        self.weights: dict[str, Any] | None = None

    def look(self, model: EvaluatorModel, step: int) -> None:
        measurable = _measurable(self.prepared)
        score = 0.0  # too few clips for a pool: the newest weights count as the best
        if self.split in measurable:
            found = retrieval(Evaluator(model, "in training"), self.prepared, self.split)
            score = float(found["r_precision_1"] + found["r_precision_3"])
        model.requires_grad_(True)
        if score >= self.score:
            self.score, self.step = score, step
            self.weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def shown(self) -> dict[str, float]:
        return {"best_val": self.score} if self.step else {}


def _measurable(prepared: PreparedSet) -> list[str]:
    """Splits with at least one pool of clips with captions."""
    counts = {
        s: sum(1 for i in prepared.split(s) if prepared.clips[int(i)].captions) for s in ("val", "test")
    }
    return [split for split, count in counts.items() if count >= 32]
