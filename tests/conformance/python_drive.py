"""A game loop around the Python client: does what it is told, and says what happened."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
import traceback
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.problem import Target
from lamp.scene.mesh import TriangleMesh
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_NAMES
from runtime.client import AsyncDriveSession, AsyncLampClient, GeometryObstacle, LampError, ReceivedPlan
from runtime.client.pose import Pose
from runtime.pb.v1 import drive_pb2

TICK_S = 1 / 60
WRIST = JOINT_NAMES.index("left_wrist")
BOX_TRIANGLES = [
    [0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4],
    [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5],
]  # fmt: skip


async def run(options: argparse.Namespace) -> None:
    """The whole program, from ``ready`` to ``done``."""
    say("ready", client="python", convention="MODEL")
    game = Game(options)
    try:
        await game.run()
    except LampError as error:
        say("error", code=error.code, message=error.message, fatal=True)
    except Exception:
        game.exceptions.append(traceback.format_exc())
    game.finish()


def say(event: str, *, t: float | None = None, **more: Any) -> None:
    """One event."""
    sys.stdout.write(json.dumps({"event": event, "t": time.monotonic() if t is None else t, **more}) + "\n")
    sys.stdout.flush()


class Game:
    """One character and its loop."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._frozen = self._closing = False
        self._connected, self._streams, self._notices = True, 0, 0
        self._said_going: drive_pb2.GoingAway | None = None
        self._lost_s = 0.0
        self._shown: list[tuple[float, float, Pose, bool]] = []
        self._held = self._most_frames = 0
        self._reconnect_s: list[float] = []
        self.exceptions: list[str] = []
        self._background: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Drive until told to close, until the time is over, or until the session fails."""
        options, loop = self._options, asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop,), daemon=True).start()
        async with AsyncLampClient(options.address, token=options.token) as client:
            self._session = client.drive(
                prompt=options.prompt, fps=options.fps, on_plan=self._say_plan, welcome_timeout_s=8.0
            )
            async with self._session as session:
                self._welcomed(session)
                await session.wait_for_frame(0)
                await self._loop(client, session)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(self._commands.put_nowait, line.rstrip("\r\n"))
        loop.call_soon_threadsafe(self._commands.put_nowait, "close")

    async def _loop(self, client: AsyncLampClient, session: AsyncDriveSession) -> None:
        began, now_s, last = time.monotonic(), 0.0, time.monotonic()
        while not self._closing and time.monotonic() - began < self._options.seconds:
            await asyncio.sleep(max(last + TICK_S - time.monotonic(), 0.0))
            clock = time.monotonic()
            now_s += 0.0 if self._frozen else clock - last
            last = clock
            self._notice(session)
            if session.error is not None:
                raise session.error
            await session.set_playhead(now_s)
            self._sample(session, now_s)
            while not self._commands.empty():
                await self._obey(client, session, self._commands.get_nowait())

    def _sample(self, session: AsyncDriveSession, now_s: float) -> None:
        pose = session.sample(now_s)
        if pose is None:
            return
        held = now_s * session.buffer.fps > session.last_frame_index + 1e-6
        self._held += held
        self._most_frames = max(self._most_frames, len(session.buffer))
        self._shown.append((time.monotonic(), now_s, pose, held))

    # -- what happened ------------------------------------------------------------------------------------------------

    def _welcomed(self, session: AsyncDriveSession) -> None:
        welcome = session.welcome
        say(
            "welcome", resumed=welcome.resumed, start_time_s=welcome.start_time_s, reconnect=self._streams,
            scene_revision=welcome.scene_revision, skeleton_hash=welcome.skeleton.hash,
        )  # fmt: skip

    def _notice(self, session: AsyncDriveSession) -> None:
        if session.going_away is not None and session.going_away is not self._said_going:
            self._said_going = session.going_away
            say("going_away", reason=self._said_going.reason, grace_s=self._said_going.grace_s)
        if self._connected and not session.connected:
            self._connected, self._lost_s = False, time.monotonic()
            say("lost", code="UNAVAILABLE", message="the stream broke")
        if session.reconnects > self._streams:
            self._streams = session.reconnects
            self._welcomed(session)
            lost_s = 0.0 if self._connected else time.monotonic() - self._lost_s
            self._connected = True
            self._reconnect_s.append(lost_s)
            say("reconnected", lost_s=lost_s, resumed=session.resumed)
        while session.notices:
            notice = session.notices.popleft()
            known = notice.code in drive_pb2.Notice.Code.values()
            code = (
                drive_pb2.Notice.Code.Name(notice.code).removeprefix("CODE_") if known else str(notice.code)
            )
            say("error", code=code, message=notice.message, fatal=False)

    def _say_plan(self, plan: ReceivedPlan) -> None:
        self._notice(self._session)  # a new stream comes before its plans
        say(
            "plan", plan_id=plan.plan_id, scene_revision=plan.scene_revision, start_frame=plan.start_frame,
            end_frame=plan.end_frame, feasible=plan.feasible, settled=plan.settled, reason=plan.reason,
            targets=[{"id": report.id, "error_m": report.error_m} for report in plan.targets],
        )  # fmt: skip

    # -- commands -----------------------------------------------------------------------------------------------------

    async def _obey(self, client: AsyncLampClient, session: AsyncDriveSession, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "close":
            self._closing = True
        elif word in ("freeze", "thaw"):
            self._frozen = word == "freeze"
        elif word == "mesh":
            task = asyncio.create_task(self._mesh(client, session, line))
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        else:
            try:
                say("sent", line=line, revision=await _ask(session, word, rest))
            except (InputError, ValueError) as error:
                id = rest.partition(" ")[0]
                code = "INVALID" if isinstance(error, InputError) else "USAGE"
                say("error", code=code, message=f"{word} {id}: {error}", fatal=False)

    async def _mesh(self, client: AsyncLampClient, session: AsyncDriveSession, line: str) -> None:
        _, id, *words = line.split()
        place, half = (tuple(float(w) for w in words[k : k + 3]) for k in (0, 3))
        corners = [[h * (1 if i >> k & 1 else -1) for k, h in enumerate(half)] for i in range(8)]
        mesh = TriangleMesh(np.array(corners, np.float32), np.array(BOX_TRIANGLES))
        handle = await client.upload_geometry(mesh, name=id)
        say("geometry", id=handle.id, uploaded=None, state="READY" if handle.ready else "BUILDING")
        revision = await session.put_obstacle(id, GeometryObstacle(handle, place))  # type: ignore[arg-type]
        say("sent", line=line, revision=revision)

    # -- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """All samples, and ``done``."""
        most_step_m, before = 0.0, None
        for t, time_s, pose, held in self._shown:
            joints = np.asarray(pose.positions_m, np.float64)
            step_m = 0.0 if before is None else float(np.linalg.norm(joints - before, axis=-1).max())
            before, most_step_m = joints, max(most_step_m, step_m)
            say(
                "sample", t=t, time_s=time_s, frame=pose.index, plan_id=pose.plan_id, held=held,
                root=joints[0].tolist(), wrist=joints[WRIST].tolist(), step_m=step_m,
            )  # fmt: skip
        say(
            "done", frames_sampled=len(self._shown), frames_held=self._held, max_buffer_frames=self._most_frames,
            max_step_m=most_step_m, allocations_per_frame=None, receive_allocations_per_message=None,
            reconnect_s=self._reconnect_s, exceptions=self.exceptions,
        )  # fmt: skip


async def _ask(session: AsyncDriveSession, word: str, rest: str) -> int:
    """One command to the server; its revision. ``InputError``, or ``ValueError`` for a line that is not understood."""
    if word == "prompt":
        return await session.set_prompt(rest)
    id, *words = rest.split(" ")
    if word == "remove":
        return await session.remove_obstacle(id)
    if word == "untarget":
        return await session.remove_target(id)
    if word == "target":
        x, y, z = map(float, words[1:])
        return await session.put_target(id, Target(words[0], (x, y, z)))  # type: ignore[arg-type]
    numbers = [float(w) for w in words]
    now_s = session.buffer.shown_s or 0.0
    if word == "sphere":
        x, y, z, radius, *velocity = numbers
        vx, vy, vz = velocity or (0.0, 0.0, 0.0)
        obstacle = Obstacle(
            "sphere", (x, y, z), (radius,) * 3, linear_velocity_mps=(vx, vy, vz), time_s=now_s
        )
    elif word == "box":
        x, y, z, a, b, c = numbers
        obstacle = Obstacle("box", (x, y, z), (a, b, c), time_s=now_s)
    else:
        raise ValueError(f"{word!r} is no command")
    return await session.put_obstacle(id, obstacle)
