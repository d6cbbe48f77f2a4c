"""The gRPC server: ports, health, reflection, and an end that loses nobody silently."""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import dataclass, field
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from runtime import loop_lag
from runtime.backend import Backend
from runtime.certificates import Tls
from runtime.geometry.settings import GeometrySettings
from runtime.geometry.watching import GeometryCounts
from runtime.keepalive import PING_INTERVAL_S, server_options
from runtime.limits import Limits
from runtime.malformed import MalformedInterceptor
from runtime.metrics import MetricsPage
from runtime.pb.v1 import service_pb2, service_pb2_grpc
from runtime.recording import Recorder, RecordingConfig
from runtime.rpc_metrics import MetricsInterceptor
from runtime.scheduler import Scheduler
from runtime.scheduling import Scheduling
from runtime.security import TokenInterceptor, Tokens, reaches_beyond_this_machine
from runtime.service import MotionServicer

log = logging.getLogger(__name__)
SERVICE: str = service_pb2.DESCRIPTOR.services_by_name["MotionService"].full_name
_WRAP_UP_S = 1.0  # for what was told to end
DEFAULT_ADDRESS = "127.0.0.1:50061"


@dataclass(frozen=True)
class ServerConfig:
    """How a server listens. ``address`` is ``host:port``, port 0 taking a free one, or ``unix:path``."""

    address: str = DEFAULT_ADDRESS
    limits: Limits = field(default_factory=Limits)
    tls: Tls | None = None
    tokens: Tokens | None = None
    reflection: bool = True
    grace_s: float = 5.0  # from the announcement of the end to the end
    ping_interval_s: float = PING_INTERVAL_S
    scheduling: Scheduling = field(default_factory=Scheduling)
    metrics_address: str | None = None  # host:port of the page for Prometheus
    recording: RecordingConfig | None = None  # record every session
    geometry: GeometrySettings = field(default_factory=GeometrySettings)


class LampServer:
    """A server around a backend, which it calls from one thread only. Use on a running event loop."""

    def __init__(self, backend: Backend[Any], config: ServerConfig | None = None) -> None:
        self.config = config or ServerConfig()
        self.port = 0
        self.scheduler = Scheduler(
            backend, max_offline=self.config.limits.max_offline, scheduling=self.config.scheduling
        )
        self.metrics = self.scheduler.metrics
        self.page: MetricsPage | None = None  # while it is served
        self._lag: asyncio.Task[None] | None = None
        self.servicer = MotionServicer(self.scheduler, self.config.limits, self.config.geometry)
        self._stopping: asyncio.Future[None] | None = None
        self.recorder = Recorder(backend, self.config.recording) if self.config.recording else None
        self.servicer.drives.recorder = self.recorder
        self._health = health.aio.HealthServicer()
        interceptors: list[grpc.aio.ServerInterceptor] = [MetricsInterceptor(self.metrics)]
        if self.config.tokens:
            interceptors.append(TokenInterceptor(self.config.tokens))
        interceptors.append(MalformedInterceptor())
        self._server = grpc.aio.server(interceptors=interceptors, options=_options(self.config))
        service_pb2_grpc.add_MotionServiceServicer_to_server(self.servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if self.config.reflection:
            names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._server)

    async def start(self) -> None:
        """Listen. Raises ``OSError`` when the address cannot be used."""
        address, tls = self.config.address, self.config.tls
        _must_be_free(address)
        try:
            if tls is not None:
                self.port = self._server.add_secure_port(address, tls.server_credentials())
            else:
                self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise OSError(
                f"cannot listen on {address}: {error}; is another server there? Try another --port"
            ) from error
        if reaches_beyond_this_machine(address) and not (self.config.tokens and tls):
            log.warning("%s can be reached from other machines without both TLS and a token", address)
        if self.recorder is not None:
            self.recorder.start()
        self._show_metrics()
        self.scheduler.start()
        await self._server.start()
        for name in ("", SERVICE):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        log.info("listening on %s", self.listening_on)

    def _show_metrics(self) -> None:
        metrics, scheduler = self.metrics, self.scheduler
        metrics.follow(metrics.sessions, lambda: len(self.servicer.drives))
        metrics.follow(metrics.offline, lambda: scheduler.offline_count)
        metrics.follow(metrics.load, lambda: scheduler.load.predicted(scheduler.load.present))
        state = scheduler.backend.device_state
        metrics.follow(metrics.out_of_memory, lambda: state().out_of_memory)
        metrics.follow(metrics.fallback, lambda: state().fallback)
        metrics.follow(metrics.device_memory, lambda: state().memory_bytes)
        metrics.follow(metrics.geometries, lambda: len(self.servicer.geometry))
        metrics.follow(metrics.geometry_bytes, lambda: self.servicer.geometry.size_bytes)
        metrics.follow(metrics.geometries_building, lambda: self.servicer.geometry.building)
        self._geometry_counts = GeometryCounts(metrics)
        self.servicer.geometry.watch(self._geometry_counts)
        if self.config.metrics_address is not None:
            self.page = MetricsPage(metrics, self.config.metrics_address)
            log.info("metrics on port %d", self.page.port)
        self._lag = asyncio.create_task(loop_lag.watch(metrics))

    async def _hide_metrics(self) -> None:
        if self._lag is not None:
            self._lag.cancel()
        if self.page is not None:
            await asyncio.to_thread(self.page.close)

    @property
    def listening_on(self) -> str:
        """The address with the port that port 0 became."""
        address = self.config.address
        return address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{self.port}"

    async def stop(self, reason: str = "the server is shutting down") -> None:
        """Say so, let sessions and calls end within the grace, then stop. Asked twice, it happens once."""
        if self._stopping is None:
            self._stopping = asyncio.ensure_future(self._stop(reason))
        await asyncio.shield(self._stopping)

    async def _stop(self, reason: str) -> None:
        grace_s = self.config.grace_s
        log.info(
            "stopping within %g s: %d sessions, %d calls",
            grace_s,
            len(self.servicer.drives),
            len(self.servicer.calls),
        )
        await self._health.enter_graceful_shutdown()
        await asyncio.gather(self.servicer.drives.drain(reason, grace_s), self.servicer.calls.drain(grace_s))
        await self.servicer.geometry.close()
        await self.scheduler.stop()  # calls that are left end with UNAVAILABLE
        await self._server.stop(_WRAP_UP_S)
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.stop)
        await self._hide_metrics()
        log.info("stopped")

    def hurry(self) -> None:
        """Wait no longer for sessions and calls: end those that are left now."""
        self.servicer.drives.end_all()
        self.servicer.calls.give_up()


def _must_be_free(address: str) -> None:
    """gRPC takes a Unix socket away from a server that listens there: ask first. ``OSError`` says who is in the way."""
    path = address.removeprefix("unix:")
    if path == address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return
    raise OSError(f"cannot listen on {address}: another server is there; stop it, or name another socket")


def _options(config: ServerConfig) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", config.limits.max_message_bytes),
        ("grpc.max_send_message_length", 64 * 1024 * 1024),
        ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a silent sharer
        ("grpc.max_metadata_size", 16 * 1024),
        *server_options(config.ping_interval_s),
    ]
