"""The other calls: server info, Generate, Optimize, health, reflection; and that they do not starve Drive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from runtime.limits import Limits
from runtime.pb.v1 import service_pb2
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, collect, eventually, sphere, target

OnServer = Callable[..., None]
NAN = float("nan")
SERVICE = "lamp.v1.MotionService"


def clips_of(messages: list[Any]) -> dict[int, list[Any]]:
    """Frames by clip; asserts their order."""
    clips: dict[int, list[Any]] = {}
    finished: set[int] = set()
    for chunk in (m.chunk for m in messages if m.WhichOneof("message") == "chunk"):
        if chunk.preview:
            continue
        assert chunk.clip not in finished
        frames = clips.setdefault(chunk.clip, [])
        assert [f.index for f in chunk.frames] == list(range(len(frames), len(frames) + len(chunk.frames)))
        frames.extend(chunk.frames)
        if chunk.last:
            finished.add(chunk.clip)
    assert finished == set(clips)
    return clips


def test_server_info(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        await Driven.open(here.channel())
        info = await here.stub().GetServerInfo(service_pb2.GetServerInfoRequest())
        assert (info.model_name, info.engine, info.device) == ("stub", "stub", "cpu")
        assert info.min_protocol_version <= 1 <= info.max_protocol_version
        assert (info.sessions, info.max_sessions) == (1, 64)
        assert len(info.skeleton.joints) == 22

    on_server(body)


def test_generate_streams_header_progress_and_every_clip(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        request = service_pb2.GenerateRequest(prompts=["walk", "run"], duration_s=2.0, fps=30)
        messages = await collect(here.stub().Generate(request))
        kinds = [m.WhichOneof("message") for m in messages]
        assert kinds[0] == "header"
        assert "progress" in kinds
        assert kinds.index("progress") < kinds.index("chunk")
        assert messages[0].header.clips == 2
        clips = clips_of(messages)
        assert set(clips) == {0, 1}
        assert len(clips[0]) == pytest.approx(60, abs=2)
        assert (
            clips[1][-1].root_position.z > 2 * clips[0][-1].root_position.z
        )  # the stub runs faster than it walks

    on_server(body)


def test_optimize_takes_obstacles_in_the_axes_of_the_client(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        task = service_pb2.OptimizeTask(
            prompt="walk",
            duration_s=4.0,
            obstacles=[sphere("", 10.0, 90, 200, 30)],
            targets=[target("", "head", 0, 170, 300)],
        )
        request = service_pb2.OptimizeRequest(
            tasks=[task], steps=12, coordinate_system={"preset": "PRESET_UNITY", "metres_per_unit": 0.01}
        )  # fmt: skip
        messages = await collect(here.stub().Optimize(request))
        (result,) = [m.result for m in messages if m.WhichOneof("message") == "result"]
        assert result.feasible
        assert result.steps == 12
        steps = [m.progress.step for m in messages if m.WhichOneof("message") == "progress"]
        assert steps == sorted(steps)
        (clip,) = clips_of(messages).values()
        path = np.array([[f.root_position.x, f.root_position.z] for f in clip])
        assert path[-1, 1] == pytest.approx(395, abs=10)  # centimetres along Unity's z
        assert np.linalg.norm(path - [10.0, 200], axis=1).min() > 60

    on_server(body)


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("Generate", service_pb2.GenerateRequest(), "prompts"),
        ("Generate", service_pb2.GenerateRequest(prompts=["x"] * 17), "prompts"),
        ("Generate", service_pb2.GenerateRequest(prompts=["walk"], duration_s=1e6), "duration_s"),
        ("Generate", service_pb2.GenerateRequest(prompts=["walk"], fps=float("nan")), "fps"),
        ("Generate", service_pb2.GenerateRequest(prompts=["walk"], guidance=-1.0), "guidance"),
        ("Optimize", service_pb2.OptimizeRequest(), "tasks"),
        ("Optimize", service_pb2.OptimizeRequest(tasks=[{}], steps=10**6), "steps"),
        ("Optimize", service_pb2.OptimizeRequest(tasks=[{"keep": [1.0]}]), "keep"),
        ("Optimize", service_pb2.OptimizeRequest(tasks=[{"reference": {"fps": 20}}]), "reference"),
        ("Optimize", service_pb2.OptimizeRequest(tasks=[{"obstacles": [sphere("", NAN, 0, 0)]}]), "obstacles[0]"),
        ("Optimize", service_pb2.OptimizeRequest(tasks=[{"targets": [target("", "x", 0, 0, 0)]}]), "targets[0].joint"),
        (
            "Optimize",
            service_pb2.OptimizeRequest(
                tasks=[{"reference": {"fps": 20, "frames": [{"joint_positions": [0.0] * 65}] * 40}}]
            ),
            "frames[0].joint_positions",
        ),
    ],
)  # fmt: skip
def test_bad_requests_name_the_field(method: str, request_: Any, field: str, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        call = getattr(here.stub(), method)(request_)
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await collect(call)
        assert failed.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        status = await rpc_status.aio.from_call(call)
        assert status is not None
        bad = error_details_pb2.BadRequest()
        assert any(d.Unpack(bad) for d in status.details)
        assert any(field in v.field for v in bad.field_violations), bad

    on_server(body)


def test_a_long_optimisation_does_not_starve_live_characters(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        request = service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=1000)
        call = here.stub().Optimize(request)
        async with asyncio.timeout(5):
            async for message in call:
                if message.WhichOneof("message") == "progress":
                    break
            driven = await Driven.open(here.channel())
            for revision in range(1, 6):
                await driven.update(
                    revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, 3.0 + revision)]
                )
                await driven.until(lambda r=revision: driven.plans and driven.plans[-1].scene_revision == r)
        assert here.server.scheduler.offline_count == 1
        call.cancel()
        await eventually(lambda: here.server.scheduler.offline_count == 0)

    on_server(body, backend=StubBackend(step_s=0.01))


def test_too_many_offline_calls_are_turned_away(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        request = service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=1000)
        calls = [here.stub().Optimize(request) for _ in range(2)]
        for call in calls:
            await call.read()  # the header
        await eventually(lambda: here.server.scheduler.offline_count == 2)
        third = here.stub().Optimize(request)
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await collect(third)
        assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        for call in calls:
            call.cancel()
        await eventually(lambda: here.server.scheduler.offline_count == 0)

    on_server(body, backend=StubBackend(step_s=0.01), limits=Limits(max_offline=2))


@pytest.mark.parametrize("name", ["", SERVICE])
def test_health_says_serving_and_then_not(name: str, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        health = health_pb2_grpc.HealthStub(here.channel())
        request = health_pb2.HealthCheckRequest(service=name)
        assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
        watch = health.Watch(request)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        driven = await Driven.open(here.channel())
        stopping = asyncio.create_task(here.server.stop())
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert not driven.ended
        watch.cancel()
        await driven.end()
        await stopping

    on_server(body)


def test_reflection_lists_the_service(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        stub = reflection_pb2_grpc.ServerReflectionStub(here.channel())
        call = stub.ServerReflectionInfo()
        await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
        answer = await call.read()
        assert SERVICE in {s.name for s in answer.list_services_response.service}
        call.cancel()

    on_server(body)
