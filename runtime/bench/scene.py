"""The scripted scene around one character of the load: things cross its way, stand in it, stop and go again.

Everything follows from the seed and from where the character is, so that two runs ask the same of two servers.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import joint_index

PROMPTS = ("a person walks forward", "a person runs forward", "a person walks forward slowly")
FIRST_S = 1.5  # before that nothing happens
_NEAREST_M = 1.3  # nothing appears nearer than this to a character that cannot have known
Point = tuple[float, float]  # x, z on the ground


@dataclass(frozen=True)
class Whereabouts:
    """A character on the ground: where it is, where it is going to be, and when."""

    now_s: float
    here: Point
    ahead: Point  # 2 s from now, or as far as is known

    @property
    def way(self) -> Point:
        """Unit vector of travel; +Z while it stands."""
        x, z = self.ahead[0] - self.here[0], self.ahead[1] - self.here[1]
        length = math.hypot(x, z)
        return (x / length, z / length) if length > 0.1 else (0.0, 1.0)

    def point(self, forward_m: float, left_m: float = 0.0) -> Point:
        """A point seen from where the character will be, never nearer to it now than ``_NEAREST_M``."""
        x, z = self.way
        reach = math.hypot(self.ahead[0] - self.here[0], self.ahead[1] - self.here[1]) + forward_m
        along = max(reach, _NEAREST_M)
        return self.here[0] + x * along + z * left_m, self.here[1] + z * along - x * left_m


@dataclass(frozen=True)
class Change:
    """One thing that happens: what it is called, and what it puts there, wants, or says."""

    text: str
    obstacle: tuple[str, Obstacle] | None = None
    target: tuple[str, Target] | None = None
    prompt: str | None = None
    clear: bool = False


@dataclass
class Script:
    """One character's script, a change about every ``every_s``. ``obstacles`` is what is there after the last one."""

    seed: int
    every_s: float = 2.0
    obstacles: dict[str, Obstacle] = field(default_factory=dict)
    _next: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._due_s = FIRST_S + self.every_s * self._random.random()
        self._acts: tuple[Callable[[Whereabouts], Change], ...] = (
            self._ball_crosses, self._ball_stops, self._pillar_appears, self._reach, self._new_prompt,
            self._box_comes_along, self._all_gone,
        )  # fmt: skip

    def due(self, now_s: float) -> bool:
        """Whether something is to happen."""
        return now_s >= self._due_s

    def change(self, where: Whereabouts) -> Change:
        """The next thing that happens."""
        self._due_s = where.now_s + self.every_s * self._random.uniform(0.8, 1.2)
        act = self._acts[self._next % len(self._acts)]
        self._next += 1
        change = act(where)
        if change.clear:
            self.obstacles = {}
        if change.obstacle is not None:
            self.obstacles = {**self.obstacles, change.obstacle[0]: change.obstacle[1]}
        return change

    def _side(self) -> float:
        return self._random.choice((-1.0, 1.0))

    def _ball_crosses(self, where: Whereabouts) -> Change:
        """It would hit the character about 2 s from now."""
        side, speed = self._side(), self._random.uniform(0.5, 0.9)
        x, z = where.point(0.0, side * speed * 2.0)
        way = where.way
        velocity = (-side * speed * way[1], 0.0, side * speed * way[0])
        ball = Obstacle(
            "sphere", (x, 0.5, z), (0.3, 0.0, 0.0), linear_velocity_mps=velocity, time_s=where.now_s
        )
        return Change("a ball rolls across the way", obstacle=("ball", ball))

    def _ball_stops(self, where: Whereabouts) -> Change:
        """Where it rolled to."""
        ball = self.obstacles["ball"]
        x, y, z = (float(v) for v in ball.at(where.now_s)[0])
        stopped = replace(ball, position_m=(x, y, z), linear_velocity_mps=(0.0, 0.0, 0.0), time_s=where.now_s)
        return Change("the ball stops", obstacle=("ball", stopped))

    def _pillar_appears(self, where: Whereabouts) -> Change:
        x, z = where.point(0.3, self._random.uniform(-0.2, 0.2))
        pillar = Obstacle("cylinder", (x, 1.0, z), (0.3, 1.0, 0.0))
        return Change("a pillar appears in the way", obstacle=("pillar", pillar))

    def _reach(self, where: Whereabouts) -> Change:
        """A point beside the way, at the height of a shoulder."""
        side = self._side()
        x, z = where.point(0.3, side * 0.35)
        joint = joint_index("left_wrist" if side > 0 else "right_wrist")
        target = Target(joint, (x, 1.3, z), arrive_s=where.now_s + 2.5)
        return Change("a hand reaches for a point", target=("hand", target))

    def _new_prompt(self, where: Whereabouts) -> Change:
        text = self._random.choice(PROMPTS)
        return Change(f'prompt: "{text}"', prompt=text)

    def _box_comes_along(self, where: Whereabouts) -> Change:
        """A box on wheels that comes towards the character, a little to the side."""
        x, z = where.point(2.0, self._side() * 0.25)
        way = where.way
        box = Obstacle(
            "box", (x, 0.5, z), (0.3, 0.5, 0.3), linear_velocity_mps=(-0.6 * way[0], 0.0, -0.6 * way[1]),
            time_s=where.now_s,
        )  # fmt: skip
        return Change("a box comes along", obstacle=("box", box))

    def _all_gone(self, where: Whereabouts) -> Change:
        return Change("everything goes away", clear=True)
