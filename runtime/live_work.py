"""The worker's side of live characters: one tick plans for all of them as one batch. No asyncio, no gRPC here."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lamp.live import Plan
from runtime.backend import Backend, Character, CharacterStart, Job
from runtime.coordinates import CoordinateSystem
from runtime.encode import FrameBlock
from runtime.log import SessionLog
from runtime.playhead import Playhead
from runtime.recording import SessionRecording
from runtime.scene_state import Wishes, apply

log = logging.getLogger(__name__)
_TICK_S = 0.05  # how long one tick should take: newcomers wait this long at most
_MOST_STEPS = 8
_MARGIN_S = 0.1  # plans should begin so much after the playhead: the reach of interpolation
_MOST_SLACK_S = 1.0


class Listener(Protocol):
    """Who hears of a character. Called on the worker thread; must return at once."""

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        """The motion changed from ``start_frame`` on."""

    def failed(self, error: Exception) -> None:
        """This character cannot go on; it is not planned for any more."""


@dataclass(eq=False)
class LiveWork:
    """One character in the worker's hands."""

    start: CharacterStart
    coordinates: CoordinateSystem
    fps: float
    playhead: Playhead
    listener: Listener
    log: SessionLog
    wishes: Wishes  # newest, set by the event loop
    recording: SessionRecording | None = None
    closed: bool = False  # set by the event loop; the worker lets go at the next tick
    character: Character[Any] = field(init=False)
    applied: Wishes = field(init=False)
    job: Job | None = None
    job_revision: int = -1
    planned_revision: int = -1  # of the last plan published
    end_frame: int = field(init=False)  # one past the last frame rendered
    last_plan: Plan | None = None
    let_go: bool = False  # the worker plans for it no more
    slack_s: float = 0.0  # how much later plans begin than they would on a fast machine; learned

    def __post_init__(self) -> None:
        self.end_frame = self.first_frame

    @property
    def first_frame(self) -> int:
        """Index of the first frame of the session."""
        return math.ceil(self.start.time_s * self.fps - 1e-6)

    def begin(self, backend: Backend[Any]) -> None:
        """Make the character (worker thread)."""
        self.character = backend.new_character(self.start)
        if self.recording is not None:
            self.character = self.recording.character(self.character, self.start)
        self.applied = Wishes(self.start.prompt)

    def playhead_s(self) -> float:
        """Where the client is, but never before the start or beyond what is planned."""
        return max(min(self.playhead.now_s(), self.character.planned_until_s), self.start.time_s)

    def prepare(self) -> None:
        """Take over new wishes and start a job if one is due."""
        wishes = self.wishes
        if wishes is not self.applied:
            apply(self.character, self.applied, wishes)
            self.applied = wishes
            if self.job is not None and self.job_revision == self.planned_revision:
                # It improves or continues what the client no longer wants. A first plan for an older wish may finish:
                # a client that changes its mind faster than plans are made would never get one otherwise.
                self.drop_job()
        if self.job is None:
            self.job = self.character.next_job(self.playhead_s() + self.slack_s)
            self.job_revision = self.applied.revision

    def drop_job(self) -> None:
        """Forget the job at hand."""
        if self.job is not None:
            self.character.cancel(self.job)
            self.job = None

    def publish(self, model_fps: float) -> None:
        """Hand the finished job's plan to the listener."""
        assert self.job is not None
        plan, self.job = self.character.publish(self.job, self.playhead_s()), None
        self.planned_revision = self.job_revision
        # Interpolated frames depend on two model frames to either side, so they change a little before the plan does.
        changed_s = plan.start_s - 2.0 / model_fps
        start = math.floor(changed_s * self.fps + 1e-6) + 1
        # What is on the screen already stays, unless the plan itself comes too late for that.
        shown = math.floor(self.playhead_s() * self.fps + 1e-6) + 1
        start = max(start, min(shown, math.ceil(plan.start_s * self.fps - 1e-6)), self.first_frame)
        if self.last_plan is not None:
            self._learn(plan.start_s - self.playhead_s(), plan.plan_id)
        self._tell(plan, min(start, self.end_frame))

    def attach(
        self, listener: Listener, log: SessionLog, coordinates: CoordinateSystem, fps: float, first_frame: int
    ) -> None:
        """Go on for another stream (worker thread): it hears of the present plan, with all frames from ``first_frame``.

        Raises ``LookupError`` when the worker has let go of this character.
        """
        if self.let_go:
            raise LookupError("the character is gone")
        self.listener, self.log, self.coordinates, self.fps = listener, log, coordinates, fps
        self.end_frame = first_frame
        if self.last_plan is not None:
            self._tell(self.last_plan, first_frame)

    def _tell(self, plan: Plan, start: int) -> None:
        """Render everything planned from frame ``start`` on and hand it to the listener."""
        motion = self.character.frames(start / self.fps, self.character.planned_until_s, self.fps)
        frames = FrameBlock.of(motion, start, plan.plan_id, self.coordinates)
        self.last_plan, self.end_frame = plan, frames.end
        self.listener.planned(plan, start, frames)

    def _learn(self, margin_s: float, plan_id: int) -> None:
        """Plan from later on when plans come too late, and from earlier on again when there is time to spare."""
        if margin_s < 0:
            self.log.info(
                "plan %d begins %.3f s before the playhead; later ones will begin later", plan_id, -margin_s
            )
        if margin_s < _MARGIN_S:
            self.slack_s = min(self.slack_s + _MARGIN_S - margin_s, _MOST_SLACK_S)
        else:
            self.slack_s = max(self.slack_s - 0.2 * (margin_s - _MARGIN_S), 0.0)


class LiveTicker:
    """All live characters of one backend."""

    def __init__(
        self, backend: Backend[Any], *, max_batch: int = 64, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backend = backend
        self._max_batch = max_batch
        self._clock = clock
        self._steps = 1
        self.works: list[LiveWork] = []

    def tick(self) -> bool:
        """Plan a little for everybody who needs it; whether anything was done."""
        for work in [work for work in self.works if work.closed]:
            self._let_go(work)
        for work in list(self.works):
            self._guard(work, work.prepare)
        busy = sorted(
            (w for w in self.works if w.job is not None), key=lambda w: w.job.deadline_s if w.job else 0.0
        )
        if not busy:
            return False
        self._advance(busy[: self._max_batch])
        for work in busy:
            if work.job is not None and work.job.finished:
                self._guard(work, lambda work=work: work.publish(self._backend.info.fps))  # type: ignore[misc]
        return True

    def _advance(self, works: Sequence[LiveWork]) -> None:
        began = self._clock()
        try:
            self._backend.advance([work.job for work in works], self._steps)
        except Exception:
            log.exception("a batch of %d characters failed; trying them one by one", len(works))
            for work in works:
                self._guard(work, lambda work=work: self._backend.advance([work.job], 1))  # type: ignore[misc]
        step_s = (self._clock() - began) / self._steps
        self._steps = max(1, min(_MOST_STEPS, int(_TICK_S / max(step_s, 1e-6))))

    def _guard(self, work: LiveWork, do: Callable[[], None]) -> None:
        """A character that fails is let go; the others and the worker go on."""
        try:
            do()
        except Exception as error:
            work.log.exception("planning failed; the session ends")
            self._let_go(work)
            work.listener.failed(error)

    def _let_go(self, work: LiveWork) -> None:
        self.works.remove(work)
        work.let_go = True
        try:
            work.drop_job()
        except Exception:
            work.log.exception("the job of an ended session could not be cancelled")
            work.job = None
