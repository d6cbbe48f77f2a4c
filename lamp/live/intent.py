"""What one live character is asked for, set from any thread and read as one consistent snapshot."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle


@dataclass(frozen=True)
class Snapshot:
    """Everything asked for at one moment; the mappings are never changed."""

    prompt: str = ""
    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    poses: Mapping[str, KeyPose] = field(default_factory=dict)
    look: LookAt | None = None
    path: Path | None = None
    floor: Floor = Floor.PLANE
    pending: frozenset[str] = frozenset()  # geometries that are not ready yet
    revision: int = 0

    @property
    def geometry(self) -> bool:
        """Whether the ground or a grid of distances takes part."""
        return self.floor is Floor.NONE or any(
            o.grid is not None or o.walkable for o in self.obstacles.values()
        )


class IntentSetters:
    """The setters of a character. ``revision`` numbers the change; None counts on from the last one."""

    def __init__(self, prompt: str) -> None:
        self._lock = threading.Lock()
        self._intent = Snapshot(prompt)

    @property
    def intent(self) -> Snapshot:
        """What is asked for now."""
        return self._intent

    @property
    def scene_revision(self) -> int:
        """The newest change."""
        return self._intent.revision

    def set_prompt(self, text: str, *, revision: int | None = None) -> None:
        """What the character should be doing, in words."""
        self._change(revision, prompt=text)

    def put_obstacle(self, id: str, obstacle: Obstacle, *, revision: int | None = None) -> None:
        """Add or replace an obstacle; of those with a formula the nearest ``MAX_OBSTACLES`` count."""
        self._change(revision, obstacles={**self._intent.obstacles, id: obstacle})

    def remove_obstacle(self, id: str, *, revision: int | None = None) -> None:
        """Forget an obstacle; an unknown id is no error."""
        self._change(revision, obstacles={k: v for k, v in self._intent.obstacles.items() if k != id})

    def put_target(self, id: str, target: Target, *, revision: int | None = None) -> None:
        """Add or replace a target; without an arrival time one is chosen by distance at the next plan."""
        self._change(revision, targets={**self._intent.targets, id: target})

    def remove_target(self, id: str, *, revision: int | None = None) -> None:
        """Forget a target; an unknown id is no error."""
        self._change(revision, targets={k: v for k, v in self._intent.targets.items() if k != id})

    def put_key_pose(self, id: str, pose: KeyPose, *, revision: int | None = None) -> None:
        """Add or replace a pose to be in at a time."""
        self._change(revision, poses={**self._intent.poses, id: pose})

    def remove_key_pose(self, id: str, *, revision: int | None = None) -> None:
        """Forget a pose; an unknown id is no error."""
        self._change(revision, poses={k: v for k, v in self._intent.poses.items() if k != id})

    def set_look_at(self, look: LookAt | None, *, revision: int | None = None) -> None:
        """Where to look; None ends it."""
        self._change(revision, look=look)

    def set_path(self, path: Path | None, *, revision: int | None = None) -> None:
        """A way to walk, from its first waypoint on; None ends it."""
        self._change(revision, path=path)

    def set_floor(self, floor: Floor, *, revision: int | None = None) -> None:
        """What carries the feet where nothing walkable does."""
        self._change(revision, floor=floor)

    def set_pending(self, ids: frozenset[str], *, revision: int | None = None) -> None:
        """Geometries the scene refers to that are not ready; plans say that they do not know them."""
        self._change(revision, pending=frozenset(ids))

    def _change(self, revision: int | None, **fields: object) -> None:
        with self._lock:
            last = self._intent.revision
            number = last + 1 if revision is None else max(last, revision)
            self._intent = replace(self._intent, revision=number, **fields)  # type: ignore[arg-type]
            self._on_change()

    def _on_change(self) -> None:
        """Called with the lock held after every change."""
