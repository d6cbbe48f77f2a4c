"""One character of the load: a Drive stream on the raw stub that plays frames by the rules of drive.proto.

The Python client of ``runtime.client`` turns every frame into arrays, which is what a program wants and what would let
the load of 64 characters hide the server's figures on a machine with two cores. Here messages are only decoded and kept
by index; what needs arithmetic is kept as numbers and computed after the end.
"""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np

from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m
from runtime import convert
from runtime.bench.figures import Figures
from runtime.bench.scene import PROMPTS, Change, Script, Whereabouts
from runtime.coordinates import MODEL
from runtime.limits import PROTOCOL_VERSION
from runtime.pb.v1 import drive_pb2, motion_pb2

FPS = 30
_PLAYHEAD_EVERY = 3  # frames
_LAST_CHANGE_S = (
    4.0  # no change is made so near to the end (of a short run: its last third), for its answer's sake
)
_BYE_S = 5.0
# The first frames of a plan lead over from motion that was fixed before the plan knew the scene (two frames of the
# model on either side of an interpolated one): they are not its to decide, and not counted as settled.
_LEADS_OVER_S = 0.1


class Player:
    """Call ``run`` as a task and ``tick`` 30 times a second; then ``finish`` for the figures."""

    def __init__(self, stub: Any, seed: int, until_s: float) -> None:
        self._stub, self._script, self._seed = stub, Script(seed), seed
        self._last_change_s = max(until_s - _LAST_CHANGE_S, until_s * 2.0 / 3.0)
        self.figures = Figures()
        self._frames: dict[int, tuple[motion_pb2.Frame, float]] = {}  # with the time of arrival
        self._next = 0  # the frame to show next
        self._due_at: float | None = None  # of that frame, monotonic; None before the first plan
        self._shifted_s = 0.0  # by how much the clock was held while that frame was missing
        self._plan_id, self._revision, self._settled = 0, -1, False
        self._sent_revision = 0
        self._scenes: dict[int, Mapping[str, Obstacle]] = {0: {}}  # what was there, by revision
        self._waiting: dict[int, float] = {}  # revision: when it was sent
        self._outgoing: list[drive_pb2.DriveRequest] = []
        self._playhead: float | None = None
        self._wake = asyncio.Event()
        self._ending = False
        # settled plans: revision, whether feasible, first frame of its own, frames shown, joints
        self._shown: dict[int, tuple[int, bool, int, list[int], array[float]]] = {}

    # -- the stream -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """The session from Hello to its end, which ``end`` asks for."""
        call = self._stub.Drive()
        hello = drive_pb2.Hello(
            protocol_version=PROTOCOL_VERSION, fps=FPS, prompt=PROMPTS[0], seed=self._seed, client_name="lamp bench",
            start_position={"x": 4.0 * (self._seed % 8), "z": 4.0 * (self._seed // 8)},
        )  # fmt: skip
        began = time.monotonic()
        sender = None
        try:
            await call.write(drive_pb2.DriveRequest(hello=hello))
            sender = asyncio.create_task(self._send(call))
            while (response := await call.read()) is not grpc.aio.EOF:
                self._take(response, began)
        except (grpc.RpcError, asyncio.InvalidStateError):
            pass  # the status says it
        finally:
            if sender is not None:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
            await self._note_end(call)

    async def _note_end(self, call: Any) -> None:
        if not call.done():
            call.cancel()
            return
        code = await call.code()
        if not (self._ending and code in (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED)):
            name = f"{code.name}: {await call.details()}"[:200]
            self.figures.lost[name] = self.figures.lost.get(name, 0) + 1

    async def _send(self, call: Any) -> None:
        """Changes in order, the newest playhead, and Bye at the end."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            outgoing, self._outgoing = self._outgoing, []
            playhead, self._playhead = self._playhead, None
            if playhead is not None:
                outgoing.append(drive_pb2.DriveRequest(playhead=drive_pb2.Playhead(time_s=playhead)))
            for request in outgoing:
                await call.write(request)
            if self._ending:
                await call.write(drive_pb2.DriveRequest(bye=drive_pb2.Bye()))
                await call.done_writing()
                return

    def end(self) -> None:
        """Say Bye; ``run`` returns when the server has ended the stream."""
        self._ending = True
        self._wake.set()

    # -- what comes in ----------------------------------------------------------------------------------------------

    def _take(self, response: drive_pb2.DriveResponse, began: float) -> None:
        now = time.monotonic()
        kind = response.WhichOneof("message")
        if kind == "frames":
            self._keep(response.frames.frames, now)
        elif kind == "plan":
            self._begin_plan(response.plan, now)
            if self._due_at is None and self._frames:
                self._due_at = now
                self.figures.first_frame.append(now - began)
        elif kind == "notice":
            self.figures.notices += 1

    def _begin_plan(self, plan: drive_pb2.Plan, now: float) -> None:
        figures = self.figures
        figures.plans += 1
        figures.settled_plans += plan.settled
        figures.infeasible_plans += not plan.feasible
        figures.resent_too_late += max(self._next - plan.start_frame, 0) if self._due_at is not None else 0
        self._plan_id, self._revision, self._settled = plan.plan_id, plan.scene_revision, plan.settled
        if plan.settled:
            own = plan.start_frame + math.ceil(_LEADS_OVER_S * FPS)
            self._shown[plan.plan_id] = (plan.scene_revision, plan.feasible, own, [], array("f"))
        for index in [i for i in self._frames if i >= plan.start_frame]:
            del self._frames[index]
        self._keep(plan.frames, now)

    def _keep(self, frames: Any, now: float) -> None:
        for frame in frames:
            self._frames[frame.index] = (frame, now)
        if self._waiting and any(f.plan_id == self._plan_id and f.index > self._next for f in frames):
            for revision in [r for r in self._waiting if r <= self._revision]:
                self.figures.first_corrected.append(now - self._waiting.pop(revision))

    # -- the game loop ----------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Show the frame that is due, or hold the clock for one tick when it is not there."""
        if self._due_at is None or self._ending or now < self._due_at + self._shifted_s:
            return
        shown = self._frames.pop(self._next, None)
        if shown is None:
            self.figures.stalls += 1
            self._shifted_s += 1.0 / FPS
            return
        frame, arrived = shown
        if arrived > self._due_at:
            self.figures.late.append(arrived - self._due_at)
        self._remember(frame)
        self._due_at += self._shifted_s + 1.0 / FPS
        self._shifted_s = 0.0
        if self._next % _PLAYHEAD_EVERY == 0:
            self._playhead = self._next / FPS
            self._wake.set()
        self._act(frame, now)
        self._next += 1

    def _remember(self, frame: motion_pb2.Frame) -> None:
        self.figures.frames_shown += 1
        if frame.plan_id in self._shown and frame.index >= self._shown[frame.plan_id][2]:
            *_, indices, joints = self._shown[frame.plan_id]
            indices.append(frame.index)
            joints.extend(frame.joint_positions)

    def _act(self, frame: motion_pb2.Frame, now: float) -> None:
        """Let the script change the scene."""
        now_s = self._next / FPS
        if now_s > self._last_change_s or not self._script.due(now_s):
            return
        last = min(self._next + 2 * FPS, max(self._frames, default=self._next))
        ahead = self._frames[last][0] if last in self._frames else frame
        where = Whereabouts(
            now_s,
            (frame.root_position.x, frame.root_position.z),
            (ahead.root_position.x, ahead.root_position.z),
        )
        self._sent_revision += 1
        self._outgoing.append(message_of(self._script.change(where), self._sent_revision))
        self._scenes[self._sent_revision] = self._script.obstacles
        self._waiting[self._sent_revision] = now
        self.figures.changes += 1
        self._wake.set()

    # -- the end ----------------------------------------------------------------------------------------------------

    def finish(self) -> Figures:
        """The figures, with what is computed only now: how deep bodies were in obstacles while settled plans played."""
        self.figures.unanswered = len(self._waiting)
        for revision, feasible, _, indices, joints in self._shown.values():
            if not indices:
                continue
            positions = np.asarray(joints, np.float32).reshape(len(indices), -1, 3)
            obstacles = list(self._scenes[revision].values())
            depth = penetration_m(positions, obstacles, np.asarray(indices) / FPS)
            deepest = float(depth.max(initial=0.0))
            self.figures.settled_penetration_m.append(deepest)
            if feasible:
                self.figures.feasible_penetration_m.append(deepest)
        return self.figures


def message_of(change: Change, revision: int) -> drive_pb2.DriveRequest:
    """A change of the script as the message that makes it."""
    if change.prompt is not None:
        return drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(revision=revision, text=change.prompt))
    update = drive_pb2.SceneUpdate(revision=revision, clear=change.clear)
    if change.obstacle is not None:
        update.put_obstacles.append(convert.obstacle_of(*change.obstacle, MODEL))
    if change.target is not None:
        update.put_targets.append(convert.target_of(*change.target, MODEL))
    return drive_pb2.DriveRequest(scene_update=update)
