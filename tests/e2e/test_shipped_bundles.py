"""The shipped bundles, for real: both engines agree, no torch is needed, and a character is driven over the wire."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lamp import bundle as bundles
from lamp import metrics
from lamp.motion import Motion
from lamp.prior import MotionPrior
from lamp.problem import KeyFrames, Target, empty_row, fresh_state, stack_rows
from lamp.scene import Obstacle
from lamp.scene.distance import pack
from lamp.skeleton import BONE_LENGTHS_M, PARENTS

SHIPPED = sorted(p.parent.name for p in bundles.BUNDLES.glob(f"*/{bundles.MANIFEST}"))


@pytest.fixture(scope="module")
def prior() -> MotionPrior:
    return MotionPrior.load(engine="onnx", threads=2)


def test_both_bundles_are_shipped() -> None:
    assert {"open", "research"} <= set(SHIPPED)
    assert bundles.default_name() in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_bundle_says_what_it_is(name: str) -> None:
    bundle = bundles.load(name)
    assert bundle.info["data"] and bundle.licence
    assert ("non-commercial" in bundle.licence) == (name != "open")
    assert (bundle.folder / "MODEL_CARD.md").read_text(encoding="utf8").startswith("# Model card")
    size = sum(file.stat().st_size for file in bundle.folder.iterdir())
    assert size <= 80 * 2**20


def test_open_bundle_is_trained_on_freely_licensed_sources_only() -> None:
    free = {"cmu-free", "cc-by-sa-3.0", "apache-2.0-or-mit", "mit", "cc0-1.0"}
    assert {source["licence"] for source in bundles.load("open").info["data"].values()} <= free


def test_both_engines_make_the_same_plan(prior: MotionPrior) -> None:
    engines = [prior.engine, MotionPrior.load(engine="torch").engine]
    shape = replace(prior.engine.shapes()[0])
    row = empty_row(shape)
    scene = pack([Obstacle("box", (0.2, 0.8, 1.2), (0.2, 0.8, 0.2))], np.arange(shape.frames) / 20)
    row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
               obstacle_kind=scene.kind)  # fmt: skip
    keys = KeyFrames(shape.frames)
    keys.add(Target(21, (0.4, 1.3, 1.5)), 60, 70)
    row["key"], row["key_weight"] = keys.key, keys.weight
    noise = np.random.default_rng(0).standard_normal((shape.tokens, shape.latent_width))
    plans = []
    for engine in engines:
        state = fresh_state(shape, noise, budget=20, rate=0.1)
        batch = engine.load(shape, stack_rows([row], 1), stack_rows([state], 1))
        engine.run(batch, 6)
        plans.append(engine.read(batch))
    assert float(plans[0]["best_loss"][0]) < 1e6
    assert np.abs(plans[0]["best_joints"] - plans[1]["best_joints"]).max() <= 1e-3


def test_generated_motion_stands_on_its_feet_and_does_not_jerk(prior: MotionPrior) -> None:
    """As a decoder leaves them, clips of these prompts slide in a quarter of all frames and jerk twice as much."""
    prompts = ["a person walks forward", "a person runs forward", "a person turns around"]
    made = [m for seed in range(4) for m in prior.generate(prompts, frames=120, seed=seed)]
    assert np.mean([metrics.foot_skate_ratio(m.positions_m) for m in made]) < 0.14
    assert np.mean([metrics.jitter_mps3(m.positions_m) for m in made]) < 170.0


def test_generated_motion_is_a_body_that_moves(prior: MotionPrior) -> None:
    motions = prior.generate(["a person walks forward", "a person stands still"], frames=80, seed=1)
    for motion in motions:
        bones = np.linalg.norm(motion.positions_m[:, 1:] - motion.positions_m[:, PARENTS[1:]], axis=-1)
        np.testing.assert_allclose(bones, np.broadcast_to(BONE_LENGTHS_M[1:], bones.shape), atol=1e-3)
        assert motion.positions_m[..., 1].min() > -0.25
    travel = [np.linalg.norm(m.positions_m[-1, 0, [0, 2]] - m.positions_m[0, 0, [0, 2]]) for m in motions]
    assert travel[0] > travel[1] + 0.5


def test_edit_and_avoid_reach_what_they_are_asked(prior: MotionPrior) -> None:
    walk = prior.generate(["a person walks forward"], frames=80, seed=2)[0]
    end = walk.positions_m[-1, 0]
    edited = prior.edit(
        walk, [Target(0, (float(end[0] + 0.5), 0.0, float(end[2])), (True, False, True))], steps=80
    )
    assert edited.terms["target_error_m"] <= 0.05, edited.terms
    middle = walk.positions_m[45, 0]
    pillar = Obstacle("cylinder", (float(middle[0]), 1.0, float(middle[2])), (0.25, 1.0, 0.0))
    avoided = prior.avoid(walk, [pillar], steps=80)
    assert avoided.terms["penetration_m"] <= 0.02, avoided.terms


def test_a_generated_clip_survives_the_autoencoder(prior: MotionPrior) -> None:
    walk = prior.generate(["a person walks forward"], frames=80, seed=3)[0]
    again = prior.reconstruct(walk)
    assert metrics.mpjpe_root_m(again.positions_m, walk.positions_m[: len(again)]) < 0.05


def test_hidden_future_does_not_change_what_the_encoder_sees(prior: MotionPrior) -> None:
    walk: Motion = prior.generate(["a person walks forward"], frames=80, seed=4)[0]
    visible = np.ones((20, 6), np.float32)
    visible[5:] = 0.0
    prefix = prior.encode(walk[:21])
    np.testing.assert_allclose(prior.encode(walk, visible)[:5], prefix[:5], atol=1e-4)


def test_everything_live_runs_without_torch() -> None:
    program = """
import sys
sys.modules["torch"] = None
from lamp.prior import MotionPrior
from lamp.live import LiveCharacter
import runtime.server, runtime.client
prior = MotionPrior.load()
character = LiveCharacter(prior.planner, prompt="a person walks forward")
job = character.next_job(0.0)
while not job.finished:
    prior.planner.advance([job], 3)
assert len(character.frames(0.0, 1.0, 30.0)) == 0
plan = character.publish(job)
assert len(character.frames(0.0, 1.0, 30.0)) == 31, plan
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout.strip().endswith("done"), done.stderr


def test_drive_a_character_over_the_wire(prior: MotionPrior) -> None:
    """The real server, the real prior, the typed client: walk, an obstacle on the path, plans that know of it."""
    from runtime.client import AsyncLampClient
    from runtime.prior_backend import PriorBackend
    from runtime.server import LampServer, ServerConfig

    async def play() -> None:
        server = LampServer(PriorBackend(prior), ServerConfig("127.0.0.1:0"))
        await server.start()
        try:
            client = AsyncLampClient(f"127.0.0.1:{server.port}")
            drive = client.drive(prompt="a person walks forward", fps=30.0, seed=3)
            async with client, drive as session:
                await session.wait_for_frame(20, timeout_s=60.0)
                ahead = session.frame(session.last_frame_index)
                assert ahead is not None
                x, _, z = (float(v) for v in ahead.positions_m[0])
                pillar = Obstacle("cylinder", (x, 1.0, z), (0.3, 1.0, 0.0))
                revision = await session.put_obstacle("pillar", pillar)
                plan = await session.wait_plan(lambda p: p.scene_revision >= revision, timeout_s=60.0)
                assert "penetration_m" in plan.terms
                for i in range(90):
                    await session.set_playhead(i / 30)
                    frame = await session.wait_for_frame(i, timeout_s=30.0)
                    assert np.isfinite(frame.positions_m).all() and frame.index == i
        finally:
            await server.stop()

    asyncio.run(asyncio.wait_for(play(), 200.0))
