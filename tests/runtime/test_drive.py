"""Drive over a real loopback connection: handshake, frames, plans, newest wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest

from lamp.skeleton import JOINT_NAMES, PARENTS, SKELETON_HASH, joint_index
from runtime.pb.v1 import drive_pb2
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, sphere, target

OnServer = Callable[..., None]


def test_welcome_says_what_the_client_needs(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), fps=60)
        w = driven.welcome
        assert w is not None
        assert (w.protocol_version, w.fps, w.model_name) == (1, 60.0, "stub")
        assert w.session_token
        assert [j.name for j in w.skeleton.joints] == list(JOINT_NAMES)
        assert [j.parent for j in w.skeleton.joints] == list(PARENTS)
        assert w.skeleton.hash == SKELETON_HASH
        assert w.horizon_s == 4.0
        assert w.limits.max_obstacles == 16
        assert w.right_handed
        assert await driven.bye() is grpc.StatusCode.OK

    on_server(body)


def test_frames_follow_each_other_and_stay_within_the_horizon(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), horizon_s=1.0)
        for tenth in range(25):
            await driven.play(tenth / 10)
            await driven.until(lambda t=tenth: driven.sent_until_s() >= t / 10 + 0.8)
            assert driven.sent_until_s() <= tenth / 10 + 1.0 + 1.0  # the clock goes on for 1 s at most
        assert driven.plans[0].start_frame == 0
        times = [driven.frames[i].time_s for i in sorted(driven.frames)]
        np.testing.assert_allclose(times, np.arange(len(times)) / 30, atol=1e-9)
        roots = np.array([[f.root_position.x, f.root_position.z] for _, f in sorted(driven.frames.items())])
        np.testing.assert_allclose(np.diff(roots[:, 1]) * 30, 1.0, atol=0.08)  # the stub walks 1 m/s along +Z

    on_server(body)


def test_a_client_without_playheads_plays_in_real_time(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), horizon_s=1.0)
        await driven.until(lambda: driven.frames)
        before = driven.sent_until_s()
        await driven.for_s(1.0)
        assert 0.5 < driven.sent_until_s() - before < 1.8

    on_server(body)


def test_a_paused_client_gets_no_more_than_the_horizon(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), horizon_s=1.0)
        await driven.until(lambda: driven.frames)
        for _ in range(8):
            await driven.play(0.5)
            await driven.for_s(0.1)
        assert driven.sent_until_s() <= 0.5 + 1.0 + 0.3

    on_server(body)


def test_an_obstacle_changes_only_what_is_ahead(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.sent_until_s() > 3)
        await driven.play(0.5)
        before = dict(driven.frames)
        await driven.update(revision=7, put_obstacles=[sphere("rock", 0.1, 0.9, 2.0)])
        await driven.until(lambda: driven.plans[-1].scene_revision == 7)
        plan = driven.plans[-1]
        await driven.play(1.0)
        await driven.until(lambda: driven.sent_until_s() > 3)
        assert plan.start_frame > 0.5 * 30
        for i in range(plan.start_frame):
            assert driven.frames[i] == before[i]
        path = np.array([[f.root_position.x, f.root_position.z] for _, f in sorted(driven.frames.items())])
        assert np.linalg.norm(path - [0.1, 2.0], axis=1).min() > 0.6
        jumps = np.linalg.norm(np.diff(path, n=2, axis=0), axis=1)
        assert jumps.max() < 0.03, "position and velocity must be continuous where plans meet"

    on_server(body)


def test_removing_an_obstacle_and_clear_bring_the_straight_path_back(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(revision=1, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        await driven.update(revision=2, remove_obstacle_ids=["rock", "unknown"])
        await driven.until(lambda: driven.plans[-1].scene_revision == 2 and driven.sent_until_s() > 3.5)
        assert abs(driven.frames[95].root_position.x) < 0.05
        await driven.update(revision=3, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await driven.update(revision=4, clear=True)
        await driven.until(lambda: driven.plans[-1].scene_revision == 4)
        (character,) = here.backend.characters
        assert character.obstacles == {}

    on_server(body)


def test_a_hand_reaches_towards_its_target(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(put_targets=[target("cup", "left_wrist", 0.4, 1.3, 2.2, arrive_time_s=2.0)])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 1)
        await driven.until(lambda: driven.sent_until_s() > 2.5)
        wrist = np.array(driven.frames[60].joint_positions).reshape(22, 3)[joint_index("left_wrist")]
        assert np.linalg.norm(wrist - [0.4, 1.3, 2.2]) < 0.35

    on_server(body)


def test_a_prompt_changes_the_motion(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        await driven.send(prompt=drive_pb2.Prompt(text="a person stands", revision=3))
        await driven.until(lambda: driven.plans[-1].scene_revision == 3 and driven.sent_until_s() > 3)
        assert driven.frames[90].root_position.z - driven.frames[60].root_position.z < 0.05

    on_server(body)


def test_newest_wins_however_slow_the_planner(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        for revision in range(1, 61):
            await driven.update(
                revision=revision, put_obstacles=[sphere("ball", 0.1, 0.9, 2 + revision / 20)]
            )
        await driven.until(lambda: driven.plans[-1].scene_revision == 60)
        assert len(driven.plans) < 20, "old wishes must not queue up"
        (character,) = here.backend.characters
        assert character.obstacles["ball"].position_m[2] == pytest.approx(5.0)

    on_server(body, backend=StubBackend(step_s=0.01))


def test_the_axes_of_unity_arrive_and_leave(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), coordinate_system={"preset": 3}, start_position={"x": 2.0})
        assert driven.welcome is not None
        assert not driven.welcome.right_handed
        await driven.update(put_obstacles=[sphere("rock", 2.0, 0.9, 5.0)])
        await driven.until(lambda: driven.frames and driven.plans[-1].scene_revision == 1)
        (character,) = here.backend.characters
        assert character.obstacles["rock"].position_m == pytest.approx((-2.0, 0.9, 5.0))
        assert driven.frames[0].root_position.x == pytest.approx(2.0, abs=0.05)

    on_server(body)


def test_many_characters_at_once(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        async def one(i: int) -> list[Any]:
            driven = await Driven.open(here.channel(), start_position={"x": float(i)})
            await driven.update(revision=5, put_obstacles=[sphere("rock", i + 0.1, 0.9, 2.0)])
            await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 5)
            await driven.until(lambda: driven.sent_until_s() > 2.0)
            assert driven.frames[0].root_position.x == pytest.approx(i, abs=0.05)
            assert await driven.bye() is grpc.StatusCode.OK
            return list(driven.plans)

        assert all(await asyncio.gather(*(one(i) for i in range(12))))
        assert len(here.backend.threads) == 1, "one thread owns the device"

    on_server(body)
