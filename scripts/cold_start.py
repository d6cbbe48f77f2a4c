"""How long ``lamp serve`` takes from its start to SERVING, and to the first plan of a character that comes right then.

    python scripts/cold_start.py --runs 5 [options of lamp serve]

Prints one line a run, the phases of the last one, and the median. The target: 10 s on two cores, research bundle.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.client import AsyncLampClient


class Start(NamedTuple):
    """Seconds since the process was made; ``cpu_s`` is what it had computed by SERVING."""

    serving_s: float
    first_plan_s: float
    cpu_s: float
    log: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 when the median misses the target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--target-s", type=float, default=10.0)
    args, serve = parser.parse_known_args(arguments)
    starts = []
    for run in range(args.runs):
        start = measure(serve)
        starts.append(start)
        print(
            f"run {run + 1}: SERVING after {start.serving_s:.2f} s ({start.cpu_s:.2f} s of CPU), "
            f"first plan after {start.first_plan_s:.2f} s"
        )
    print(starts[-1].log)
    median_s = statistics.median(start.serving_s for start in starts)
    print(
        f"median {median_s:.2f} s on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; target {args.target_s} s"
    )
    return int(median_s > args.target_s)


def measure(options: Sequence[str] = ()) -> Start:
    """One start of ``lamp serve`` with ``options``; the server is stopped again. ``RuntimeError`` if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:{folder}/lamp.sock"
        command = [sys.executable, "-m", "runtime.cli", "serve", "--unix-socket", f"{folder}/lamp.sock"]
        log = Path(folder) / "log"
        began_s = time.monotonic()
        with log.open("w") as errors:
            process = subprocess.Popen(
                [*command, "--log-level", "debug", "--grace-s", "0", *options],
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        try:
            serving_s, plan_s, cpu_s = asyncio.run(_watch(address, process))
        finally:
            process.terminate()
            process.wait(60)
        phases = [
            line
            for line in log.read_text().splitlines()
            if (" s" in line and "took" in line) or "graph" in line
        ]
        return Start(serving_s - began_s, plan_s - began_s, cpu_s, "\n".join(phases))


async def _watch(address: str, process: subprocess.Popen[bytes]) -> tuple[float, float, float]:
    async with grpc.aio.insecure_channel(address, [("grpc.initial_reconnect_backoff_ms", 50),
                                                   ("grpc.max_reconnect_backoff_ms", 50)]) as channel:  # fmt: skip
        health: Any = health_pb2_grpc.HealthStub(channel)
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"lamp serve ended with status {process.returncode}")
            try:
                answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
            except grpc.aio.AioRpcError:
                await asyncio.sleep(0.02)
                continue
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                break
    serving_s, cpu_s = time.monotonic(), _cpu_s(process.pid)
    async with AsyncLampClient(address) as client, client.drive(prompt="a person walks forward") as session:
        await session.wait_for_frame(0, timeout_s=60)
    return serving_s, time.monotonic(), cpu_s


def _cpu_s(pid: int) -> float:
    """User and system time of a process (Linux; 0 elsewhere)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
