"""The plans of a session in order, for any number of readers."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from runtime.client.received_plan import ReceivedPlan

MAX_PLANS = 1000  # remembered; a reader further behind misses the oldest


class PlanLog:
    """Readers and the writer are on one event loop."""

    def __init__(self) -> None:
        self._plans: deque[ReceivedPlan] = deque(maxlen=MAX_PLANS)
        self._count = 0  # ever added

    def add(self, plan: ReceivedPlan) -> None:
        """Remember the newest plan."""
        self._plans.append(plan)
        self._count += 1

    def all(self) -> list[ReceivedPlan]:
        """What is remembered, the oldest first."""
        return list(self._plans)

    async def follow(self, more: Callable[[], Awaitable[bool]]) -> AsyncIterator[ReceivedPlan]:
        """What is remembered and then what is added; ``more`` waits for news and is False when none will come."""
        seen = 0
        while True:
            while seen < self._count:
                oldest = self._count - len(self._plans)
                seen = max(seen, oldest)
                plan = self._plans[seen - oldest]
                seen += 1
                yield plan
            if not await more():
                return
