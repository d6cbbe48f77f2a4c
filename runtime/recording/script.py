"""A scene that plays by itself: what is asked of a character, and when. For recordings that can be made again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from lamp.errors import InputError
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.client.session import AsyncDriveSession

_FPS = 30.0
_WAIT_S = 60.0  # for the first frame
_THINGS: dict[str, type[Any]] = {"put_obstacle": Obstacle, "put_target": Target}
_TEXTS = ("set_prompt", "remove_obstacle", "remove_target")

DEFAULT = """\
prompt: a person walks forward
seed: 3
seconds: 16
events:
  - at_s: 2.0
    put_obstacle: {id: pillar, shape: cylinder, position_m: [0.0, 1.0, 4.5], size_m: [0.3, 1.0, 0.3]}
  - at_s: 6.0
    put_obstacle: {id: ball, shape: sphere, position_m: [1.5, 0.5, 8.0], size_m: [0.35, 0.35, 0.35],
                   linear_velocity_mps: [-0.7, 0.0, 0.0], time_s: 6.0}
  - at_s: 9.0
    remove_obstacle: pillar
  - at_s: 9.5
    set_prompt: a person walks forward slowly
  - at_s: 11.0
    put_target: {id: hand, joint: left_wrist, position_m: [0.3, 1.3, 11.0], arrive_s: 14.0}
"""


@dataclass(frozen=True)
class Step:
    """One thing to ask for: a method of ``AsyncDriveSession`` and its arguments."""

    at_s: float
    method: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Script:
    """A prompt and what follows it. Times are session time."""

    prompt: str
    seed: int
    seconds: float
    steps: tuple[Step, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a YAML file. ``InputError`` names the entry that cannot be used."""
        return cls.parse(path.read_text(encoding="utf8"), str(path))

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """From YAML; ``where`` names it in errors."""
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(where, f"is not valid YAML: {error}") from error
        data = _mapping(data, where, {"prompt", "seed", "seconds", "events"})
        events = data.get("events") or []
        if not isinstance(events, list):
            raise InputError(f"{where}: events", "must be a list, one `- at_s: ...` an entry")
        steps = [_step(event, f"{where}: events[{i}]") for i, event in enumerate(events)]
        seconds = _number(data.get("seconds", 16.0), f"{where}: seconds", 1.0, 3600.0)
        seed = int(_number(data.get("seed", 0), f"{where}: seed", 0, 2.0**53))
        return cls(str(data.get("prompt", "")), seed, seconds, tuple(sorted(steps, key=lambda s: s.at_s)))

    async def play(
        self, session: AsyncDriveSession, on_progress: Callable[[float], None] = lambda now_s: None
    ) -> None:
        """Play in real time, as a game would, once the first frame is there."""
        await session.wait_for_frame(0, timeout_s=_WAIT_S)
        began, todo = time.monotonic(), list(self.steps)
        while (now_s := time.monotonic() - began) < self.seconds:
            await session.set_playhead(now_s)
            while todo and now_s >= todo[0].at_s:
                step = todo.pop(0)
                await getattr(session, step.method)(*step.arguments)
            on_progress(now_s)
            await asyncio.sleep(1.0 / _FPS)


def _step(event: Any, where: str) -> Step:
    event = _mapping(event, where, {"at_s", *_THINGS, *_TEXTS})
    at_s = _number(event.get("at_s"), f"{where}.at_s", 0.0, 3600.0)
    asked = [name for name in event if name != "at_s"]
    if len(asked) != 1:
        raise InputError(where, f"asks for {len(asked)} things; give one of {', '.join([*_THINGS, *_TEXTS])}")
    method, value = asked[0], event[asked[0]]
    if method in _TEXTS:
        if not isinstance(value, str):
            raise InputError(f"{where}.{method}", f"{value!r} is no text")
        return Step(at_s, method, (value,))
    return Step(at_s, method, _thing(method, value, f"{where}.{method}"))


def _thing(method: str, value: Any, where: str) -> tuple[str, Any]:
    made = _THINGS[method]
    fields = _mapping(value, where, {"id", *made.__dataclass_fields__})
    if not isinstance(fields.get("id"), str):
        raise InputError(f"{where}.id", "is missing; name the thing")
    try:
        rest = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items() if k != "id"}
        return fields["id"], made(**rest)
    except InputError as error:
        raise InputError(f"{where}.{error.field}", error.problem) from error
    except (TypeError, ValueError) as error:
        raise InputError(where, f"does not make an {made.__name__}: {error}") from error


def _mapping(data: Any, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InputError(
            where, f"is {data!r}; it must be `name: value` entries of {', '.join(sorted(known))}"
        )
    unknown = sorted(str(name) for name in data if name not in known)
    if unknown:
        raise InputError(where, f"has unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return data


def _number(value: Any, where: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(where, f"{value!r} is not a number from {low:g} to {high:g}")
    return float(value)
