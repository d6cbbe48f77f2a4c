"""UploadGeometry and GetGeometry. Raises what ``status.fault_of`` understands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from lamp.scene.content import is_id
from runtime.decode import read_coordinates
from runtime.geometry.store import GeometryStore
from runtime.geometry.upload import read_id, receive
from runtime.limits import Limits
from runtime.pb.v1 import geometry_upload_pb2, service_pb2
from runtime.status import Fault
from runtime.validation import Checker

Uploads = AsyncIterator[geometry_upload_pb2.UploadGeometryRequest]


async def upload(
    requests: Uploads, store: GeometryStore, limits: Limits
) -> geometry_upload_pb2.UploadGeometryResponse:
    """Take in a geometry; the answer comes before its grid is done."""
    entry = await receive(requests, store, limits)
    return geometry_upload_pb2.UploadGeometryResponse(info=entry.info())


async def get(
    request: geometry_upload_pb2.GetGeometryRequest, store: GeometryStore
) -> geometry_upload_pb2.GetGeometryResponse:
    """What is known of a geometry; NOT_FOUND when there is none."""
    check = Checker()
    coordinates = read_coordinates(request.coordinate_system, check.at("coordinate_system"))
    read_id(request.id, check)
    check.done()
    entry = await store.get(request.id, coordinates)
    if entry is None:
        raise Fault(
            grpc.StatusCode.NOT_FOUND, "GEOMETRY_UNKNOWN",
            f"geometry {request.id} was never uploaded with this coordinate system, or is forgotten; upload it",
        )  # fmt: skip
    return geometry_upload_pb2.GetGeometryResponse(info=entry.info())


async def fetch(request: service_pb2.OptimizeRequest, store: GeometryStore) -> None:
    """Have what the tasks refer to read from the cache on disk, so that it is there when they are decoded."""
    wanted = {o.geometry.id for task in request.tasks for o in task.obstacles if o.HasField("geometry")}
    check = Checker()
    coordinates = read_coordinates(request.coordinate_system, check.at("coordinate_system"))
    if not check.found:
        for id in filter(is_id, wanted):
            await store.get(id, coordinates)
