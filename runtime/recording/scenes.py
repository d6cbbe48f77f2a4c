"""What was wished of a character over time, put together from the intents that it was given."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.recording.events import Began, Called, Event


@dataclass(frozen=True)
class Scene:
    """Everything a character knows; times are session time. The mappings go by id and are never changed."""

    prompt: str = ""
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    key_poses: Mapping[str, KeyPose] = field(default_factory=dict)
    look_at: LookAt | None = None
    path: Path | None = None
    floor: Floor = Floor.PLANE


_VALUES = {"set_prompt": "prompt", "set_look_at": "look_at", "set_path": "path", "set_floor": "floor"}
_THINGS = {"obstacle": "obstacles", "target": "targets", "key_pose": "key_poses"}


class Scenes:
    """The scene at any session time."""

    def __init__(self) -> None:
        self._times: list[float] = [0.0]
        self._scenes: list[Scene] = [Scene()]

    def at(self, time_s: float) -> Scene:
        """The scene as it was then; before the first change, the first."""
        return self._scenes[max(bisect.bisect_right(self._times, time_s), 1) - 1]

    def take(self, event: Event) -> None:
        """Follow one event; those that are no intent change nothing."""
        scene = self._scenes[-1]
        if isinstance(event, Began):
            self._add(event, replace(scene, prompt=event.start.prompt))
        elif isinstance(event, Called) and event.arguments:
            self._add(event, _after(scene, event.method, event.arguments))

    def _add(self, event: Event, scene: Scene) -> None:
        if event.session_s <= self._times[-1]:
            self._scenes[-1] = scene
        else:
            self._times.append(event.session_s)
            self._scenes.append(scene)


def _after(scene: Scene, method: str, arguments: tuple[Any, ...]) -> Scene:
    if method in _VALUES:
        return _with(scene, _VALUES[method], arguments[0])
    verb, _, noun = method.partition("_")
    name = _THINGS.get(noun)
    if name is None:
        return scene
    things = dict(getattr(scene, name))
    if verb == "remove":
        things.pop(arguments[0], None)
    else:
        things[arguments[0]] = arguments[1]
    return _with(scene, name, things)


def _with(scene: Scene, name: str, value: Any) -> Scene:
    return replace(scene, **{name: value})
