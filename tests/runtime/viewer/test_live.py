"""The page's state against a real server, without a browser: what a person does there arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import MAX_OBSTACLES
from runtime.client import AsyncLampClient
from runtime.viewer import palette
from runtime.viewer.character import Start
from runtime.viewer.figures import figures_text, status_text
from runtime.viewer.grid_surface import mesh_of
from runtime.viewer.live import Live
from runtime.viewer.mesh_upload import read_mesh
from runtime.viewer.panel import Panel
from runtime.viewer.web import open_page
from tests.runtime.conftest import Site

pytest.importorskip("viser")
UPRIGHT = (0.0, 0.0, 0.0, 1.0)
CUBE_OBJ = b"""
v -50 0 -50\nv 50 0 -50\nv 50 100 -50\nv -50 100 -50\nv -50 0 50\nv 50 0 50\nv 50 100 50\nv -50 100 50
f 1 4 3 2\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8
"""


class Played:
    """A live page, ticked as the viewer does."""

    def __init__(self, live: Live, panel: Panel, here: Site, problems: list[str]) -> None:
        self.live, self.panel, self.here, self.problems = live, panel, here, problems

    async def until(self, condition: Callable[[], object], what: str) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(1 / 60)
                await self.live.tick(1 / 60)
                self.live.measure()
                self.panel.refresh()
            self.panel.plot()
        assert condition(), what

    @property
    def wishes(self) -> list[Any]:
        """What the server knows of every character, in the page's order: sessions may open in any."""
        works = [session.work for session in self.here.server.servicer.drives.roster]
        return [work.wishes for work in sorted(works, key=lambda work: work.start.seed)]


def on_page(
    on_server: Callable[..., None], body: Callable[[Played], Coroutine[Any, Any, None]], count: int = 1
) -> None:
    async def run(here: Site) -> None:
        page, problems = open_page("127.0.0.1", 0), list[str]()
        try:
            async with AsyncLampClient(here.address) as client:
                live = Live(page, client, count, Start(), problems.append)
                played = Played(live, Panel(live, "a server"), here, problems)
                live.begin()
                try:
                    await played.until(lambda: live.all_live, "all characters live")
                    await body(played)
                finally:
                    await live.end()
        finally:
            page.close()

    on_server(run)


def test_obstacles_are_for_all_and_a_drag_is_known_to_the_server(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        editor = played.live.editor
        id = await editor.add_obstacle("ball")
        await played.until(lambda: all(id in w.obstacles for w in played.wishes), "the ball everywhere")
        start = np.array(editor.obstacles[id].position_m)
        key = f"obstacle/{id}"
        for k in range(30):
            editor._moved(key, start + (0.02 * k, 0.0, 0.0), UPRIGHT, "start" if k == 0 else "update")
            await played.until(lambda: True, "")
            await asyncio.sleep(0.02)
            await played.live.tick(0.02)
        moving = [w.obstacles[id].linear_velocity_mps[0] for w in played.wishes]
        assert all(0.2 < v < 2.0 for v in moving), "in the hand it has a speed"
        assert played.live.follow.held, "the view waits while somebody drags"
        await editor._moved(key, start + (0.7, 0.0, 0.0), UPRIGHT, "end")
        await played.until(
            lambda: all(w.obstacles[id].linear_velocity_mps == (0, 0, 0) for w in played.wishes), "at rest"
        )
        assert all(w.obstacles[id].position_m[0] == pytest.approx(start[0] + 0.7) for w in played.wishes)
        newest = [p.character.session.revision for p in played.live.puppets if p.character.session]
        await played.until(
            lambda: all(
                p.character.plan.scene_revision >= r
                for p, r in zip(played.live.puppets, newest, strict=True)
                if p.character.plan
            ),
            "plans that know it",
        )

    on_page(on_server, body, count=2)


def test_wishes_are_those_of_the_chosen_character(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        live, editor = played.live, played.live.editor
        await editor.add_target("left_wrist", 1.0, 2.0)
        await editor.look_at_point()
        for x in (0.0, 0.5, 1.0):
            await editor.add_waypoint((x, 2.0, 0.0), (0.0, -1.0, 1.0))
        await editor.add_waypoint((0.0, 2.0, 0.0), (0.0, 1.0, 0.0))  # into the sky
        await editor.walk_like(1.5, True)
        await played.until(lambda: played.wishes[0].path and played.wishes[0].path.loop, "the path")
        first, second = played.wishes
        assert set(first.targets) == {"left_wrist"}
        assert first.look_at is not None
        assert len(first.path.waypoints) == 3
        assert first.path.speed_mps == pytest.approx(1.5)
        assert not second.targets and second.look_at is None and second.path is None
        drawn = {"target/left_wrist", "look/point", "waypoint/0", "waypoint/1", "waypoint/2"}
        assert all(key in editor.things for key in drawn)
        live.choose("character_2")
        assert not any(key in editor.things for key in drawn), "its own things only"
        live.choose("character_1")
        assert all(key in editor.things for key in drawn)
        editor.select("waypoint/0")
        await editor.remove_selected()
        await played.until(lambda: len(played.wishes[0].path.waypoints) == 2, "one waypoint less")
        assert "waypoint/2" not in editor.things
        await editor.clear()
        await played.until(lambda: played.wishes[0].path is None and not played.wishes[0].targets, "nothing")
        assert played.wishes[0].look_at is None
        with pytest.raises(InputError, match="click something"):
            await editor.remove_selected()

    on_page(on_server, body, count=2)


def test_figures_say_what_is_going_on(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        live = played.live
        pose = live.character.pose
        assert pose is not None
        x, _, z = pose.positions_m[0].tolist()
        live.character.clock.paused = True
        id = await live.editor.put_new("ball", palette.NEW_OBSTACLES["ball"](x, z))
        await live.editor.add_target("head", 0.0, None)
        await played.until(lambda: live.depths_m.get(id, 0.0) > 0.1, "the ball in the body")
        assert live.editor.things._things[f"obstacle/{id}"].colour == palette.HIT
        text = figures_text(live)
        assert f"cm into {id}" in text
        assert "To head target" in text
        assert "● **live**" not in status_text(live.character, "here")
        assert "**● live**" in status_text(live.character, "here")
        assert live.history.columns()["penetration_cm"][-1] > 10.0

    on_page(on_server, body)


def test_a_scene_that_is_full_says_so(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        for _ in range(MAX_OBSTACLES):
            await played.live.editor.add_obstacle("pillar")
        with pytest.raises(InputError, match=f"{MAX_OBSTACLES} is the most"):
            await played.live.editor.add_obstacle("pillar")

    on_page(on_server, body)


def test_what_goes_wrong_in_a_control_is_shown_to_the_person(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        await played.live.events.button(played.live.editor.remove_selected)(None)
        await played.until(lambda: played.problems, "the problem shown")
        assert "click something" in played.problems[0]

    on_page(on_server, body)


def test_a_mesh_becomes_an_obstacle(on_server: Callable[..., None]) -> None:
    async def body(played: Played) -> None:
        editor = played.live.editor
        id = await editor.add_mesh("crate.obj", CUBE_OBJ, "y", 0.01, False)
        assert id.startswith("crate")
        assert editor.obstacles[id].position_m[1] == pytest.approx(0.5), "it stands on the floor"
        await played.until(lambda: id in played.wishes[0].obstacles, "the crate on the server")
        grid = played.wishes[0].obstacles[id].grid
        assert grid is not None
        assert grid.distance(np.zeros((1, 3)))[0] == pytest.approx(-0.5, abs=0.06)

    on_page(on_server, body)


def test_files_that_are_no_meshes_are_refused() -> None:
    with pytest.raises(InputError, match=r"notes\.txt: is none of"):
        read_mesh("notes.txt", b"", "y", 1.0)
    with pytest.raises(InputError, match=r"bad\.stl"):
        read_mesh("bad.stl", b"no triangles at all", "y", 1.0)


def test_the_surface_of_a_grid_is_where_its_distance_is_zero() -> None:
    axis = np.linspace(-0.6, 0.6, 25)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    grid = DistanceGrid("ball", (-0.6, -0.6, -0.6), 0.05, np.sqrt(x * x + y * y + z * z) - 0.5)
    mesh = mesh_of(grid, 2.0)
    assert np.abs(np.linalg.norm(mesh.vertices_m, axis=-1) - 1.0).max() < 2 * 0.05 * 0.2
    a, b, c = (mesh.vertices_m[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi, rel=0.02), "closed, and facing outwards"


def test_the_surface_of_a_grid_is_closed_at_its_border_and_empty_where_nothing_is() -> None:
    values = np.full((4, 5, 6), -1.0)
    mesh = mesh_of(DistanceGrid("full", (0.0, 0.0, 0.0), 0.1, values))
    assert mesh.vertices_m.min() == pytest.approx(-0.09, abs=0.02)
    edges = np.sort(
        np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]), axis=1
    )
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    empty = mesh_of(DistanceGrid("empty", (0.0, 0.0, 0.0), 0.1, -values))
    assert empty.vertices_m.shape == (0, 3) and empty.faces.shape[0] == 0
