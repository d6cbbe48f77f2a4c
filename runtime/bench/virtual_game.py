"""A game whose clock waits for the planner: every optimisation step takes the same game time on any machine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.live import LiveCharacter
from lamp.optimizer import PlanJob
from lamp.planner import Planner
from runtime.bench.scene import Whereabouts

Array = NDArray[Any]
_PER_CALL = 2  # steps between looks at the tolerances, as the server does
_OVERHEAD_S = 0.03  # of a job beyond its steps


class VirtualGame:
    """One live character and its playhead. Not real time: :meth:`play_until` returns as soon as it is computed."""

    def __init__(
        self, planner: Planner, character: LiveCharacter, *, step_s: float, fps: float = 30.0
    ) -> None:
        """``step_s``: game time of one optimisation step."""
        self.character, self.fps, self.played = character, fps, list[Array]()
        self._planner, self._step_s = planner, step_s
        self._job: PlanJob | None = None
        self._ready_s = 0.0
        self._begin_job()
        self._publish()  # a game shows nothing before the first plan

    @property
    def now_s(self) -> float:
        """Time of the frame shown last."""
        return (len(self.played) - 1) / self.fps

    def play_until(self, time_s: float) -> None:
        """Show frames up to ``time_s``, planning meanwhile."""
        while self.now_s < time_s - 1e-9:
            now_s = len(self.played) / self.fps
            if self._job is not None and now_s >= self._ready_s:
                self._publish()
            if self._job is None:
                self._begin_job()
            self.played.append(self.character.frames(now_s, now_s, self.fps).positions_m[0])

    def changed(self) -> None:
        """The scene changed just now: an improvement for the old one is dropped, as the server does."""
        if self._job is not None:
            self.character.cancel(self._job)
            self._job = None

    def where(self) -> Whereabouts:
        """The character now and 2 s from now, or as far as is planned."""
        ahead_s = min(self.now_s + 2.0, self.character.planned_until_s)
        ahead = self.character.frames(ahead_s - 0.5 / self.fps, ahead_s, self.fps).positions_m
        (x, _, z), (later_x, _, later_z) = self.played[-1][0], ahead[-1][0]
        return Whereabouts(self.now_s, (float(x), float(z)), (float(later_x), float(later_z)))

    def joints(self, start_s: float, end_s: float) -> Array:
        """Frames ``(N, 22, 3)`` shown from ``start_s`` to ``end_s``."""
        return np.stack(self.played[round(start_s * self.fps) : round(end_s * self.fps) + 1])

    def _begin_job(self) -> None:
        """The job that is due, run to its end; its plan is there when its steps would have been done."""
        now_s = len(self.played) / self.fps
        self._planner.optimizer.pace_s[self._planner.live_shape.frames] = self._step_s
        job = self.character.next_job(now_s)
        if job is None:
            return
        job.deadline_s = float("inf")
        before = int(job.rows[0][1]["count"])  # of the search it goes on with
        while not job.finished:
            self._planner.advance([job], _PER_CALL)
        self._job, self._ready_s = job, now_s + (job.steps - before) * self._step_s + _OVERHEAD_S

    def _publish(self) -> None:
        assert self._job is not None
        self.character.publish(self._job, max(self.now_s, 0.0))
        self._job = None
