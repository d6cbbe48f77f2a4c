"""What a client wants now, as one immutable value: the newest always replaces the whole.

The event loop makes a new ``Wishes`` for every accepted message; the worker compares it with the one it applied last.
So nothing queues up behind a slow planner, a message is applied entirely or not at all, and memory is bounded by what a
scene may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.backend import Character, J
from runtime.geometry.entry import Entry
from runtime.geometry.reference import Waiting

V = TypeVar("V")


@dataclass(frozen=True)
class Wishes:
    """All intent, things with an id by that, and the revision that made it so. The mappings are never changed.

    waiting: obstacles whose geometry is not ready.
    """

    prompt: str
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    revision: int = 0
    key_poses: Mapping[str, KeyPose] = field(default_factory=dict)
    look_at: LookAt | None = None
    path: Path | None = None
    floor: Floor = Floor.PLANE
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    read_s: float = 0.0  # by the clock: when the message that made it so was read

    @property
    def pending(self) -> frozenset[str]:
        """Ids of geometry that obstacles refer to and that is not ready."""
        return frozenset(obstacle.geometry_id for obstacle in self.waiting.values())

    def with_obstacles(self, things: Mapping[str, Obstacle | Waiting]) -> Wishes:
        """The same with these obstacles, ready or not."""
        return replace(
            self,
            obstacles={id: thing for id, thing in things.items() if isinstance(thing, Obstacle)},
            waiting={id: thing for id, thing in things.items() if isinstance(thing, Waiting)},
        )

    def waiting_for(self, entry: Entry) -> list[str]:
        """Ids of the obstacles that wait for this geometry."""
        return [id for id, thing in self.waiting.items() if thing.key == entry.key]

    def with_geometry(self, entry: Entry) -> Wishes:
        """The same revision, where what waited for ``entry`` waits no more; itself when nothing did or it failed."""
        ids = self.waiting_for(entry)
        if entry.grid is None or not ids:
            return self
        ready = {id: self.waiting[id].with_grid(entry.grid) for id in ids}
        return self.with_obstacles({**self.obstacles, **self.waiting, **ready})


def apply(character: Character[J], old: Wishes, new: Wishes) -> None:
    """Tell ``character``, which knows ``old``, what is different in ``new``.

    The revision is told even when nothing is different (a change and its undoing came between two ticks, or the client
    sent an empty update): a plan must acknowledge it, or the client would wait for that plan forever.
    """
    character.set_prompt(new.prompt, revision=new.revision)
    _apply(old.obstacles, new.obstacles, new.revision, character.put_obstacle, character.remove_obstacle)
    _apply(old.targets, new.targets, new.revision, character.put_target, character.remove_target)
    _apply(old.key_poses, new.key_poses, new.revision, character.put_key_pose, character.remove_key_pose)
    if new.look_at is not old.look_at:
        character.set_look_at(new.look_at, revision=new.revision)
    if new.path is not old.path:
        character.set_path(new.path, revision=new.revision)
    if new.floor is not old.floor:
        character.set_floor(new.floor, revision=new.revision)
    if new.pending != old.pending:
        character.set_pending(new.pending, revision=new.revision)


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
