"""Uploads of geometry as raw messages, put together by the words of geometry_upload.proto and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import numpy as np

from runtime.pb.v1 import geometry_upload_pb2 as pb
from tests import solids

Info = pb.GeometryInfo
BOX = solids.box((0.5, 0.4, 0.3))


def bytes_of(values: Any, code: str) -> bytes:
    flat = np.asarray(values).reshape(-1).tolist()
    return struct.pack(f"<{len(flat)}{code}", *flat)


def mesh_header(parts: solids.Parts = BOX, **more: Any) -> pb.GeometryHeader:
    vertices, triangles = parts
    id = hashlib.sha256(b"lamp.v1 mesh" + bytes_of(vertices, "f") + bytes_of(triangles, "I")).hexdigest()
    counts = {"vertex_count": len(vertices), "triangle_count": len(triangles)}
    return pb.GeometryHeader(**{"id": id, "mesh": counts, **more})


def mesh_upload(
    parts: solids.Parts = BOX, pieces: int = 3, **more: Any
) -> Iterator[pb.UploadGeometryRequest]:
    yield pb.UploadGeometryRequest(header=mesh_header(parts, **more))
    for values in np.array_split(np.asarray(parts[0]).reshape(-1), pieces):
        yield chunk(values=values)
    for indices in np.array_split(np.asarray(parts[1]).reshape(-1), pieces):
        yield chunk(indices=indices)


def chunk(values: Sequence[float] = (), indices: Sequence[int] = ()) -> pb.UploadGeometryRequest:
    return pb.UploadGeometryRequest(
        chunk={"values": np.asarray(values, float).tolist(), "indices": np.asarray(indices, int).tolist()}
    )


async def wait_settled(stub: Any, id: str, **more: Any) -> pb.GeometryInfo:
    """Ask until the geometry is no longer being built."""
    async with asyncio.timeout(20):
        while True:
            info = (await stub.GetGeometry(pb.GetGeometryRequest(id=id, **more))).info
            if info.state != Info.STATE_BUILDING:
                return info
            await asyncio.sleep(0.05)


async def slowly(
    messages: Iterator[pb.UploadGeometryRequest], pause_s: float
) -> AsyncIterator[pb.UploadGeometryRequest]:
    for message in messages:
        yield message
        await asyncio.sleep(pause_s)
