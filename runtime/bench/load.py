"""A client process of ``lamp bench serve``: many characters in one event loop. ``python -m runtime.bench.load``.

A process of its own, so that the load and the one who measures the server do not share an interpreter lock with
anything else. It reads its orders as one JSON line, reports progress as JSON lines, and ends by itself after the time
it was given, when it reads another line, or when its standard input closes because the one who started it is gone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

import grpc

from runtime.bench.figures import Figures
from runtime.bench.player import FPS, Player
from runtime.pb.v1 import service_pb2_grpc

_PHASES = 8  # ticks are spread over a frame: the characters of real games do not act in step
_LONGEST_START_S = 60.0
_CHARACTERS_PER_CHANNEL = 16  # one HTTP/2 connection per so many: between one game's and one player's


@dataclass(frozen=True)
class Orders:
    """What one client process does. ``seconds``: of play, from when its first character has frames."""

    address: str
    characters: int
    seconds: float
    first_seed: int = 0


async def play(orders: Orders, stop: asyncio.Event) -> Figures:
    """Drive all characters to the end and return what they measured."""
    channels = [
        grpc.aio.insecure_channel(orders.address, options=(("grpc.use_local_subchannel_pool", 1),))
        for _ in range(-(-orders.characters // _CHARACTERS_PER_CHANNEL))
    ]
    stubs = [service_pb2_grpc.MotionServiceStub(channel) for channel in channels]
    players = [
        Player(stubs[i // _CHARACTERS_PER_CHANNEL], orders.first_seed + i, orders.seconds)
        for i in range(orders.characters)
    ]
    total = Figures()
    runs = [asyncio.create_task(player.run()) for player in players]
    try:
        await _tick(players, runs, orders.seconds, stop, total)
    finally:
        for player in players:
            player.end()
        _, late = await asyncio.wait(runs, timeout=5.0)
        for run in late:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        for channel in channels:
            await channel.close()
    for player in players:
        total.add(player.finish())
    return total


async def _tick(
    players: list[Player],
    runs: list[asyncio.Task[None]],
    seconds: float,
    stop: asyncio.Event,
    total: Figures,
) -> None:
    """The display clock of all characters, until the time is over or no session is left."""
    slot_s = 1.0 / (FPS * _PHASES)
    began = time.monotonic()
    started: float | None = None
    told, slot = began, 0

    def tell() -> None:
        _say({"played_s": 0.0 if started is None else now - started,
              "stalls": sum(p.figures.stalls for p in players),
              "lost": sum(sum(p.figures.lost.values()) for p in players)})  # fmt: skip

    now = began
    while not stop.is_set() and not all(run.done() for run in runs):
        due = began + slot * slot_s
        await asyncio.sleep(max(due - time.monotonic(), 0.0))
        now = time.monotonic()
        total.tick_late.append(now - due)
        for player in players[slot % _PHASES :: _PHASES]:
            player.tick(now)
        slot += 1
        if started is None and (
            all(p.figures.first_frame for p in players) or now - began > _LONGEST_START_S
        ):
            started = now
            _say({"started": True})
        if now - told >= 0.5:
            told = now
            tell()
        if started is not None and now - started >= seconds:
            break
    tell()


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Orders in, figures out."""
    orders = Orders(**json.loads(sys.stdin.readline()))
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def listen() -> None:
        sys.stdin.readline()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=listen, daemon=True).start()
    figures = loop.run_until_complete(play(orders, stop))
    _say({"figures": asdict(figures)})


if __name__ == "__main__":
    main()
