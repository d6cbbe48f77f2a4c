"""Geometry through the Python client: uploaded once, used by obstacles, brought along to another server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene.build import build_grid
from lamp.scene.geometry import Geometry
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from runtime.client import AsyncLampClient, GeometryObstacle, InvalidRequestError, LampClient, LampError
from runtime.coordinates import MODEL, UNITY, UNREAL, CoordinateSystem
from runtime.geometry.settings import GeometrySettings
from tests import solids
from tests.runtime.conftest import Site, site
from tests.runtime.wire import eventually

OnServer = Callable[..., None]
BOX = solids.mesh(solids.box((0.5, 0.4, 0.3)))
FIELD = HeightField(
    0.5 * np.random.default_rng(3).random((7, 9)).cumsum(1) / 9, 0.25, 0.3, origin_m=(0.5, -1.0)
)


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, Any]:
    return {"geometry": GeometrySettings(geometry_cache=tmp_path)}


@pytest.mark.parametrize("coordinates", [MODEL, UNITY, UNREAL], ids=["model", "unity", "unreal"])
@pytest.mark.parametrize(
    "geometry", [BOX, ConvexHull(solids.ball(0.4, 2)[0]), FIELD], ids=["mesh", "hull", "field"]
)
def test_what_is_uploaded_is_what_the_character_meets(
    on_server: OnServer, fresh: dict[str, Any], geometry: Geometry, coordinates: CoordinateSystem
) -> None:
    """Through any axes: distances around the obstacle are those of the geometry built here, posed here."""
    local = build_grid(geometry, cell_m=0.05)
    place, turn = np.array([1.0, 0.3, 3.0]), (0.0, np.sin(0.4), 0.0, np.cos(0.4))

    async def body(here: Site) -> None:
        async with AsyncLampClient(here.address, coordinates=coordinates) as client:
            seen: list[float] = []
            handle = await client.upload_geometry(geometry, cell_m=0.05, on_progress=seen.append)
            assert handle.ready
            assert seen[-1] == 1.0
            assert handle.cell_m == pytest.approx(0.05)
            assert handle.sign_rule == local.sign_rule
            async with client.drive(prompt="walk") as session:
                obstacle = GeometryObstacle(handle, tuple(place), turn, scale=1.5, walkable=True)
                revision = await session.put_obstacle("thing", obstacle)
                await session.wait_plan(lambda p: p.scene_revision >= revision)
                got = here.backend.characters[0].obstacles["thing"]
        assert got.walkable
        from lamp import rotations

        points = np.random.default_rng(0).uniform(local.low_m, local.high_m, (300, 3))
        points = points[local.distance(points) < 0.2]
        world = place + 1.5 * points @ rotations.to_matrix(np.array(turn)).T
        position, orientation = got.at(0.0)
        there = (world - position) @ rotations.to_matrix(orientation) / got.scale
        np.testing.assert_allclose(got.grid.distance(there), local.distance(points), atol=0.03)
        assert np.abs(got.grid.distance(there) - local.distance(points)).mean() < 0.005

    on_server(body, **fresh)


def test_the_blocking_client_and_geometry_that_is_known(tmp_path: Path) -> None:
    async def main() -> None:
        async with site(geometry=GeometrySettings(geometry_cache=tmp_path)) as here:
            await asyncio.to_thread(blocking, here.address)

    def blocking(address: str) -> None:
        with LampClient(address) as client:
            first = client.upload_geometry(BOX, name="crate")
            again = client.upload_geometry(BOX, wait=False)
            assert first.id == again.id
            assert again.ready
            with client.drive(prompt="walk") as session:
                revision = session.put_obstacle("a", GeometryObstacle(again, (2.0, 0.4, 3.0)))
                assert session.wait_plan(lambda p: p.scene_revision >= revision).feasible

    asyncio.run(main())


def test_obstacles_may_be_put_before_their_geometry_is_ready(
    on_server: OnServer, fresh: dict[str, Any]
) -> None:
    async def body(here: Site) -> None:
        async with AsyncLampClient(here.address) as client:
            handle = await client.upload_geometry(BOX, wait=False)
            assert not handle.ready
            async with client.drive(prompt="walk") as session:
                await session.put_obstacle("a", GeometryObstacle(handle, (2.0, 0.4, 3.0)))
                await eventually(lambda: "a" in here.backend.characters[0].obstacles)

    on_server(body, **fresh)


def test_geometry_that_cannot_be_used_raises(on_server: OnServer, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tangle = solids.mesh((rng.uniform(-5, 5, (60_000, 3)), np.arange(60_000).reshape(-1, 3)))

    async def body(here: Site) -> None:
        async with AsyncLampClient(here.address) as client:
            with pytest.raises(InvalidRequestError, match="not done after 1 s"):
                await client.upload_geometry(tangle)
            with pytest.raises(InvalidRequestError, match="cells") as refused:
                await client.upload_geometry(solids.mesh(solids.box((90, 90, 90))), cell_m=0.05)
            assert refused.value.violations[0].field == "cell_m"
            with pytest.raises(LampError, match="not ready within"):
                await client.upload_geometry(BOX, cell_m=0.02, timeout_s=0.01)

    on_server(body, geometry=GeometrySettings(geometry_cache=tmp_path, geometry_build_s=1.0))


def test_a_clip_refers_to_geometry_by_the_id_of_a_grid(on_server: OnServer, fresh: dict[str, Any]) -> None:
    async def body(here: Site) -> None:
        async with AsyncLampClient(here.address) as client:
            handle = await client.upload_geometry(BOX, cell_m=0.1)
            grid = build_grid(BOX, id=handle.id, cell_m=0.1)
            task = Task(
                prompt="walk", frames=40, obstacles=(Obstacle("geometry", (2.0, 0.4, 3.0), grid=grid),)
            )
            assert len(await client.optimize([task], steps=2)) == 1
            nameless = Obstacle("geometry", (2.0, 0.4, 3.0), grid=build_grid(BOX, cell_m=0.1))
            with pytest.raises(InputError, match=r"grid\.id"):
                await client.optimize([Task(obstacles=(nameless,))])

    on_server(body, **fresh)


def test_a_height_field_with_an_origin_cannot_spin() -> None:
    from runtime.client.geometry import GeometryHandle, Parcel

    spinning = GeometryObstacle(
        GeometryHandle(Parcel.of(FIELD, MODEL)), angular_velocity_radps=(0.0, 1.0, 0.0)
    )
    with pytest.raises(InputError, match="angular_velocity_radps"):
        spinning.message("a", MODEL)


def test_another_server_gets_the_geometry_of_the_scene_too(tmp_path: Path) -> None:
    async def main() -> None:
        caches = [GeometrySettings(geometry_cache=tmp_path / name) for name in "ab"]
        async with (
            asyncio.timeout(40),
            site(geometry=caches[0]) as one,
            site(geometry=caches[1]) as other,
            AsyncLampClient([one.address, other.address]) as client,
        ):
            handle = await client.upload_geometry(BOX)
            async with client.drive(prompt="walk") as session:
                await session.put_obstacle("a", GeometryObstacle(handle, (2.0, 0.4, 3.0)))
                await session.wait_plan(lambda p: p.scene_revision >= 1)
                await one.server.stop()
                await eventually(lambda: session.reconnects == 1)
                characters = other.backend.characters
                await eventually(lambda: characters and "a" in characters[-1].obstacles, timeout_s=25)
                assert session.error is None

    asyncio.run(main())
