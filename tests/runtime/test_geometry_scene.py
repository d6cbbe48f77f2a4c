"""Obstacles that refer to geometry: pending, ready, failed, shared, unknown; live and in clips."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from lamp.scene.build import build_grid
from runtime.coordinates import BLENDER, MODEL, UNITY, UNREAL, CoordinateSystem
from runtime.geometry.height_axes import field_from_model, field_to_model
from runtime.geometry.settings import GeometrySettings
from runtime.pb.v1 import drive_pb2, scene_pb2, service_pb2
from tests import solids
from tests.runtime.conftest import Site
from tests.runtime.test_geometry_upload import refused
from tests.runtime.uploads import Info, mesh_header, mesh_upload, wait_settled
from tests.runtime.wire import Driven, eventually, sphere

OnServer = Callable[..., None]
Notice, Kind = drive_pb2.Notice, drive_pb2.Shortfall
ID = mesh_header().id


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, Any]:
    return {"geometry": GeometrySettings(geometry_cache=tmp_path)}


def crate(id: str = "crate", geometry: str = ID, scale: float = 0.0, **more: Any) -> scene_pb2.Obstacle:
    place = {"position": {"x": 2.0, "y": 0.4, "z": 3.0}, **more}
    return scene_pb2.Obstacle(id=id, geometry={"id": geometry, "scale": scale}, **place)


def test_an_obstacle_counts_as_soon_as_its_geometry_is_ready(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        character, stub = here.backend.characters[0], here.stub()
        await stub.UploadGeometry(mesh_upload())
        await driven.update(put_obstacles=[crate(scale=2.0, walkable=True), sphere("rock", 3, 0.9, 3)])
        await driven.until(lambda: driven.plans[-1].scene_revision == 1)
        assert set(character.obstacles) == {"rock"}
        plan = driven.plans[-1]
        assert [(s.kind, s.id) for s in plan.shortfalls] == [(Kind.KIND_GEOMETRY_PENDING, ID)]
        assert not plan.feasible
        await driven.until(lambda: "crate" in character.obstacles and not driven.plans[-1].shortfalls)
        assert driven.plans[-1].scene_revision == 1, "a later plan for the same wishes"
        assert driven.plans[-1].feasible
        await driven.until(lambda: driven.notices)
        assert [n.code for n in driven.notices] == [Notice.CODE_GEOMETRY]
        assert "ready" in driven.notices[0].message
        obstacle = character.obstacles["crate"]
        assert (obstacle.shape, obstacle.scale, obstacle.walkable) == ("geometry", 2.0, True)
        assert obstacle.grid.id == ID
        assert obstacle.grid.distance(np.zeros(3)) == pytest.approx(-0.3, abs=0.011)
        await driven.update(put_obstacles=[crate("second", position={"z": 5.0})])
        await driven.until(lambda: driven.plans[-1].scene_revision == 2)
        assert character.obstacles["second"].grid is obstacle.grid, "one grid for all"
        await driven.update(remove_obstacle_ids=["crate", "second"])
        await eventually(lambda: set(character.obstacles) == {"rock"})

    on_server(body, **fresh)


def test_what_waits_can_be_changed_and_removed(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        character, stub = here.backend.characters[0], here.stub()
        await stub.UploadGeometry(mesh_upload())
        await driven.update(put_obstacles=[crate("a"), crate("b"), crate("c"), crate("d")])
        await driven.update(remove_obstacle_ids=["a"], put_obstacles=[crate("b", position={"x": 7.0})])
        await driven.update(put_obstacles=[sphere("c", 3, 0.9, 3)])
        await wait_settled(stub, ID)
        await eventually(lambda: "d" in character.obstacles)
        assert set(character.obstacles) == {"b", "c", "d"}
        assert character.obstacles["b"].position_m[0] == 7.0
        assert character.obstacles["c"].shape == "sphere"
        assert character.pending == frozenset()

    on_server(body, **fresh)


def test_what_waits_counts_against_the_limit(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await here.stub().UploadGeometry(mesh_upload(cell_m=0.02))
        await driven.update(put_obstacles=[crate(str(i)) for i in range(16)])
        await driven.update(put_obstacles=[sphere("one more", 3, 0.9, 3)])
        await driven.until(lambda: any(n.code == Notice.CODE_INVALID for n in driven.notices))
        assert "at most 16" in driven.notices[0].message

    on_server(body, **fresh)


REFUSED = {
    "unknown": (crate(geometry="b" * 64), "scene_update.put_obstacles[0].geometry.id"),
    "no id": (crate(geometry=""), "scene_update.put_obstacles[0].geometry.id"),
    "a path": (crate(geometry="/" * 64), "scene_update.put_obstacles[0].geometry.id"),
    "scale": (crate(scale=1e6), "scene_update.put_obstacles[0].geometry.scale"),
    "NaN scale": (crate(scale=float("nan")), "scene_update.put_obstacles[0].geometry.scale"),
    "no position": (scene_pb2.Obstacle(id="a", geometry={"id": ID}), "scene_update.put_obstacles[0].position"),
}  # fmt: skip


def test_references_that_cannot_be_used_change_nothing(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        unity = await Driven.open(here.channel(), coordinate_system={"preset": "PRESET_UNITY"})
        await here.stub().UploadGeometry(mesh_upload(cell_m=0.1))
        for name, (obstacle, field) in REFUSED.items():
            count = len(driven.notices)
            await driven.update(put_obstacles=[sphere("good", 3, 0.9, 3), obstacle])
            await driven.until(lambda n=count: len(driven.notices) > n, what=name)
            assert [v.field.replace("[1]", "[0]") for v in driven.notices[-1].violations] == [field], name
        assert here.backend.characters[0].obstacles == {}
        await unity.update(put_obstacles=[crate()])
        await unity.until(lambda: unity.notices)
        assert "upload it first" in unity.notices[0].message, "uploaded in other axes"

    on_server(body, **fresh)


def test_geometry_that_cannot_be_built_is_told_to_those_who_wait(on_server: OnServer, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tangle = (rng.uniform(-5, 5, (60_000, 3)), np.arange(60_000).reshape(-1, 3))
    id = mesh_header(tangle).id

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await here.stub().UploadGeometry(mesh_upload(tangle, pieces=20))
        await driven.update(put_obstacles=[crate(geometry=id)])
        await driven.until(lambda: driven.notices)
        assert driven.notices[0].code == Notice.CODE_GEOMETRY
        assert "could not be built" in driven.notices[0].message
        await driven.until(lambda: driven.plans[-1].scene_revision == 1)
        assert [s.id for s in driven.plans[-1].shortfalls] == [id], "plans go on saying so"
        await driven.update(put_obstacles=[crate("another", geometry=id)])
        await driven.until(lambda: len(driven.notices) == 2)
        assert driven.notices[1].code == Notice.CODE_INVALID

    on_server(body, geometry=GeometrySettings(geometry_cache=tmp_path, geometry_build_s=1.0))


def test_a_scene_holds_its_geometry_and_lets_go_of_it(on_server: OnServer, tmp_path: Path) -> None:
    from runtime.limits import Limits

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        stub, store = here.stub(), here.server.servicer.geometry
        await stub.UploadGeometry(mesh_upload(cell_m=0.02))
        await wait_settled(stub, ID)
        await driven.update(put_obstacles=[crate()])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        other = solids.box((0.9, 0.9, 0.9))  # does not fit beside the first
        code, reason, _ = await refused(stub.UploadGeometry(mesh_upload(other)))
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "GEOMETRY_FULL")
        assert (await wait_settled(stub, ID)).state == Info.STATE_READY
        await driven.bye()
        await eventually(lambda: here.works == 0)
        here.backend.characters.clear()  # what the test itself holds on to
        await stub.UploadGeometry(mesh_upload(other))
        assert (await wait_settled(stub, mesh_header(other).id)).state == Info.STATE_READY
        assert len(store) == 1

    settings = GeometrySettings(geometry_cache=tmp_path, geometry_cache_bytes=0)
    on_server(body, limits=Limits(max_geometry_bytes=7_000_000), geometry=settings)


def test_clips_take_geometry_that_is_ready_and_refuse_what_is_not(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    task = service_pb2.OptimizeTask(prompt="walk", duration_s=2.0, obstacles=[crate()])
    request = service_pb2.OptimizeRequest(tasks=[task], steps=2)

    async def collect(stub: Any) -> list[Any]:
        return [message async for message in stub.Optimize(request)]

    async def body(here: Site) -> None:
        stub = here.stub()
        assert (await refused(collect(stub)))[2] == ["tasks[0].obstacles[0].geometry.id"]
        await stub.UploadGeometry(mesh_upload())
        assert (await refused(collect(stub)))[2] == ["tasks[0].obstacles[0].geometry.id"]
        await wait_settled(stub, ID)
        assert (await collect(stub))[-1].result.steps == 2

    async def after_a_restart(here: Site) -> None:
        await eventually(lambda: list(fresh["geometry"].geometry_cache.glob("geometry/*.grid")))
        assert (await collect(here.stub()))[-1].result.steps == 2, "found on disk"

    on_server(body, **fresh)
    on_server(after_a_restart, **fresh)


def test_a_live_scene_finds_on_disk_what_was_uploaded_before_a_restart(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    async def first(here: Site) -> None:
        await here.stub().UploadGeometry(mesh_upload())
        await wait_settled(here.stub(), ID)
        await eventually(lambda: list(fresh["geometry"].geometry_cache.glob("geometry/*.grid")))

    async def second(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(put_obstacles=[crate()])
        await driven.until(lambda: "crate" in here.backend.characters[0].obstacles)

    on_server(first, **fresh)
    on_server(second, **fresh)


SYSTEMS = [
    MODEL, UNITY, UNREAL, BLENDER,
    CoordinateSystem(("up", "back", "right"), 0.5), CoordinateSystem(("right", "down", "back"), 2.0),
]  # fmt: skip


@pytest.mark.parametrize("coordinates", SYSTEMS, ids=lambda c: "-".join(c.axes))
def test_a_height_field_lies_where_the_client_put_it(coordinates: CoordinateSystem) -> None:
    """Every sample, placed by the words of the contract, is on the surface of the field in model space."""
    rng = np.random.default_rng(1)
    heights, spacings = rng.uniform(-1, 1, (4, 6)), (0.7, 1.3)
    field = field_to_model(heights, *spacings, coordinates)
    horizontal = [i for i, name in enumerate(coordinates.axes) if name not in ("up", "down")]
    vertical = next(i for i, name in enumerate(coordinates.axes) if name in ("up", "down"))
    for row, column in itertools.product(range(4), range(6)):
        point = np.zeros(3)
        point[horizontal[0]], point[horizontal[1]] = column * spacings[0], row * spacings[1]
        point[vertical] = heights[row, column]
        x, y, z = coordinates.position_to_model(point)
        assert field.height_at(np.array(x), np.array(z)) == pytest.approx(y, abs=1e-5)
    sent, column_spacing, row_spacing, origin = field_from_model(field, coordinates)
    np.testing.assert_allclose(sent, heights, atol=1e-6)
    assert (column_spacing, row_spacing) == pytest.approx(spacings)
    np.testing.assert_allclose(origin, 0.0, atol=1e-6)


@pytest.mark.parametrize("coordinates", [UNITY, UNREAL, BLENDER], ids=["unity", "unreal", "blender"])
def test_a_mesh_in_the_axes_of_an_engine_is_the_mesh_of_the_model(
    on_server: OnServer, fresh: dict[str, Any], coordinates: CoordinateSystem
) -> None:
    from runtime.convert import coordinate_system_of

    corners, faces = solids.box((0.5, 0.4, 0.3), (0.2, 0.6, -0.4))
    sent = (coordinates.position_from_model(corners), faces)
    system = coordinate_system_of(coordinates)

    async def body(here: Site) -> None:
        stub = here.stub()
        await stub.UploadGeometry(mesh_upload(sent, coordinate_system=system, cell_m=0.05))
        await wait_settled(stub, mesh_header(sent).id, coordinate_system=system)
        grid = here.server.servicer.geometry.find(mesh_header(sent).id, coordinates).grid
        expected = build_grid(solids.mesh((corners, faces)), cell_m=0.05)
        np.testing.assert_allclose(grid.low_m, expected.low_m, atol=1e-4)
        np.testing.assert_allclose(grid.values, expected.values, atol=1e-3)

    on_server(body, **fresh)
