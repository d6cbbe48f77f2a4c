"""Every call of the service in the ways it can end, for the state cleanup matrix."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np

from lamp.motion import Motion
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2, geometry_upload_pb2, scene_pb2, service_pb2
from runtime.stub_backend import StubBackend

ENDS_WELL = {grpc.StatusCode.OK}
CUT = {grpc.StatusCode.CANCELLED}
LATE = {grpc.StatusCode.DEADLINE_EXCEEDED}
SHUT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.OK}


class SlowStub(StubBackend):
    """Takes long enough for a call to be caught in the middle: 5 ms a step, 50 ms a clip."""

    def __init__(self) -> None:
        super().__init__(step_s=0.005)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        time.sleep(0.05)
        return super().generate(prompt, frames, seed, guidance)


def unresumable(**bounds: Any) -> Limits:
    """Limits under which a broken stream ends its session at once, instead of keeping it for the client's return."""
    return Limits(resume_s=0.0, **bounds)


def wedge(size_m: float = 1.0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A small closed mesh, a tetrahedron: vertices ``(4, 3)`` and triangles ``(4, 3)``."""
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) * np.float32(size_m)
    return vertices, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.uint32)


def mesh_id(vertices: np.ndarray[Any, Any], triangles: np.ndarray[Any, Any]) -> str:
    """The content id of a mesh, as geometry_upload.proto defines it."""
    content = b"lamp.v1 mesh" + vertices.astype("<f4").tobytes() + triangles.astype("<u4").tobytes()
    return hashlib.sha256(content).hexdigest()


def mesh_messages(
    vertices: np.ndarray[Any, Any], triangles: np.ndarray[Any, Any], piece: int = 30_000, **header: Any
) -> list[geometry_upload_pb2.UploadGeometryRequest]:
    """The upload of a mesh, message by message."""
    request = geometry_upload_pb2.UploadGeometryRequest
    head = geometry_upload_pb2.GeometryHeader(
        **{"id": mesh_id(vertices, triangles), "cell_m": 0.1, **header},
        mesh=geometry_upload_pb2.TriangleMesh(vertex_count=len(vertices), triangle_count=len(triangles)),
    )
    values, indices = vertices.ravel(), triangles.ravel()
    chunks = [{"values": values[i : i + piece].tolist()} for i in range(0, len(values), piece)]
    chunks += [{"indices": indices[i : i + piece].tolist()} for i in range(0, len(indices), piece)]
    return [request(header=head), *(request(chunk=chunk) for chunk in chunks)]


@dataclass(frozen=True)
class Rpc:
    """How to begin a call that goes on for a while (``begin``), and one that is refused (``wrong``).

    Both take the stub and keyword arguments of the call (``timeout``) and give the call object. ``finish`` lets a begun
    call end well. ``refused`` is how the wrong one ends. ``again`` is for calls whose result the server keeps: made
    twice, it keeps it once.
    """

    name: str
    begin: Callable[..., Any]
    wrong: Callable[..., Any]
    finish: Callable[[Any], Any]
    refused: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT
    again: Callable[..., Any] | None = None  # as ``begin``, where what a good call leaves is meant to stay


async def _drained(call: Any) -> None:
    """Read to the end, whatever it is."""
    try:
        if hasattr(call, "read"):
            while await call.read() is not grpc.aio.EOF:
                pass
        else:
            await call
    except (grpc.RpcError, asyncio.CancelledError):
        pass


async def code_of(call: Any, timeout_s: float = 30.0) -> grpc.StatusCode:
    """How a call ended, read to its end."""
    async with asyncio.timeout(timeout_s):
        await _drained(call)
        code: grpc.StatusCode = await call.code()
        return code


_ROCK = scene_pb2.Obstacle(id="rock", position={"x": 0.1, "y": 0.9, "z": 3}, sphere={"radius": 0.3})


def _drive(stub: Any, fps: float, update: drive_pb2.SceneUpdate | None, **call: Any) -> Any:
    opened = stub.Drive(**call)

    async def talk() -> None:
        try:
            await opened.write(drive_pb2.DriveRequest(hello=drive_pb2.Hello(protocol_version=1, fps=fps)))
            # Nothing more where the Hello is refused: grpc.aio turns the status of a stream that ends during a write
            # into INTERNAL.
            if update is not None:
                await opened.write(drive_pb2.DriveRequest(scene_update=update))
        except (grpc.RpcError, asyncio.InvalidStateError, asyncio.CancelledError):
            pass

    opened.talking = asyncio.ensure_future(talk())
    return opened


async def _say_bye(call: Any) -> None:
    await call.talking
    await call.write(drive_pb2.DriveRequest(bye={}))
    await call.done_writing()


def upload(stub: Any, messages: Sequence[Any], *, ends: bool = True, **call: Any) -> Any:
    """An upload of ``messages``; without ``ends`` the last one waits for ``call.finished``.

    Written message by message: given an iterator, grpc.aio leaves a task behind in the client when the call ends early.
    """
    opened = stub.UploadGeometry(**call)
    opened.finished = asyncio.Event()

    async def send() -> None:
        try:
            for i, message in enumerate(messages):
                if i == len(messages) - 1 and not ends:
                    await opened.finished.wait()
                await opened.write(message)
            await opened.done_writing()
        except (grpc.RpcError, asyncio.InvalidStateError, asyncio.CancelledError):
            pass

    opened.talking = asyncio.ensure_future(send())
    opened.add_done_callback(lambda _: opened.finished.set())
    return opened


_sizes = itertools.count(1)


def _unfinished_upload(stub: Any, **call: Any) -> Any:
    """Of a mesh the server has never seen: a known one is answered at once."""
    return upload(stub, mesh_messages(*wedge(1.0 + next(_sizes) / 100.0)), ends=False, **call)


async def _finish_upload(call: Any) -> None:
    call.finished.set()


async def _nothing(call: Any) -> None:
    """It ends by itself."""


_NONSENSE = {"preset": 99}
_BROKEN_WEDGE = mesh_messages(*wedge(), id="0" * 64)
RPCS = (
    Rpc(
        "GetServerInfo",
        lambda stub, **call: stub.GetServerInfo(service_pb2.GetServerInfoRequest(), **call),
        lambda stub, **call: stub.GetServerInfo(
            service_pb2.GetServerInfoRequest(coordinate_system=_NONSENSE), **call
        ),
        _nothing,
    ),
    Rpc(
        "GetGeometry",
        lambda stub, **call: stub.GetGeometry(
            geometry_upload_pb2.GetGeometryRequest(id=mesh_id(*wedge())), **call
        ),
        lambda stub, **call: stub.GetGeometry(geometry_upload_pb2.GetGeometryRequest(id="x"), **call),
        _nothing,
    ),
    Rpc(
        "Generate",
        lambda stub, **call: stub.Generate(service_pb2.GenerateRequest(prompts=["walk"] * 12), **call),
        lambda stub, **call: stub.Generate(service_pb2.GenerateRequest(), **call),
        _nothing,
    ),
    Rpc(
        "Optimize",
        lambda stub, **call: stub.Optimize(
            service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=120), **call
        ),
        lambda stub, **call: stub.Optimize(
            service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=10**6), **call
        ),
        _nothing,
    ),
    Rpc(
        "UploadGeometry",
        _unfinished_upload,
        lambda stub, **call: upload(stub, _BROKEN_WEDGE, **call),
        _finish_upload,
        grpc.StatusCode.DATA_LOSS,
        lambda stub, **call: upload(stub, mesh_messages(*wedge()), **call),
    ),
    Rpc(
        "Drive",
        lambda stub, **call: _drive(stub, 30.0, drive_pb2.SceneUpdate(put_obstacles=[_ROCK]), **call),
        lambda stub, **call: _drive(stub, 1e9, None, **call),
        _say_bye,
    ),
)
