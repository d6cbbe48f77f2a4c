"""What a person puts into the scene, moves and takes away: obstacles for all characters, wishes for the chosen one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.intent import MAX_WAYPOINTS
from lamp.problem import Target
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.skeleton import joint_index
from runtime.client import AsyncLampClient, GeometryObstacle
from runtime.viewer import axes, palette
from runtime.viewer.character import Character, heading_of
from runtime.viewer.drag import Drag, Moved
from runtime.viewer.events import Events
from runtime.viewer.follow import Follow
from runtime.viewer.ground import ray_on_level
from runtime.viewer.measure import AnyObstacle
from runtime.viewer.mesh_upload import read_mesh
from runtime.viewer.solids import Mesh
from runtime.viewer.things import Look, Quaternion, Things
from runtime.viewer.wishes import Wish

Array = NDArray[Any]
FIRST_PILLAR_M = 3.0  # ahead of the first character
_AHEAD_M = 2.0  # where new things appear
_REACH_M = 0.45  # how far in front of a joint a new target appears
_EYES_M = 1.6  # height of a new point to look at
OBSTACLE, TARGET, LOOK, WAYPOINT = "obstacle", "target", "look", "waypoint"
LEVEL = np.array([1.0, 0.0, 1.0])


class Editor:
    """Lives on our event loop. Keys of things are ``kind/id``."""

    def __init__(self, scene: Any, client: AsyncLampClient, follow: Follow, events: Events) -> None:
        self._client = client
        self.things = Things(scene, follow, events, self._moved, self.select)
        self.obstacles: dict[str, AnyObstacle] = {}  # shared with the characters
        self._characters: Sequence[Character] = ()
        self._character: Character | None = None
        self._follow = follow
        self._drags: dict[str, Drag] = {}
        self._made = 0

    def attend(self, characters: Sequence[Character], chosen: Character) -> None:
        """These are the characters; wishes are those of ``chosen``, and only its are drawn."""
        if self._character is not None:
            for key in self._wish_keys(self._character):
                self.things.remove(key)
        self._characters, self._character = characters, chosen
        for joint, wish in chosen.wishes.targets.items():
            self.things.put(f"{TARGET}/{joint}", palette.look_of_target(wish.target), wish.target.position_m)
        if chosen.wishes.look_m is not None:
            self.things.put(f"{LOOK}/point", palette.LOOK_AT, chosen.wishes.look_m)
        self._draw_waypoints()

    @property
    def character(self) -> Character:
        """The chosen one."""
        assert self._character is not None  # attend() is called when the viewer is made
        return self._character

    @property
    def dragging(self) -> bool:
        """Whether somebody holds something."""
        return bool(self._drags)

    @staticmethod
    def _wish_keys(character: Character) -> list[str]:
        wishes = character.wishes
        keys = [f"{TARGET}/{joint}" for joint in wishes.targets]
        keys += [f"{WAYPOINT}/{i}" for i in range(len(wishes.waypoints_m))]
        return keys + ([f"{LOOK}/point"] if wishes.look_m is not None else [])

    # -- adding ---------------------------------------------------------------------------------------------------

    async def add_obstacle(self, kind: str) -> str:
        """One of ``palette.NEW_OBSTACLES`` on the way of the chosen character; returns its id."""
        x, _, z = self.ahead().tolist()
        return await self.put_new(kind, palette.NEW_OBSTACLES[kind](x, z))

    async def add_mesh(
        self, name: str, content: bytes, up: str, metres_per_unit: float, walkable: bool
    ) -> str:
        """A mesh file for everybody, standing on the floor ahead; returns its id. ``InputError``, ``LampError``: the
        file, or the server, says why not."""
        self._check_room()
        mesh = await asyncio.to_thread(read_mesh, name, content, up, metres_per_unit)
        handle = await self._client.upload_geometry(mesh, name=name[:64], wait=False)
        x, _, z = self.ahead().tolist()
        place = (x, -float(mesh.vertices_m[:, 1].min()), z)
        look = palette.look_of_mesh(Mesh(mesh.vertices_m, mesh.triangles), walkable)
        kind = "".join(c for c in name.rsplit(".", 1)[0] if c.isalnum() or c in "-_")[:40] or "mesh"
        return await self._put(kind, GeometryObstacle(handle, place, walkable=walkable), look)

    async def put_new(self, kind: str, obstacle: Obstacle) -> str:
        """Another obstacle for everybody. ``InputError`` when there are as many as a character can have."""
        self._check_room()
        return await self._put(kind, obstacle, palette.look_of_obstacle(obstacle))

    def _check_room(self) -> None:
        if len(self.obstacles) >= MAX_OBSTACLES:
            raise InputError(
                "obstacles", f"{MAX_OBSTACLES} is the most a character can have; remove one first"
            )

    async def _put(self, kind: str, obstacle: AnyObstacle, look: Look) -> str:
        self._made += 1
        id = f"{kind}-{self._made}"
        self.obstacles[id] = obstacle
        self.things.put(f"{OBSTACLE}/{id}", look, obstacle.position_m, obstacle.orientation_xyzw)
        self.things.select(f"{OBSTACLE}/{id}")
        await self._tell_all(lambda c: c.put_obstacle(id, obstacle))
        return id

    async def add_target(self, joint: str, hold_s: float, arrive_in_s: float | None) -> None:
        """A target in front of where a joint of the chosen character is; it replaces one for the same joint."""
        pose = self._pose()
        heading = heading_of(pose)
        place = pose[joint_index(joint)] + _REACH_M * np.array([np.sin(heading), 0.35, np.cos(heading)])
        wish = Wish(Target(joint_index(joint), axes.point(place), hold_s=hold_s), arrive_in_s)
        await self.character.put_target(joint, wish)
        self.things.put(f"{TARGET}/{joint}", palette.look_of_target(wish.target), place)
        self.things.select(f"{TARGET}/{joint}")

    async def look_at_point(self) -> None:
        """A point to look at, ahead and to the left."""
        heading = heading_of(self._pose()) + 0.6
        place = self._pose()[0] * LEVEL + np.array(
            [_AHEAD_M * np.sin(heading), _EYES_M, _AHEAD_M * np.cos(heading)]
        )
        self.character.wishes.look_m = axes.point(place)
        self.things.put(f"{LOOK}/point", palette.LOOK_AT, place)
        self.things.select(f"{LOOK}/point")
        await self.character.tell_look()

    async def add_waypoint(self, ray_origin: Any, ray_direction: Any) -> None:
        """A waypoint on the floor under the mouse; a ray that meets no floor adds none."""
        place = ray_on_level(self._follow.to_session(ray_origin), ray_direction, 0.0)
        if place is None:
            return
        waypoints = self.character.wishes.waypoints_m
        if len(waypoints) >= MAX_WAYPOINTS:
            raise InputError("waypoints", f"{MAX_WAYPOINTS} is the most a path can have; clear it first")
        waypoints.append(axes.point(place))
        self._draw_waypoints()
        await self.character.tell_path()

    async def walk_like(self, speed_mps: float, loop: bool) -> None:
        """How to walk along the waypoints."""
        wishes = self.character.wishes
        wishes.speed_mps, wishes.loop = speed_mps, loop
        if wishes.waypoints_m:
            await self.character.tell_path()

    def _draw_waypoints(self) -> None:
        for i, place in enumerate(self.character.wishes.waypoints_m):
            key = f"{WAYPOINT}/{i}"
            if key in self.things:
                self.things.place(key, place, (0.0, 0.0, 0.0, 1.0))
            else:
                self.things.put(key, palette.look_of_waypoint(i + 1), place)

    def _pose(self) -> Array:
        if self.character.pose is None:
            raise InputError("character", "it is not there yet; wait for its first plan")
        return np.asarray(self.character.pose.positions_m, np.float64)

    def ahead(self) -> Array:
        """A point on the ground ``(3,)`` on the planned way of the chosen character, about two metres on."""
        if self.character.pose is None:
            x, _, z = self.character.start.position_m
            return np.array([x, 0.0, z + FIRST_PILLAR_M])
        here = self._pose()[0] * LEVEL
        _, kept, planned = self.character.planned_path()
        way = np.concatenate([kept, planned]) * LEVEL
        far = way[np.linalg.norm(way - here, axis=-1) >= _AHEAD_M]
        if len(far):
            return np.asarray(far[0])
        heading = heading_of(self._pose())
        return np.asarray(here + _AHEAD_M * np.array([np.sin(heading), 0.0, np.cos(heading)]))

    # -- removing -------------------------------------------------------------------------------------------------

    async def remove_selected(self) -> None:
        """Take the selected thing away; ``InputError`` when there is none."""
        if self.things.selected is None:
            raise InputError("selection", "nothing is selected; click something first")
        await self._remove(self.things.selected)

    async def clear(self) -> None:
        """Take everything away."""
        keys = [f"{OBSTACLE}/{id}" for id in self.obstacles]
        for key in keys + list(reversed(self._wish_keys(self.character))):
            await self._remove(key)

    async def _remove(self, key: str) -> None:
        kind, id = key.split("/", 1)
        self._drags.pop(key, None)
        wishes = self.character.wishes
        if kind == WAYPOINT:
            await self._remove_waypoint(int(id))
            return
        self.things.remove(key)
        if kind == OBSTACLE:
            del self.obstacles[id]
            await self._tell_all(lambda c: c.remove_obstacle(id))
        elif kind == TARGET:
            await self.character.remove_target(id)
        else:
            wishes.look_m = None
            await self.character.tell_look()

    async def _remove_waypoint(self, number: int) -> None:
        """The later ones move up: the last thing goes."""
        waypoints = self.character.wishes.waypoints_m
        self.things.remove(f"{WAYPOINT}/{len(waypoints) - 1}")
        del waypoints[number]
        self._draw_waypoints()
        await self.character.tell_path()

    # -- moving ---------------------------------------------------------------------------------------------------

    def select(self, key: str) -> None:
        """Give a thing the gizmo."""
        if key in self.things and self.things.selected != key:
            self.things.select(key)

    def _moved(self, key: str, position_m: Array, orientation: Quaternion, phase: str) -> Any:
        """A person moves a thing; what the server hears of it is throttled."""
        drag = self._drags.setdefault(key, Drag())
        drag.move(time.monotonic(), position_m, orientation)
        if phase != "end":
            return None
        del self._drags[key]
        last = drag.end(time.monotonic())
        return None if last is None else self._send(key, last)

    async def send_due(self) -> None:
        """Tell the server about what is in somebody's hand; call it every frame."""
        for key, drag in list(self._drags.items()):
            moved = drag.due(time.monotonic())
            if moved is not None:
                await self._send(key, moved)

    async def _send(self, key: str, moved: Moved) -> None:
        kind, id = key.split("/", 1)
        place, wishes = axes.point(moved.position_m), self.character.wishes
        if kind == OBSTACLE and id in self.obstacles:
            resting = replace(self.obstacles[id], position_m=place, orientation_xyzw=moved.orientation_xyzw)
            self.obstacles[id] = resting
            moving = replace(resting, linear_velocity_mps=axes.point(moved.velocity_mps))
            await self._tell_all(lambda c: c.put_obstacle(id, moving))
        elif kind == TARGET and id in wishes.targets:
            wish = wishes.targets[id]
            await self.character.put_target(id, replace(wish, target=replace(wish.target, position_m=place)))
        elif kind == LOOK and wishes.look_m is not None:
            wishes.look_m = place
            await self.character.tell_look()
        elif kind == WAYPOINT and int(id) < len(wishes.waypoints_m):
            wishes.waypoints_m[int(id)] = place
            await self.character.tell_path()

    async def _tell_all(self, call: Callable[[Character], Coroutine[Any, Any, None]]) -> None:
        for character in self._characters:
            await call(character)
