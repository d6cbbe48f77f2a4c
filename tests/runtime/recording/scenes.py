"""Characters planned by the worker's own tick, with their recording: sessions without a network."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from lamp.live import Plan
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.backend import Backend, CharacterStart
from runtime.coordinates import PRESETS
from runtime.encode import FrameBlock
from runtime.live_ticker import LiveTicker
from runtime.live_work import LiveWork
from runtime.log import SessionLog
from runtime.playhead import Playhead
from runtime.recording import Recorder, Recording, RecordingConfig
from runtime.scene_state import Wishes
from runtime.scheduling import Scheduling

MOST_TICKS = 2000


class Heard:
    """A listener that counts plans and fails on errors."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def planned(self, plan: Plan, start_frame: int, frames: FrameBlock) -> None:
        self.plans.append(plan)

    def over_budget(self, share: float) -> None:
        pass

    def failed(self, error: Exception) -> None:
        raise error


class Stage:
    """Characters on one backend, recorded into ``folder``; a hand-driven clock."""

    def __init__(self, backend: Backend[Any], folder: Path) -> None:
        self.recorder = Recorder(backend, RecordingConfig(folder))
        self.recorder.start()
        self.backend, self.folder = backend, folder
        self.ticker = LiveTicker(backend, scheduling=Scheduling(tick_s=1.0))  # everybody fits into a tick
        self.now_s = 0.0

    def add(self, start: CharacterStart) -> tuple[LiveWork, Heard]:
        heard, log = Heard(), SessionLog(logging.getLogger("test"), "s")
        playhead = Playhead(lambda: self.now_s)
        work = LiveWork(start, PRESETS["MODEL"], 30.0, playhead, heard, log, Wishes(start.prompt))
        work.recording = self.recorder.session(f"token-{len(self.ticker.works)}", log, playhead.now_s)
        work.begin(self.backend)
        self.ticker.add(work)
        return work, heard

    def wish(self, work: LiveWork, **wishes: Any) -> None:
        work.wishes = replace(work.wishes, revision=work.wishes.revision + 1, **wishes)

    def play_until(self, time_s: float, *, ticks_per_s: float = 20.0) -> None:
        """Let time pass; the worker gets so many ticks for every second of play."""
        while self.now_s < time_s:
            self.now_s += 1.0 / ticks_per_s
            for work in self.ticker.works:
                work.playhead.start()
                work.playhead.tell(self.now_s)
            self.ticker.tick()

    def recordings(self) -> list[Recording]:
        """End all and open what was written, in the order of adding."""
        for work in list(self.ticker.works):
            assert work.recording is not None
            work.recording.close()
        names = [work.recording.tape.name for work in self.ticker.works if work.recording is not None]
        self.recorder.stop()
        return [Recording.open(self.folder / name) for name in names]


def moving_ball(time_s: float, z: float = 2.0) -> Obstacle:
    return Obstacle(
        "sphere", (0.9, 0.7, z), (0.3, 0.3, 0.3), linear_velocity_mps=(-0.4, 0.0, 0.05), time_s=time_s
    )


def busy_scene(stage: Stage, seconds: float) -> tuple[LiveWork, Heard]:
    """Three characters: a moving obstacle, a change of prompt and a target for the first, others come and go."""
    first, heard = stage.add(CharacterStart("a person walks forward", seed=5))
    stage.play_until(0.2 * seconds)
    second, _ = stage.add(
        CharacterStart("a person runs", seed=6, position_m=(2.0, 0.0, 0.0), heading_rad=0.7)
    )
    stage.wish(first, obstacles={"ball": moving_ball(stage.now_s)})
    stage.play_until(0.4 * seconds)
    stage.add(CharacterStart("a person stands", seed=7, position_m=(-2.0, 0.0, 0.0)))
    stage.wish(first, prompt="a person walks slowly", targets={"hand": Target(20, (0.3, 1.2, 2.5))})
    stage.wish(second, obstacles={"ball": moving_ball(stage.now_s, 1.0)})
    stage.play_until(0.7 * seconds)
    stage.wish(first, obstacles={}, targets={})
    stage.play_until(seconds)
    return first, heard
