"""One upload: a header, then chunks, checked as they come and as a whole. Raises ``Refused`` and ``Fault``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.scene.content import height_field_id, hull_id, is_id, mesh_id
from lamp.scene.geometry import Geometry
from lamp.scene.heightfield import MAX_SIDE, HeightField
from lamp.scene.hull import MAX_HULL_POINTS, ConvexHull
from lamp.scene.layout import MAX_CELL_M, MIN_CELL_M
from lamp.scene.mesh import MAX_REACH_M, TriangleMesh
from runtime import limits as bounds
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_coordinates
from runtime.geometry.entry import Entry
from runtime.geometry.height_axes import field_to_model
from runtime.geometry.store import GeometryStore, serves
from runtime.limits import Limits
from runtime.pb.v1 import geometry_upload_pb2 as pb
from runtime.status import Fault, invalid
from runtime.validation import Checker, Violation

log = logging.getLogger(__name__)
Array = NDArray[Any]
Requests = AsyncIterator[pb.UploadGeometryRequest]
_AT_ONCE = 1 << 18  # numbers of a message that are taken over on the event loop, in 1 ms; more: in a thread
_COPIES = (
    4  # of what is sent that exist for a moment: as received, joined, in metres, on its way to the worker
)


@dataclass(frozen=True)
class Header:
    """A checked ``GeometryHeader``: how many values (vertex coordinates or heights) and indices will come."""

    id: str
    coordinates: CoordinateSystem
    kind: str
    values: int
    indices: int
    cell_m: float
    message: pb.GeometryHeader

    @property
    def size_bytes(self) -> int:
        """Memory the upload takes."""
        return 4 * (self.values + self.indices) * _COPIES


async def receive(requests: Requests, store: GeometryStore, limits: Limits) -> Entry:
    """Take one upload from its stream; what ends before it is whole leaves nothing behind."""
    try:
        async with asyncio.timeout(limits.upload_timeout_s):
            return await _receive(requests, store, limits)
    except TimeoutError:
        raise Fault(
            grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_TIMEOUT",
            f"the upload was not whole after {limits.upload_timeout_s:g} s; send it without pauses",
        ) from None  # fmt: skip


async def _receive(requests: Requests, store: GeometryStore, limits: Limits) -> Entry:
    first = await anext(requests, None)
    if first is None or first.WhichOneof("message") != "header":
        raise invalid([Violation("header", "must be the first message of the upload")], "HEADER_EXPECTED")
    header = read_header(first.header, limits)
    known = store.find(header.id, header.coordinates)
    if known is not None and serves(known, header.cell_m):
        return known
    with store.receiving(header.size_bytes):
        parts = Parts(header)
        async for request in requests:
            if request.WhichOneof("message") != "chunk":
                raise invalid([Violation("header", "came twice; send chunks after it")])
            if len(request.chunk.values) + len(request.chunk.indices) > _AT_ONCE:
                await asyncio.to_thread(parts.add, request.chunk)
            else:
                parts.add(request.chunk)
        geometry = await asyncio.to_thread(parts.geometry)
        log.info("geometry %s (%s): %s of %d numbers", header.id[:12], header.message.name or "no name", header.kind,
                 header.values + header.indices)  # fmt: skip
        return store.add(header.id, header.coordinates, geometry, header.cell_m)


def read_header(message: pb.GeometryHeader, limits: Limits) -> Header:
    """The header; its counts are within the limits."""
    check = Checker("header")
    coordinates = read_coordinates(message.coordinate_system, check.at("coordinate_system"))
    read_id(message.id, check)
    check.text("name", message.name, bounds.MAX_ID_CHARACTERS)
    cell_m = check.default("cell_m", message.cell_m, MIN_CELL_M, MAX_CELL_M, 0.0)
    kind = message.WhichOneof("kind")
    values = indices = 0
    if kind == "mesh":
        part = check.at("mesh")
        part.count("vertex_count", message.mesh.vertex_count, limits.max_triangles * 3, 3)
        part.count("triangle_count", message.mesh.triangle_count, limits.max_triangles, 1)
        values, indices = message.mesh.vertex_count * 3, message.mesh.triangle_count * 3
    elif kind == "hull":
        check.at("hull").count("vertex_count", message.hull.vertex_count, MAX_HULL_POINTS, 4)
        values = message.hull.vertex_count * 3
    elif kind == "height_field":
        part, field = check.at("height_field"), message.height_field
        for name in ("columns", "rows"):
            part.count(name, getattr(field, name), MAX_SIDE, 2)
        for name in ("column_spacing", "row_spacing"):
            part.positive(name, getattr(field, name), coordinates.length_from_model(MAX_REACH_M))
        values = field.columns * field.rows
    else:
        check.fail("kind", "is missing; set mesh, hull or height_field")
    check.done()
    # a float32 cannot say 0.05: what was meant has few digits
    return Header(message.id, coordinates, kind or "", values, indices, round(cell_m, 6), message)


def read_id(id: str, check: Checker) -> str:
    """An id that could be one."""
    if not is_id(id):
        check.fail("id", "is no SHA-256 in 64 lower-case hexadecimal digits; see geometry_upload.proto")
    return id


class Parts:
    """The numbers of an upload, as far as they have come."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._values: list[Array] = []
        self._indices: list[Array] = []
        self._values_count = self._indices_count = 0

    def add(self, chunk: pb.GeometryChunk) -> None:
        """Take over one chunk."""
        header = self._header
        self._values_count += len(chunk.values)
        self._indices_count += len(chunk.indices)
        for name, count, most in (
            ("values", self._values_count, header.values),
            ("indices", self._indices_count, header.indices),
        ):
            if count > most:
                raise _wrong(f"chunk.{name}", f"{count} have come; the header promised {most}")
        if len(chunk.indices) and self._values_count < header.values:
            raise _wrong(
                "chunk.indices",
                f"come after {self._values_count} of {header.values} values; send all of those first",
            )
        if len(chunk.values):
            self._values.append(np.array(chunk.values, np.float32))
        if len(chunk.indices):
            self._indices.append(np.array(chunk.indices, np.uint32))

    def geometry(self) -> Geometry:
        """All of it, in model space; DATA_LOSS when it is not what the id says."""
        header = self._header
        for name, count, all_of_them in (
            ("values", self._values_count, header.values),
            ("indices", self._indices_count, header.indices),
        ):
            if count < all_of_them:
                raise _wrong(f"chunk.{name}", f"the upload ended after {count} of {all_of_them}")
        values = np.concatenate(self._values)
        indices = np.concatenate(self._indices) if self._indices else np.zeros(0, np.uint32)
        self._check(values, indices)
        if self._content_id(values, indices) != header.id:
            raise Fault(
                grpc.StatusCode.DATA_LOSS, "CONTENT_MISMATCH",
                "header.id: what was sent does not hash to it; see geometry_upload.proto for the bytes to hash",
            )  # fmt: skip
        return self._in_model_space(values, indices)

    def _check(self, values: Array, indices: Array) -> None:
        check = Checker("chunk")
        most = self._header.coordinates.length_from_model(MAX_REACH_M)
        wrong = np.flatnonzero(~(np.abs(values) <= most))
        if len(wrong):
            check.number(f"values[{wrong[0]}]", float(values[wrong[0]]), -most, most)
        vertices = self._header.values // 3
        wrong = np.flatnonzero(indices >= vertices)
        if len(wrong):
            check.fail(f"indices[{wrong[0]}]", f"is {indices[wrong[0]]}; there are {vertices} vertices")
        check.done()

    def _content_id(self, values: Array, indices: Array) -> str:
        if self._header.kind == "mesh":
            return mesh_id(values, indices)
        if self._header.kind == "hull":
            return hull_id(values)
        field = self._header.message.height_field
        return height_field_id(
            values.reshape(field.rows, field.columns), field.column_spacing, field.row_spacing
        )

    def _in_model_space(self, values: Array, indices: Array) -> Geometry:
        """Raises ``Fault`` for what cannot become a grid."""
        header = self._header
        try:
            if header.kind == "height_field":
                return self._field(values)
            points = header.coordinates.position_to_model(values.reshape(-1, 3).astype(np.float64))
            if header.kind == "hull":
                return ConvexHull(points)
            return TriangleMesh(points, indices.reshape(-1, 3))
        except InputError as error:
            raise _wrong(f"{header.kind}.{error.field}", error.problem) from error

    def _field(self, values: Array) -> HeightField:
        field = self._header.message.height_field
        return field_to_model(
            values.reshape(field.rows, field.columns),
            field.column_spacing,
            field.row_spacing,
            self._header.coordinates,
        )


def _wrong(field: str, problem: str) -> Fault:
    return invalid([Violation(field, problem)])
