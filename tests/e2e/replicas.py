"""Two servers behind a real nginx on loopback, and games that play through it by the clock on the wall."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from runtime.client import AsyncDriveSession, AsyncLampClient, ReceivedPlan

ROOT = Path(__file__).resolve().parent.parent.parent
TICK_S = 1 / 60
FPS = 30.0


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Replica:
    """``lamp serve --stub`` on a port of its own; can be started again after its end."""

    def __init__(self, name: str, port: int, folder: Path) -> None:
        self.name, self.port, self._log = name, port, folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, grace_s: float) -> None:
        command = [sys.executable, "-m", "runtime.cli", "serve", "--stub", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--grace-s", str(grace_s)], stdout=subprocess.DEVNULL, stderr=log, cwd=ROOT
            )

    async def sessions(self, timeout_s: float = 90.0) -> int:
        """Live sessions; waits until the replica answers."""
        async with AsyncLampClient(self.address) as client:
            return (await client.server_info(timeout_s=timeout_s)).sessions

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Its exit status, once there is one."""
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, 30)

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""


def balancer_config(listen: int, servers: list[int]) -> str:
    """The file that is shipped, with other addresses."""
    text = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text()
    text, listens = re.subn(r"listen \d+ http2;", f"listen 127.0.0.1:{listen} http2;", text)
    ports = iter(servers)
    text, found = re.subn(r"server 127\.0\.0\.1:\d+ ", lambda _: f"server 127.0.0.1:{next(ports)} ", text)
    assert (listens, found) == (1, len(servers)), "nginx.conf has other addresses than this expects"
    return text


@contextlib.contextmanager
def balancer(listen: int, servers: list[int], folder: Path) -> Iterator[str]:
    """nginx as any user may run it; its address."""
    config = folder / "nginx.conf"
    config.write_text(balancer_config(listen, servers))
    command = ["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*command, "-g", "daemon off; user root;" if _is_root() else "daemon off;"])
    try:
        _wait_for_port(listen)
        yield f"127.0.0.1:{listen}"
    finally:
        process.terminate()
        process.wait(10)


def _is_root() -> bool:
    import os

    return os.geteuid() == 0


def _wait_for_port(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < end, "nginx does not listen"
        time.sleep(0.05)


@dataclass
class Player:
    """A game with one character: shows a pose 60 times a second, and holds it, and its clock, while there is none."""

    session: AsyncDriveSession
    now_s: float = 0.0
    stalled_s: float = 0.0
    fastest_mps: float = 0.0  # of any joint from one picture to the next
    plans_at_s: list[float] = field(default_factory=list)  # on the wall's clock
    _shown: np.ndarray | None = None

    def planned(self, plan: ReceivedPlan) -> None:
        self.plans_at_s.append(time.monotonic())

    async def play(self) -> None:
        last_s = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            passed_s, last_s = time.monotonic() - last_s, time.monotonic()
            if (self.now_s + passed_s) * self.session.buffer.fps > self.session.last_frame_index:
                self.stalled_s += passed_s
                continue
            self.now_s += passed_s
            await self.session.set_playhead(self.now_s)
            pose = self.session.sample(self.now_s)
            assert pose is not None
            shown = np.asarray(pose.positions_m, np.float64)
            if self._shown is not None:
                moved = float(np.linalg.norm(shown - self._shown, axis=-1).max())
                self.fastest_mps = max(self.fastest_mps, moved / passed_s)
            self._shown = shown

    def first_plan_after(self, instant_s: float) -> float:
        """Seconds from an instant to the first plan after it."""
        return next((at - instant_s for at in self.plans_at_s if at > instant_s), float("inf"))


async def until(condition: Callable[[], object], timeout_s: float, what: str) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited {timeout_s} s in vain for {what}"
        await asyncio.sleep(0.02)


def table(rows: list[tuple[object, ...]], titles: tuple[str, ...]) -> str:
    cells = [titles, *[tuple(f"{v:.2f}" if isinstance(v, float) else str(v) for v in row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    return "\n".join("  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells) + "\n"
