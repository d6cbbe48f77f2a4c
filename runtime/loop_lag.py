"""How late the event loop wakes: what every client feels when something keeps the loop from its work."""

from __future__ import annotations

import asyncio

from runtime.metrics import Metrics

_EVERY_S = 0.25


async def watch(metrics: Metrics) -> None:
    """Measure until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + _EVERY_S
        await asyncio.sleep(_EVERY_S)
        metrics.loop_lag_seconds.observe(max(loop.time() - due_s, 0.0))
