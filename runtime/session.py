"""One live character as the event loop sees it: takes messages in, and always knows what to say next.

Nothing queues: the scene is one value (``Wishes``), the unsent plan is the newest one, frames come from ``Outbox``, and
notices are few. A client that stops reading therefore costs a bounded amount of memory.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from lamp.live import Plan
from runtime import encode
from runtime import limits as bounds
from runtime.backend import BackendInfo
from runtime.decode import Opening, read_prompt
from runtime.decode_scene import read_scene_update
from runtime.encode import FrameBlock
from runtime.geometry.entry import Entry
from runtime.geometry.reference import NO_SHELF, Shelf
from runtime.geometry.store import GeometryStore
from runtime.limits import Limits
from runtime.live_work import LiveWork
from runtime.log import SessionLog, with_fields
from runtime.metrics import Metrics
from runtime.notices import Notices
from runtime.outbox import Outbox
from runtime.pb.v1 import drive_pb2
from runtime.playhead import Playhead
from runtime.resume import first_frame_again, log_name
from runtime.scene_state import Wishes
from runtime.session_stats import SessionStats
from runtime.status import Fault, fault_of
from runtime.validation import Checker, Refused, Violation

log = logging.getLogger(__name__)
Notice = drive_pb2.Notice
_CHUNK_S = 0.2  # frames are sent this often
_MOST_FRAMES = 256  # in one message: 170 kB, and little time of the loop
_STALE_S = 0.5  # by the clock: frames older than this are of no use any more
_AHEAD_S = 0.5  # a playhead this far beyond what was sent is worth a notice


class Session:
    """A character between its Hello and its end. Lives on the event loop, except ``planned`` and ``failed``."""

    def __init__(
        self,
        token: str,
        opening: Opening,
        info: BackendInfo,
        limits: Limits,
        wake_worker: Callable[[], None],
        lost: LiveWork | None = None,
        metrics: Metrics | None = None,
        geometry: GeometryStore | None = None,
    ) -> None:
        """``lost``: the character of a session of the same token whose stream broke, to go on with. Geometry is found
        in ``geometry``."""
        self.token = token
        self.log = SessionLog(log, log_name(token))
        self.stats = SessionStats(metrics=metrics or Metrics())
        self.client_name = opening.client_name
        self.started = False  # the worker has its character
        self.active_s = time.monotonic()  # when something last came in or went out
        self._opening, self._info, self._limits = opening, info, limits
        self._wake_worker = wake_worker
        self._loop = asyncio.get_running_loop()
        self.resumed = lost is not None
        self.work = lost or LiveWork(
            opening.start,
            opening.coordinates,
            opening.fps,
            Playhead(start_s=opening.start.time_s),
            self,
            self.log,
            Wishes(opening.start.prompt),
        )
        self._playhead = self.work.playhead
        self.first_frame = self.work.first_frame if lost is None else first_frame_again(lost, opening)
        self._outbox = Outbox(self.first_frame)
        self._plan: tuple[Plan, int] | None = (
            None  # newest unsent plan, and the first frame changed since the last sent
        )
        self._notices = Notices()
        self._told_of_messages = False
        self._playhead_was_ahead = False
        self._going_away: drive_pb2.GoingAway | None = None
        self._frames_at_s = 0.0  # when frames may be sent next
        self._fault: Fault | None = None
        self._ended = False
        self._changed = asyncio.Event()
        self.faulty = asyncio.Event()  # set by ``fail``
        self._shelf: Shelf = NO_SHELF if geometry is None else geometry
        if geometry is not None:
            geometry.watch(self)

    # -- from the worker thread -------------------------------------------------------------------------------------

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        """The motion changed (``live_work.Listener``)."""
        self.work.unread = True
        self._loop.call_soon_threadsafe(self._on_plan, plan, start_frame, frames)

    def failed(self, error: Exception) -> None:
        """The character cannot go on (``live_work.Listener``)."""
        self._loop.call_soon_threadsafe(self.fail, fault_of(error))

    def over_budget(self, share: float) -> None:
        """The character comes after others for a while (``live_work.Listener``)."""
        message = (
            f"this session takes more than its share of the device, {share:.0%}, while others wait; its plans come "
            "later until it does not: change the scene less often"
        )
        self._loop.call_soon_threadsafe(self.notify, Notice.CODE_BUDGET, message)

    def too_many_messages(self) -> None:
        """More came than may; said once, while reading slows down."""
        if not self._told_of_messages:
            self._told_of_messages = True
            self.notify(
                Notice.CODE_BUDGET,
                f"more than {self._limits.max_messages_per_s:g} messages a second; they are read only so fast from now "
                "on: send playheads and changes less often, the newest is what counts",
            )

    def attach(self) -> None:
        """Take over a character from the session before (worker thread)."""
        opening = self._opening
        self.work.attach(self, self.log, opening.coordinates, opening.fps, self.first_frame)

    def _on_plan(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        if self._plan is not None:
            start_frame = min(start_frame, self._plan[1])
        self._plan = (plan, start_frame)
        self._outbox.put(frames.first, frames)
        self._changed.set()

    # -- from the client ----------------------------------------------------------------------------------------------

    def handle(self, request: drive_pb2.DriveRequest) -> None:
        """Take in one message after Hello. What cannot be used becomes a notice and changes nothing."""
        if self._fault is not None:
            return  # it failed, or another stream took over: what comes late must not reach the character
        self.active_s = time.monotonic()
        self.stats.messages += 1
        self.received(request)
        kind = request.WhichOneof("message")
        try:
            if kind == "scene_update":
                self._update_scene(request.scene_update)
            elif kind == "prompt":
                self._update_prompt(request.prompt)
            elif kind == "playhead":
                self._update_playhead(request.playhead.time_s)
            elif kind == "bye":
                self.end()
            elif kind == "hello":
                self.notify(
                    Notice.CODE_INVALID, "Hello came twice; open another stream for another character"
                )
            else:
                self.notify(
                    Notice.CODE_UNSUPPORTED,
                    f"a message of a kind this server does not know; it speaks version {bounds.PROTOCOL_VERSION}",
                )
        except Refused as refused:
            revision = getattr(getattr(request, str(kind)), "revision", 0)
            message = f"{kind} was refused, nothing changed: {refused}"
            self.notify(Notice.CODE_INVALID, message, revision, refused.violations)

    def _update_scene(self, message: drive_pb2.SceneUpdate) -> None:
        if self._is_stale(message.revision):
            return
        now_s = self.playhead_s()
        self._wish(
            read_scene_update(
                message, self.work.wishes, self._opening.coordinates, now_s, self._limits, self._shelf
            )
        )

    def _update_prompt(self, message: drive_pb2.Prompt) -> None:
        if self._is_stale(message.revision):
            return
        check = Checker("prompt")
        text = read_prompt("text", message.text, check, self._limits)
        check.done()
        wishes = self.work.wishes
        self._wish(replace(wishes, prompt=text, revision=message.revision or wishes.revision + 1))

    def _wish(self, wishes: Wishes) -> None:
        self.work.wishes = replace(wishes, read_s=time.monotonic())
        self.stats.changed(wishes.revision)
        self._wake_worker()

    def geometry_settled(self, entry: Entry) -> None:
        """Geometry became ready, or could not be built (``geometry.store.Watcher``)."""
        wishes = self.work.wishes
        ids = wishes.waiting_for(entry)
        if not ids or self.work.listener is not self:
            return
        who = f"geometry {entry.id[:12]}... of {', '.join(ids)}"
        if entry.grid is None:
            self.notify(
                Notice.CODE_GEOMETRY, f"{who} could not be built, plans do not know it: {entry.problem}"
            )
            return
        self._wish(wishes.with_geometry(entry))
        mend = f"; {entry.problem}" if entry.problem else ""
        self.notify(Notice.CODE_GEOMETRY, f"{who} is ready ({entry.grid.sign_rule}){mend}")

    def _is_stale(self, revision: int) -> bool:
        last = self.work.wishes.revision
        if revision == 0 or revision > last:
            return False
        self.notify(
            Notice.CODE_STALE_REVISION,
            f"revision {revision} is not greater than {last}; nothing changed. Count up, or send 0",
            revision,
        )
        return True

    def _update_playhead(self, time_s: float) -> None:
        check = Checker("playhead")
        check.number("time_s", time_s, 0.0, bounds.MAX_SESSION_S)
        check.done()
        last = self._playhead.last_told_s if self._playhead.told else 0.0
        sent_s = max(self._outbox.next_index - 1, 0) / self._opening.fps
        if time_s < last:
            self.notify(
                Notice.CODE_PLAYHEAD,
                f"{time_s:.3f} s is before {last:.3f} s, told earlier; it was not followed",
            )
            return
        ahead = time_s > sent_s + _AHEAD_S
        if ahead and not self._playhead_was_ahead:
            self.stats.stalled()
            self.notify(
                Notice.CODE_PLAYHEAD,
                f"{time_s:.3f} s is beyond {sent_s:.3f} s, the last frame sent; taken as {sent_s:.3f} s. Hold the last "
                "frame and the clock while there is no newer frame",
            )
        self._playhead_was_ahead = ahead
        self._playhead.tell(max(min(time_s, sent_s), last))
        self._changed.set()

    def playhead_s(self) -> float:
        """Session time at the client, never beyond what is planned."""
        return min(self._playhead.now_s(), max(self._outbox.end_index - 1, 0) / self._opening.fps)

    # -- to the client ------------------------------------------------------------------------------------------------

    def welcome(self) -> drive_pb2.DriveResponse:
        """The answer to Hello."""
        opening, info = self._opening, self._info
        if opening.resume_token and not self.resumed:
            self.notify(
                Notice.CODE_UNSUPPORTED,
                "no session with this resume_token is kept here (any more); the session starts anew from this Hello: "
                "send the scene again",
            )
        return drive_pb2.DriveResponse(
            welcome=encode.welcome_message(
                opening, info, self._limits, token=self.token, resumed=self.resumed, first_frame=self.first_frame,
                revision=self.work.wishes.revision,
            )
        )  # fmt: skip

    def received(self, request: drive_pb2.DriveRequest) -> None:
        """A message has come in; one of a stream that another one took over belongs to no recording."""
        if self.work.recording is not None and self.work.listener is self:
            self.work.recording.tape.received(request)

    def sent(self, message: drive_pb2.DriveResponse) -> None:
        """A message has gone out."""
        self.active_s = time.monotonic()
        if self.work.recording is not None and self.work.listener is self:
            self.work.recording.tape.sent(message)

    async def next_message(self) -> drive_pb2.DriveResponse | None:
        """Waits for something to say; None at the end of the session, raises ``Fault`` when it failed."""
        while True:
            message = self._compose()
            if message is not None or self._ended:
                return message
            self._changed.clear()
            wait_s = max(self._frames_at_s - time.monotonic(), 0.01) if self._outbox_has_more() else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue  # frames have become due

    def _compose(self) -> drive_pb2.DriveResponse | None:
        """What there is to say now, the most urgent first; made at the last moment, so that it is never stale."""
        if self._fault is not None:
            raise self._fault
        if self._ended:
            return None
        if self._going_away is not None:
            message, self._going_away = self._going_away, None
            return drive_pb2.DriveResponse(going_away=message)
        if self._plan is not None:
            return drive_pb2.DriveResponse(plan=self._compose_plan(*self._plan))
        if (notice := self._notices.take()) is not None:
            return drive_pb2.DriveResponse(notice=notice)
        if time.monotonic() >= self._frames_at_s:
            frames = self._take_frames()
            if frames is not None:
                return drive_pb2.DriveResponse(frames=drive_pb2.Frames(frames=frames.messages()))
        return None

    def _compose_plan(self, plan: Plan, start_frame: int) -> drive_pb2.Plan:
        self._plan = None
        self.work.unread = False
        self._wake_worker()
        self._playhead.start()
        self.stats.plan_sent(plan.scene_revision)
        frames = self._take_frames()
        return encode.plan_message(plan, start_frame, self._outbox.end_index, frames)

    def _limit(self) -> int:
        """One past the last frame the client may have now."""
        return math.floor((self.playhead_s() + self._opening.horizon_s) * self._opening.fps + 1e-6) + 1

    def _take_frames(self) -> FrameBlock | None:
        self._frames_at_s = time.monotonic() + _CHUNK_S
        if not self._playhead.told:
            old = math.floor((self.playhead_s() - _STALE_S) * self._opening.fps)
            self.stats.frames_dropped(self._outbox.drop_before(old))
        frames = self._outbox.take(self._limit(), _MOST_FRAMES)
        self.stats.frames_sent(len(frames) if frames is not None else 0)
        return frames

    def _outbox_has_more(self) -> bool:
        return self._outbox.next_index < self._outbox.end_index

    def notify(
        self, code: Notice.Code, message: str, revision: int = 0, found: Sequence[Violation] = ()
    ) -> None:
        """Tell the client something."""
        self.stats.noticed(Notice.Code.Name(code))
        self.log.info("notice: %s", message)
        self._notices.add(
            Notice(code=code, message=message, revision=revision, violations=encode.violations(found))
        )
        self._changed.set()

    # -- ends -------------------------------------------------------------------------------------------------------

    def log_end(self, reason: str) -> None:
        """The line that closes a session: why, and what it has done."""
        self.log.info("session closed", extra=with_fields(reason=reason, **self.stats.summary()))

    def go_away(self, reason: str, grace_s: float) -> None:
        """Announce the end; the session goes on until ``fail`` or ``end``."""
        self._going_away = drive_pb2.GoingAway(reason=reason, grace_s=grace_s)
        self._changed.set()

    def end(self) -> None:
        """No more messages; the stream ends well."""
        self._ended = True
        self._changed.set()

    def fail(self, fault: Fault) -> None:
        """No more messages; the stream ends with ``fault``."""
        self._fault = self._fault or fault
        self.faulty.set()
        self._changed.set()

    @property
    def fault(self) -> Fault | None:
        """Why the session failed, if it did."""
        return self._fault
