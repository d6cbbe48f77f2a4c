"""The trained prior as a backend."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from lamp.live import LiveCharacter, LiveSettings
from lamp.motion import Motion
from lamp.optimizer import NoiseOptimizer, PlanJob
from lamp.prior import MotionPrior, Result
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from lamp.timeline import FPS
from runtime.backend import BackendInfo, CharacterStart, DeviceState, OptimizeOptions
from runtime.start_motion import past_of

_LIBRARIES = {"onnx": "onnxruntime", "torch": "torch"}
_MOST_CHARACTERS = 64  # in one batch


class PriorBackend:
    """``backend.Backend`` over a loaded ``MotionPrior``."""

    def __init__(self, prior: MotionPrior, settings: LiveSettings | None = None) -> None:
        self._prior, self._settings = prior, settings
        self.info = BackendInfo(
            prior.name, prior.licence, prior.engine_name, prior.device, prior.fps, prior.max_frames
        )

    @property
    def optimizer(self) -> NoiseOptimizer:
        """What moves the jobs."""
        return self._prior.planner.optimizer

    def provenance(self) -> dict[str, str]:
        """Bundle and weights, engine and device, versions and settings."""
        from runtime.bench.machine import hardware

        prior = self._prior
        settings = asdict(self._settings or LiveSettings())
        return {
            "bundle": prior.name, "weights": prior.bundle.fingerprint(),
            "text_encoder": str(prior.info["text_encoder"]),
            "engine": prior.engine_name, "device": prior.device, "threads": str(prior.threads or "all"),
            **{name: str(value) for name, value in hardware().items()},
            **{name: importlib.metadata.version(name) for name in ("numpy", _LIBRARIES[prior.engine_name])},
            **{f"settings.{name}": repr(value) for name, value in settings.items()},
        }  # fmt: skip

    def new_character(self, start: CharacterStart) -> LiveCharacter:
        """A live character; it plans nothing yet."""
        motion, start_s = start.motion, start.time_s
        if motion is not None:
            first, motion = past_of(motion, start_s)
            start_s = (first + len(motion) - 1) / FPS
        return LiveCharacter(
            self._prior.planner, prompt=start.prompt, seed=start.seed, start_position_m=start.position_m,
            start_heading_rad=start.heading_rad, start_motion=motion, start_time_s=start_s, settings=self._settings,
        )  # fmt: skip

    def warm_up(self) -> None:
        """Plan and re-plan for characters that nobody sees, one alone and then two in a batch, so that the first real
        ones need not wait for graphs to be loaded, and the time of a step is known. Seconds on a slow machine. The
        longer windows of offline calls are loaded after it, one at a time, beside the first characters."""
        live, *longer = self._prior.engine.shapes()
        wide = replace(live, geometry=True)
        self._prior.engine.preload([live, wide])
        characters = [self.new_character(CharacterStart("a person stands")) for _ in range(2)]
        for count in (1, 2, 2):
            pairs = [(c, job) for c in characters[:count] if (job := c.next_job(0.0)) is not None]
            self.advance([job for _, job in pairs], 2)
            for character, job in pairs:
                character.publish(job)
                character.put_obstacle("warm-up", Obstacle("sphere", (5.0, 1.0, 0.0)))
        if self._prior.engine.captured:
            self._record_steps()
        else:
            for rows in (1, 2):
                self.optimizer.warm_up(self._prior.engine.with_geometry(live), rows)
        later = [replace(shape, geometry=geometry) for geometry in (False, True) for shape in longer]
        self._prior.engine.preload(later, at_once=1)

    def _record_steps(self) -> None:
        """Let the GPU record the steps of live characters now, for every batch: later it would keep them waiting."""
        engine, live = self._prior.engine, self._prior.planner.live_shape
        for shape in (engine.with_geometry(live), live):
            rows = 1
            while rows <= _MOST_CHARACTERS:
                rows = engine.batch_size(shape, rows)
                self.optimizer.warm_up(shape, rows)
                rows *= 2

    def optimize(self, tasks: Sequence[Task], options: OptimizeOptions) -> list[PlanJob]:
        """Offline tasks as jobs."""
        return self._prior.jobs(
            tasks,
            steps=options.steps,
            deadline_s=options.time_limit_s,
            starts=options.starts,
            seed=options.seed,
        )

    def result(self, job: PlanJob) -> Result:
        """What a job has reached so far."""
        return self._prior.result(job)

    def generate(self, prompt: str, frames: int, seed: int, guidance: float | None) -> Motion:
        """One clip by plain sampling."""
        return self._prior.generate([prompt], frames=frames, seed=seed, guidance=guidance)[0]

    def advance(self, jobs: Sequence[PlanJob], steps: int) -> None:
        """A few steps for all jobs as one batch; marks finished ones."""
        self._prior.planner.advance(jobs, steps)

    def advancing(self, jobs: Sequence[PlanJob], steps: int) -> Iterator[None]:
        """As ``advance``, one call of the engine with each ``next``."""
        return self.optimizer.advancing(jobs, steps)

    def step_times(self) -> dict[int, float]:
        """What the warm-up measured."""
        live = self._prior.planner.live_shape.frames
        return {rows: seconds for (frames, rows), seconds in self.optimizer.step_s.items() if frames == live}

    def device_state(self) -> DeviceState:
        """How the device is doing."""
        engine = self._prior.engine
        return DeviceState(
            self.optimizer.limits.failures, getattr(engine, "gave_up", False), engine.memory_bytes()
        )
