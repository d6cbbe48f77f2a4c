"""Everything a client has asked for, so that another stream, or another server, can be told again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2, scene_pb2

Array = NDArray[Any]
_UNDOABLE = 256  # changes after which a refusal is not expected any more
_NAMES = ("obstacles", "targets", "key_poses")
_PASSED_M = 0.5


class Intent:
    """Prompt and scene as messages. Changes that the server refused are taken out again (``refuse``)."""

    def __init__(self, prompt: str, coordinates: CoordinateSystem) -> None:
        self._coordinates = coordinates
        self._base = _Scene(prompt)
        self._recent: deque[tuple[int, drive_pb2.DriveRequest]] = deque()
        self._waypoint = 0  # of the path: the next one
        self._path: Array = np.zeros((0, 2))
        self._loop = False

    def note(self, revision: int, request: drive_pb2.DriveRequest) -> None:
        """A change was asked for."""
        self._recent.append((revision, request))
        update = request.scene_update
        if update.HasField("path"):
            self._follow(update.path)
        elif update.clear_path or update.clear:
            self._path = np.zeros((0, 2))
        while len(self._recent) > _UNDOABLE:
            self._base.change(self._recent.popleft()[1])

    def refuse(self, revision: int) -> None:
        """The server could not use a change: it never was."""
        self._recent = deque(pair for pair in self._recent if pair[0] != revision)

    def walked(self, pelvis_m: Array) -> None:
        """Where the character is, ``(3,)`` in model space: what it has passed of its path need not be told again."""
        place, count = pelvis_m[[0, 2]], len(self._path)
        while self._waypoint < count and np.linalg.norm(self._path[self._waypoint] - place) < _PASSED_M:
            self._waypoint += 1
            if self._loop and self._waypoint == count:
                self._waypoint = 0
                return

    def _follow(self, path: scene_pb2.Path) -> None:
        points = np.array([[w.position.x, w.position.y, w.position.z] for w in path.waypoints]).reshape(-1, 3)
        self._path = self._coordinates.position_to_model(points)[:, [0, 2]]
        self._waypoint, self._loop = 0, path.loop

    def now(self) -> tuple[str, list[drive_pb2.SceneUpdate]]:
        """The prompt, and updates that make any scene what it should be now; they name no revision.

        Obstacles of uploaded geometry come one by one: a server that has not got it refuses nothing else with them.
        """
        scene = self._base.copy()
        for _, request in self._recent:
            scene.change(request)
        update = scene.update()
        if update.HasField("path") and len(update.path.waypoints) == len(self._path):
            points, k = list(update.path.waypoints), self._waypoint
            del update.path.waypoints[:]
            # at the end of the path the last point stays: the character goes on standing there
            update.path.waypoints.extend(points[k:] + points[:k] if self._loop else points[k:] or points[-1:])
        uploaded = [obstacle for obstacle in update.put_obstacles if obstacle.HasField("geometry")]
        if uploaded:
            plain = [obstacle for obstacle in update.put_obstacles if not obstacle.HasField("geometry")]
            del update.put_obstacles[:]
            update.put_obstacles.extend(plain)
        return scene.prompt, [update, *(drive_pb2.SceneUpdate(put_obstacles=[one]) for one in uploaded)]

    def geometry_ids(self) -> set[str]:
        """Ids of all geometry that the scene refers to."""
        _, updates = self.now()
        return {o.geometry.id for u in updates for o in u.put_obstacles if o.HasField("geometry")}


class _Scene:
    """A prompt and a scene, as messages by id."""

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.things: dict[str, dict[str, Any]] = {name: {} for name in _NAMES}
        self.look_at: scene_pb2.LookAt | None = None
        self.path: scene_pb2.Path | None = None
        self.floor = drive_pb2.FLOOR_UNSPECIFIED

    def copy(self) -> _Scene:
        """Changes of the copy do not reach the original."""
        other = _Scene(self.prompt)
        other.things = {name: dict(things) for name, things in self.things.items()}
        other.look_at, other.path, other.floor = self.look_at, self.path, self.floor
        return other

    def change(self, request: drive_pb2.DriveRequest) -> None:
        """As the server does it."""
        if request.HasField("prompt"):
            self.prompt = request.prompt.text
            return
        update = request.scene_update
        if update.clear:
            self.things = {name: {} for name in _NAMES}
        if update.clear or update.clear_look_at:
            self.look_at = None
        if update.clear or update.clear_path:
            self.path = None
        for name, things in self.things.items():
            _merge(things, getattr(update, f"remove_{name[:-1]}_ids"), getattr(update, f"put_{name}"))
        if update.HasField("look_at"):
            self.look_at = update.look_at
        if update.HasField("path"):
            self.path = update.path
        self.floor = update.floor or self.floor

    def update(self) -> drive_pb2.SceneUpdate:
        """Everything, in place of whatever was there."""
        update = drive_pb2.SceneUpdate(clear=True, look_at=self.look_at, path=self.path, floor=self.floor)
        for name, things in self.things.items():
            getattr(update, f"put_{name}").extend(things.values())
        return update


def _merge(things: dict[str, Any], removed: Iterable[str], put: Iterable[Any]) -> None:
    for id in removed:
        things.pop(id, None)
    for message in put:
        things[message.id] = message
