"""What a client wants now, as one immutable value: the newest always replaces the whole.

The event loop makes a new ``Wishes`` for every accepted message; the worker compares it with the one it applied last.
So nothing queues up behind a slow planner, a message is applied entirely or not at all, and memory is bounded by what a
scene may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.backend import Character, J

V = TypeVar("V")


@dataclass(frozen=True)
class Wishes:
    """Prompt, obstacles and targets by id, and the revision that made them so. The mappings are never changed."""

    prompt: str
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    revision: int = 0


def apply(character: Character[J], old: Wishes, new: Wishes) -> None:
    """Tell ``character``, which knows ``old``, what is different in ``new``.

    The revision is told even when nothing is different (a change and its undoing came between two ticks, or the client
    sent an empty update): a plan must acknowledge it, or the client would wait for that plan forever.
    """
    character.set_prompt(new.prompt, revision=new.revision)
    _apply(old.obstacles, new.obstacles, new.revision, character.put_obstacle, character.remove_obstacle)
    _apply(old.targets, new.targets, new.revision, character.put_target, character.remove_target)


def _apply(
    old: Mapping[str, V],
    new: Mapping[str, V],
    revision: int,
    put: Callable[..., None],
    remove: Callable[..., None],
) -> None:
    for id in old.keys() - new.keys():
        remove(id, revision=revision)
    for id, value in new.items():
        if old.get(id) is not value:
            put(id, value, revision=revision)
