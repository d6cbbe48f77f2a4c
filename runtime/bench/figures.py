"""What one character of the load measured, in a form that travels as JSON and adds up over characters."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Figures:
    """Raw values. Times in seconds; see ``docs/measuring.md`` for the definitions."""

    first_frame: list[float] = field(default_factory=list)  # Hello sent to frame 0 received
    first_corrected: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # only what was late; every other frame was in time
    tick_late: list[float] = field(default_factory=list)  # the client's own ticks
    settled_penetration_m: list[float] = field(default_factory=list)
    feasible_penetration_m: list[float] = field(
        default_factory=list
    )  # of the settled plans that claim to be feasible
    frames_shown: int = 0
    stalls: int = 0
    plans: int = 0
    settled_plans: int = 0
    infeasible_plans: int = 0
    changes: int = 0
    unanswered: int = 0  # changes no plan knew of when the session ended
    resent_too_late: int = 0  # frames that a plan changed after they had been shown
    notices: int = 0
    lost: dict[str, int] = field(default_factory=dict)  # status code and reason: sessions that it ended

    def add(self, other: Figures) -> None:
        """Add another's values to these."""
        for name, value in asdict(other).items():
            if isinstance(value, list):
                getattr(self, name).extend(value)
            elif isinstance(value, dict):
                self.lost = dict(Counter(self.lost) + Counter(value))
            else:
                setattr(self, name, getattr(self, name) + value)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Figures:
        """As ``dataclasses.asdict`` gave it."""
        return cls(**values)
