"""UploadGeometry and GetGeometry over the wire: what is taken, what is refused, and what is left behind."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime.geometry.settings import GeometrySettings
from runtime.limits import Limits
from runtime.pb.v1 import geometry_upload_pb2 as pb
from tests import solids
from tests.runtime.conftest import Site
from tests.runtime.uploads import BOX, Info, chunk, mesh_header, mesh_upload, slowly, wait_settled
from tests.runtime.wire import eventually

OnServer = Callable[..., None]
Code = grpc.StatusCode


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, Any]:
    """Settings with an empty cache."""
    return {"geometry": GeometrySettings(geometry_cache=tmp_path)}


async def refused(call: Any) -> tuple[Code, str, list[str]]:
    """Code, reason and fields of a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    fields, reason = [], ""
    for detail in rpc_status.from_call(caught.value).details:
        bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
        if detail.Unpack(bad):
            fields += [violation.field for violation in bad.field_violations]
        elif detail.Unpack(info):
            reason = info.reason
    return caught.value.code(), reason, fields


def test_a_mesh_becomes_a_grid_and_is_told_apart_by_state(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        stub = here.stub()
        answer = await stub.UploadGeometry(mesh_upload(name="crate"))
        assert answer.info.id == mesh_header().id
        assert answer.info.state == Info.STATE_BUILDING
        info = await wait_settled(stub, mesh_header().id)
        assert info.state == Info.STATE_READY, info.problem
        assert info.sign_rule == Info.SIGN_RULE_SOLID
        assert info.problem == ""
        assert info.progress == 1.0
        assert info.build_s > 0
        assert math.prod(info.cells) <= 2_000_000
        assert len(info.cells) == 3
        assert info.cell_m == pytest.approx(0.02)
        again = await stub.UploadGeometry(mesh_upload())
        assert again.info.state == Info.STATE_READY, "known at once"

    on_server(body, **fresh)


def test_a_hull_and_a_height_field(on_server: OnServer, fresh: dict[str, Any]) -> None:
    from lamp.scene.content import height_field_id, hull_id

    points, heights = solids.ball(0.4, 2)[0], np.random.default_rng(0).random((6, 9))

    async def body(here: Site) -> None:
        stub = here.stub()
        hull = pb.GeometryHeader(id=hull_id(points), hull={"vertex_count": len(points)})
        field = pb.GeometryHeader(
            id=height_field_id(heights, 0.25, 0.5),
            height_field={"columns": 9, "rows": 6, "column_spacing": 0.25, "row_spacing": 0.5},
            cell_m=0.1,
        )
        for header, values, rule in (
            (hull, points, Info.SIGN_RULE_SOLID),
            (field, heights, Info.SIGN_RULE_BELOW),
        ):
            messages = [pb.UploadGeometryRequest(header=header), chunk(values=values.reshape(-1))]
            await stub.UploadGeometry(iter(messages))
            info = await wait_settled(stub, header.id)
            assert info.state == Info.STATE_READY, info.problem
            assert info.sign_rule == rule
        assert info.cell_m == pytest.approx(0.1)

    on_server(body, **fresh)


def test_a_mesh_with_a_hole_says_so(on_server: OnServer, fresh: dict[str, Any]) -> None:
    open_box = (BOX[0], BOX[1][2:])

    async def body(here: Site) -> None:
        stub = here.stub()
        await stub.UploadGeometry(mesh_upload(open_box, cell_m=0.1))
        info = await wait_settled(stub, mesh_header(open_box).id)
        assert info.sign_rule == Info.SIGN_RULE_SHEET
        assert "4 open edges" in info.problem

    on_server(body, **fresh)


def test_the_cache_outlives_the_server(on_server: OnServer, fresh: dict[str, Any]) -> None:
    id = mesh_header().id

    async def first(here: Site) -> None:
        await here.stub().UploadGeometry(mesh_upload(cell_m=0.05))
        await wait_settled(here.stub(), id)
        cached = list(fresh["geometry"].geometry_cache.glob("geometry/*.grid"))
        await eventually(lambda: cached or list(fresh["geometry"].geometry_cache.glob("geometry/*.grid")))

    async def second(here: Site) -> None:
        stub = here.stub()
        info = (await stub.GetGeometry(pb.GetGeometryRequest(id=id))).info
        assert info.state == Info.STATE_READY
        assert info.build_s == 0.0
        assert (
            await refused(stub.GetGeometry(pb.GetGeometryRequest(id=id, coordinate_system={"preset": 3})))
        )[0] is Code.NOT_FOUND, "other axes, other grid"
        # other cells are built anew
        assert (await stub.UploadGeometry(mesh_upload(cell_m=0.1))).info.state == Info.STATE_BUILDING
        assert (await wait_settled(stub, id)).cell_m == pytest.approx(0.1)

    async def third(here: Site) -> None:
        (file,) = fresh["geometry"].geometry_cache.glob("geometry/*.grid")
        file.write_bytes(file.read_bytes()[:-7])
        stub = here.stub()
        assert (await refused(stub.GetGeometry(pb.GetGeometryRequest(id=id))))[0] is Code.NOT_FOUND
        await stub.UploadGeometry(mesh_upload(cell_m=0.1))
        assert (await wait_settled(stub, id)).state == Info.STATE_READY

    for body in (first, second, third):
        on_server(body, **fresh)


def header_of(**more: Any) -> list[Any]:
    return [pb.UploadGeometryRequest(header=mesh_header(**more))]


def with_values(index: int, value: float) -> list[Any]:
    vertices = BOX[0].copy().reshape(-1)
    vertices[index] = value
    parts = (vertices.reshape(-1, 3), BOX[1])
    return list(mesh_upload(parts))


ONE_PLANE = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1]], float)


def flat_hull() -> list[Any]:
    from lamp.scene.content import hull_id

    head = pb.GeometryHeader(id=hull_id(ONE_PLANE), hull={"vertex_count": 4})
    return [pb.UploadGeometryRequest(header=head), chunk(values=ONE_PLANE.reshape(-1))]


UPLOAD = list(mesh_upload())
INVALID: dict[str, tuple[list[Any], str]] = {
    "nothing": ([], "header"),
    "chunk first": ([chunk(values=[1.0])], "header"),
    "header twice": (UPLOAD[:2] + UPLOAD[:1], "header"),
    "no id": (header_of(id=""), "header.id"),
    "path as id": (header_of(id="../" * 21 + "x"), "header.id"),
    "upper-case id": (header_of(id="A" * 64), "header.id"),
    "no kind": ([pb.UploadGeometryRequest(header={"id": "a" * 64})], "header.kind"),
    "no triangles": (header_of(mesh={"vertex_count": 3}), "header.mesh.triangle_count"),
    "too many triangles": (
        header_of(mesh={"vertex_count": 3, "triangle_count": 200_001}), "header.mesh.triangle_count"),
    "too many vertices": (
        header_of(mesh={"vertex_count": 4_000_000_000, "triangle_count": 1}), "header.mesh.vertex_count"),
    "hull of three": ([pb.UploadGeometryRequest(header={"id": "a" * 64, "hull": {"vertex_count": 3}})],
                      "header.hull.vertex_count"),
    "flat hull": (flat_hull(), "hull.points_m"),
    "field of one row": (
        [pb.UploadGeometryRequest(header={"id": "a" * 64, "height_field": {
            "columns": 4, "rows": 1, "column_spacing": 1, "row_spacing": 1}})], "header.height_field.rows"),
    "field without spacing": (
        [pb.UploadGeometryRequest(header={"id": "a" * 64, "height_field": {
            "columns": 4, "rows": 4, "column_spacing": math.nan, "row_spacing": 1}})],
        "header.height_field.column_spacing"),
    "cell too small": (header_of(cell_m=0.001), "header.cell_m"),
    "NaN cell": (header_of(cell_m=math.nan), "header.cell_m"),
    "cells over budget": (list(mesh_upload(solids.box((50, 50, 50)), cell_m=0.02)), "cell_m"),
    "long name": (header_of(name="x" * 65), "header.name"),
    "unknown axes": (header_of(coordinate_system={"preset": 77}), "header.coordinate_system.preset"),
    "too few values": (UPLOAD[:3], "chunk.values"),
    "too few indices": (UPLOAD[:-1], "chunk.indices"),
    "too many values": (UPLOAD[:4] + UPLOAD[1:2], "chunk.values"),
    "too many indices": ([*UPLOAD, UPLOAD[-1]], "chunk.indices"),
    "indices too early": (UPLOAD[:2] + UPLOAD[4:], "chunk.indices"),
    "NaN": (with_values(4, math.nan), "chunk.values[4]"),
    "infinite": (with_values(23, -math.inf), "chunk.values[23]"),
    "far away": (with_values(0, 1001.0), "chunk.values[0]"),
    "index out of range": (list(mesh_upload((BOX[0], np.array([[0, 1, 8]])))), "chunk.indices[2]"),
    "no area": (list(mesh_upload((BOX[0], np.array([[0, 0, 1], [2, 2, 2]])))), "mesh.triangles"),
}  # fmt: skip


def test_bad_uploads_are_refused_by_field_and_leave_nothing(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    async def body(here: Site) -> None:
        stub = here.stub()
        for name, (messages, field) in INVALID.items():
            code, _, fields = await refused(stub.UploadGeometry(iter(messages)))
            assert (code, fields) == (Code.INVALID_ARGUMENT, [field]), name
        other = [pb.UploadGeometryRequest(header=mesh_header(id="a" * 64)), *UPLOAD[1:]]
        code, reason, _ = await refused(stub.UploadGeometry(iter(other)))
        assert (code, reason) == (Code.DATA_LOSS, "CONTENT_MISMATCH")
        store = here.server.servicer.geometry
        assert (len(store), store.size_bytes) == (0, 0)
        for id in ("a" * 64, mesh_header().id):
            assert (await refused(stub.GetGeometry(pb.GetGeometryRequest(id=id))))[0] is Code.NOT_FOUND
        assert (await refused(stub.GetGeometry(pb.GetGeometryRequest(id="no"))))[2] == ["id"]

    on_server(body, **fresh)


def test_uploads_that_stop_end_and_leave_nothing(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        stub, store = here.stub(), here.server.servicer.geometry
        code, reason, _ = await refused(stub.UploadGeometry(slowly(iter(UPLOAD), 10.0)))
        assert (code, reason) == (Code.DEADLINE_EXCEEDED, "UPLOAD_TIMEOUT")
        call = stub.UploadGeometry(slowly(iter(UPLOAD), 10.0))
        await eventually(lambda: store.size_bytes > 0)
        call.cancel()
        await eventually(lambda: store.size_bytes == 0 and len(here.server.servicer.calls) == 0)
        assert len(store) == 0

    on_server(body, limits=Limits(upload_timeout_s=0.4), **fresh)


def test_memory_is_bounded_and_what_nobody_uses_makes_room(on_server: OnServer, tmp_path: Path) -> None:
    boxes = [solids.box((0.2 + 0.01 * i, 0.3, 0.3)) for i in range(6)]  # each grid takes about 0.3 MB

    async def body(here: Site) -> None:
        stub, store = here.stub(), here.server.servicer.geometry
        for parts in boxes:
            await stub.UploadGeometry(mesh_upload(parts))
            await wait_settled(stub, mesh_header(parts).id)
            assert store.size_bytes <= 1024 * 1024
        assert 1 <= len(store) < len(boxes)
        gone = await refused(stub.GetGeometry(pb.GetGeometryRequest(id=mesh_header(boxes[0]).id)))
        assert gone[0] is Code.NOT_FOUND
        big = list(mesh_upload(solids.box((3, 3, 3))))
        code, reason, _ = await refused(stub.UploadGeometry(iter(big)))
        assert (code, reason) == (Code.RESOURCE_EXHAUSTED, "GEOMETRY_FULL")
        await stub.UploadGeometry(mesh_upload(boxes[0]))
        assert (await wait_settled(stub, mesh_header(boxes[0]).id)).state == Info.STATE_READY

    settings = GeometrySettings(geometry_cache=tmp_path, geometry_cache_bytes=0)
    on_server(body, limits=Limits(max_geometry_bytes=1024 * 1024), geometry=settings)


def test_a_build_that_takes_too_long_fails_and_can_be_tried_again(
    on_server: OnServer, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    tangle = (rng.uniform(-5, 5, (60_000, 3)), np.arange(60_000).reshape(-1, 3))  # minutes of work

    async def body(here: Site) -> None:
        stub, store = here.stub(), here.server.servicer.geometry
        await stub.UploadGeometry(mesh_upload(tangle, pieces=20))
        info = await wait_settled(stub, mesh_header(tangle).id)
        assert info.state == Info.STATE_FAILED
        assert "not done after 4 s" in info.problem
        await stub.UploadGeometry(mesh_upload(cell_m=0.2))
        assert (await wait_settled(stub, mesh_header().id)).state == Info.STATE_READY, "the queue goes on"
        again = await stub.UploadGeometry(mesh_upload(tangle, pieces=20))
        assert again.info.state == Info.STATE_BUILDING
        assert store.building == 1

    settings = GeometrySettings(geometry_cache=tmp_path, geometry_build_s=4.0)
    on_server(body, geometry=settings)  # the server stops in the middle of a build


def test_only_so_many_builds_wait(on_server: OnServer, tmp_path: Path) -> None:
    async def body(here: Site) -> None:
        stub = here.stub()
        await stub.UploadGeometry(mesh_upload())
        code, reason, _ = await refused(stub.UploadGeometry(mesh_upload(solids.box((0.1, 0.1, 0.1)))))
        assert (code, reason) == (Code.RESOURCE_EXHAUSTED, "TOO_MANY_BUILDS")

    on_server(body, geometry=GeometrySettings(geometry_cache=tmp_path, geometry_queue=1))


@pytest.mark.slow
def test_a_hundred_thousand_triangles_come_in_while_a_character_walks(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    parts = solids.ball(1.0, rounds=7)

    async def body(here: Site) -> None:
        from tests.runtime.wire import Driven

        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.frames)
        upload = asyncio.create_task(_upload(here, parts))
        for step in range(40):
            await driven.play(0.1 * step)
            await driven.for_s(0.1)
        await upload
        info = await wait_settled(here.stub(), mesh_header(parts).id)
        assert info.state == Info.STATE_READY
        assert len(parts[1]) == 131072
        await driven.until(lambda: driven.sent_until_s() > 5.0)
        assert driven.notices == []

    on_server(body, **fresh)


async def _upload(here: Site, parts: solids.Parts) -> None:
    await here.stub().UploadGeometry(mesh_upload(parts, pieces=24))
