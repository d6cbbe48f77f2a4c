"""What became of geometry, for Prometheus."""

from __future__ import annotations

from runtime.geometry.entry import Entry, State
from runtime.metrics import Metrics


class GeometryCounts:
    """Counts every geometry that becomes ready or fails. A store forgets its watchers: keep a reference."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def geometry_settled(self, entry: Entry) -> None:
        """``entry`` became READY or FAILED."""
        built = entry.build_s > 0.0
        outcome = "failed" if entry.state is State.FAILED else "built" if built else "cached"
        self._metrics.geometries_settled.labels(outcome).inc()
        if built:
            self._metrics.geometry_build_seconds.observe(entry.build_s)
