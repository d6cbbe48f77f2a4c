"""What a server tells Prometheus: the catalogue (``docs/operations.md``), and the page that shows it.

Labels have few values each: never a session, a prompt or an address. Every server has its own registry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    start_http_server,
)

from lamp.errors import InputError

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_CALL_SECONDS = (0.005, 0.05, 0.5, 5.0, 60.0, 600.0, 3600.0)  # a Drive lasts as long as its character
_LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Counters and gauges of one server; safe to use from any thread."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            registry.register(collector)

        def counter(name: str, help: str, *labels: str) -> Counter:
            return Counter(f"lamp_{name}", help, labels, registry=registry)

        def gauge(name: str, help: str, *labels: str) -> Gauge:
            return Gauge(f"lamp_{name}", help, labels, registry=registry)

        def histogram(name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"lamp_{name}", help, labels, registry=registry, buckets=buckets)

        self.rpcs = counter("rpc", "Calls that ended, by method and gRPC code", "method", "code")
        self.rpc_failures = counter(
            "rpc_failures", "Calls that failed: REJECTED, CANCELED, BACKEND or OTHER", "method", "reason"
        )
        self.rpc_seconds = histogram("rpc_seconds", "How long calls took", _CALL_SECONDS, "method")
        self.rpcs_in_flight = gauge("rpc_in_flight", "Calls now running", "method")

        self.sessions = gauge("sessions", "Streams of live characters, open or kept for resuming")
        self.sessions_opened = counter("sessions_opened", "Sessions that said Hello: new or resumed", "how")
        self.load = gauge("load_ratio", "Share of the worker's time that the live characters need")

        self.plans = counter("plans", "Plans published: start, change or further", "kind", "feasible")
        self.replan_seconds = histogram(
            "replan_seconds", "From reading a change to a plan that knows it", _SECONDS
        )
        self.queue_seconds = histogram(
            "plan_queue_seconds", "From reading a change to its first step", _SECONDS
        )
        self.compute_seconds = histogram(
            "plan_compute_seconds", "Device time of the batches a plan was in", _SECONDS
        )
        self.first_frame_seconds = histogram(
            "first_frame_seconds", "From Hello to the first frames sent", _SECONDS
        )
        self.steps = counter("steps", "Optimisation steps, summed over characters", "work")
        self.device_seconds = counter("device_seconds", "Time the device was used", "work")
        self.batch_rows = histogram("batch_rows", "Live characters in one batch", _ROWS)
        self.tick_seconds = histogram("tick_seconds", "One round over the live characters", _SECONDS)

        self.frames_sent = counter("frames_sent", "Frames sent to live characters")
        self.frames_dropped = counter("frames_dropped", "Frames not sent because their time had passed")
        self.stalls = counter("stalls", "Times a client's playhead was beyond everything sent to it")
        self.notices = counter("notices", "Notices to clients", "code")
        self.late_plans = counter(
            "late_plans", "Plans that came after the playhead had passed where they begin"
        )

        self.offline = gauge("offline_calls", "Generate and Optimize calls running or waiting")
        self.offline_queue_seconds = histogram(
            "offline_queue_seconds", "Wait of a call for its first slice", _SECONDS
        )
        self.failures = counter("backend_failures", "Exceptions of the backend: live or offline work", "work")
        self.out_of_memory = gauge(
            "device_out_of_memory", "Times the device had too little memory for a batch"
        )
        self.fallback = gauge("engine_fallback", "1 after the first engine was given up for another")
        self.device_memory = gauge("device_memory_bytes", "Memory allocated on the device")
        self.geometries = gauge("geometries", "Geometries in the store")
        self.geometry_bytes = gauge("geometry_bytes", "Memory of the geometries in the store")
        self.geometries_building = gauge("geometries_building", "Geometries being built or waiting for it")
        self.geometries_settled = counter(
            "geometries_settled", "Geometries: built, cached or failed", "outcome"
        )
        self.geometry_build_seconds = histogram(
            "geometry_build_seconds", "Time to turn a geometry into distances", _SECONDS
        )
        self.loop_lag_seconds = histogram(
            "event_loop_lag_seconds", "How late the event loop wakes", _LAG_SECONDS
        )

    def follow(self, gauge: Gauge, value: Callable[[], float]) -> None:
        """Ask ``value`` whenever the page is read; it is called on the page's thread."""
        gauge.set_function(value)


class MetricsPage:
    """``http://HOST:PORT/metrics`` in a thread of its own."""

    def __init__(self, metrics: Metrics, address: str) -> None:
        """``address`` is ``HOST:PORT``; port 0 takes a free one. Raises ``InputError`` or ``OSError``."""
        host, port = read_address(address)
        try:
            server, thread = start_http_server(port, host, metrics.registry)
        except OSError as error:
            raise OSError(
                f"metrics cannot be served on {address}: {error}; is the port in use? Try another --metrics-address"
            ) from error
        self._server: WSGIServer = server
        self._thread: threading.Thread = thread
        self.port: int = server.server_port

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5.0)


def read_address(address: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, ``[::1]:PORT`` or ``PORT`` alone (this machine). Raises ``InputError``."""
    host, _, port = address.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise InputError("--metrics-address", f"{address!r} is not HOST:PORT with a port of 0..65535")
    return host.strip("[]") or "127.0.0.1", int(port)
