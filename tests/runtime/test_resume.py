"""A character whose stream broke waits for its client, and goes on as if nothing had been."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest

from runtime.coordinates import UNREAL
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2, motion_pb2
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually, sphere

OnServer = Callable[..., None]
Notice = drive_pb2.Notice


def token_of(driven: Driven) -> str:
    assert driven.welcome is not None
    return driven.welcome.session_token


def kept(here: Site) -> int:
    return here.server.servicer.drives.roster.kept


async def again(here: Site, driven: Driven, **hello: Any) -> Driven:
    """A new stream that takes up the session of ``driven``."""
    fields = {"resume_token": token_of(driven), "last_frame_index": driven.last_index, **hello}
    return await Driven.open(here.channel(), **fields)


async def lose(here: Site, driven: Driven) -> None:
    """Break the stream, as a lost connection would."""
    before = kept(here)
    driven.call.cancel()
    await eventually(lambda: kept(here) == before + 1)


def test_a_token_cannot_be_guessed(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        tokens = {token_of(await Driven.open(here.channel())) for _ in range(8)}
        assert len(tokens) == 8
        secrets = {token.partition(".")[2] for token in tokens}
        assert all(len(bytes.fromhex(secret)) * 8 >= 128 for secret in secrets)
        assert len(secrets) == 8

    on_server(body)


def test_a_lost_session_goes_on(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.update(revision=7, put_obstacles=[sphere("rock", 0.1, 0.9, 4.0)])
        await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 7)
        await driven.until(lambda: driven.sent_until_s() > 2.5)
        await driven.play(1.0)
        await driven.for_s(0.2)
        await lose(here, driven)
        assert (here.sessions, here.works) == (0, 1)
        back = await again(here, driven)
        w = back.welcome
        assert w is not None
        assert w.resumed and w.scene_revision == 7 and w.session_token == token_of(driven)
        await back.play(1.2)
        await back.until(lambda: back.sent_until_s() > 3.8)
        assert len(here.backend.characters) == 1
        assert min(back.frames) <= driven.last_index + 1
        assert w.start_time_s == pytest.approx(min(back.frames) / 30)
        for index in set(back.frames) & set(driven.frames):
            assert back.frames[index] == driven.frames[index], "nothing was planned anew"
        assert not back.notices
        await back.update(revision=6, clear=True)
        await back.until(lambda: back.notices)
        assert back.notices[-1].code == Notice.CODE_STALE_REVISION, "revisions count on"
        await back.update(revision=8, remove_obstacle_ids=["rock"])
        await back.until(lambda: back.plans[-1].scene_revision == 8)
        assert here.backend.characters[0].obstacles == {}
        assert await back.bye() is grpc.StatusCode.OK
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))

    on_server(body, limits=Limits(resume_s=20.0))


def test_axes_unit_and_rate_may_be_others(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), start_position={"x": 1.0})
        await driven.until(lambda: driven.sent_until_s() > 2.0)
        await driven.play(1.0)
        await driven.for_s(0.1)
        await lose(here, driven)
        back = await again(here, driven, fps=60, coordinate_system={"preset": 4})
        await back.until(lambda: back.sent_until_s(60) > 2.0)
        assert back.welcome is not None and back.welcome.fps == 60
        both = [i for i in back.frames if i % 2 == 0 and i // 2 in driven.frames]
        assert len(both) > 15
        for index in both:
            then = np.array(driven.frames[index // 2].joint_positions).reshape(22, 3)
            now = UNREAL.position_to_model(np.array(back.frames[index].joint_positions).reshape(22, 3))
            np.testing.assert_allclose(now, then, atol=1e-3)

    on_server(body, limits=Limits(resume_s=20.0))


def test_while_nobody_listens_the_character_waits_at_its_horizon(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        for told in (True, False):
            driven = await Driven.open(here.channel())
            await driven.until(lambda d=driven: d.frames)
            if told:
                await driven.play(0.5)
                await driven.for_s(0.1)
            await lose(here, driven)
            character = here.backend.characters[-1]
            await asyncio.sleep(0.5)
            until_s = character.planned_until_s
            await asyncio.sleep(1.5)
            assert character.planned_until_s == until_s < 6.0
            back = await again(here, driven)
            await back.for_s(0.5)
            if told:
                await back.play(3.0)
            await back.until(lambda b=back, s=until_s: b.sent_until_s() > s, what="it goes on")
            await back.bye()

    on_server(body, limits=Limits(resume_s=20.0))


def test_nobody_comes_back_in_time(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        await lose(here, driven)
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))
        back = await again(here, driven, start_position={"x": 3.0}, start_time_s=9.0, prompt="stand")
        await back.until(lambda: back.frames)
        assert back.welcome is not None
        assert not back.welcome.resumed
        assert token_of(back) != token_of(driven)
        assert back.welcome.start_time_s == 9.0
        assert back.frames[270].root_position.x == pytest.approx(3.0, abs=0.05)
        await back.until(lambda: back.notices)
        await back.for_s(0.3)
        assert [n.code for n in back.notices] == [Notice.CODE_UNSUPPORTED]

    on_server(body, limits=Limits(resume_s=0.3))


@pytest.mark.parametrize("token", ["x", "." * 64, "ab.cd", "ünïcödé"])
def test_a_token_nobody_has_starts_anew(token: str, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        other = await Driven.open(here.channel())
        name = token_of(other).partition(".")[0]
        for guess in (token, name, f"{name}.", f"{name}.{'0' * 32}"):
            driven = await Driven.open(here.channel(), resume_token=guess)
            assert driven.welcome is not None
            assert not driven.welcome.resumed
            await driven.until(lambda d=driven: d.frames and d.notices)
            assert len(driven.notices) == 1
            await driven.bye()
        await other.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await other.until(lambda: other.plans and other.plans[-1].scene_revision == 1)

    on_server(body)


def test_a_token_that_is_no_text_is_refused(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        for token in ("x" * 65, "a\nb"):
            driven = Driven(here.channel())
            await driven.send(hello={"protocol_version": 1, "resume_token": token})
            assert await driven.end() is grpc.StatusCode.INVALID_ARGUMENT
            assert "hello.resume_token" in await driven.call.details()

    on_server(body)


def test_a_newer_stream_takes_over_from_one_that_still_seems_open(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.frames)
        back = await again(here, driven)
        assert back.welcome is not None and back.welcome.resumed
        assert await driven.end() is grpc.StatusCode.ABORTED
        assert "took over" in await driven.call.details()
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (1, 1, 0))
        await back.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await back.until(lambda: back.plans and back.plans[-1].scene_revision == 1)
        third = await again(here, back)
        assert third.welcome is not None and third.welcome.resumed
        assert await back.end() is grpc.StatusCode.ABORTED
        await third.bye()
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))

    on_server(body)


def test_what_an_old_stream_still_delivers_does_not_reach_the_character(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        (old,) = here.server.servicer.drives.roster
        back = await again(here, driven)
        late = drive_pb2.SceneUpdate(revision=5, put_obstacles=[sphere("late", 0.1, 0.9, 3.0)])
        old.handle(drive_pb2.DriveRequest(scene_update=late))
        await back.update(revision=5, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await back.until(lambda: back.plans and back.plans[-1].scene_revision == 5)
        assert set(here.backend.characters[0].obstacles) == {"rock"}
        assert back.notices == []

    on_server(body)


def test_a_stream_whose_client_stopped_reading_can_be_taken_over_from(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        stuck = Driven(here.channel(http2_bdp_probe=0))
        await stuck.send(hello={"protocol_version": 1, "fps": 240.0, "horizon_s": 10.0})
        await stuck.until(lambda: stuck.welcome is not None)
        for revision in range(1, 60):  # fills every buffer on the way
            await stuck.update(revision=revision, put_obstacles=[sphere("a", 0.1, 0.9, 2 + revision / 50)])
            await asyncio.sleep(0.01)
        back = await again(here, stuck, last_frame_index=None)
        assert back.welcome is not None and back.welcome.resumed
        await back.until(lambda: back.plans and back.plans[-1].scene_revision == 59)
        await eventually(lambda: here.server.servicer.drives._streams == 1)
        await back.bye()

    on_server(body)


def test_a_full_server_lets_everybody_come_back_and_newcomers_replace_the_lost(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        first, second = [await Driven.open(here.channel()) for _ in range(2)]
        back = await again(here, first)  # both places are taken: by itself, for one
        assert back.welcome is not None and back.welcome.resumed
        for driven in (second, back):
            await lose(here, driven)
        newcomer = await Driven.open(here.channel())
        await newcomer.until(lambda: newcomer.frames)
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (1, 2, 1))
        evicted, remaining = await again(here, second), None
        assert evicted.welcome is not None and not evicted.welcome.resumed, "the longest lost made room"
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (2, 2, 0))
        remaining = Driven(here.channel())
        await remaining.send(hello={"protocol_version": 1, "resume_token": token_of(back)})
        assert await remaining.end() is grpc.StatusCode.RESOURCE_EXHAUSTED

    on_server(body, limits=Limits(max_sessions=2, resume_s=20.0))


def test_a_session_that_ends_by_a_decision_is_not_kept(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        left, failed = [await Driven.open(here.channel()) for _ in range(2)]
        silent = await Driven.open(here.channel())
        assert await left.bye() is grpc.StatusCode.OK
        here.backend.broken.add(here.backend.characters[1])
        await failed.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        assert await failed.end() is grpc.StatusCode.INTERNAL
        assert await silent.end() is grpc.StatusCode.DEADLINE_EXCEEDED
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))
        for driven in (left, failed, silent):
            back = await again(here, driven)
            assert back.welcome is not None and not back.welcome.resumed

    on_server(body, limits=Limits(idle_timeout_s=1.5, resume_s=20.0))


def test_a_lost_character_that_fails_is_gone(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        here.backend.broken.add(here.backend.characters[0])
        driven.call.cancel()
        await eventually(lambda: here.works == 0)
        back = await again(here, driven)
        assert back.welcome is not None and not back.welcome.resumed
        await back.until(lambda: back.frames)

    on_server(body, backend=StubBackend(steps=30, step_s=0.01), limits=Limits(resume_s=20.0))


def test_keeping_can_be_switched_off(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        assert driven.welcome is not None and driven.welcome.limits.resume_s == 0.0
        await driven.until(lambda: driven.plans)
        driven.call.cancel()
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))

    on_server(body, limits=Limits(resume_s=0.0))


def test_shutdown_forgets_the_lost(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        await lose(here, driven)
        await here.server.stop()
        assert kept(here) == 0

    on_server(body, limits=Limits(resume_s=20.0))


def test_breaking_and_coming_back_again_and_again_leaves_one_character(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        for i in range(12):
            await driven.until(lambda d=driven: d.frames)
            if i % 3 == 0:
                await driven.play(max(driven.sent_until_s() - 2.0, 0.0))
            driven.call.cancel()  # sometimes the server knows before the next stream comes, sometimes not
            await asyncio.sleep(0.02 * (i % 2))
            driven = await again(here, driven)
            assert driven.welcome is not None and driven.welcome.resumed
        assert len(here.backend.characters) == 1
        await driven.until(lambda: driven.frames)
        await driven.bye()
        await eventually(lambda: (here.sessions, here.works, kept(here)) == (0, 0, 0))

    on_server(body, limits=Limits(resume_s=20.0))


# --- another server --------------------------------------------------------------------------------------------------


def joints(frames: dict[int, motion_pb2.Frame], first: int, count: int) -> np.ndarray:
    rows = [frames[i].joint_positions for i in range(first, first + count)]
    return np.array(rows).reshape(count, 22, 3)


@pytest.mark.parametrize("prompt", ["walk", "run"])
def test_another_server_goes_on_from_the_last_frames(prompt: str, on_server: OnServer) -> None:
    from runtime import convert
    from runtime.coordinates import MODEL
    from tests.runtime.conftest import site

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel(), prompt=prompt)
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 4.0)])
        await driven.until(lambda: driven.sent_until_s() > 3.0)
        cut = 75
        motion = convert.motion_from([driven.frames[i] for i in range(cut - 30, cut + 1)], 30.0, MODEL)
        async with site() as there:
            back = await Driven.open(
                there.channel(), prompt=prompt, resume_token=token_of(driven), start_time_s=cut / 30,
                start_motion=convert.motion_of(motion, MODEL),
            )  # fmt: skip
            await back.until(lambda: back.sent_until_s() > 4.5)
            assert back.welcome is not None and not back.welcome.resumed
            assert min(back.frames) == cut
            before, after = joints(driven.frames, cut - 5, 6), joints(back.frames, cut, 12)
        assert np.abs(after[0] - before[-1]).max() < 0.01, "position is continuous"
        across = np.concatenate([before[:-1], after])
        pelvis_mps = np.linalg.norm(np.diff(across[:, 0], axis=0), axis=-1) * 30
        assert np.abs(np.diff(pelvis_mps)).max() < 0.5, pelvis_mps
        steps = np.linalg.norm(np.diff(across, n=2, axis=0), axis=-1) * 30
        usual = np.linalg.norm(np.diff(joints(driven.frames, 10, 60), n=2, axis=0), axis=-1).max() * 30
        assert steps.max() < 1.5 * usual + 0.3, (
            "velocities of all joints change no faster than they do in a walk"
        )

    on_server(body)
