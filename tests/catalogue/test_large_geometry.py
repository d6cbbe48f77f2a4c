"""A mesh of 100,000 triangles arrives while eight characters stream: it is built, and nobody's frames are late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from runtime.pb.v1 import geometry_upload_pb2, service_pb2_grpc
from runtime.server_process import ServerProcess
from tests.catalogue.calls import mesh_id, mesh_messages, upload
from tests.runtime.wire import Driven

_CHARACTERS = 8
_READY_S = 180.0
_LATE_S = 1.0  # frames are sent seconds ahead: one that is later than this would have been a visible stop
Info = geometry_upload_pb2.GeometryInfo


def bumpy_sphere(rings: int = 250, around: int = 201) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A closed surface of about 2 x rings x around triangles: vertices ``(V, 3)`` in metres, triangles ``(F, 3)``."""
    down, turn = np.meshgrid(
        np.linspace(0, np.pi, rings + 1)[1:-1], np.linspace(0, 2 * np.pi, around + 1)[:-1]
    )
    radius = 1.0 + 0.05 * np.sin(7 * turn) * np.sin(down) ** 2
    ring = np.stack(
        [radius * np.sin(down) * np.cos(turn), radius * np.cos(down), radius * np.sin(down) * np.sin(turn)],
        -1,
    )
    vertices = np.concatenate([[[0, 1.0, 0]], ring.reshape(-1, 3), [[0, -1.0, 0]]]).astype(np.float32)
    at = 1 + np.arange(around * (rings - 1)).reshape(around, rings - 1)
    right = np.roll(at, -1, axis=0)
    sides = [
        np.stack([at[:, :-1], right[:, :-1], at[:, 1:]], -1),
        np.stack([right[:, :-1], right[:, 1:], at[:, 1:]], -1),
    ]
    caps = [
        np.stack([np.zeros(around, int), right[:, 0], at[:, 0]], -1),
        np.stack([np.full(around, len(vertices) - 1), at[:, -1], right[:, -1]], -1),
    ]
    triangles = np.concatenate([*(s.reshape(-1, 3) for s in sides), *caps]).astype(np.uint32)
    return vertices, triangles


async def watch(driven: Driven, until: asyncio.Event) -> float:
    """Play in real time; the most by which a frame came after it was due, seconds."""
    await driven.until(lambda: driven.frames, 60.0)
    began, worst = time.monotonic(), 0.0
    while not until.is_set():
        played_s = time.monotonic() - began
        await driven.play(min(played_s, driven.sent_until_s()))
        await driven.for_s(0.1)
        worst = max(worst, played_s - driven.sent_until_s())
    return worst


async def upload_and_wait(stub: Any, messages: list[Any]) -> tuple[Info, int]:
    """Send it, and ask until it is built; what became of it, and how often was asked."""
    info = (await upload(stub, messages, timeout=120.0)).info
    asked, end = 0, time.monotonic() + _READY_S
    while info.state == Info.STATE_BUILDING:
        assert time.monotonic() < end, f"not built within {_READY_S:.0f} s: {info}"
        await asyncio.sleep(0.25)
        request = geometry_upload_pb2.GetGeometryRequest(id=info.id)
        info = (await stub.GetGeometry(request, timeout=30.0)).info
        asked += 1
    return info, asked


def test_a_hundred_thousand_triangles_while_eight_characters_stream(
    tmp_path: Path, tried: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMP_CACHE", str(tmp_path / "cache"))
    vertices, triangles = bumpy_sphere()
    assert len(triangles) >= 100_000

    async def play(address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            stub = service_pb2_grpc.MotionServiceStub(channel)
            driven = [await Driven.open(channel) for _ in range(_CHARACTERS)]
            done = asyncio.Event()
            watching = [asyncio.create_task(watch(d, done)) for d in driven]
            info, asked = await upload_and_wait(stub, mesh_messages(vertices, triangles, cell_m=0.05))
            assert info.state == Info.STATE_READY, info
            assert info.id == mesh_id(vertices, triangles)
            assert info.sign_rule == Info.SIGN_RULE_SOLID, info
            done.set()
            late = await asyncio.gather(*watching)
            assert max(late) <= _LATE_S, f"frames were {max(late):.2f} s late"
            reference = {"id": "boulder", "position": {"x": 0.2, "z": 4.0}, "geometry": {"id": info.id}}
            for d in driven:
                await d.update(revision=1, put_obstacles=[reference])
            for d in driven:
                await d.until(lambda d=d: d.plans[-1].scene_revision == 1, 60.0)
                assert d.notices == []
                await d.bye()
            tried("triangles uploaded beside live characters", len(triangles))
            tried("questions whether a geometry is ready", asked)

    with ServerProcess(["--stub", "--log-level", "warning"], log=tmp_path / "log", own_group=True) as server:
        asyncio.run(asyncio.wait_for(play(server.address), _READY_S + 90.0))
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf8")
