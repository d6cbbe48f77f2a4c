"""Everything that is measured of one prior, in a process of its own."""

from __future__ import annotations

import argparse
from typing import Any

import onnxruntime  # noqa: F401 - loaded before memory is looked at, as torch is: libraries are nobody's cost

from training import console
from training.evaluation.clips import RealClips
from training.priors.base import Budget, Prior
from training.priors.registry import load_prior
from training.speed import growth, roofline
from training.speed.cases import aims
from training.speed.memory import PeakMemory
from training.speed.reach import reach


def measure(spec: str, args: argparse.Namespace, clips: RealClips, whole: RealClips | None) -> dict[str, Any]:
    """Time to the objective of edits and avoidance; with ``whole`` (uncut clips) also growth and roofline."""
    asked = aims(clips, args.motions, args.seed)
    memory = PeakMemory()
    prior = load_prior(spec, args.engine, args.threads)
    row: dict[str, Any] = {"name": prior.name}
    for aim in asked:
        row[aim.name] = reach(prior, aim, args.steps, args.deadline_s, args.seed, memory)
    row["about"] = prior.describe()
    if whole is not None:
        longest = growth.longest_clip(whole)
        obstacles, build_ms = growth.meshes(longest)
        row["growth_ms"] = growth.growth(prior, longest, obstacles)
        row["grid_build_ms"] = build_ms
        row["roofline"] = _roofline(spec, prior, longest, args, row["growth_ms"])
    return row


def _roofline(
    spec: str, prior: Prior, longest: Any, args: argparse.Namespace, times: dict[str, dict[str, float]]
) -> dict[str, Any]:
    """Counted in torch, whatever engine was timed: the operations are the same."""
    limits = roofline.machine()
    counted = load_prior(spec, "torch", args.threads)
    found: dict[str, Any] = {"machine": limits}
    for frames, measured_ms in times["frames"].items():
        task = growth.kept(longest[: int(frames)])
        operations, moved = roofline.cost_of(lambda n, t=task: counted.optimize([t], Budget(n)))  # type: ignore[misc]
        if operations <= 0:
            console.warn(f"{prior.name}: no operations seen; it does not run in torch")
            break
        found[frames] = roofline.estimate(operations, moved, limits, measured_ms)
    return found
