"""``lamp bench serve``: many characters in moving scenes against a real server, and what the players would have seen.

What each figure means, and what it does not, is in ``docs/measuring.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from runtime.bench.clients import Clients, Progress
from runtime.bench.columns import Columns, columns, table
from runtime.bench.figures import Figures
from runtime.bench.load import Orders
from runtime.bench.machine import circumstances
from runtime.progress import ProgressLine
from runtime.server_process import ServerProcess, cpu_s, rss_mib

HELP = "drive many characters in moving scenes against a server and measure what players would see"
EXAMPLES = """\
examples:
  lamp bench serve --clients 64 --seconds 60 --stub --json out/stub.json
  lamp bench serve --clients 1,4 --seconds 60 --json out/cpu.json       the default bundle, 1 and then 4 characters
  lamp bench serve --clients 8 --address 127.0.0.1:50061                a server that runs already on this machine

A server is started for the measurement and stopped after it. Ctrl-C ends early and reports what there is.
Exit status: 0 when no session was lost, else 1.
"""
MAX_CLIENTS, MAX_SECONDS, MAX_PROCESSES = 512, 3600.0, 16
_WARM_UP_S = 5.0  # memory is compared with what the server held after so many seconds of play
_RSS_EVERY_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp bench serve``."""
    parser.add_argument(
        "--clients", default="4", metavar="N[,N...]", help="characters; several: one run each (default: 4)"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="seconds of play in each run (default: 30)"
    )
    parser.add_argument("--stub", action="store_true", help="no model: a puppet that walks and steps aside")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto")
    parser.add_argument("--threads", type=int, help="CPU threads of the engine (default: all cores)")
    parser.add_argument("--address", metavar="HOST:PORT", help="a server that runs already, on this machine")
    parser.add_argument("--processes", type=int, default=1, help="client processes (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of characters and scenes (default: 0)")
    parser.add_argument(
        "--server-log", type=Path, metavar="FILE", help="what the server logs (default: nowhere)"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the report here")


def run(args: argparse.Namespace) -> int:
    """Measure, print and write; returns the exit status."""
    counts = _counts(args)
    report: dict[str, Any] = {**circumstances(), "seed": args.seed, "processes": args.processes}
    runs: dict[str, dict[str, Any]] = {}
    try:
        with _server(args, max(counts)) as (address, pid):
            for count in counts:
                measured = _measure(args, count, address, pid)
                runs[str(count)] = measured.report()
                sys.stdout.write(f"\n{count} characters, {measured.seconds:.1f} s\n{measured.text()}\n")
                sys.stdout.flush()
                if measured.interrupted:
                    break
    finally:
        if runs:
            report |= list(runs.values())[-1]
            if len(counts) > 1:
                report["by_clients"] = runs
            if args.json:
                args.json.parent.mkdir(parents=True, exist_ok=True)
                args.json.write_text(json.dumps(report, indent=1), encoding="utf8")
    return 0 if all(entry["lost_sessions"] == 0 for entry in runs.values()) else 1


def _counts(args: argparse.Namespace) -> list[int]:
    """The numbers of characters, with every bound of the command checked."""
    try:
        counts = [int(part) for part in args.clients.split(",")]
    except ValueError:
        raise InputError("--clients", f"{args.clients!r} is no number, or list such as 1,4,16") from None
    for name, value, low, high in (
        *(("--clients", count, 1, MAX_CLIENTS) for count in counts),
        ("--seconds", args.seconds, 5, MAX_SECONDS),
        ("--processes", args.processes, 1, MAX_PROCESSES),
    ):
        if not low <= value <= high:
            raise InputError(name, f"{value:g} is outside {low:g}..{high:g}")
    if args.address and not _is_here(args.address):
        raise InputError(
            "--address", f"{args.address} is not on this machine; run the command where the server runs"
        )
    return counts


def _is_here(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def _server(args: argparse.Namespace, most: int) -> Iterator[tuple[str, int | None]]:
    """Address and process id; the id is unknown where the server is somebody else's."""
    if args.address:
        yield args.address, None
        return
    options = ["--max-sessions", str(most), "--log-level", "warning"]
    options += ["--stub"] if args.stub else ["--engine", args.engine]
    options += ["--bundle", args.bundle] if args.bundle else []
    options += ["--threads", str(args.threads)] if args.threads else []
    sys.stderr.write("starting the server ...\n")
    log = args.server_log or Path("/dev/null" if sys.platform != "win32" else "NUL")
    with ServerProcess(options, log=log, own_group=True) as server:
        yield server.address, server.pid


@dataclass
class Measured:
    """One run. ``rss``: MiB of the server by second of play; ``cpu_share``: of one core, server only."""

    clients: int
    seconds: float
    figures: Figures
    rss: list[tuple[float, float]] = field(default_factory=list)
    cpu_share: float | None = None
    interrupted: bool = False

    @property
    def lost(self) -> int:
        """Sessions that ended, or never began, though nobody wished it."""
        return sum(self.figures.lost.values())

    @property
    def rss_growth_mib(self) -> float | None:
        """Of the server, from the end of the warm-up to the end."""
        warm = [mib for at_s, mib in self.rss if at_s >= min(_WARM_UP_S, 0.3 * self.seconds)]
        return round(warm[-1] - warm[0], 2) if warm else None

    def statistics(self) -> dict[str, Columns]:
        """Everything that has columns."""
        figures = self.figures
        in_time = max(figures.frames_shown - len(figures.late), 0)
        return {
            "first_corrected_frame_s": columns(figures.first_corrected),
            "frame_lateness_s": columns([*figures.late, *([0.0] * in_time)]),
            "settled_penetration_m": columns(figures.settled_penetration_m),
            "feasible_penetration_m": columns(figures.feasible_penetration_m),
            "first_frame_s": columns(figures.first_frame),
            "tick_lateness_s": columns(figures.tick_late),
        }

    def counts(self) -> dict[str, Any]:
        """Everything that is one number."""
        figures = self.figures
        return {
            "stalls": figures.stalls, "lost_sessions": self.lost, "lost_reasons": figures.lost,
            "plans_per_second": round(figures.plans / max(self.seconds, 1e-9), 2),
            "rss_growth_mib": self.rss_growth_mib, "server_cpu_share": self.cpu_share,
            "frames_shown": figures.frames_shown, "plans": figures.plans, "settled_plans": figures.settled_plans,
            "infeasible_plans": figures.infeasible_plans, "changes": figures.changes,
            "unanswered_changes": figures.unanswered, "frames_resent_too_late": figures.resent_too_late,
            "notices": figures.notices,
        }  # fmt: skip

    def report(self) -> dict[str, Any]:
        """As in the JSON file."""
        head = {"clients": self.clients, "seconds": round(self.seconds, 2), "interrupted": self.interrupted}
        return head | self.statistics() | self.counts()

    def text(self) -> str:
        """As on the terminal."""
        lines = [f"{name:24} {value}" for name, value in self.counts().items() if value not in (None, {})]
        return "\n".join([table(self.statistics()), *lines])


def _measure(args: argparse.Namespace, count: int, address: str, pid: int | None) -> Measured:
    processes = min(args.processes, count)
    shares = [count // processes + (i < count % processes) for i in range(processes)]
    orders = [
        Orders(address, share, args.seconds, args.seed + sum(shares[:i])) for i, share in enumerate(shares)
    ]
    line = ProgressLine(args.seconds)
    rss: list[tuple[float, float]] = []
    began, cpu_before, played = None, None, 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal began, cpu_before, played
        played = max(progress.played_s, played)
        line.show(played, f"{count} characters, {progress.stalls} stalls, {progress.lost} lost")
        if began is None and progress.started:
            began, cpu_before = time.monotonic(), cpu_s(pid) if pid else None
        mib = rss_mib(pid) if pid and began is not None else None
        if mib is not None and (not rss or played >= rss[-1][0] + _RSS_EVERY_S):
            rss.append((played, mib))

    clients = Clients(orders)
    figures = clients.run(on_progress)
    line.done()
    measured = Measured(count, played, figures, rss, interrupted=clients.interrupted)
    cpu_after = cpu_s(pid) if pid else None
    if began is not None and cpu_before is not None and cpu_after is not None:
        measured.cpu_share = round((cpu_after - cpu_before) / (time.monotonic() - began), 3)
    return measured
