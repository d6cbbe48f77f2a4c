"""The order of what a session says, under schedules made to break it: replans at any time, playheads that race and
stop, readers that pause. ``wire.Driven`` asserts the rules of drive.proto for every message; ``Strict`` asserts more.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.stub_backend import StubBackend
from tests.catalogue.conftest import TIMEOUT_S
from tests.runtime.conftest import Site, site
from tests.runtime.wire import Driven, sphere

pytestmark = pytest.mark.usefixtures("no_errors")
SCHEDULES = int(os.environ.get("LAMP_SCHEDULES", "60"))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("replan"), st.floats(0.5, 9.0)),
        st.tuples(st.just("prompt"), st.sampled_from(["walk", "run", "stand", ""])),
        st.tuples(st.just("play"), st.floats(0.0, 0.4)),  # so much further
        st.tuples(st.just("jump"), st.floats(-1.0, 20.0)),
        st.tuples(st.just("pause"), st.floats(0.0, 0.08)),
        st.tuples(st.just("read"), st.integers(1, 6)),
        st.tuples(st.just("burst"), st.integers(2, 12)),
    ),
    min_size=5,
    max_size=25,
)
OPENINGS = st.fixed_dictionaries(
    {"fps": st.sampled_from([10.0, 24.0, 30.0, 90.0, 240.0]), "horizon_s": st.sampled_from([1.0, 2.0, 6.0])}
)


class Strict(Driven):
    """Also: a frame belongs to the newest plan from that plan's start on, and to an older one before it; time codes are
    the index over the rate and go up; nothing shown is changed behind the screen without need."""

    fps = 30.0

    def _take(self, message: drive_pb2.DriveResponse) -> None:
        super()._take(message)
        newest = self.plans[-1] if self.plans else None
        kind = message.WhichOneof("message")
        frames = getattr(message, str(kind)).frames if kind in ("plan", "frames") else []
        assert newest is not None or not frames, "frames before any plan"
        for frame in frames:
            assert newest is not None
            if frame.index >= newest.start_frame:
                assert frame.plan_id == newest.plan_id, f"frame {frame.index} of an older plan after a replan"
            else:
                assert frame.plan_id < newest.plan_id
            assert frame.time_s == pytest.approx(frame.index / self.fps, abs=1e-6)
            assert newest.end_frame > frame.index or newest.end_frame == 0


async def perform(here: Site, opening: dict[str, Any], acts: list[tuple[str, Any]]) -> int:
    """One session under one schedule; how many messages it said."""
    driven = Strict(here.channel())
    driven.fps = opening["fps"]
    driven.may_miss_frames = True  # schedules hold the reader back on purpose
    await driven.send(hello=drive_pb2.Hello(protocol_version=1, **opening))
    time_s = 0.0
    for kind, value in acts:
        if kind == "replan":
            await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, value)])
        elif kind == "prompt":
            await driven.send(prompt=drive_pb2.Prompt(text=value))
        elif kind == "play":
            time_s += value
            await driven.play(time_s)
        elif kind == "jump":
            await driven.play(max(time_s + value, 0.0))
        elif kind == "pause":
            await asyncio.sleep(value)
        elif kind == "burst":
            for i in range(value):
                await driven.update(put_obstacles=[sphere(f"o{i}", 2.0, 0.9, 3.0)])
        else:
            for _ in range(value):
                async with asyncio.timeout(10.0):
                    if len(driven.frames) < 20:  # there is always more to come until the horizon is full
                        await driven.read()
    await driven.update(revision=10_000, clear=True)
    await driven.until(lambda: driven.plans and driven.plans[-1].scene_revision == 10_000, 30.0)
    await driven.send(bye={})
    while await driven.read():
        pass
    assert await driven.call.code() is grpc.StatusCode.OK
    return len(driven.plans)


def test_no_schedule_breaks_the_order(tried: Callable[..., None]) -> None:
    loop = asyncio.new_event_loop()

    async def main() -> None:
        async with asyncio.timeout(2 * TIMEOUT_S):
            limits = Limits(resume_s=0.2, max_messages_per_s=1e5)
            async with site(backend=StubBackend(step_s=0.002), limits=limits) as here:

                def run(opening: dict[str, Any], acts: list[tuple[str, Any]]) -> None:
                    outside = asyncio.run_coroutine_threadsafe(perform(here, opening, acts), loop)
                    plans = outside.result(60.0)
                    assert plans > 0
                    tried("adversarial schedules")
                    tried("plans under adversarial schedules", plans)

                examples = settings(
                    max_examples=SCHEDULES, deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck),
                )  # fmt: skip
                await asyncio.to_thread(examples(given(OPENINGS, ACTS)(run)))

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


@pytest.mark.parametrize("method", ["Generate", "Optimize"])
def test_clips_come_as_header_progress_chunks_and_their_end(
    method: str, on_server: Callable[..., None], tried: Callable[..., None]
) -> None:
    """Header first and once; each clip's frames in order from 0, its last chunk marked; clips one after the other."""
    from runtime.pb.v1 import service_pb2

    requests = {
        "Generate": service_pb2.GenerateRequest(prompts=["walk"] * 3, duration_s=25 / 20, fps=240),
        "Optimize": service_pb2.OptimizeRequest(
            tasks=[{"prompt": "walk", "duration_s": 6.0}] * 3, steps=40, fps=240, preview_interval_s=0.2
        ),
    }

    async def body(here: Site) -> None:
        kinds, indices, ended = [], [], []
        async for response in getattr(here.stub(), method)(requests[method]):
            kind = response.WhichOneof("message")
            kinds.append(kind)
            if kind == "chunk" and not response.chunk.preview:
                chunk = response.chunk
                assert chunk.clip == len(ended), (
                    "the frames of a clip that has ended, or whose turn has not come"
                )
                indices += [f.index for f in chunk.frames]
                if chunk.last:
                    assert indices == list(range(len(indices)))
                    ended.append(len(indices))
                    indices = []
            elif kind == "result":
                assert response.result.clip == len(ended) - 1, "the result follows its last chunk"
        assert kinds[0] == "header" and kinds.count("header") == 1
        assert len(ended) == 3 and len(set(ended)) == 1
        tried("clips read in order", 3)

    on_server(body, backend=StubBackend(step_s=0.01))
