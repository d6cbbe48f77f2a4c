"""What can be asked of a live session. Nothing here waits for the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime import convert, convert_intents
from runtime.client.geometry import GeometryObstacle
from runtime.client.outgoing import Outgoing
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2


class Asking:
    """The part of ``AsyncDriveSession`` that turns intent into messages; everything returns a revision."""

    def __init__(self, coordinates: CoordinateSystem, outgoing: Outgoing) -> None:
        self._coordinates, self._outgoing = coordinates, outgoing

    async def set_prompt(self, text: str) -> int:
        """What the character should do from now on. Returns the revision."""
        return self._post(
            lambda revision: drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(revision=revision, text=text))
        )

    async def put_obstacle(self, id: str, obstacle: Obstacle | GeometryObstacle) -> int:
        """Add or replace an obstacle; its pose holds at session time ``time_s``. Returns the revision."""
        if isinstance(obstacle, GeometryObstacle):
            return self._update(put_obstacles=[obstacle.message(id, self._coordinates)])
        return self._update(put_obstacles=[convert.obstacle_of(id, obstacle, self._coordinates)])

    async def remove_obstacle(self, id: str) -> int:
        """Take an obstacle away; unknown ids are no error. Returns the revision."""
        return self._update(remove_obstacle_ids=[id])

    async def put_target(self, id: str, target: Target) -> int:
        """Add or replace a target; ``arrive_s`` is session time. Returns the revision."""
        return self._update(put_targets=[convert.target_of(id, target, self._coordinates)])

    async def remove_target(self, id: str) -> int:
        """Take a target away; unknown ids are no error. Returns the revision."""
        return self._update(remove_target_ids=[id])

    async def look_at(self, look: LookAt) -> int:
        """Look at a point from now on. Returns the revision."""
        return self._update(look_at=convert_intents.look_at_of(look, self._coordinates))

    async def clear_look_at(self) -> int:
        """Look ahead again. Returns the revision."""
        return self._update(clear_look_at=True)

    async def set_path(self, path: Path) -> int:
        """Walk along a path from now on; arrival times are session time. Returns the revision."""
        return self._update(path=convert_intents.path_of(path, self._coordinates))

    async def clear_path(self) -> int:
        """Follow no path any more. Returns the revision."""
        return self._update(clear_path=True)

    async def put_key_pose(self, id: str, pose: KeyPose) -> int:
        """Add or replace a pose to be in at its session time. Returns the revision."""
        return self._update(put_key_poses=[convert_intents.key_pose_of(id, pose, self._coordinates)])

    async def remove_key_pose(self, id: str) -> int:
        """Take a key pose away; unknown ids are no error. Returns the revision."""
        return self._update(remove_key_pose_ids=[id])

    async def set_floor(self, floor: Floor) -> int:
        """What carries the feet where no walkable obstacle does. Returns the revision."""
        return self._update(floor=convert_intents.FLOORS[floor])

    async def clear_scene(self) -> int:
        """Take everything away but prompt and floor. Returns the revision."""
        return self._update(clear=True)

    @property
    def revision(self) -> int:
        """The newest revision sent; 0 before the first change."""
        return self._outgoing.revision

    def _update(self, **fields: Any) -> int:
        return self._post(
            lambda revision: drive_pb2.DriveRequest(
                scene_update=drive_pb2.SceneUpdate(revision=revision, **fields)
            )
        )

    def _post(self, make: Callable[[int], drive_pb2.DriveRequest]) -> int:
        self._check_open()
        return self._outgoing.post(make)

    def _check_open(self) -> None:
        """Raises what the session ended with."""
        raise NotImplementedError
