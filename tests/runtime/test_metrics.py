"""The page for Prometheus, read over HTTP from a server that really did what it counts."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Callable

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lamp.errors import InputError
from runtime.geometry.entry import Entry, State
from runtime.geometry.watching import GeometryCounts
from runtime.limits import Limits
from runtime.metrics import Metrics, MetricsPage, read_address
from runtime.pb.v1 import service_pb2
from runtime.security import Tokens
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site
from tests.runtime.uploads import mesh_upload, wait_settled
from tests.runtime.wire import Driven, collect, eventually, sphere

OnServer = Callable[..., None]
ANYWHERE = "127.0.0.1:0"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(port: int) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}


class Page:
    """What the page of a server says now."""

    def __init__(self, here: Site) -> None:
        self._here = here
        self._samples: Samples = {}

    async def load(self) -> Page:
        assert self._here.server.page is not None
        self._samples = await asyncio.to_thread(read, self._here.server.page.port)
        return self

    def __getitem__(self, name: str) -> float:
        return self.of(name)

    def of(self, name: str, **labels: str) -> float:
        return self._samples.get((f"lamp_{name}", tuple(sorted(labels.items()))), 0.0)

    def names(self) -> set[str]:
        return {name for name, _ in self._samples}


def test_a_session_leaves_its_counts(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        page = Page(here)
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        assert (await page.load())["sessions"] == 1
        for revision in range(1, 4):
            await driven.update(revision=revision, put_obstacles=[sphere("rock", 0.1, 0.9, 2.0 + revision)])
            await driven.until(lambda r=revision: driven.plans[-1].scene_revision == r)
        await driven.update(revision=1)  # stale
        await driven.play(driven.sent_until_s() + 30.0)  # beyond everything sent
        await driven.until(lambda: len(driven.notices) == 2)
        await driven.bye()
        await asyncio.sleep(0.3)  # the loop is measured four times a second
        await page.load()
        assert page["sessions"] == 0
        assert page.of("sessions_opened_total", how="new") == 1
        assert page.of("plans_total", kind="start", feasible="yes") == 1
        assert page.of("plans_total", kind="change", feasible="yes") == 3
        assert page["replan_seconds_count"] == page["plan_queue_seconds_count"] == 4
        assert 0.0 < page["replan_seconds_sum"] < 10.0
        assert page["plan_queue_seconds_sum"] < page["replan_seconds_sum"]
        assert page["first_frame_seconds_count"] == 1
        assert page["frames_sent_total"] >= len(driven.frames)
        assert page.of("notices_total", code="CODE_STALE_REVISION") == 1
        assert page.of("notices_total", code="CODE_PLAYHEAD") == 1
        assert page["stalls_total"] == 1
        assert page.of("steps_total", work="live") >= 16
        assert page["batch_rows_count"] > 0
        assert page.of("rpc_total", method="Drive", code="OK") == 1
        assert page.of("rpc_in_flight", method="Drive") == 0
        assert page["event_loop_lag_seconds_count"] > 0
        assert 0.0 <= page["load_ratio"] < 1.0

    on_server(body, metrics_address=ANYWHERE, backend=StubBackend(step_s=0.005))


def test_calls_are_counted_by_how_they_end(on_server: OnServer) -> None:
    async def ends(code: grpc.StatusCode, call: grpc.aio.Call) -> None:
        with pytest.raises((grpc.aio.AioRpcError, asyncio.CancelledError)):
            await collect(call)
        assert await call.code() is code

    async def body(here: Site) -> None:
        page, stub = Page(here), here.stub()
        order = service_pb2.GenerateRequest(prompts=["walk"], duration_s=2.0)
        long = service_pb2.OptimizeRequest(tasks=[service_pb2.OptimizeTask(duration_s=2.0)], steps=1000)
        await stub.GetServerInfo(service_pb2.GetServerInfoRequest())
        await collect(stub.Generate(order))
        await ends(grpc.StatusCode.INVALID_ARGUMENT, stub.Generate(service_pb2.GenerateRequest()))
        await ends(grpc.StatusCode.DEADLINE_EXCEEDED, stub.Optimize(long, timeout=0.3))
        cancelled = stub.Optimize(long)
        await cancelled.read()
        assert (await page.load())["offline_calls"] >= 1
        cancelled.cancel()
        here.backend.fail_offline = True  # type: ignore[attr-defined]
        await ends(grpc.StatusCode.INTERNAL, stub.Generate(order))
        unknown = here.channels[0].unary_unary("/lamp.v1.MotionService/Fly")(b"", timeout=5)
        assert await unknown.code() is grpc.StatusCode.UNIMPLEMENTED
        await eventually(lambda: here.server.scheduler.offline_count == 0)
        await asyncio.sleep(0.1)
        await page.load()
        for method, code, reason in (
            ("Generate", "INVALID_ARGUMENT", "REJECTED"), ("Generate", "INTERNAL", "BACKEND"),
            ("unknown", "UNIMPLEMENTED", "REJECTED"),
        ):  # fmt: skip
            assert page.of("rpc_total", method=method, code=code) == 1, (method, code)
            assert page.of("rpc_failures_total", method=method, reason=reason) == 1, (method, reason)
        assert page.of("rpc_failures_total", method="Optimize", reason="CANCELED") == 2
        assert page.of("rpc_total", method="Generate", code="OK") == 1
        assert page.of("rpc_total", method="GetServerInfo", code="OK") == 1
        assert page.of("rpc_seconds_count", method="Generate") == 3
        assert page.of("rpc_in_flight", method="Optimize") == 0
        assert page.of("backend_failures_total", work="offline") == 1
        assert page.of("device_seconds_total", work="offline") > 0

    class Failing(StubBackend):
        fail_offline = False

        def generate(self, *args: object) -> object:  # type: ignore[override]
            if self.fail_offline:
                raise RuntimeError("broken")
            return super().generate(*args)  # type: ignore[arg-type]

    on_server(body, metrics_address=ANYWHERE, backend=Failing(step_s=0.01))


def test_what_the_token_keeps_out_is_counted_too(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        with pytest.raises(grpc.aio.AioRpcError):
            await here.stub().GetServerInfo(service_pb2.GetServerInfoRequest())
        page = await Page(here).load()
        assert page.of("rpc_total", method="GetServerInfo", code="UNAUTHENTICATED") == 1

    on_server(body, metrics_address=ANYWHERE, tokens=Tokens(["a-token-of-sixteen-letters"]))


def test_a_resumed_session_is_no_new_one(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.frames)
        assert driven.welcome is not None
        driven.call.cancel()
        again = await Driven.open(
            here.channel(), resume_token=driven.welcome.session_token, last_frame_index=driven.last_index
        )
        assert again.welcome is not None
        assert again.welcome.resumed
        page = await Page(here).load()
        assert page.of("sessions_opened_total", how="resumed") == 1
        assert page.of("sessions_opened_total", how="new") == 1

    on_server(body, metrics_address=ANYWHERE)


def test_no_session_makes_a_series_of_its_own(on_server: OnServer) -> None:
    """The page of a server that had many sessions is as long as that of one that had two."""

    async def body(here: Site) -> None:
        async def one(i: int) -> None:
            driven = await Driven.open(here.channel(), prompt=f"walk {i}", client_name=f"game {i}")
            await driven.until(lambda: driven.plans)
            await driven.update(revision=3, put_obstacles=[sphere(f"rock {i}", 0.1, 0.9, 3.0)])
            await driven.until(lambda: driven.plans[-1].scene_revision == 3)
            await driven.bye()

        page = Page(here)
        for i in range(2):
            await one(i)
        before = len((await page.load())._samples)
        await asyncio.gather(*(one(i) for i in range(2, 22)))
        assert len((await page.load())._samples) == before
        assert page.of("sessions_opened_total", how="new") == 22

    on_server(body, metrics_address=ANYWHERE, limits=Limits(max_sessions=64))


def test_every_metric_is_in_the_catalogue(on_server: OnServer) -> None:
    from pathlib import Path

    catalogue = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf8")
    families = [family for family in Metrics().registry.collect() if family.name.startswith("lamp_")]
    assert len(families) > 25
    for family in families:
        name = family.name + ("_total" if family.type == "counter" else "")
        assert f"`{name}`" in catalogue, f"{name} is missing in docs/operations.md"


def test_two_servers_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.stalls.inc()
    pages = [MetricsPage(m, ANYWHERE) for m in (first, second)]
    try:
        assert [read(page.port)[("lamp_stalls_total", ())] for page in pages] == [1.0, 0.0]
    finally:
        for page in pages:
            page.close()
    with pytest.raises(OSError):
        read(pages[0].port)


def test_an_address_that_cannot_be_used_says_why() -> None:
    assert read_address("9464") == ("127.0.0.1", 9464)
    assert read_address("[::1]:80") == ("::1", 80)
    for bad in ("", "localhost", "host:port", "1.2.3.4:70000"):
        with pytest.raises(InputError, match="metrics-address"):
            read_address(bad)
    page = MetricsPage(Metrics(), ANYWHERE)
    with pytest.raises(OSError, match="another --metrics-address"):
        MetricsPage(Metrics(), f"127.0.0.1:{page.port}")
    page.close()


def test_geometry_is_counted_by_what_became_of_it(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        page, stub = Page(here), here.stub()
        answer = await stub.UploadGeometry(mesh_upload())
        await wait_settled(stub, answer.info.id)
        await page.load()
        assert page.of("geometries_settled_total", outcome="built") == 1
        assert page["geometry_build_seconds_count"] == 1 and page["geometry_build_seconds_sum"] > 0
        assert page["geometries_building"] == 0 and page["geometries"] == 1

    on_server(body, metrics_address=ANYWHERE)


def test_geometry_that_fails_or_comes_from_disk_is_told_apart() -> None:
    metrics = Metrics()
    counts = GeometryCounts(metrics)
    counts.geometry_settled(Entry("k", "a", state=State.READY))
    counts.geometry_settled(Entry("k", "b", state=State.FAILED, problem="too large"))
    total = {s.labels["outcome"]: s.value for f in metrics.geometries_settled.collect() for s in f.samples
             if s.name.endswith("_total")}  # fmt: skip
    assert total == {"cached": 1.0, "failed": 1.0}
