"""B4: re-planning under a time budget - the figure a game cares about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from training.evaluation.clips import RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import Case, OptimisedTable
from training.evaluation.tables.edit import edit_case
from training.metrics.base import About
from training.priors.base import Budget, Outcome, Prior, Trace

BUDGETS_MS = (50, 100, 200, 500, 1000, 2000, 5000)
_WINDOW_FRAMES, _TOLERANCE_M = 80, 0.01


class BudgetTable(OptimisedTable):
    """T4's task in the window of live planning (4 s), one character at a time: objective error of the best motion so
    far after so many milliseconds, and the time to 1 cm (5 s where it was never reached)."""

    key, title, chunk = "B4", "Objective error against milliseconds", 1
    columns: tuple[About, ...] = (
        *(
            About(f"objective_m@{ms}ms", "m", "lower", f"best objective error after {ms} ms")
            for ms in BUDGETS_MS
        ),
        About("ms_to_1cm", "ms", "lower", "time to an objective error of 1 cm, mean"),
        About("ms_per_step", "ms", "lower", "time of one optimisation step"),
    )

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        live = RealClips(clips.prepared, clips.split, min(_WINDOW_FRAMES, settings.max_frames))
        return [edit_case(clip, rng) for clip in live.draw(max(settings.motions // 4, 4), rng)]

    def make(self, prior: Prior, cases: Sequence[Case], settings: Settings, seed: int) -> list[Outcome]:
        made = []
        for case in cases:
            assert case.task is not None
            prior.optimize([case.task], Budget(2, seed))  # what is loaded at first use is not the plan's time
            trace: Trace = []
            [outcome] = prior.optimize(
                [case.task], Budget(settings.steps, seed, BUDGETS_MS[-1] / 1000.0, recipe=True), _into(trace)
            )
            for ms in BUDGETS_MS:
                outcome.terms[f"objective_m@{ms}ms"] = error_at(trace, ms, case)
            outcome.terms["ms_to_1cm"] = next(
                (t for t, e in trace if e <= _TOLERANCE_M), float(BUDGETS_MS[-1])
            )
            made.append(outcome)
        return made

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        names = [a.name for a in self.columns if a.name != "ms_per_step"]
        timed = [o for o in outcomes if o.terms]
        scores = {n: float(np.mean([o.terms[n] for o in timed])) for n in names} if timed else {}
        stepped = [1000.0 * o.seconds / o.steps for o in timed if o.steps]
        return scores | ({"ms_per_step": float(np.mean(stepped))} if stepped else {})


def _into(trace: Trace) -> Callable[[int, float, float], None]:
    """Writes down every report of the optimiser."""
    return lambda task, seconds, error_m: trace.append((1000.0 * seconds, error_m))


def error_at(trace: Trace, ms: float, case: Case) -> float:
    """Error of the best so far at a time; before the first report that of the untouched motion."""
    assert case.task is not None and case.task.reference is not None
    known = [error for t, error in trace if t <= ms]
    return known[-1] if known else max(case.task.target_errors_m(case.task.reference))
