"""One live character of the viewer: a session that is opened again when it breaks, and what was wished for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import body_axes
from runtime.client import AsyncDriveSession, AsyncLampClient, LampError, Pose, ReceivedPlan
from runtime.viewer.clock import Clock

Array = NDArray[Any]
log = logging.getLogger(__name__)
RETRY_S = (0.5, 1.0, 2.0, 4.0)  # waits between attempts; the last one repeats
CONNECTING, LIVE, LOST, STOPPED = "connecting", "live", "lost", "stopped"


@dataclass(frozen=True)
class Wish:
    """A target as it was asked for; ``arrive_in_s`` counts from when it is sent (None: the server chooses)."""

    target: Target
    arrive_in_s: float | None = None

    def at(self, now_s: float) -> Target:
        """As the server wants it, in session time."""
        return replace(
            self.target, arrive_s=None if self.arrive_in_s is None else now_s + self.arrive_in_s
        )


@dataclass(frozen=True)
class Start:
    """How a character begins."""

    prompt: str = "a person walks forward"
    fps: float = 30.0
    seed: int = 0
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    heading_rad: float = 0.0


class Character:
    """Lives on the event loop. ``obstacles`` is shared by all characters and read whenever a session begins."""

    def __init__(
        self, name: str, client: AsyncLampClient, start: Start, obstacles: Mapping[str, Obstacle]
    ) -> None:
        self.name, self.start = name, start
        self._client, self._obstacles = client, obstacles
        self._again = asyncio.Event()  # begin anew
        self.wishes: dict[str, Wish] = {}
        self.clock = Clock()
        self.status, self.trouble = CONNECTING, ""
        self.session: AsyncDriveSession | None = None
        self.pose: Pose | None = None
        self.plan: ReceivedPlan | None = None  # the newest
        self.planned_at_s = 0.0  # the playhead when it came
        self.latency_s: float | None = None  # from the newest answered change to the first plan that knows it
        self.lost_sessions = 0

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
                await self._pause(RETRY_S[min(failures, len(RETRY_S) - 1)])

    async def _one_session(self) -> None:
        """From Hello to the end of the stream; ``LampError`` when it ended and nobody here wished it."""
        opened = self._client.drive(
            prompt=self.start.prompt,
            fps=self.start.fps,
            seed=self.start.seed,
            start_position_m=self.start.position_m,
            start_heading_rad=self.start.heading_rad,
            client_name="lamp-viewer",
            on_plan=self._on_plan,
        )
        async with opened as session:
            self.session, self.plan = session, None
            self.clock = Clock()
            await self._tell_everything(session)
            await session.wait_for_frame(0)
            self.status, self.trouble = LIVE, ""
            await self._until_over(session)

    async def _until_over(self, session: AsyncDriveSession) -> None:
        while not self._again.is_set():
            if session.error is not None:
                raise session.error
            if session.closed:
                raise LampError("ABORTED", "the server ended the session")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), 0.1)
        self.session = None

    async def _tell_everything(self, session: AsyncDriveSession) -> None:
        for id, obstacle in self._obstacles.items():
            await session.put_obstacle(id, replace(obstacle, time_s=0.0))
        for id, wish in self.wishes.items():
            await session.put_target(id, wish.at(0.0))

    def _lose(self, error: LampError) -> None:
        """The stream broke: go on from where the character is, as soon as there is a server again."""
        if self.status == LIVE:
            self.lost_sessions += 1
        log.warning("%s: session lost: %s", self.name, error)
        self.session, self.status, self.trouble = None, LOST, str(error)
        if self.pose is not None:
            x, _, z = self.pose.positions_m[0].tolist()
            self.start = replace(
                self.start, position_m=(x, 0.0, z), heading_rad=heading_of(self.pose.positions_m)
            )

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._again.wait(), seconds)

    def _on_plan(self, plan: ReceivedPlan) -> None:
        if self.plan is None or plan.scene_revision > self.plan.scene_revision:
            self.latency_s = plan.latency_s
        self.plan, self.planned_at_s = plan, self.clock.now_s

    def restart(self, start: Start) -> None:
        """End the session and begin anew; also after ``stop``."""
        self.start, self.status, self.trouble = start, CONNECTING, ""
        self._again.set()

    def stop(self) -> None:
        """End the session; the character stays where it is."""
        self.status, self.session = STOPPED, None
        self._again.set()

    # -- every frame ----------------------------------------------------------------------------------------------

    async def tick(self, passed_s: float) -> Pose | None:
        """Move the playhead on and return the pose to show; None before the first frame ever."""
        session = self.session
        if session is None or self.status != LIVE or session.closed:
            return self.pose
        now_s = self.clock.tick(passed_s, session.last_frame_index / session.welcome.fps)
        with contextlib.suppress(LampError):  # it broke just now: run() deals with it
            await session.set_playhead(now_s)
        pose = session.sample(now_s)
        self.pose = pose if pose is not None else self.pose
        return self.pose

    @property
    def ahead_s(self) -> float:
        """Seconds of frames buffered ahead of the playhead."""
        if self.session is None:
            return float("nan")
        return self.session.last_frame_index / self.session.welcome.fps - self.clock.now_s

    def planned_path(self, behind_s: float = 4.0) -> tuple[Array, Array, Array]:
        """Pelvis positions ``(N, 3)`` as the newest plan found them: walked, kept (up to where it begins), planned."""
        if self.session is None:
            return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3))
        fps, last = self.session.welcome.fps, self.session.last_frame_index
        now = min(int(self.planned_at_s * fps), last)
        splice = min(max(self.plan.start_frame if self.plan else now, now), last)
        step = max(1, round(fps / 15))

        def line(first: int, end: int) -> Array:
            frames = (self.session.frame(i) for i in [*range(first, end, step), end] if self.session)
            return np.array([f.positions_m[0] for f in frames if f is not None]).reshape(-1, 3)

        return line(max(now - int(behind_s * fps), 0), now), line(now, splice), line(splice, last)

    # -- wishes ---------------------------------------------------------------------------------------------------

    async def set_prompt(self, text: str) -> None:
        """What to do from now on, and after a restart."""
        self.start = replace(self.start, prompt=text)
        await self._send(lambda s: s.set_prompt(text))

    async def put_obstacle(self, id: str, obstacle: Obstacle) -> None:
        """An obstacle as it is at this moment."""
        await self._send(lambda s: s.put_obstacle(id, replace(obstacle, time_s=self.clock.now_s)))

    async def remove_obstacle(self, id: str) -> None:
        """Take an obstacle away."""
        await self._send(lambda s: s.remove_obstacle(id))

    async def put_target(self, id: str, wish: Wish) -> None:
        """Ask for a joint to be somewhere."""
        self.wishes[id] = wish
        await self._send(lambda s: s.put_target(id, wish.at(self.clock.now_s)))

    async def remove_target(self, id: str) -> None:
        """Ask no more."""
        self.wishes.pop(id, None)
        await self._send(lambda s: s.remove_target(id))

    async def _send(self, call: Callable[[AsyncDriveSession], Coroutine[Any, Any, int]]) -> None:
        """Nothing is lost without a session: a new one is told everything when it begins."""
        if self.session is not None and not self.session.closed:
            await call(self.session)


def heading_of(joints_m: Array) -> float:
    """Where the pelvis of a pose ``(22, 3)`` faces, radians: 0 along +Z, towards +X."""
    forward = body_axes(np.asarray(joints_m, np.float64))[0, 2]
    return float(np.arctan2(forward[0], forward[2]))


