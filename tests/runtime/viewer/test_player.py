"""Looking at clips and recordings: what is shown when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.rotations import IDENTITY
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import JOINT_COUNT, forward_kinematics
from runtime.client import AsyncLampClient
from runtime.commands import clips
from runtime.recording import RecordingConfig, RecordingError
from runtime.viewer.source import frame_at, open_source
from tests.runtime.conftest import Site


def sliding(frames: int = 41) -> Motion:
    """A T-pose that slides 1 m/s along +Z."""
    root = np.zeros((frames, 3))
    root[:, 1], root[:, 2] = 0.95, np.arange(frames) / 20
    return Motion.from_positions(forward_kinematics(root, np.tile(IDENTITY, (frames, JOINT_COUNT, 1))), 20.0)


def test_a_clip_is_shown_frame_by_frame(tmp_path: Path) -> None:
    clips.save(sliding(), tmp_path / "slide.npz")
    source = open_source(tmp_path / "slide.npz")
    assert source.title == "slide.npz"
    assert [frame_at(source.motion, t) for t in (-1.0, 0.0, 0.049, 0.05, 1.0, 99.0)] == [0, 0, 0, 1, 20, 40]
    ahead = source.moment(1.0).planned_m
    assert len(ahead) == 21
    assert ahead[0, 2] == pytest.approx(1.0, abs=1e-3)
    assert not source.moment(1.0).obstacles


@pytest.mark.parametrize("name, content", [("bad.npz", b"no archive"), ("bad.lamprec", b"no recording")])
def test_what_is_neither_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((InputError, RecordingError), match=name):
        open_source(tmp_path / name)
    with pytest.raises(OSError, match="missing"):
        open_source(tmp_path / f"missing{Path(name).suffix}")


def test_a_recording_shows_the_scene_as_it_was(on_server: Callable[..., None], tmp_path: Path) -> None:
    pillar = Obstacle("cylinder", (0.3, 1.0, 2.5), (0.25, 1.0, 0.0))

    async def body(here: Site) -> None:
        async with AsyncLampClient(here.address) as client, client.drive(prompt="walk", fps=30) as session:
            await session.wait_for_frame(0)
            for k in range(20):
                await session.set_playhead(k / 20)
                await asyncio.sleep(0.05)
                if k == 10:
                    revision = await session.put_obstacle("pillar", pillar)
            await session.wait_plan(lambda plan: plan.scene_revision >= revision)
        await here.server.stop()
        [file] = tmp_path.glob("*.lamprec")
        source = open_source(file)
        duration_s = source.motion.duration_s
        assert duration_s > 0.5
        assert not source.moment(0.1).obstacles
        later = source.moment(duration_s)
        assert later.obstacles["pillar"].position_m == pytest.approx(pillar.position_m)
        assert len(source.moment(0.3).planned_m) > 5
        names = dict(later.rows)
        assert names["Prompt"] == "walk"
        assert "feasible" in names["Plan"]

    on_server(body, recording=RecordingConfig(tmp_path))


def test_the_page_plays_to_the_end_and_again_from_the_start(tmp_path: Path) -> None:
    pytest.importorskip("viser")
    from runtime.viewer.player import Player
    from runtime.viewer.source import ClipSource
    from runtime.viewer.web import open_page

    async def main() -> None:
        page = open_page("127.0.0.1", 0)
        try:
            player = Player(page, ClipSource("slide", sliding()), lambda problem: None)
            player.tick(0.5)
            assert player.time_s == pytest.approx(0.5)
            player.speed = 4.0
            player.tick(1.0)
            assert player.time_s == player.duration_s
            assert not player.playing
            player.play_or_pause()
            assert (player.time_s, player.playing) == (0.0, True)
            player.play_or_pause()
            player.tick(1.0)
            assert player.time_s == 0.0, "paused"
            moved: Any = type("Event", (), {"client_id": 1})()
            player._slider.value = 1.5
            player._scrubbed(moved)
            player.tick(1.0)
            assert player.time_s == pytest.approx(1.5), "scrubbing pauses"
            assert "Frame | 30" in player._figures.content
        finally:
            page.close()

    asyncio.run(main())
