"""The state of a live viewer, and everything a person can do with it. Lives on one event loop; knows no controls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.problem import Target
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.skeleton import JOINT_NAMES, joint_index
from runtime.client import AsyncLampClient
from runtime.viewer import axes, palette
from runtime.viewer.character import LIVE, STOPPED, Character, Start, Wish, heading_of
from runtime.viewer.drag import Drag, Moved
from runtime.viewer.events import Events
from runtime.viewer.follow import Follow
from runtime.viewer.measure import History, Sample, penetrations, target_error
from runtime.viewer.puppet import Puppet
from runtime.viewer.things import Quaternion, Things
from runtime.viewer.web import Page

Array = NDArray[Any]
SPACING_M = 1.6  # between characters at the start
FIRST_PILLAR_M = 3.0  # ahead of the first character
_AHEAD_M = 2.0  # where new things appear
_REACH_M = 0.45  # how far in front of a joint a new target appears


class Live:
    """Characters, obstacles and targets, and what is drawn of them."""

    def __init__(
        self, page: Page, client: AsyncLampClient, count: int, start: Start, problem: Callable[[str], None]
    ) -> None:
        scene = page.web.scene
        self.page = page
        self.events = Events(problem)
        self.follow = Follow(page.world)
        self.things = Things(scene, self.follow, self.events, self._moved, self.select)
        self.obstacles: dict[str, Obstacle] = {}
        self.history = History()
        self.depths_m: dict[str, float] = {}
        self._drags: dict[str, Drag] = {}
        self._made = 0
        x, y, z = start.position_m
        starts = [
            replace(start, position_m=(x + i * SPACING_M, y, z), seed=start.seed + i) for i in range(count)
        ]
        characters = [Character(f"character_{i + 1}", client, s, self.obstacles) for i, s in enumerate(starts)]
        self.puppets = [Puppet(scene, character) for character in characters]
        self.chosen = 0  # which puppet prompts and targets are for
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Open the sessions."""
        self._tasks = [asyncio.create_task(p.character.run()) for p in self.puppets]

    async def end(self) -> None:
        """Close the sessions."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def character(self) -> Character:
        """The chosen one."""
        return self.puppets[self.chosen].character

    # -- every frame ----------------------------------------------------------------------------------------------

    async def tick(self, passed_s: float) -> None:
        """Show the next moment; about 30 times a second."""
        for puppet in self.puppets:
            pose = await puppet.character.tick(passed_s)
            if pose is not None:
                puppet.show(pose)
        pose = self.character.pose
        self.follow.held = bool(self._drags)
        if pose is not None:
            self.follow.tick(passed_s, pose.positions_m[0])
        now_s = time.monotonic()
        for key, drag in list(self._drags.items()):
            moved = drag.due(now_s)
            if moved is not None:
                await self._send(key, moved)

    def measure(self) -> None:
        """Depths, errors, colours and paths as they are now; a few times a second."""
        worst: dict[str, float] = dict.fromkeys(self.obstacles, 0.0)
        for puppet in self.puppets:
            puppet.show_path()
            character = puppet.character
            if character.pose is not None:
                found = penetrations(character.pose.positions_m, self.obstacles, character.clock.now_s)
                worst |= {id: max(depth, worst[id]) for id, depth in found.items()}
        self.depths_m = worst
        for id, depth_m in worst.items():
            self.things.paint(f"obstacle/{id}", palette.colour_of_depth(depth_m))
        errors = self.target_errors_m()
        for id, error_m in errors.items():
            if (key := f"target/{id}") in self.things:
                self.things.paint(key, palette.REACHED if error_m < palette.REACHED_M else None)
        self._remember(errors)

    def _remember(self, errors_m: dict[str, float]) -> None:
        plan = self.character.plan
        self.history.add(
            Sample(
                time.monotonic(),
                latency_s=np.nan if self.character.latency_s is None else self.character.latency_s,
                optimise_s=plan.optimise_s if plan is not None else np.nan,
                ahead_s=self.character.ahead_s,
                penetration_cm=100 * max(self.depths_m.values(), default=0.0),
                target_error_cm=100 * max(errors_m.values(), default=np.nan),
            )
        )

    def target_errors_m(self) -> dict[str, float]:
        """How far the chosen character's joints are from its targets now, by target."""
        pose = self.character.pose
        if pose is None:
            return {}
        return {id: target_error(pose.positions_m, w.target) for id, w in self.character.wishes.items()}

    # -- what a person can do -------------------------------------------------------------------------------------

    async def set_prompt(self, text: str) -> None:
        """Tell the chosen character what to do."""
        await self.character.set_prompt(text)

    def choose(self, name: str) -> None:
        """The character that prompts and targets are for, and that the view follows."""
        before = self.character
        self.chosen = [p.character.name for p in self.puppets].index(name)
        if before is not self.character:
            for id in before.wishes:
                self.things.remove(f"target/{id}")
            for id, wish in self.character.wishes.items():
                self.things.put(
                    f"target/{id}", palette.look_of_target(wish.target), wish.target.position_m
                )

    def restart(self, seed: int, fps: float) -> None:
        """Begin the chosen character anew at its first place."""
        place = (self.chosen * SPACING_M, 0.0, 0.0)
        start = Start(self.character.start.prompt, fps, seed, place)
        self.character.restart(start)

    def stop_or_start(self) -> None:
        """End the chosen character's session; or open one where the character stands."""
        character = self.character
        if character.status != STOPPED:
            character.stop()
            return
        start = character.start
        if character.pose is not None:
            x, _, z = character.pose.positions_m[0].tolist()
            start = replace(start, position_m=(x, 0.0, z), heading_rad=heading_of(character.pose.positions_m))
        character.restart(start)

    def select(self, key: str) -> None:
        """Give a thing the gizmo."""
        if key in self.things:
            self.things.select(key)

    async def add_obstacle(self, kind: str, place_m: Array | None = None) -> str:
        """One of ``palette.NEW_OBSTACLES`` on the way of the chosen character; returns its id."""
        x, _, z = (self.ahead() if place_m is None else place_m).tolist()
        return await self.put_new(kind, palette.NEW_OBSTACLES[kind](x, z))

    async def put_new(self, kind: str, obstacle: Obstacle) -> str:
        """Another obstacle for everybody. ``InputError`` when there are as many as a character can have."""
        if len(self.obstacles) >= MAX_OBSTACLES:
            raise InputError("obstacles", f"{MAX_OBSTACLES} is the most a character can have; remove one first")
        self._made += 1
        id = f"{kind}-{self._made}"
        self.obstacles[id] = obstacle
        self.things.put(
            f"obstacle/{id}", palette.look_of_obstacle(obstacle), obstacle.position_m, obstacle.orientation_xyzw
        )
        self.things.select(f"obstacle/{id}")
        await self._tell_all(lambda c: c.put_obstacle(id, obstacle))
        return id

    async def add_target(self, joint: str, hold_s: float, arrive_in_s: float | None) -> str:
        """A target for a joint of the chosen character, in front of where that joint is; returns its id."""
        pose = self.character.pose
        if pose is None:
            raise InputError("target", "the character is not there yet; wait for its first plan")
        heading = heading_of(pose.positions_m)
        place = pose.positions_m[joint_index(joint)] + _REACH_M * np.array(
            [np.sin(heading), 0.35, np.cos(heading)]
        )
        wish = Wish(Target(joint_index(joint), axes.point(place), hold_s=hold_s), arrive_in_s)
        await self.character.put_target(joint, wish)
        self.things.put(f"target/{joint}", palette.look_of_target(wish.target), place)
        self.things.select(f"target/{joint}")
        return joint

    async def remove_selected(self) -> None:
        """Take the selected thing away."""
        key = self.things.selected
        if key is None:
            raise InputError("selection", "nothing is selected; click something first")
        await self._remove(key)

    async def clear(self) -> None:
        """Take everything away."""
        for key in [f"obstacle/{id}" for id in self.obstacles] + [f"target/{j}" for j in JOINT_NAMES]:
            if key in self.things:
                await self._remove(key)

    async def _remove(self, key: str) -> None:
        kind, id = key.split("/", 1)
        self.things.remove(key)
        self._drags.pop(key, None)
        if kind == "obstacle":
            del self.obstacles[id]
            await self._tell_all(lambda c: c.remove_obstacle(id))
        else:
            await self.character.remove_target(id)

    def ahead(self) -> Array:
        """A point on the ground ``(3,)`` on the planned way of the chosen character, about two metres on."""
        pose = self.character.pose
        if pose is None:
            return np.array([0.0, 0.0, FIRST_PILLAR_M])
        here = pose.positions_m[0] * np.array([1.0, 0.0, 1.0])
        _, fixed, planned = self.character.planned_path()
        way = np.concatenate([fixed, planned]) * np.array([1.0, 0.0, 1.0])
        far = way[np.linalg.norm(way - here, axis=-1) >= _AHEAD_M] if len(way) else way
        if len(far):
            return np.asarray(far[0])
        heading = heading_of(pose.positions_m)
        return np.asarray(here + _AHEAD_M * np.array([np.sin(heading), 0.0, np.cos(heading)]))

    # -- dragging -------------------------------------------------------------------------------------------------

    def _moved(self, key: str, position_m: Array, orientation: Quaternion, phase: str) -> Any:
        """A person moves a thing; what the server hears of it is throttled."""
        drag = self._drags.setdefault(key, Drag())
        drag.move(time.monotonic(), position_m, orientation)
        if phase == "end":
            del self._drags[key]
            last = drag.end(time.monotonic())
            return None if last is None else self._send(key, last)
        return None

    async def _send(self, key: str, moved: Moved) -> None:
        kind, id = key.split("/", 1)
        if kind == "obstacle" and id in self.obstacles:
            obstacle = replace(
                self.obstacles[id],
                position_m=axes.point(moved.position_m),
                orientation_xyzw=moved.orientation_xyzw,
                linear_velocity_mps=axes.point(moved.velocity_mps),
            )
            self.obstacles[id] = replace(obstacle, linear_velocity_mps=(0.0, 0.0, 0.0))
            await self._tell_all(lambda c: c.put_obstacle(id, obstacle))
        elif kind == "target" and id in self.character.wishes:
            wish = self.character.wishes[id]
            target = replace(wish.target, position_m=axes.point(moved.position_m))
            await self.character.put_target(id, replace(wish, target=target))

    async def _tell_all(self, call: Callable[[Character], Coroutine[Any, Any, None]]) -> None:
        for puppet in self.puppets:
            await call(puppet.character)

    @property
    def all_live(self) -> bool:
        """Whether every character has a session."""
        return all(p.character.status == LIVE for p in self.puppets)
