"""The client processes of ``lamp bench serve``, from the side of the one who started them."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from runtime.bench.figures import Figures
from runtime.bench.load import Orders

_END_S = 30.0  # most a client may take to end after it was told to


@dataclass
class Progress:
    """Where the clients are: the slowest one's time, everybody's stalls and losses."""

    played_s: float = 0.0
    stalls: int = 0
    lost: int = 0
    started: bool = False


class Clients:
    """Runs one process per entry of ``orders``; ``run`` waits for all of them and adds up what they measured."""

    def __init__(self, orders: list[Orders]) -> None:
        self._orders = orders
        self._lines: queue.Queue[tuple[int, str | None]] = queue.Queue()  # None: that process has ended
        self._processes: list[subprocess.Popen[str]] = []
        self._latest: dict[int, dict[str, Any]] = {}
        self._started: set[int] = set()
        self.interrupted = False

    def run(self, on_progress: Callable[[Progress], None]) -> Figures:
        """The figures of all clients. On ``KeyboardInterrupt`` they are asked to stop: then they are what there is.

        Raises ``RuntimeError`` when a client dies without figures.
        """
        total, limit_s = Figures(), max(o.seconds for o in self._orders) + 150.0
        self._start()
        end, open_ = time.monotonic() + limit_s, set(range(len(self._orders)))
        try:
            while open_:
                try:
                    self._one_line(open_, total, on_progress, end)
                except KeyboardInterrupt:
                    self.interrupted = True
                    self.stop()
                    end = time.monotonic() + _END_S
        finally:
            for process in self._processes:
                process.kill()
                process.wait()
        return total

    def _start(self) -> None:
        for i, orders in enumerate(self._orders):
            process = subprocess.Popen(
                [sys.executable, "-m", "runtime.bench.load"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is for us; we tell the clients
            )
            self._processes.append(process)
            threading.Thread(target=self._read, args=(i, process), daemon=True).start()
            assert process.stdin is not None
            process.stdin.write(json.dumps(asdict(orders)) + "\n")
            process.stdin.flush()

    def _read(self, index: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put((index, line))
        self._lines.put((index, None))

    def _one_line(
        self, open_: set[int], total: Figures, on_progress: Callable[[Progress], None], end: float
    ) -> None:
        try:
            index, line = self._lines.get(timeout=max(end - time.monotonic(), 0.01))
        except queue.Empty:
            raise RuntimeError("a client process did not end in time; its figures are lost") from None
        if line is None:
            if index in open_:
                raise RuntimeError(f"client process {index} died before it told its figures")
            return
        message = json.loads(line)
        if "figures" in message:
            total.add(Figures.from_json(message["figures"]))
            open_.discard(index)
        elif "started" in message:
            self._started.add(index)
        else:
            self._latest[index] = message
        on_progress(self._progress())

    def _progress(self) -> Progress:
        values = self._latest.values()
        return Progress(
            min((v["played_s"] for v in values), default=0.0),
            sum(v["stalls"] for v in values),
            sum(v["lost"] for v in values),
            len(self._started) == len(self._orders),
        )

    def stop(self) -> None:
        """Ask all clients to end their sessions and tell their figures now."""
        for process in self._processes:
            try:
                assert process.stdin is not None
                process.stdin.write("stop\n")
                process.stdin.flush()
            except OSError:
                continue  # it has ended already
