"""How the device is shared: what an operator may change about it (``docs/operations.md``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheduling:
    """Shares are parts of the device's time, 0 to 1."""

    tick_s: float = 0.05  # how long one round over the live characters should take: a newcomer waits that long
    offline_share: float = 0.2  # least share of Generate and Optimize while live characters want everything
    session_share: float = 0.25  # of one live character while others wait; more makes it wait behind them
    session_burst_s: float = 2.0  # device seconds a live character may save up
    target_load: float = 0.85  # no new character that would bring the predicted load above it
    resume_load: float = 0.75  # once refused: until the load with one more is below this
    always_admitted: int = 4  # so many characters are never refused for load
    max_offline_wait_s: float = 60.0  # no new Generate or Optimize call that would wait longer than this

    def __post_init__(self) -> None:
        for name in ("offline_share", "session_share", "target_load", "resume_load"):
            value = getattr(self, name)
            if not 0.0 < value <= 1.0:
                raise ValueError(f"{name} {value} is outside 0..1: it is a share of the device's time")
        if self.offline_share > 0.9:
            raise ValueError(f"offline_share {self.offline_share} leaves live characters too little; at most 0.9")
        if self.resume_load > self.target_load:
            raise ValueError(
                f"resume_load {self.resume_load} is above target_load {self.target_load}; give less, or the same"
            )
        if not 0.005 <= self.tick_s <= 1.0:
            raise ValueError(f"tick_s {self.tick_s} is outside 0.005..1 s")
        for name in ("session_burst_s", "max_offline_wait_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} {getattr(self, name)} must be positive")
        if self.always_admitted < 1:
            raise ValueError(f"always_admitted {self.always_admitted}: at least 1, or nobody could ever connect")
