"""Writes down every decision that a character's plans depend on, while they are made.

A plan is a function of the intent, the playheads at which jobs began and were published, and the steps the engine did,
in which batch and at which row. Clocks and deadlines only choose these; so a replay needs these, and no clock.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from lamp.live import Plan
from lamp.motion import Motion
from lamp.optimizer import EngineRun, NoiseOptimizer, PlanJob
from runtime.backend import Character, CharacterStart
from runtime.recording import values
from runtime.recording.events import Began, Called, JobDropped, JobStarted, Published, Rendered
from runtime.recording.tape import Tape

INTENT = re.compile(r"(set|put|remove)_[a-z_]+")  # methods of a character that say what is wanted of it
NOT_COMPARED = ("optimise_s",)  # of a plan: time by the clock


def plan_fields(plan: Plan) -> dict[str, Any]:
    """A plan as plain data, without what a clock decides."""
    encoded: dict[str, Any] = values.encode(plan, bytearray())
    return {name: value for name, value in encoded.items() if name not in NOT_COMPARED}


def motion_digest(motion: Motion) -> str:
    """A name for the exact bits of a motion."""
    return values.digest(motion.positions_m, motion.local_rotations_xyzw, motion.contacts)


class EngineWatch:
    """Tells characters what the engine did to their jobs. Belongs to the worker thread."""

    def __init__(self, optimizer: NoiseOptimizer | None) -> None:
        self._owners: dict[int, tuple[JournalledCharacter, int]] = {}  # by identity of a row's state
        self._optimizer = optimizer
        self._engine = optimizer.engine.name if optimizer is not None else ""
        if optimizer is not None:
            optimizer.on_run = self._ran

    def follow(self, character: JournalledCharacter, job: Any) -> None:
        """Report on this job from now on."""
        if isinstance(job, PlanJob):
            for start, (_, state) in enumerate(job.rows):
                self._owners[id(state)] = (character, start)

    def forget(self, job: Any) -> None:
        """No more reports on this job."""
        if isinstance(job, PlanJob):
            for _, state in job.rows:
                self._owners.pop(id(state), None)

    def _ran(self, run: EngineRun) -> None:
        for row, state in enumerate(run.states):
            owner = self._owners.get(id(state))
            if owner is None:
                continue
            if self._optimizer is not None and self._optimizer.engine.name != self._engine:
                owner[0].tape.stop(f"the engine {self._engine} was given up, no replay could follow that")
            owner[0].ran(owner[1], run.batch, row, run.steps)


class JournalledCharacter:
    """A ``backend.Character`` that notes what is done with it. Belongs to the worker thread."""

    def __init__(
        self, character: Character[Any], start: CharacterStart, tape: Tape, watch: EngineWatch
    ) -> None:
        self._character, self.tape, self._watch = character, tape, watch
        self._runs: list[tuple[int, int, int, int]] = []
        tape.add(Began, start)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the character's own; intents are noted on their way."""
        own = getattr(self._character, name)
        return functools.partial(self._intend, name, own) if INTENT.fullmatch(name) else own

    def _intend(self, name: str, own: Any, *arguments: Any, **options: Any) -> Any:
        self.tape.add(Called, name, arguments, options)
        return own(*arguments, **options)

    def next_job(self, playhead_s: float) -> Any:
        """See ``Character``. A call that starts nothing changes nothing that a plan depends on, and is not noted."""
        job = self._character.next_job(playhead_s)
        if job is not None:
            self._runs = []
            self._watch.follow(self, job)
            self.tape.add(JobStarted, playhead_s)
        return job

    def ran(self, start: int, batch: int, row: int, steps: int) -> None:
        """The engine moved one start of the job at hand."""
        if self._runs and self._runs[-1][:3] == (start, batch, row):
            steps += self._runs.pop()[3]  # steps one after the other are the same as all at once
        self._runs.append((start, batch, row, steps))

    def publish(self, job: Any, playhead_s: float | None = None) -> Plan:
        """See ``Character``."""
        plan = self._character.publish(job, playhead_s)
        self._watch.forget(job)
        self.tape.add(Published, playhead_s, job.steps, tuple(self._runs), plan_fields(plan))
        return plan

    def cancel(self, job: Any) -> None:
        """See ``Character``."""
        self._watch.forget(job)
        self.tape.add(JobDropped)
        self._character.cancel(job)

    def frames(self, start_s: float, end_s: float, fps: float) -> Motion:
        """See ``Character``."""
        motion = self._character.frames(start_s, end_s, fps)
        self.tape.add(Rendered, start_s, end_s, fps, len(motion), motion_digest(motion))
        return motion
