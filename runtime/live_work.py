"""One live character in the worker's hands: what it needs, and what is done for it. No asyncio, no gRPC here."""

from __future__ import annotations

import math
import time
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
from runtime.token_bucket import TokenBucket

REFILL_S = 2.0  # of frames left: below it more are needed; a little before the planner itself would say so
_RESERVE_S = 0.5  # of frames that should be left when the next plan comes
_PATIENCE_S = 0.5  # improvements may come so much later than what a client waits for
_PENALTY_S = 1.0  # plans of a character that owes device time may come so much later
_MOST_PAUSE_S = 1.0  # between the plans of such a character
_LOOK_S = 0.1  # how often a character that wants nothing is asked again
_MARGIN_S = 0.1  # plans should begin so much after the playhead: the reach of interpolation
_MOST_SLACK_S = 1.0


class Listener(Protocol):
    """Who hears of a character. Called on the worker thread; must return at once."""

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        """The motion changed from ``start_frame`` on."""

    def failed(self, error: Exception) -> None:
        """This character cannot go on; it is not planned for any more."""

    def over_budget(self, share: float) -> None:
        """It takes more than ``share`` of the device while others wait, and comes after them for a while."""


@dataclass
class JobCost:
    """What a job has had."""

    steps: int = 0
    device_s: float = 0.0  # of the batches it was in


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
    unread: bool = (
        False  # set by the listener: its last plan did not go out yet, so another would be for nobody
    )
    closed: bool = False  # set by the event loop; the worker lets go at the next tick
    character: Character[Any] = field(init=False)
    applied: Wishes = field(init=False)
    budget: TokenBucket | None = None  # of device seconds; None: as many as it likes
    told_of_budget: bool = False
    job: Job | None = None
    job_revision: int = -1
    job_read_s: float = 0.0  # when the wishes the job is for were read
    planned_revision: int = -1  # of the last plan published
    planned_at_s: float = field(default_factory=time.monotonic)  # by the clock: when that was, or its start
    unanswered_since_s: float = field(
        default_factory=time.monotonic
    )  # by the clock: of the wishes no plan knows
    look_at_s: float = 0.0  # by the clock: before then no job is due, unless the wishes change
    spent: JobCost = field(default_factory=JobCost)
    end_frame: int = field(init=False)  # one past the last frame rendered
    last_plan: Plan | None = None
    came_late: bool = False  # after the playhead had passed where it begins
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

    def frames_left_s(self) -> float:
        """How much of the plan is still to be played."""
        return self.character.planned_until_s - self.playhead_s()

    # -- what it needs ------------------------------------------------------------------------------------------------

    @property
    def unanswered(self) -> bool:
        """Whether no plan knows the newest wishes yet."""
        return self.applied.revision != self.planned_revision

    @property
    def in_need(self) -> bool:
        """Whether it needs a plan, rather than having use for a better one."""
        return self.unanswered or self.frames_left_s() < REFILL_S

    def due_since_s(self, now_s: float) -> float:
        """By the clock: since when it has been in need."""
        if self.unanswered:
            return self.unanswered_since_s
        return now_s - (REFILL_S - self.frames_left_s())

    def needed_by_s(self, now_s: float) -> float:
        """By the clock: when the job at hand should be published.

        That is its own deadline, later where it is an improvement or the character took more than its share; but in any
        case before the frames run out.
        """
        assert self.job is not None
        wanted_s = self.job.deadline_s
        if self.job_revision == self.planned_revision:
            wanted_s += _PATIENCE_S
        if self.owes_s() > 0:
            wanted_s += _PENALTY_S
        return min(wanted_s, now_s + self.frames_left_s() - _RESERVE_S)

    def owes_s(self) -> float:
        """Seconds until its use of the device is within its share again."""
        return self.budget.owed_s() if self.budget is not None else 0.0

    def must_wait(self, now_s: float) -> bool:
        """Whether others come first: it owes device time, got a plan not long ago, and its frames will last."""
        pause_s = min(self.owes_s(), _MOST_PAUSE_S)
        return now_s < self.planned_at_s + pause_s and self.frames_left_s() > REFILL_S

    # -- what is done for it ------------------------------------------------------------------------------------------

    def take_over(self) -> None:
        """Tell the character of new wishes; a job that improves what the client no longer wants is dropped."""
        wishes = self.wishes
        if wishes is self.applied:
            return
        if not self.unanswered:
            self.unanswered_since_s = wishes.read_s
        apply(self.character, self.applied, wishes)
        self.applied = wishes
        self.look_at_s = 0.0
        if self.job is not None and self.job_revision == self.planned_revision:
            # A first plan for an older wish may finish: a client that changes its mind faster than plans are made would
            # never get one otherwise.
            self.drop_job()

    def start_job(self, now_s: float) -> bool:
        """Begin the job that is due; whether there was one."""
        self.job = self.character.next_job(self.playhead_s() + self.slack_s)
        self.job_revision, self.job_read_s = self.applied.revision, self.applied.read_s
        self.spent = JobCost()
        if self.job is None:
            self.look_at_s = now_s + _LOOK_S
        return self.job is not None

    def drop_job(self) -> None:
        """Forget the job at hand."""
        if self.job is not None:
            self.character.cancel(self.job)
            self.job = None

    def charge(self, steps: int, device_s: float, rows: int) -> None:
        """The job at hand was in a batch of ``rows`` rows that did ``steps`` steps in ``device_s``."""
        self.spent.steps += steps
        self.spent.device_s += device_s
        if self.budget is not None:
            self.budget.take(device_s / rows)

    def publish(self, model_fps: float) -> Plan:
        """Hand the finished job's plan to the listener."""
        assert self.job is not None
        plan, self.job = self.character.publish(self.job, self.playhead_s()), None
        self.planned_revision, self.planned_at_s = self.job_revision, time.monotonic()
        # Interpolated frames depend on two model frames to either side, so they change a little before the plan does.
        changed_s = plan.start_s - 2.0 / model_fps
        start = math.floor(changed_s * self.fps + 1e-6) + 1
        # What is on the screen already stays, unless the plan itself comes too late for that.
        shown = math.floor(self.playhead_s() * self.fps + 1e-6) + 1
        start = max(start, min(shown, math.ceil(plan.start_s * self.fps - 1e-6)), self.first_frame)
        if self.last_plan is not None:
            self._learn(plan.start_s - self.playhead_s(), plan.plan_id)
        self._tell(plan, min(start, self.end_frame))
        return plan

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
        self.came_late = margin_s < 0
        if self.came_late:
            self.log.info(
                "plan %d begins %.3f s before the playhead; later ones will begin later", plan_id, -margin_s
            )
        if margin_s < _MARGIN_S:
            self.slack_s = min(self.slack_s + _MARGIN_S - margin_s, _MOST_SLACK_S)
        else:
            self.slack_s = max(self.slack_s - 0.2 * (margin_s - _MARGIN_S), 0.0)
