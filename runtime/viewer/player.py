"""Plays a clip or a recording on the page, with a timeline to scrub."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.viewer import palette
from runtime.viewer.events import Events
from runtime.viewer.follow import Follow
from runtime.viewer.measure import penetrations, target_error
from runtime.viewer.path_lines import PathLines
from runtime.viewer.rig import Rig, available_skins
from runtime.viewer.source import Moment, Source, frame_at
from runtime.viewer.things import UPRIGHT, Things
from runtime.viewer.web import WORLD, Page

_TEXT_S, _WALKED_S = 0.15, 4.0
SPEEDS = ("0.1", "0.25", "0.5", "1", "2", "4")


class Player:
    """Lives on one event loop. ``time_s`` counts from the first frame; at the end it stops."""

    def __init__(self, page: Page, source: Source, problem: Callable[[str], None]) -> None:
        self.page, self.source = page, source
        self.events = Events(problem)
        self.time_s, self.playing, self.speed = 0.0, True, 1.0
        scene = page.web.scene
        self._follow = Follow(page.world)
        self._body = Rig(scene, f"{WORLD}/character", next(iter(available_skins())), skeleton=False)
        self._path = PathLines(scene, "path")
        self._things = Things(scene, self._follow, self.events, lambda *moved: None, lambda key: None)
        self._told_s, self._shown = -np.inf, Moment()
        self._build()

    @property
    def duration_s(self) -> float:
        """Time of the last frame."""
        return self.source.motion.duration_s

    def _build(self) -> None:
        gui, motion = self.page.web.gui, self.source.motion
        gui.add_markdown(f"**{self.source.title}**  ·  {len(motion)} frames, {self.duration_s:.2f} s at "
                         f"{motion.fps:g} fps")  # fmt: skip
        step = max(1 / motion.fps, 1e-3)
        self._slider = gui.add_slider("Time, s", 0.0, max(self.duration_s, step), step, 0.0)
        self._slider.on_update(self.events.handler(self._scrubbed))
        self._play = gui.add_button("Pause")
        self._play.on_click(self.events.button(self.play_or_pause))
        speed = gui.add_dropdown("Speed", SPEEDS, initial_value="1")
        speed.on_update(self.events.handler(lambda _: setattr(self, "speed", float(speed.value))))
        skin = gui.add_dropdown("Body", list(available_skins()))
        skin.on_update(self.events.handler(lambda _: setattr(self._body, "skin", skin.value)))
        bones = gui.add_checkbox("Skeleton", False)
        bones.on_update(self.events.handler(lambda _: setattr(self._body, "skeleton", bones.value)))
        follow = gui.add_checkbox("Follow the character", True)
        follow.on_update(self.events.handler(lambda _: setattr(self._follow, "enabled", follow.value)))
        self._figures = gui.add_markdown("")

    def _scrubbed(self, event: Any) -> None:
        """A person moved the slider (moves of our own carry no client)."""
        if event.client_id is not None:
            self.time_s, self.playing = float(self._slider.value), False
            self._told_s = -np.inf

    def play_or_pause(self) -> None:
        """Also from the end: then from the start again."""
        if not self.playing and self.time_s >= self.duration_s:
            self.time_s = 0.0
        self.playing = not self.playing

    # -- every frame ----------------------------------------------------------------------------------------------

    def tick(self, passed_s: float) -> None:
        """Show the next moment."""
        if self.playing:
            self.time_s = min(self.time_s + passed_s * self.speed, self.duration_s)
            self.playing = self.time_s < self.duration_s
        motion = self.source.motion
        frame = frame_at(motion, self.time_s)
        self._body.show(motion.positions_m[frame, 0], motion.local_rotations_xyzw[frame])
        self._follow.tick(passed_s, motion.positions_m[frame, 0])
        now_s = time.monotonic()
        if now_s - self._told_s > _TEXT_S:
            self._told_s = now_s
            self._tell(frame)

    def _tell(self, frame: int) -> None:
        """Scene, path, slider and figures."""
        motion, moment = self.source.motion, self.source.moment(self.time_s)
        self._draw(moment)
        behind = max(frame - int(_WALKED_S * motion.fps), 0)
        self._path.update(
            motion.positions_m[behind : frame + 1, 0], np.zeros((0, 3)), moment.planned_m, moment.feasible
        )
        if self.playing:
            self._slider.value = self.time_s
        label = "Pause" if self.playing else "Play"
        if self._play.label != label:
            self._play.label = label
        self._figures.content = self._text(frame, moment)

    def _draw(self, moment: Moment) -> None:
        """Obstacles and targets as they are at this moment."""
        before, self._shown = self._shown, moment
        for kind, old, new in (
            ("obstacle", before.obstacles, moment.obstacles),
            ("target", before.targets, moment.targets),
        ):
            for id in old.keys() - new.keys():
                self._things.remove(f"{kind}/{id}")
        for id, obstacle in moment.obstacles.items():
            key = f"obstacle/{id}"
            if obstacle is not before.obstacles.get(id):
                self._things.put(key, palette.look_of_obstacle(obstacle), obstacle.position_m)
            place, turn = obstacle.at(moment.clock_s)
            x, y, z, w = turn.tolist()
            self._things.place(key, place, (x, y, z, w))
        for id, target in moment.targets.items():
            if target != before.targets.get(id):
                self._things.put(f"target/{id}", palette.look_of_target(target), target.position_m, UPRIGHT)

    def _text(self, frame: int, moment: Moment) -> str:
        """Figures in Markdown; obstacles that are penetrated turn red on the way."""
        joints = self.source.motion.positions_m[frame]
        depths = penetrations(joints, moment.obstacles, moment.clock_s)
        for id, depth_m in depths.items():
            self._things.paint(f"obstacle/{id}", palette.colour_of_depth(depth_m))
        rows = [("Frame", str(frame)), *moment.rows]
        rows.append(("Penetration", f"{100 * max(depths.values(), default=0.0):.1f} cm"))
        rows += [
            (f"To target {id}", f"{100 * target_error(joints, t):.1f} cm") for id, t in moment.targets.items()
        ]
        return "| now | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


async def run_player(
    page: Page, source: Source, ready: Callable[[Player], None], problem: Callable[[str], None],
    stop: asyncio.Event, frame_s: float,
) -> None:  # fmt: skip
    """Play until ``stop``; time stands still while no tab is open."""
    player = Player(page, source, problem)
    ready(player)
    last = time.monotonic()
    while not stop.is_set():
        await asyncio.sleep(frame_s)
        now = time.monotonic()
        with page.web.atomic():
            player.tick(now - last if page.web.get_clients() else 0.0)
        last = now
