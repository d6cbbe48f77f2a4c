"""What one character is asked for besides its prompt, kept so that a new session can be told all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lamp.intent import LookAt, Path, Waypoint
from lamp.problem import Target
from lamp.scene.obstacle import Vector


@dataclass(frozen=True)
class Wish:
    """A target as it was asked for; ``arrive_in_s`` counts from when it is sent (None: the server chooses)."""

    target: Target
    arrive_in_s: float | None = None

    def at(self, now_s: float) -> Target:
        """As the server wants it, in session time."""
        return replace(self.target, arrive_s=None if self.arrive_in_s is None else now_s + self.arrive_in_s)


@dataclass
class Wishes:
    """Targets by id, a point to look at, and waypoints to walk along; positions in metres."""

    targets: dict[str, Wish] = field(default_factory=dict)
    look_m: Vector | None = None
    waypoints_m: list[Vector] = field(default_factory=list)
    speed_mps: float = 1.1
    loop: bool = False

    @property
    def look_at(self) -> LookAt | None:
        """As the server wants it."""
        return None if self.look_m is None else LookAt(self.look_m)

    @property
    def path(self) -> Path | None:
        """As the server wants it. ``InputError`` for too many waypoints or an impossible speed."""
        if not self.waypoints_m:
            return None
        return Path(tuple(Waypoint(p) for p in self.waypoints_m), self.speed_mps, self.loop)
