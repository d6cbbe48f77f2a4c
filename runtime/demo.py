"""``lamp demo``: the real server in a process of its own, and a client that drives one character in real time.

The script walks by prompt, puts a pillar on the planned path, rolls a ball across it, sets a target for a hand and
changes the prompt, while frames keep coming. It writes a report, a film and plan views.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.problem import Target
from lamp.scene import Obstacle
from runtime.client.asynchronous import AsyncLampClient
from runtime.client.session import AsyncDriveSession
from runtime.demo_report import Event, Recording, pictures, summary
from runtime.server_process import ServerProcess

FPS = 30.0
PLAYHEAD_PERIOD_FRAMES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp demo``."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/demo"), help="folder of the results (default: out/demo)"
    )
    parser.add_argument(
        "--server", metavar="HOST:PORT", help="drive a running server instead of starting one"
    )
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", default="auto", help="auto, onnx or torch")
    parser.add_argument("--seconds", type=float, default=36.0, help="length of the session (default: 36)")
    parser.add_argument("--seed", type=int, default=3, help="seed of the character's noise (default: 3)")
    parser.add_argument("--no-film", action="store_true", help="only the report, no pictures")


def run(args: argparse.Namespace) -> int:
    """Run the scene; exit status 0 when the session was played to its end."""
    if args.seconds < 10:
        raise InputError("--seconds", f"{args.seconds} is too short for the script; at least 10")
    args.out.mkdir(parents=True, exist_ok=True)
    if args.server:
        report, events, played = asyncio.run(drive(args.server, args))
    else:
        say("starting the server ...")
        options = ["--engine", args.engine, *(["--bundle", str(args.bundle)] if args.bundle else [])]
        with ServerProcess(options) as server:
            report, events, played = asyncio.run(drive(server.address, args))
    report["hardware"] = {"machine": platform.machine(), "system": platform.system()}
    if not args.no_film:
        say("drawing the film ...")
        report["files"] = pictures(args.out, events, played)
    (args.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf8")
    say(json.dumps({k: v for k, v in report.items() if k != "events"}, indent=1))
    for row in report["events"]:
        say("  ".join(f"{k}={v}" for k, v in row.items() if v is not None))
    say(f"written: {args.out / 'report.json'}")
    return 0


def say(text: str) -> None:
    """A line for the person who runs it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Stage:
    """The script's view of the session: where the character is and what it is about to do."""

    session: AsyncDriveSession
    events: list[Event]
    now_s: float = 0.0

    def ahead(self, seconds: float) -> np.ndarray[Any, Any]:
        """Joints ``(22, 3)`` planned ``seconds`` from now (the last planned pose if that is nearer)."""
        last = self.session.last_frame_index / FPS
        pose = self.session.sample(min(self.now_s + seconds, last))
        assert pose is not None  # the game loop starts after the first frame
        return pose.positions_m

    def direction(self) -> np.ndarray[Any, Any]:
        """Unit vector of travel on the ground over the next second (facing where it stands still)."""
        move = (self.ahead(1.2)[0] - self.ahead(0.0)[0]) * np.array([1.0, 0.0, 1.0])
        if np.linalg.norm(move) < 0.1:
            pose = self.ahead(0.0)
            across = (pose[1] - pose[2]) * np.array([1.0, 0.0, 1.0])
            move = np.array([-across[2], 0.0, across[0]])
        return np.asarray(move / np.linalg.norm(move))

    def note(self, kind: str, text: str, **details: Any) -> Event:
        """Remember an event with what was planned when it happened."""
        first = round(self.now_s * FPS)
        frames = range(first, self.session.last_frame_index + 1)
        planned = [self.session.frame(i) for i in frames]
        joints = np.stack([f.positions_m for f in planned if f is not None])
        event = Event(kind, self.now_s, text, self.session.revision, planned=joints, planned_from_s=first / FPS,
                      sent_s=time.monotonic(), **details)  # fmt: skip
        self.events.append(event)
        say(f"{self.now_s:6.2f} s  {text}")
        return event


async def pillar(stage: Stage) -> None:
    """A pillar on the planned path."""
    place = stage.ahead(2.3)[0]
    obstacle = Obstacle("cylinder", (float(place[0]), 1.0, float(place[2])), (0.3, 1.0, 0.0))
    await stage.session.put_obstacle("pillar", obstacle)
    stage.note("obstacle", "a pillar appears on the path", obstacle=obstacle)


async def ball(stage: Stage) -> None:
    """A ball that rolls across the path and would hit the character."""
    place, way = stage.ahead(1.9)[0], stage.direction()
    side = np.array([way[2], 0.0, -way[0]])
    start = place + side * 0.7 * 1.9
    velocity = -side * 0.7
    obstacle = Obstacle(
        "sphere", (float(start[0]), 0.5, float(start[2])), (0.35, 0.0, 0.0),
        linear_velocity_mps=(float(velocity[0]), 0.0, float(velocity[2])), time_s=stage.now_s,
    )  # fmt: skip
    await stage.session.put_obstacle("ball", obstacle)
    stage.note("moving_obstacle", "a ball rolls across the path", obstacle=obstacle)


async def reach(stage: Stage) -> None:
    """A point for the left hand, beside and above where the character will be."""
    arrive = 3.2
    body, way = stage.ahead(min(arrive, 1.6)), stage.direction()
    extra = max(arrive - 1.6, 0.0) * np.linalg.norm(stage.ahead(1.6)[0] - stage.ahead(0.6)[0])
    left = np.array([way[2], 0.0, -way[0]])
    point = (
        body[0] * np.array([1.0, 0.0, 1.0]) + way * (0.25 + extra) + left * 0.3 + np.array([0.0, 1.35, 0.0])
    )
    target = Target(20, tuple(float(v) for v in point), arrive_s=stage.now_s + arrive, hold_s=0.1)  # type: ignore[arg-type]
    await stage.session.put_target("hand", target)
    stage.note("target", "the left hand reaches for a point", target=target)


def say_prompt(text: str) -> Callable[[Stage], Any]:
    """A change of the prompt."""

    async def act(stage: Stage) -> None:
        await stage.session.set_prompt(text)
        stage.note("prompt", f'prompt: "{text}"')

    return act


def remove(id: str) -> Callable[[Stage], Any]:
    """Take an obstacle away."""

    async def act(stage: Stage) -> None:
        await stage.session.remove_obstacle(id)
        for event in stage.events:
            if event.obstacle is not None and not event.until_s:
                event.until_s = stage.now_s

    return act


FIRST_PROMPT = "a person walks forward"
SCRIPT: tuple[tuple[float, Callable[[Stage], Any]], ...] = (
    (4.0, pillar), (10.0, remove("pillar")), (11.5, ball), (16.0, remove("ball")), (18.0, reach),
    (24.0, say_prompt("a person runs forward")), (30.0, say_prompt("a person walks forward slowly")),
)  # fmt: skip


async def drive(address: str, args: argparse.Namespace) -> tuple[dict[str, Any], list[Event], Recording]:
    """Play the script in real time against the server at ``address``."""
    events: list[Event] = []
    played = Recording(FPS)
    splices: list[tuple[float, float]] = []
    async with AsyncLampClient(address) as client:
        info = await client.server_info()
        async with client.drive(prompt=FIRST_PROMPT, fps=FPS, seed=args.seed) as session:
            stage = Stage(session, events)
            plans = asyncio.create_task(watch_plans(session, events, splices))
            stalls = await play(stage, args.seconds, played)
            plans.cancel()
            log = session.plan_log
    for event in events:
        event.until_s = event.until_s or stage.now_s
    report = summary(events, played, splices, stalls)
    report["plans"] = {
        "published": len(log), "feasible": sum(p.feasible for p in log),
        "optimise_s_mean": round(float(np.mean([p.optimise_s for p in log])), 3),
        "steps_mean": round(float(np.mean([p.steps for p in log])), 1),
    }  # fmt: skip
    report |= {"bundle": info.bundle, "licence": info.licence, "device": info.device, "engine": info.engine,
               "seconds": args.seconds, "seed": args.seed}  # fmt: skip
    return report, events, played


async def play(stage: Stage, seconds: float, played: Recording) -> int:
    """The game loop: one frame every 1/30 s, or a stall when it has not arrived. Returns the number of stalls."""
    session, todo = stage.session, list(SCRIPT)
    await session.wait_for_frame(0, timeout_s=60.0)
    began, stalls = time.monotonic(), 0
    for i in range(int(seconds * FPS)):
        due = began + i / FPS
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        frame = session.frame(i)
        if frame is None:
            stalls += 1
            frame = await session.wait_for_frame(i, timeout_s=20.0)
            began += time.monotonic() - due
        played.frames.append(np.asarray(frame.positions_m))
        stage.now_s = i / FPS
        if i % PLAYHEAD_PERIOD_FRAMES == 0:
            await session.set_playhead(stage.now_s)
        while todo and stage.now_s >= todo[0][0]:
            await todo.pop(0)[1](stage)
    return stalls


async def watch_plans(
    session: AsyncDriveSession, events: list[Event], splices: list[tuple[float, float]]
) -> None:
    """Time the answers to events, and keep what each splice changed at its first frame."""
    async for plan in session.plans():
        if plan.splice_position_jump_m is not None and plan.splice_velocity_jump_mps is not None:
            splices.append((plan.splice_position_jump_m, plan.splice_velocity_jump_mps))
        for event in events:
            if plan.scene_revision < event.revision:
                continue
            passed = plan.received_s - event.sent_s
            if event.first_s is None:
                event.first_s = passed
            if plan.settled and event.settled_s is None:
                event.settled_s = passed
