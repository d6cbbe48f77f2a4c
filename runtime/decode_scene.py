"""Changes of a live scene: all of a message or nothing. Raises ``Refused``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from lamp.scene.obstacle import Obstacle
from runtime import limits as bounds
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_obstacle, read_target
from runtime.decode_intents import read_floor, read_key_pose, read_look_at, read_path
from runtime.geometry.reference import NO_SHELF, Shelf, Waiting
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.scene_state import Wishes
from runtime.validation import Checker

V = TypeVar("V")


def read_scene_update(
    message: drive_pb2.SceneUpdate,
    wishes: Wishes,
    coordinates: CoordinateSystem,
    now_s: float,
    limits: Limits,
    shelf: Shelf = NO_SHELF,
) -> Wishes:
    """``wishes`` with the changes of ``message``; its revision must have been looked at already."""
    check = Checker("scene_update")
    if message.clear:
        wishes = replace(wishes, obstacles={}, waiting={}, targets={}, key_poses={}, look_at=None, path=None)

    def merged(name: str, old: Mapping[str, V], most: int, read: Callable[..., V | None]) -> dict[str, V]:
        """What has ids of its own: those removed, then those put."""
        removed = getattr(message, f"remove_{name[:-1]}_ids")
        kept = {id: value for id, value in old.items() if id not in set(removed)}
        put = getattr(message, f"put_{name}")
        return _put(kept, put, most, check, f"put_{name}", lambda m, part: read(m, coordinates, now_s, part))

    known: dict[str, Obstacle | Waiting] = {**wishes.obstacles, **wishes.waiting}
    obstacles = merged("obstacles", known, limits.max_obstacles, partial(read_obstacle, shelf=shelf))
    changed = replace(
        wishes.with_obstacles(obstacles),
        targets=merged("targets", wishes.targets, limits.max_targets, read_target),
        key_poses=merged("key_poses", wishes.key_poses, limits.max_key_poses, read_key_pose),
        look_at=None if message.clear_look_at else wishes.look_at,
        path=None if message.clear_path else wishes.path,
        floor=read_floor(message.floor, wishes.floor, check),
        revision=message.revision or wishes.revision + 1,
    )
    if message.HasField("look_at"):
        look = read_look_at(message.look_at, coordinates, now_s, check.at("look_at"))
        changed = replace(changed, look_at=look)
    if message.HasField("path"):
        changed = replace(changed, path=read_path(message.path, coordinates, now_s, check.at("path")))
    check.done()
    return changed


def _put(
    things: dict[str, V],
    messages: Sequence[Any],
    most: int,
    check: Checker,
    name: str,
    read: Callable[[Any, Checker], V | None],
) -> dict[str, V]:
    """``things`` and those of ``messages``, if they are not more than ``most`` together."""
    if not check.count(name, len(messages), most):
        return things
    for i, message in enumerate(messages):
        part = check.at(f"{name}[{i}]")
        id = part.text("id", message.id, bounds.MAX_ID_CHARACTERS, 1)
        value = read(message, part)
        if value is not None:
            things[id] = value
    if len(things) > most:
        check.fail(name, f"the scene would hold {len(things)}; at most {most} at a time: remove some first")
    return things
