"""How long a prior takes to a given objective error, one character at a time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from training import console
from training.evaluation.tables.base import Case
from training.priors.base import Budget, Prior
from training.speed.cases import Aim
from training.speed.memory import PeakMemory


def reach(
    prior: Prior, aim: Aim, steps: int, deadline_s: float, seed: int, memory: PeakMemory
) -> dict[str, Any]:
    """Every case of an aim until it is reached, the recipe's steps are done or ``deadline_s`` has passed.

    ``ms_to_objective`` and ``chain_evaluations`` are medians over all cases, where a case never reached counts as
    endless: None when half of them or more were not reached. Time runs from the call to the finished motion.
    """
    warm = aim.cases[0].task
    assert warm is not None
    memory.restart()
    prior.optimize([warm], Budget(2, seed))  # what is loaded at first use is not the plan's time
    budget = Budget(steps, seed, deadline_s, stop_m=aim.stop_m, recipe=True)
    rows = [_one(prior, aim, case, budget) for case in console.track(aim.cases, f"{prior.name} {aim.name}")]
    return summary(rows) | {"peak_memory_mib": round(memory.mib(), 1), "each": rows}


def _one(prior: Prior, aim: Aim, case: Case, budget: Budget) -> dict[str, Any]:
    assert case.task is not None
    errors_m: list[float] = []
    began = time.perf_counter()
    [outcome] = prior.optimize([case.task], budget, lambda task, seconds, error_m: errors_m.append(error_m))
    spent_ms = 1000.0 * (time.perf_counter() - began)
    error_m = aim.error_m(case, outcome.joints_m)
    met = min(errors_m, default=float("inf")) <= aim.stop_m and error_m <= aim.within_m
    return {
        "reached": met, "ms": round(spent_ms, 1), "chain_evaluations": outcome.steps,
        "error_m": round(error_m, 4), "error_before_m": round(aim.error_m(case, case.original_m), 3),
        "frames": case.task.frames,
    }  # fmt: skip


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians over the cases, and what is left where the objective was not met."""
    return {
        "ms_to_objective": _median(rows, "ms"), "chain_evaluations": _median(rows, "chain_evaluations"),
        "reached": sum(r["reached"] for r in rows), "cases": len(rows),
        "best_error_m": float(np.median([r["error_m"] for r in rows])),
        "worst_error_m": max(r["error_m"] for r in rows),
        "ms_spent": float(np.median([r["ms"] for r in rows])),
    }  # fmt: skip


def _median(rows: list[dict[str, Any]], key: str) -> float | None:
    value = float(np.median([r[key] if r["reached"] else np.inf for r in rows]))
    return value if np.isfinite(value) else None
