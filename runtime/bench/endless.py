"""``lamp bench endless``: one character, driven in real time for minutes, while prompts and obstacles change.

What it holds against its bars is in ``endless_report``; definitions are in ``docs/measuring.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from runtime.bench.endless_report import Played, Splice, summary
from runtime.bench.machine import circumstances
from runtime.bench.scene import PROMPTS, Change, Script, Whereabouts
from runtime.client.asynchronous import AsyncLampClient
from runtime.client.buffer import ReceivedPlan
from runtime.client.session import AsyncDriveSession
from runtime.progress import ProgressLine
from runtime.server_process import ServerProcess, rss_mib

HELP = "drive one character for minutes and check that nothing drifts, pops or grows"
EXAMPLES = """\
examples:
  lamp bench endless --seconds 600 --json out/endless.json   ten minutes with the default bundle
  lamp bench endless --seconds 60 --stub                     a minute without a model

Ctrl-C ends early and reports what there is. Exit status: 0 when every bar was met, else 1.
"""
MIN_SECONDS, MAX_SECONDS = 10.0, 7200.0
FPS = 30.0
_EVERY_S = 5.0  # something happens about so often
_LAST_CHANGE_S = 5.0  # and nothing so near to the end
_RSS_EVERY_FRAMES = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp bench endless``."""
    parser.add_argument("--seconds", type=float, default=600.0, help="how long (default: 600)")
    parser.add_argument("--stub", action="store_true", help="no model: a puppet that walks and steps aside")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto")
    parser.add_argument("--seed", type=int, default=0, help="of character and scene (default: 0)")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the report here")


def run(args: argparse.Namespace) -> int:
    """Drive, print and write; returns the exit status."""
    if not MIN_SECONDS <= args.seconds <= MAX_SECONDS:
        raise InputError("--seconds", f"{args.seconds:g} is outside {MIN_SECONDS:g}..{MAX_SECONDS:g}")
    options = ["--log-level", "warning", *(["--stub"] if args.stub else ["--engine", args.engine])]
    options += ["--bundle", args.bundle] if args.bundle else []
    sys.stderr.write("starting the server ...\n")
    played = Played(FPS)
    with ServerProcess(options, own_group=True) as server, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(drive(server.address, server.pid, args.seconds, args.seed, played))
    if len(played.frames) < FPS:
        raise RuntimeError("less than a second was played; there is nothing to report")
    report = circumstances() | {"seed": args.seed, "seconds": args.seconds} | summary(played)
    for line in _lines(report):
        sys.stdout.write(line + "\n")
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(report, indent=1), encoding="utf8")
    return 1 if report["missed"] else 0


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['seconds_played']} s played, {report['plans']} plans, {report['changes']} changes"
    for name, bar in report["bars"].items():
        verdict = "MISSED" if name in report["missed"] else "ok"
        yield f"{name:26} {report[name]!s:>10}   at most {bar:g}   {verdict}"


async def drive(address: str, pid: int | None, seconds: float, seed: int, played: Played) -> None:
    """Play in real time against the server at ``address``, filling ``played``."""
    line = ProgressLine(seconds)
    async with (
        AsyncLampClient(address) as client,
        client.drive(prompt=PROMPTS[0], fps=FPS, seed=seed) as session,
    ):
        script, answers = Script(seed, every_s=_EVERY_S), _Answers(session, played)
        await session.wait_for_frame(0, timeout_s=60.0)
        began, last = time.monotonic(), int(seconds * FPS)
        for index in range(last):
            due = began + index / FPS
            await asyncio.sleep(max(due - time.monotonic(), 0.0))
            frame = session.frame(index)
            if frame is None:
                held = time.monotonic()
                frame = await session.wait_for_frame(index, timeout_s=20.0)
                held = time.monotonic() - held
                played.stalls += max(round(held * FPS), 1)
                began += held
            played.frames.append(frame.positions_m)
            await session.set_playhead(index / FPS)
            if script.due(index / FPS) and index < last - _LAST_CHANGE_S * FPS:
                where = _whereabouts(session, index)
                answers.expect(await _apply(session, script.change(where)))
                played.changes += 1
            if index % _RSS_EVERY_FRAMES == 0:
                answers.look()
                mib = rss_mib(pid) if pid else None
                played.rss += [(index / FPS, mib)] if mib is not None else []
                line.show(index / FPS, f"{played.plans} plans, {played.stalls} stalls")
        answers.look()
        played.unanswered = answers.open
    line.done()


async def _apply(session: AsyncDriveSession, change: Change) -> int:
    """Make a change of the script; its revision."""
    if change.prompt is not None:
        return await session.set_prompt(change.prompt)
    if change.obstacle is not None:
        return await session.put_obstacle(*change.obstacle)
    if change.target is not None:
        return await session.put_target(*change.target)
    return await session.clear_scene()


def _whereabouts(session: AsyncDriveSession, index: int) -> Whereabouts:
    """The character now and 2 s from now, or as far as it is known."""
    now, ahead = session.frame(index), session.sample(min((index + 60) / FPS, session.last_frame_index / FPS))
    assert now is not None and ahead is not None
    (x, _, z), (later_x, _, later_z) = now.positions_m[0], ahead.positions_m[0]
    return Whereabouts(index / FPS, (float(x), float(z)), (float(later_x), float(later_z)))


class _Answers:
    """Follows the plans: what each splice changed, and how long each change waited for a plan that knows it."""

    def __init__(self, session: AsyncDriveSession, played: Played) -> None:
        self._session, self._played = session, played
        self._waiting: dict[int, float] = {}
        self._seen = 0  # plan id
        self._pending: list[ReceivedPlan] = []  # their splices are measured once their frames are there

    def expect(self, revision: int) -> None:
        """A change was sent just now."""
        self._waiting[revision] = time.monotonic()

    @property
    def open(self) -> int:
        """Changes without an answer."""
        return len(self._waiting)

    def look(self) -> None:
        """Take over what has arrived since the last look."""
        for plan in self._session.plan_log:
            if plan.plan_id <= self._seen:
                continue
            self._seen = plan.plan_id
            self._played.plans += 1
            self._pending.append(plan)
            for revision in [r for r in self._waiting if r <= plan.scene_revision]:
                self._played.latencies_s.append(plan.received_s - self._waiting.pop(revision))
        waiting = []
        for plan in self._pending:
            if plan.splice_position_jump_m is None or plan.splice_velocity_jump_mps is None:
                waiting.append(plan)
            else:
                self._played.splices.append(
                    Splice(
                        plan.splice_position_jump_m, plan.splice_velocity_jump_mps, plan.plan_id,
                        plan.start_frame / FPS,
                    )
                )  # fmt: skip
        self._pending = waiting[-5:]  # a plan that replaced nothing never gets a measure
