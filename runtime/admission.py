"""Who is let in: a newcomer is refused while there is still enough for everybody who is there already."""

from __future__ import annotations

from runtime.load import LoadMeter
from runtime.scheduling import Scheduling

_LEAST_RETRY_S, _MOST_RETRY_S = 2.0, 30.0


class Overloaded(Exception):
    """No room for another character or call now. ``reason`` is a constant for programs."""

    def __init__(self, reason: str, message: str, retry_s: float) -> None:
        super().__init__(message)
        self.reason, self.retry_s = reason, min(max(retry_s, _LEAST_RETRY_S), _MOST_RETRY_S)


class Admission:
    """Decides on the event loop from what the worker measured."""

    def __init__(self, scheduling: Scheduling, load: LoadMeter, max_offline: int) -> None:
        self._settings, self._load, self._max_offline = scheduling, load, max_offline
        self._refusing = False
        self._offline_s = 0.0  # device time of an offline call, a moving mean

    def character(self, present: int) -> None:
        """Another live character besides ``present`` ones; raises ``Overloaded``.

        Once one was refused, others are until there is clearly room again: a client that tries in a loop must not get
        in whenever the estimate happens to be low for a moment.
        """
        s = self._settings
        if present < s.always_admitted:
            return
        load = self._load.predicted(present + 1)
        self._refusing = load > (s.resume_load if self._refusing else s.target_load)
        if self._refusing:
            raise Overloaded(
                "OVERLOADED",
                f"{present} characters are live, and one more would need {load:.0%} of the device; the limit is "
                f"{s.target_load:.0%}. Try again later, or on another server",
                5.0 * load / s.target_load,
            )

    def offline(self, waiting: int) -> None:
        """Another offline call behind ``waiting`` ones; raises ``Overloaded``."""
        if waiting >= self._max_offline:
            raise Overloaded(
                "TOO_MANY_CALLS",
                f"{waiting} Generate and Optimize calls are running or waiting already, the limit is "
                f"{self._max_offline}; try again later",
                5.0,
            )
        wait_s, limit_s = self.offline_wait_s(waiting), self._settings.max_offline_wait_s
        if wait_s > limit_s:
            raise Overloaded(
                "TOO_MANY_CALLS",
                f"{waiting} Generate and Optimize calls wait already; another one would wait about {wait_s:.0f} s, the "
                f"limit is {limit_s:.0f} s. Try again later, or on another server",
                wait_s - limit_s,
            )

    def offline_wait_s(self, waiting: int) -> float:
        """How long the device will be at ``waiting`` offline calls, beside the present live characters."""
        left = 1.0 - self._load.predicted(self._load.present)
        return waiting * self._offline_s / max(left, self._settings.offline_share)

    def offline_took(self, device_s: float) -> None:
        """An offline call ended well after so much time on the device."""
        self._offline_s += (0.3 if self._offline_s else 1.0) * (device_s - self._offline_s)
