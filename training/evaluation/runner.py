"""Runs every cell of the asked-for tables and priors, in chunks, with what is already on disk left alone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import console
from training.evaluation.clips import RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.store import Cell
from training.evaluation.tables.base import Case, Table, originals
from training.priors.base import Outcome, Prior

_SAME_CELLS = {"T7": "T2"}  # a table whose cases, motions and scores are those of another is not made twice


@dataclass(frozen=True)
class Work:
    """One cell and everything it needs."""

    table: Table
    prior: Prior
    repeat: int
    cell: Cell

    @property
    def place(self) -> tuple[str, str, int]:
        return self.table.key, self.prior.name, self.repeat


class Runner:
    """Makes the motions of all cells, then scores them. ``results()`` is what the reports are written from."""

    def __init__(self, clips: RealClips, judge: Judge, settings: Settings, out: Path) -> None:
        self.clips, self.judge, self.settings, self.out = clips, judge, settings, out
        self.done: dict[tuple[str, str, int], dict[str, Any]] = {}
        self._data = clips.fingerprint()

    def plan(self, tables: Sequence[Table], priors: Sequence[Prior]) -> list[Work]:
        """Cells in the order they are run: table by table, so that a table is soon complete for all priors."""
        keys = {prior.name: prior.key for prior in priors}
        what = {
            "settings": {k: v for k, v in asdict(self.settings).items() if k != "repeats"},
            "data": self._data,
        }
        return [
            self._work(table, prior, repeat, {**what, "prior": keys[prior.name]})
            for table in tables
            for repeat in range(self.settings.repeats)
            for prior in priors
            if table.needs in prior.abilities
        ]

    def _work(self, table: Table, prior: Prior, repeat: int, what: dict[str, Any]) -> Work:
        cells = _SAME_CELLS.get(table.key, table.key)
        return Work(table, prior, repeat, Cell.of(self.out, cells, prior.name, repeat, what))

    def finished(self, works: Sequence[Work]) -> list[Work]:
        """Those that have their scores already."""
        return [work for work in works if work.cell.scores(self._judge_key) is not None]

    def run(self, works: Sequence[Work]) -> Iterator[Work]:
        """Finish every cell; yields each one when it has its scores."""
        began, made = time.monotonic(), 0
        for number, work in enumerate(works, 1):
            stored = work.cell.scores(self._judge_key)
            if stored is None:
                stored = self._cell(work, f"{number}/{len(works)}")
                made += 1
                left_s = (time.monotonic() - began) / made * (len(works) - number)
                console.warn(f"{number} of {len(works)} cells, about {left_s / 60:.0f} min left")
            self.done[work.place] = stored
            yield work

    @property
    def _judge_key(self) -> str:
        return f"{self.judge.evaluator.name}-{self.judge.evaluator.hash}"

    def _cell(self, work: Work, place: str) -> dict[str, Any]:
        cases = work.table.cases(self.clips, self.settings, work.repeat, work.prior)
        outcomes = self._motions(work, cases, place)
        rng = np.random.default_rng(self.settings.rng_seed("score", work.repeat))
        scores = _score(work.table, cases, outcomes, self.judge, rng)
        rng = np.random.default_rng(self.settings.rng_seed("score", work.repeat))
        real = _score(work.table, cases, originals(cases), self.judge, rng)
        return work.cell.keep_scores(self._judge_key, scores, real)

    def _motions(self, work: Work, cases: list[Case], place: str) -> list[Outcome]:
        size = work.table.chunk
        starts = range(0, len(cases), size)
        label = f"{place} {work.table.key} {work.prior.name} run {work.repeat + 1}"
        outcomes: list[Outcome] = []
        for index, start in enumerate(console.track(starts, label)):
            chunk = work.cell.chunk(index)
            if chunk is None:
                seed = int(
                    np.random.default_rng(self.settings.rng_seed("noise", work.repeat)).integers(2**31)
                )
                chunk = work.table.make(work.prior, cases[start : start + size], self.settings, seed + start)
                work.cell.keep_chunk(index, chunk)
            outcomes += chunk
        return outcomes

    def results(self, works: Sequence[Work]) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """table -> prior -> the finished runs."""
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for work in works:
            if work.place in self.done:
                runs = found.setdefault(work.table.key, {}).setdefault(work.prior.name, [])
                runs.append(self.done[work.place])
        return found


def _score(
    table: Table, cases: list[Case], outcomes: list[Outcome], judge: Judge, rng: np.random.Generator
) -> Scores:
    """Scores, without those that came out as no number (no case of that kind)."""
    return {k: float(v) for k, v in table.score(cases, outcomes, judge, rng).items() if np.isfinite(v)}
