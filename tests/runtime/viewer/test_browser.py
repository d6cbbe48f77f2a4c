"""The viewer in a real browser: what a person sees and does there reaches the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.commands import clips
from runtime.viewer.app import run_file
from runtime.viewer.live import Live
from runtime.viewer.player import Player
from tests.runtime.test_serve_process import served
from tests.runtime.viewer.browser import (
    SIZE,
    InThread,
    body_pixels,
    chromium,
    drag,
    on_screen,
    open_tab,
    picture,
    until,
    until_drawn,
    viewing,
)
from tests.runtime.viewer.test_player import sliding

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
pytest.importorskip("viser")
pytest.importorskip("playwright")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def test_the_page_says_that_the_server_is_gone_and_goes_on_with_the_next(browser: Any) -> None:
    with served() as (process, address), viewing(address) as viewer:
        live: Live = viewer.shown
        page = open_tab(browser, live.page.url)
        until(lambda: live.character.clock.now_s > 1.0, "the character to walk", page)
        process.kill()
        page.get_by_text("connection lost").wait_for()
        gone_at_s, place = live.character.clock.now_s, live.character.pose.positions_m[0]
        with served("--port", address.rsplit(":", 1)[1]):
            page.get_by_text("● live").wait_for()
            assert live.character.clock.now_s >= gone_at_s - 0.1, "session time goes on"
            walked_m = np.linalg.norm(live.character.pose.positions_m[0] - place)
            assert walked_m < 0.5 + 1.5 * (live.character.clock.now_s - gone_at_s), "so does the place"
            assert live.character.lost == 1
        page.close()


@pytest.fixture(scope="module")
def viewer() -> Iterator[InThread]:
    with served() as (_, address), viewing(address) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def tab(browser: Any, viewer: InThread) -> Any:
    page = open_tab(browser, viewer.shown.page.url)
    until(lambda: body_pixels(picture(page)) > 250, "a body on the screen", page)
    return page


@pytest.fixture
def paused(viewer: InThread) -> Iterator[Live]:
    """The character stands still, with a fresh pillar in the middle of the picture."""
    live: Live = viewer.shown
    live.character.clock.paused = True
    viewer.call(live.editor.clear)
    here = live.character.pose.positions_m[0]
    viewer.call(live.follow.tick, 60.0, here)
    viewer.call(live.editor.add_obstacle, "ball")
    yield live
    live.character.clock.paused = False


def test_the_page_shows_a_body_and_hides_it(tab: Any, viewer: InThread) -> None:
    tab.get_by_role("tab", name="View").click()
    until(lambda: body_pixels(picture(tab)) > 250, "the body", tab)
    with_body = body_pixels(picture(tab))
    viewer.call(lambda: setattr(viewer.shown.puppets[0].body, "skin", "none"))
    # The end of the path, and what viser says where a browser draws without a graphics card, are orange too.
    until(lambda: body_pixels(picture(tab)) < with_body / 5, "the body to be gone", tab)
    viewer.call(lambda: setattr(viewer.shown.puppets[0].body, "skin", "capsules"))
    until(lambda: body_pixels(picture(tab)) > with_body / 3, "the other body", tab)
    viewer.call(lambda: setattr(viewer.shown.puppets[0].body, "skin", "mannequin"))


def test_a_ball_dragged_by_hand_is_planned_around(tab: Any, paused: Live, viewer: InThread) -> None:
    [(id, before)] = paused.editor.obstacles.items()
    session = paused.character.session
    assert session is not None
    revision = session.revision
    viewer.call(paused.editor.things.select, None)  # no gizmo in the way
    start = on_screen(paused, before.position_m)
    until_drawn(tab, start, lambda r, g, b: b > r + 10 and b < 190, "the ball on the screen")
    drag(tab, start, (start[0] - 140, start[1] + 30))
    until(lambda: not paused.editor.dragging and session.revision > revision, "the drag to arrive", tab)
    after = paused.editor.obstacles[id]
    moved = np.subtract(after.position_m, before.position_m)
    assert np.linalg.norm(moved) > 0.3
    assert abs(moved[1]) < 1e-6, "a thing dragged over the floor keeps its height"
    until(lambda: paused.character.plan.scene_revision >= session.revision, "a plan that knows the drag", tab)


def test_the_gizmo_moves_the_selected_thing_along_its_arrow(tab: Any, paused: Live, viewer: InThread) -> None:
    [(id, before)] = paused.editor.obstacles.items()
    session = paused.character.session
    assert session is not None
    revision = session.revision
    size_m = 0.85 * paused.editor.things._things[f"obstacle/{id}"].look.gizmo_m
    up = np.array([0.0, 1.0, 0.0])  # the head of the arrow is above the ball, which can be dragged itself
    start = on_screen(paused, before.position_m + size_m * up)
    until_drawn(tab, start, lambda r, g, b: g > r + 30 and g > b + 20, "the arrow on the screen")
    drag(tab, start, on_screen(paused, before.position_m + (size_m + 0.5) * up))
    until(lambda: not paused.editor.dragging and session.revision > revision, "the drag to arrive", tab)
    moved = np.subtract(paused.editor.obstacles[id].position_m, before.position_m)
    assert moved[1] == pytest.approx(0.5, abs=0.15)
    assert np.abs(moved[[0, 2]]).max() < 1e-3, "an arrow moves along itself only"
    until(lambda: paused.character.plan.scene_revision >= session.revision, "a plan that knows the drag", tab)


def test_a_typed_prompt_is_done(tab: Any, viewer: InThread) -> None:
    live: Live = viewer.shown
    session = live.character.session
    assert session is not None
    tab.get_by_role("tab", name="Drive").click()
    box = tab.get_by_role("textbox").first
    box.fill("a person runs forward")
    box.press("Enter")
    until(lambda: live.character.start.prompt == "a person runs forward", "the prompt to arrive", tab)
    until(lambda: live.character.plan.scene_revision >= session.revision, "a plan that knows the prompt", tab)


def test_a_second_tab_shows_the_same_and_may_close(browser: Any, tab: Any, viewer: InThread) -> None:
    live: Live = viewer.shown
    other = open_tab(browser, live.page.url)
    until(lambda: body_pixels(picture(other)) > 250, "the body in the other tab", other)
    assert other.get_by_role("textbox").first.input_value() == tab.get_by_role("textbox").first.input_value()
    assert len(live.page.web.get_clients()) == 2
    other.close()
    until(lambda: len(live.page.web.get_clients()) == 1, "the tab to be gone", tab)
    before_s = live.character.clock.now_s
    until(lambda: live.character.clock.now_s > before_s + 0.3, "the character to go on", tab)
    assert live.all_live


def test_the_timeline_of_a_clip_is_scrubbed(browser: Any, tmp_path: Path) -> None:
    clips.save(sliding(), tmp_path / "slide.npz")
    file = tmp_path / "slide.npz"
    with InThread(lambda ready, stop: run_file(file, "127.0.0.1", 0, ready, stop)) as viewer:
        player: Player = viewer.shown
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(player.page.url)
        until(lambda: body_pixels(picture(page)) > 250, "a body on the screen", page)
        until(lambda: not player.playing, "the end of the clip", page)
        thumb = page.get_by_role("slider").first
        thumb.focus()
        thumb.press("Home")
        until(lambda: player.time_s == 0.0, "the start", page)
        thumb.press("ArrowRight")
        until(lambda: player.time_s == pytest.approx(0.05), "one frame further", page)
        page.get_by_role("button", name="Play").click()
        until(lambda: player.time_s > 0.5, "the clip to go on", page)
        page.close()
