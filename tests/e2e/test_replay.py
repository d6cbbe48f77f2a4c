"""Sessions of the shipped bundle, recorded by a real server and planned again: every bit the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lamp import bundle as bundles
from lamp.prior import MotionPrior
from runtime.client import AsyncLampClient
from runtime.prior_backend import PriorBackend
from runtime.recording import Playback, Recording, RecordingConfig
from runtime.recording.events import Published
from runtime.recording.replay import check_same_model, replay
from runtime.recording.script import Script
from runtime.server import LampServer, ServerConfig
from tests.runtime.recording.scenes import Stage, busy_scene

pytestmark = pytest.mark.slow

SCENE = """\
prompt: a person walks forward
seed: 3
seconds: 9
events:
  - at_s: 1.0
    put_obstacle: {id: ball, shape: sphere, position_m: [1.2, 0.6, 3.0], linear_velocity_mps: [-0.5, 0.0, 0.0],
                   time_s: 1.0}
  - {at_s: 4.0, set_prompt: a person walks forward slowly}
  - {at_s: 5.5, put_target: {id: hand, joint: left_wrist, position_m: [0.3, 1.2, 4.5], arrive_s: 8.0}}
"""


def backend() -> PriorBackend:
    made = PriorBackend(MotionPrior.load(bundles.default_name(), engine="onnx"))
    made.warm_up()
    return made


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Two characters at a time on one server, one in other axes."""
    folder = tmp_path_factory.mktemp("recorded")

    async def main() -> None:
        server = LampServer(backend(), ServerConfig("127.0.0.1:0", recording=RecordingConfig(folder)))
        await server.start()
        script = Script.parse(SCENE, "scene")
        async with (
            AsyncLampClient(f"127.0.0.1:{server.port}") as client,
            client.drive(prompt=script.prompt, seed=script.seed) as one,
            client.drive(prompt="a person runs", seed=4, start_position_m=(3.0, 0.0, 0.0)) as other,
        ):
            await asyncio.gather(script.play(one), script.play(other))
        await server.stop()

    asyncio.run(main())
    return [Recording.open(path) for path in sorted(folder.glob("*.lamprec"))]


def test_every_plan_of_the_default_bundle_is_the_same_again(recordings: list[Recording]) -> None:
    assert len(recordings) == 2
    again = backend()
    for recording in recordings:
        check_same_model(recording, again)
        plans = [event for event in recording.events() if isinstance(event, Published)]
        assert {plan.plan["scene_revision"] for plan in plans} >= {0, 1}
        outcome = replay(recording, again)
        assert outcome.difference is None, str(outcome.difference)
        assert outcome.plans == len(plans) >= 4


def test_characters_that_shared_batches_of_four_are_the_same_again(tmp_path: Path) -> None:
    stage = Stage(backend(), tmp_path)
    busy_scene(stage, 3.0)
    again, places = backend(), set()
    for recording in stage.recordings():
        plans = [event for event in recording.events() if isinstance(event, Published)]
        places |= {run[1:3] for plan in plans for run in plan.runs}
        outcome = replay(recording, again)
        assert outcome.difference is None, str(outcome.difference)
        assert outcome.plans == len(plans) >= 1
    assert {batch for batch, _ in places} == {1, 4}
    assert {row for batch, row in places if batch == 4} >= {0, 1}


def test_what_was_shown_is_a_person_that_walked(recordings: list[Recording]) -> None:
    for recording in recordings:
        playback = Playback.of(recording)
        shown = playback.motion[: playback.index(playback.shown_until_s)]
        assert shown.duration_s > 8.0
        assert shown.positions_m[-1, 0, 2] - shown.positions_m[0, 0, 2] > 3.0
        assert 0.5 < shown.positions_m[:, 0, 1].min() < shown.positions_m[:, 0, 1].max() < 1.2
