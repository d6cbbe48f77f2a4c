"""The gRPC server: ports, health, reflection, and an end that loses nobody silently."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from runtime.backend import Backend
from runtime.limits import Limits
from runtime.pb.v1 import service_pb2, service_pb2_grpc
from runtime.recording import Recorder, RecordingConfig
from runtime.scheduler import Scheduler
from runtime.security import Tls, TokenInterceptor, reaches_beyond_this_machine
from runtime.service import MotionServicer

log = logging.getLogger(__name__)
SERVICE: str = service_pb2.DESCRIPTOR.services_by_name["MotionService"].full_name
KEEPALIVE_S = 10  # clients may ping this often; what the server accepts lies strictly below
DEFAULT_ADDRESS = "127.0.0.1:50061"


@dataclass(frozen=True)
class ServerConfig:
    """How a server listens. ``address`` is ``host:port``; port 0 takes a free one."""

    address: str = DEFAULT_ADDRESS
    limits: Limits = field(default_factory=Limits)
    tls: Tls | None = None
    token: str | None = None
    grace_s: float = 5.0  # from the announcement of the end to the end
    recording: RecordingConfig | None = None  # record every session


class LampServer:
    """A server around a backend, which it calls from one thread only. Use on a running event loop."""

    def __init__(self, backend: Backend[Any], config: ServerConfig | None = None) -> None:
        self.config = config or ServerConfig()
        self.port = 0
        self.scheduler = Scheduler(backend, max_offline=self.config.limits.max_offline)
        self.servicer = MotionServicer(self.scheduler, self.config.limits)
        self.recorder = Recorder(backend, self.config.recording) if self.config.recording else None
        self.servicer.drives.recorder = self.recorder
        self._health = health.aio.HealthServicer()
        interceptors = [TokenInterceptor(self.config.token)] if self.config.token else []
        self._server = grpc.aio.server(interceptors=interceptors, options=_options(self.config.limits))
        service_pb2_grpc.add_MotionServiceServicer_to_server(self.servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self) -> None:
        """Listen. Raises ``OSError`` when the address cannot be used."""
        address, tls = self.config.address, self.config.tls
        try:
            if tls is not None:
                self.port = self._server.add_secure_port(address, tls.server_credentials())
            else:
                self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise OSError(
                f"cannot listen on {address}: {error}; is another server there? Try another --port"
            ) from error
        if reaches_beyond_this_machine(address) and not (self.config.token and tls):
            log.warning("%s can be reached from other machines without both TLS and a token", address)
        if self.recorder is not None:
            self.recorder.start()
        self.scheduler.start()
        await self._server.start()
        for name in ("", SERVICE):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        log.info("listening on %s (port %d)", address, self.port)

    async def stop(self, reason: str = "the server is shutting down") -> None:
        """Say so, let sessions end within the grace, then stop."""
        await self._health.enter_graceful_shutdown()
        await self.servicer.drives.drain(reason, self.config.grace_s)
        await self._server.stop(1.0)
        await self.scheduler.stop()
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.stop)
        log.info("stopped")

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGINT or SIGTERM (Windows: Ctrl-C), then stop. ``ready`` is called once clients can connect."""
        asked = asyncio.Event()
        _on_signals(asked)
        await self.start()
        try:
            ready()
            await asked.wait()
        finally:
            await self.stop()


def _on_signals(asked: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked.set))


def _options(limits: Limits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.max_message_bytes),
        ("grpc.max_send_message_length", 64 * 1024 * 1024),
        ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a silent sharer
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", KEEPALIVE_S * 500),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", KEEPALIVE_S * 500),
        ("grpc.http2.max_ping_strikes", 3),
        ("grpc.max_metadata_size", 16 * 1024),
    ]
