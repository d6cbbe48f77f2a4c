"""One live character of the viewer: its session, another one when that ends, and what was wished for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion
from lamp.skeleton import body_axes
from runtime.client import AsyncDriveSession, AsyncLampClient, LampError, Pose, ReceivedPlan, Reconnect
from runtime.viewer.clock import Clock
from runtime.viewer.measure import AnyObstacle
from runtime.viewer.wishes import Wish, Wishes

Array = NDArray[Any]
log = logging.getLogger(__name__)
RETRY_S = (0.5, 1.0, 2.0, 4.0)  # between sessions that ended; the last one repeats
_RECONNECT = Reconnect(give_up_s=3600.0)  # somebody looks at the page and sees what is going on
_KEPT_S = 1.5  # of the last motion, given to a new session
_POLL_S = 0.1
_LEAD_S = (0.1, 2.0)  # what is believed of it
CONNECTING, LIVE, LOST, STOPPED = "connecting", "live", "lost", "stopped"


@dataclass(frozen=True)
class Start:
    """How a character begins."""

    prompt: str = "a person walks forward"
    fps: float = 30.0
    seed: int = 0
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    motion: Motion | None = None  # what it did last; its last frame is at ``time_s``
    time_s: float = 0.0  # session time it begins at


class Character:
    """Lives on the event loop. ``obstacles`` is shared by all characters and read whenever a session begins."""

    def __init__(
        self, name: str, client: AsyncLampClient, start: Start, obstacles: Mapping[str, AnyObstacle]
    ) -> None:
        self.name, self.start = name, start
        self._client, self._obstacles = client, obstacles
        self._again = asyncio.Event()  # begin anew
        self.wishes = Wishes()
        self.clock = Clock()
        self.status, self.trouble = CONNECTING, ""
        self.session: AsyncDriveSession | None = None
        self.pose: Pose | None = None
        self.plan: ReceivedPlan | None = None  # the newest
        self.lead_s = 0.4  # from a change to the first frame it could change, the last time
        self.latency_s: float | None = None  # from the newest answered change to the first plan that knows it
        self.lost = 0  # connections so far
        self._arrivals: dict[str, float] = {}  # by target

    # -- life -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep a session open until cancelled."""
        failures = 0
        while True:
            self._again.clear()
            if self.status == STOPPED:
                await self._again.wait()
                continue
            try:
                await self._one_session()
                failures = 0
            except LampError as error:
                failures = 0 if self.status == LIVE else failures + 1
                self._lose(error)
                await self._pause(max(RETRY_S[min(failures, len(RETRY_S) - 1)], error.retry_after_s or 0.0))

    async def _one_session(self) -> None:
        """From Hello to the end of the stream; ``LampError`` when it ended and nobody here wished it."""
        opened = self._client.drive(
            prompt=self.start.prompt,
            fps=self.start.fps,
            seed=self.start.seed,
            start_position_m=self.start.position_m,
            start_motion=self.start.motion,
            start_time_s=self.start.time_s,
            client_name="lamp-viewer",
            on_plan=self._on_plan,
            reconnect=_RECONNECT,
        )
        async with opened as session:
            self.session, self.plan = session, None
            self.clock.now_s = session.welcome.start_time_s
            await self._tell_everything(session)
            await self._first_frame(session)
            self.status, self.trouble = LIVE, ""
            await self._until_over(session)

    async def _first_frame(self, session: AsyncDriveSession) -> None:
        """Hold the playhead until something can be shown: the server plays on by itself when it hears of none."""
        while session.last_frame_index < 0 and not self._again.is_set():
            await session.set_playhead(self.clock.now_s)
            await asyncio.sleep(_POLL_S)
        first = session.sample(self.clock.now_s)
        if first is not None:  # frames that came too late to be shown were never sent
            self.clock.now_s = max(self.clock.now_s, first.time_s)

    async def _until_over(self, session: AsyncDriveSession) -> None:
        while not self._again.is_set():
            if session.error is not None:
                raise session.error
            if session.closed:
                raise LampError("ABORTED", "the server ended the session")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), _POLL_S)
        self.session = None

    async def _tell_everything(self, session: AsyncDriveSession) -> None:
        now_s, wishes = self.clock.now_s, self.wishes
        for id, obstacle in self._obstacles.items():
            await session.put_obstacle(id, replace(obstacle, time_s=now_s))
        for id, wish in wishes.targets.items():
            await session.put_target(id, wish.at(now_s))
        if wishes.look_at is not None:
            await session.look_at(wishes.look_at)
        if wishes.path is not None:
            await session.set_path(wishes.path)

    def _lose(self, error: LampError) -> None:
        """The session gave up, or the server ended it: go on from where the character is, in another one."""
        if self.status == LIVE:
            self.lost += 1
        log.warning("%s: session lost: %s", self.name, error)
        self.start = self.continued()
        self.session, self.status, self.trouble = None, LOST, str(error)

    def continued(self) -> Start:
        """A start that goes on from here: the same place, pose, speed and session time."""
        if self.session is None or self.pose is None:
            return self.start
        fps = self.session.welcome.fps
        last = min(int(self.clock.now_s * fps), self.session.last_frame_index)
        found = (self.session.frame(i) for i in range(max(last - int(_KEPT_S * fps), 0), last + 1))
        frames = [frame for frame in found if frame is not None]
        if not frames:
            return self.start
        motion = Motion(
            np.stack([f.positions_m for f in frames]),
            np.stack([f.local_rotations_xyzw for f in frames]),
            np.stack([f.contacts for f in frames]),
            fps,
        )
        return replace(self.start, motion=motion, time_s=frames[-1].time_s)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._again.wait(), seconds)

    def _on_plan(self, plan: ReceivedPlan) -> None:
        if self.plan is None or plan.scene_revision > self.plan.scene_revision:
            self.latency_s = plan.latency_s
            if plan.latency_s is not None and self.session is not None:
                sent_s = self.clock.now_s - plan.latency_s
                self.lead_s = float(np.clip(plan.start_frame / self.session.welcome.fps - sent_s, *_LEAD_S))
        self.plan = plan

    def restart(self, start: Start) -> None:
        """End the session and begin anew; also after ``stop``."""
        self.start, self.status, self.trouble = start, CONNECTING, ""
        self._again.set()

    def stop(self) -> None:
        """End the session; the character stays as it is, and can go on from there."""
        self.start = self.continued()
        self.status, self.session = STOPPED, None
        self._again.set()

    # -- every frame ----------------------------------------------------------------------------------------------

    async def tick(self, passed_s: float) -> Pose | None:
        """Move the playhead on and return the pose to show; None before the first frame ever."""
        session = self.session
        if session is None or self.status not in (LIVE, LOST) or session.closed:
            return self.pose
        self._notice_connection(session)
        now_s = self.clock.tick(passed_s, session.last_frame_index / session.welcome.fps)
        with contextlib.suppress(LampError):  # it broke just now: run() deals with it
            await session.set_playhead(now_s)
        pose = session.sample(now_s)
        self.pose = pose if pose is not None else self.pose
        return self.pose

    def _notice_connection(self, session: AsyncDriveSession) -> None:
        """The session looks for a server by itself; here it is only told to the person."""
        if session.connected and self.status == LOST:
            self.status, self.trouble = LIVE, ""
        elif not session.connected and self.status == LIVE:
            self.lost += 1
            self.status, self.trouble = LOST, ""

    @property
    def ahead_s(self) -> float:
        """Seconds of frames buffered ahead of the playhead."""
        if self.session is None:
            return float("nan")
        return self.session.last_frame_index / self.session.welcome.fps - self.clock.now_s

    def planned_path(self, behind_s: float = 4.0) -> tuple[Array, Array, Array]:
        """Pelvis positions ``(N, 3)``: walked, kept whatever changes now, and planned."""
        if self.session is None:
            return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3))
        fps, last = self.session.welcome.fps, self.session.last_frame_index
        now = min(int(self.clock.now_s * fps), last)
        kept = min(now + round(self.lead_s * fps), last)
        step = max(1, round(fps / 15))

        def line(first: int, end: int) -> Array:
            frames = (self.session.frame(i) for i in [*range(first, end, step), end] if self.session)
            return np.array([f.positions_m[0] for f in frames if f is not None]).reshape(-1, 3)

        return line(max(now - int(behind_s * fps), 0), now), line(now, kept), line(kept, last)

    def over_s(self, joint: str) -> float:
        """Session time at which a target has been reached and held, as far as the server said; else infinity."""
        for report in self.plan.targets if self.plan is not None else ():
            self._arrivals[report.id] = report.arrive_s
        wish = self.wishes.targets.get(joint)
        if wish is None or joint not in self._arrivals:
            return math.inf
        return self._arrivals[joint] + wish.target.hold_s

    # -- wishes ---------------------------------------------------------------------------------------------------

    async def set_prompt(self, text: str) -> None:
        """What to do from now on, and after a restart."""
        self.start = replace(self.start, prompt=text)
        await self._send(lambda s: s.set_prompt(text))

    async def put_obstacle(self, id: str, obstacle: AnyObstacle) -> None:
        """An obstacle as it is at this moment."""
        await self._send(lambda s: s.put_obstacle(id, replace(obstacle, time_s=self.clock.now_s)))

    async def remove_obstacle(self, id: str) -> None:
        """Take an obstacle away."""
        await self._send(lambda s: s.remove_obstacle(id))

    async def put_target(self, id: str, wish: Wish) -> None:
        """Ask for a joint to be somewhere."""
        self.wishes.targets[id] = wish
        self._arrivals.pop(id, None)
        await self._send(lambda s: s.put_target(id, wish.at(self.clock.now_s)))

    async def remove_target(self, id: str) -> None:
        """Ask no more."""
        self.wishes.targets.pop(id, None)
        await self._send(lambda s: s.remove_target(id))

    async def tell_look(self) -> None:
        """``wishes.look_m`` changed."""
        look = self.wishes.look_at
        await self._send(lambda s: s.clear_look_at() if look is None else s.look_at(look))

    async def tell_path(self) -> None:
        """The waypoints, or how to walk them, changed."""
        path = self.wishes.path
        await self._send(lambda s: s.clear_path() if path is None else s.set_path(path))

    async def _send(self, call: Callable[[AsyncDriveSession], Coroutine[Any, Any, int]]) -> None:
        """Nothing is lost without a session: a new one is told everything when it begins."""
        if self.session is not None and not self.session.closed:
            await call(self.session)


def heading_of(joints_m: Array) -> float:
    """Where the pelvis of a pose ``(22, 3)`` faces, radians: 0 along +Z, towards +X."""
    forward = body_axes(np.asarray(joints_m, np.float64))[0, 2]
    return float(np.arctan2(forward[0], forward[2]))
