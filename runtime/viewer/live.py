"""The state of a live viewer: characters, what is drawn of them, and figures. Lives on one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from runtime.client import AsyncLampClient
from runtime.viewer import palette
from runtime.viewer.character import LIVE, STOPPED, Character, Start
from runtime.viewer.editor import OBSTACLE, TARGET, Editor
from runtime.viewer.events import Events
from runtime.viewer.follow import Follow
from runtime.viewer.measure import History, Sample, penetrations, planned_penetrations, target_error
from runtime.viewer.puppet import Puppet
from runtime.viewer.web import Page

SPACING_M = 1.6  # between characters at the start
_DONE_S = 1.0  # a target counts for so long after its time


class Live:
    """One page of characters of one server; knows no controls."""

    def __init__(
        self, page: Page, client: AsyncLampClient, count: int, start: Start, problem: Callable[[str], None]
    ) -> None:
        scene = page.web.scene
        self.page = page
        self.events = Events(problem)
        self.follow = Follow(page.world)
        self.editor = Editor(scene, client, self.follow, self.events)
        self.history = History()
        self.depths_m: dict[str, float] = {}  # penetration by obstacle
        self._starts = [
            replace(start, position_m=(i * SPACING_M, 0.0, 0.0), seed=start.seed + i) for i in range(count)
        ]
        self.puppets = [
            Puppet(scene, Character(f"character_{i + 1}", client, s, self.editor.obstacles))
            for i, s in enumerate(self._starts)
        ]
        self._chosen = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._attend()

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
        """The chosen one: prompts and wishes are for it, and the view follows it."""
        return self.puppets[self._chosen].character

    @property
    def all_live(self) -> bool:
        """Whether every character has a session."""
        return all(p.character.status == LIVE for p in self.puppets)

    # -- every frame ----------------------------------------------------------------------------------------------

    async def tick(self, passed_s: float) -> None:
        """Show the next moment; about 30 times a second."""
        for puppet in self.puppets:
            pose = await puppet.character.tick(passed_s)
            if pose is not None:
                puppet.show(pose)
        self.follow.held = self.editor.dragging
        if self.character.pose is not None:
            self.follow.tick(passed_s, self.character.pose.positions_m[0])
        await self.editor.send_due()

    async def wait(self) -> None:
        """Instead of ``tick`` while nobody looks: the sessions stay, time stands still."""
        for puppet in self.puppets:
            await puppet.character.tick(0.0)

    def measure(self) -> None:
        """Depths, errors, colours and paths as they are now; a few times a second."""
        worst = dict.fromkeys(self.editor.obstacles, 0.0)
        for puppet in self.puppets:
            puppet.show_path()
            character = puppet.character
            if character.pose is not None:
                found = penetrations(character.pose.positions_m, self.editor.obstacles, character.clock.now_s)
                if character.plan is not None:
                    found |= planned_penetrations(character.plan.shortfalls, self.editor.obstacles)
                worst |= {id: max(depth, worst[id]) for id, depth in found.items()}
        self.depths_m = worst
        for id, depth_m in worst.items():
            self.editor.things.paint(f"{OBSTACLE}/{id}", palette.colour_of_depth(depth_m))
        errors = self.target_errors_m()
        for id, error_m in errors.items():
            if (key := f"{TARGET}/{id}") in self.editor.things:
                self.editor.things.paint(key, palette.REACHED if error_m < palette.REACHED_M else None)
        self._remember(errors)

    def _remember(self, errors_m: dict[str, float]) -> None:
        character = self.character
        self.history.add(
            Sample(
                time.monotonic(),
                latency_s=np.nan if character.latency_s is None else character.latency_s,
                optimise_s=np.nan if character.plan is None else character.plan.optimise_s,
                ahead_s=character.ahead_s,
                penetration_cm=100 * max(self.depths_m.values(), default=0.0),
                target_error_cm=100 * max(errors_m.values(), default=0.0),
            )
        )

    def target_errors_m(self) -> dict[str, float]:
        """How far the chosen character's joints are from their targets now, by joint; those that are over are left
        out."""
        character = self.character
        if character.pose is None:
            return {}
        return {
            joint: target_error(character.pose.positions_m, wish.target)
            for joint, wish in character.wishes.targets.items()
            if character.clock.now_s < character.over_s(joint) + _DONE_S
        }

    # -- what a person can do with characters ---------------------------------------------------------------------

    async def set_prompt(self, text: str) -> None:
        """Tell the chosen character what to do."""
        await self.character.set_prompt(text)

    def choose(self, name: str) -> None:
        """Another character."""
        self._chosen = [p.character.name for p in self.puppets].index(name)
        self._attend()

    def _attend(self) -> None:
        self.editor.attend([p.character for p in self.puppets], self.character)

    def restart(self, seed: int, fps: float) -> None:
        """Begin the chosen character anew, at its first place and time."""
        first = self._starts[self._chosen]
        self.character.restart(replace(first, prompt=self.character.start.prompt, fps=fps, seed=seed))

    def stop_or_start(self) -> None:
        """End the chosen character's session; or open one that goes on from there."""
        if self.character.status == STOPPED:
            self.character.restart(self.character.start)
        else:
            self.character.stop()
