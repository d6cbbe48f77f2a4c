"""How the device is shared: what an operator may change about it (``docs/operations.md``)."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.settings.item import check_bounds, setting


@dataclass(frozen=True)
class Scheduling:
    """Settings of ``lamp serve``. Shares are parts of the device's time. ``ValueError`` names a wrong one."""

    tick_s: float = setting(
        0.05, "seconds one round over the live characters should take: newcomers wait so long", low=0.005, high=1.0
    )  # fmt: skip
    offline_share: float = setting(
        0.2, "least share of the device for Generate and Optimize while live characters want all", low=0.01, high=0.9
    )  # fmt: skip
    session_share: float = setting(
        0.25, "share of the device a live character may take before it waits behind others", low=0.001, high=1.0
    )  # fmt: skip
    session_burst_s: float = setting(
        2.0, "seconds of the device a live character may save up", low=0.01, high=3600.0
    )
    target_load: float = setting(
        0.85, "no new character that would bring the predicted load above this", low=0.01, high=1.0
    )
    resume_load: float = setting(
        0.75, "after one was refused: none until the load with one more is below this", low=0.01, high=1.0
    )
    always_admitted: int = setting(4, "so many characters are never refused for load", low=1, high=100_000)
    max_offline_wait_s: float = setting(
        60.0, "no new Generate or Optimize call that would wait longer than this", low=0.1, high=86_400.0
    )

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.resume_load > self.target_load:
            raise ValueError(
                f"resume_load {self.resume_load:g} is above target_load {self.target_load:g}; give at most that"
            )
