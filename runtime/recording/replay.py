"""Planning a recorded session again, from its decisions, and comparing every plan bit for bit.

No clock takes part: jobs begin and are published at the recorded playheads, and get the recorded steps, in batches of
the recorded size and at the recorded row. So on the same kind of device, with the same bundle and the same versions,
every plan must come out the same. Where one does not, the code that plans has changed what it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack

from lamp.errors import InputError
from lamp.live import Plan
from runtime.backend import Backend, Character
from runtime.recording.difference import Difference, frame_difference
from runtime.recording.errors import RecordingError
from runtime.recording.events import Began, Called, Event, JobDropped, JobStarted, Published, Rendered, Step
from runtime.recording.format import Tail
from runtime.recording.journal import INTENT, NOT_COMPARED, motion_digest, plan_fields
from runtime.recording.reader import Recording

OnProgress = Callable[[float], None]  # told the time_s of the event at hand


@dataclass(frozen=True)
class Outcome:
    """What came of a replay. ``difference``: the first thing that was not as recorded; it ends the replay."""

    plans: int  # that were made again, the same bit for bit
    frames: int  # of theirs that were compared
    difference: Difference | None
    tail: Tail

    @property
    def identical(self) -> bool:
        """Whether all that could be read came out the same."""
        return self.difference is None


def differing_provenance(recording: Recording, backend: Backend[Any]) -> dict[str, tuple[str, str]]:
    """What is not as it was when the recording was made: name to (then, now)."""
    then, now = recording.header.provenance, backend.provenance()
    names = sorted(then.keys() | now.keys())
    return {n: (then.get(n, "-"), now.get(n, "-")) for n in names if then.get(n) != now.get(n)}


def check_same_model(recording: Recording, backend: Backend[Any]) -> None:
    """``RecordingError`` unless the backend holds the weights the recording was made with."""
    differing = differing_provenance(recording, backend)
    for name in ("bundle", "weights"):
        if name in differing:
            then, now = differing[name]
            raise RecordingError(
                f"was made with {name} {then}, here is {now}; name the right bundle with --bundle, or see with "
                "--force what the other one does",
                str(recording.path),
            )


def replay(
    recording: Recording, backend: Backend[Any], on_progress: OnProgress = lambda time_s: None
) -> Outcome:
    """Plan the session again on ``backend``. ``RecordingError``: the file does not make sense."""
    run = _Run(recording, backend)
    difference = None
    for event in recording.events():
        on_progress(event.time_s)
        try:
            difference = run.do(event)
        except InputError as error:
            where = "" if isinstance(error, RecordingError) else f" ({error})"
            problem = (
                error.problem if isinstance(error, RecordingError) else f"{event.kind} cannot be repeated"
            )
            raise RecordingError(f"at {event.time_s:.3f} s: {problem}{where}", str(recording.path)) from error
        if difference is not None:
            break
    return Outcome(run.plans, run.frames, difference, recording.tail)


class _Run:
    """The character of a replay and the job at hand."""

    def __init__(self, recording: Recording, backend: Backend[Any]) -> None:
        self._recording, self._backend = recording, backend
        self._character: Character[Any] | None = None
        self._job: Any = None
        self._published: Published | None = None
        self.plans = self.frames = 0

    def do(self, event: Event) -> Difference | None:
        """Repeat one event; what came out differently, if anything did."""
        if isinstance(event, Began):
            self._character = self._backend.new_character(event.start)
        elif isinstance(event, Called):
            self._call(event)
        elif isinstance(event, JobStarted):
            self._job = self._made().next_job(event.playhead_s)
            if self._job is None:
                return Difference(event, "a job was due, now there is none")
        elif isinstance(event, JobDropped):
            self._made().cancel(self._at_hand())
            self._job = None
        elif isinstance(event, Published):
            return self._publish(event)
        elif isinstance(event, Rendered):
            return self._render(event)
        return None

    def _made(self) -> Character[Any]:
        if self._character is None:
            raise RecordingError(
                "a decision comes before the character was made; the file was put together wrongly"
            )
        return self._character

    def _at_hand(self) -> Any:
        if self._job is None:
            raise RecordingError("a job ends that never began; the file was put together wrongly")
        return self._job

    def _call(self, event: Called) -> None:
        own = getattr(self._made(), event.method, None) if INTENT.fullmatch(event.method) else None
        if own is None:
            raise RecordingError(f"a character has no {event.method!r}; use the version that wrote the file")
        try:
            own(*event.arguments, **event.options)
        except (TypeError, ValueError, AttributeError) as error:
            raise RecordingError(f"{event.method} does not take what was recorded ({error})") from error

    def _publish(self, event: Published) -> Difference | None:
        job, self._job = self._at_hand(), None
        self._advance(job, event)
        plan: Plan = self._made().publish(job, event.playhead_s)
        self._published = event
        for name, now in plan_fields(plan).items():
            then = event.plan.get(name)
            if name not in NOT_COMPARED and name in event.plan and msgpack.packb(then) != msgpack.packb(now):
                return Difference(event, _change(name, then, now))
        self.plans += 1
        return None

    def _advance(self, job: Any, event: Published) -> None:
        optimizer = self._backend.optimizer
        if optimizer is not None:
            for step in (Step(*run) for run in event.runs):
                if not 0 <= step.start < len(job.rows):
                    raise RecordingError(f"start {step.start} of a job that has {len(job.rows)}")
                optimizer.repeat(job, step.start, step.batch, step.row, step.steps)
            return
        while job.steps < event.steps:
            before = job.steps
            self._backend.advance([job], event.steps - job.steps)
            if job.steps == before:
                return  # it takes no more; the plan will show whether that matters

    def _render(self, event: Rendered) -> Difference | None:
        motion = self._made().frames(event.start_s, event.end_s, event.fps)
        if self._published is None or motion_digest(motion) == event.digest:
            self.frames += event.frames
            return None
        return frame_difference(self._recording, event, self._published.plan_id, motion)


def _change(name: str, then: Any, now: Any) -> str:
    """What is different in a field of a plan; of a map, the first entry that is."""
    if isinstance(then, dict) and isinstance(now, dict) and then.keys() == now.keys() == {"$", "items"}:
        before, after = dict(then["items"]), dict(now["items"])
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                return f"its {key} was {before.get(key)}, now it is {after.get(key)}"
    return f"its {name} was {_short(then)}, now it is {_short(now)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
