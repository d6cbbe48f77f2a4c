"""``MotionPrior``: a bundle, loaded and ready to generate, refine, edit, blend, avoid, and any mix of these."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import bundle as bundles
from lamp import features
from lamp.beginning import Beginning
from lamp.engines.base import Engine
from lamp.engines.fallback import FallbackEngine
from lamp.errors import BundleError, InputError
from lamp.finishing import finished
from lamp.models.text import load_text_encoder
from lamp.motion import Motion
from lamp.optimizer import PlanJob, Report, Tolerances, white_noise
from lamp.planner import Planner
from lamp.problem import Arrays, Target, Weights, fresh_state
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m
from lamp.tasks import HOLDS_M, Task, concatenate

Array = NDArray[Any]
log = logging.getLogger(__name__)
FPS = 20.0
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # NVIDIA, any GPU under WSL, AMD
_SLICE = 5  # steps between looks at deadlines


@dataclass(frozen=True)
class Result:
    """What a task became: the motion, its terms in natural units, and whether every demand is met."""

    motion: Motion
    terms: dict[str, float]
    feasible: bool
    reason: str
    steps: int
    seconds: float


class MotionPrior:
    """The public face of the library. Made with :meth:`load`; not thread-safe."""

    def __init__(self, bundle: bundles.Bundle, engine: Engine) -> None:
        self.bundle, self.engine = bundle, engine
        self.threads: int | None = None  # asked for; None: the engine's choice
        self.planner = Planner(
            engine, load_text_encoder(bundle.info["text_encoder"]), bundle.denoiser.prediction
        )

    @classmethod
    def load(
        cls, bundle: str | Path | None = None, *, engine: str = "auto", threads: int | None = None
    ) -> MotionPrior:
        """Load a bundle by name or folder. ``engine``: ``auto`` takes torch on a GPU if there is one, else onnxruntime.

        Raises ``InputError`` for unknown names and ``BundleError`` for a damaged bundle.
        """
        loaded = bundles.load(bundle)
        log.info("bundle %s, licence: %s", loaded.name, loaded.licence)
        prior = cls(loaded, make_engine(loaded, engine, threads))
        prior.threads = threads
        return prior

    @property
    def name(self) -> str:
        return self.bundle.name

    @property
    def licence(self) -> str:
        return self.bundle.licence

    @property
    def info(self) -> dict[str, Any]:
        return self.bundle.info

    @property
    def engine_name(self) -> str:
        return self.engine.name

    @property
    def device(self) -> str:
        return self.engine.device

    @property
    def fps(self) -> float:
        return FPS

    @property
    def max_frames(self) -> int:
        return max(s.frames for s in self.engine.shapes())

    # -- generation -----------------------------------------------------------------------------------------------

    def generate(
        self,
        prompts: Sequence[str],
        *,
        frames: int = 120,
        seed: int = 0,
        guidance: float | None = None,
        steps: int = 10,
    ) -> list[Motion]:
        """Motions for prompts, each ``frames`` long at 20 fps, by plain sampling (paper 3.2), with planted feet and
        without the small steps between tokens (``lamp.finishing``)."""
        if not prompts:
            raise InputError("prompts", "is empty; give at least one text")
        limit = self.bundle.denoiser.max_tokens * self.bundle.autoencoder.patch_frames
        if not 8 <= frames <= limit:
            raise InputError("frames", f"{frames} is outside 8..{limit}")
        tokens = -(-frames // self.bundle.autoencoder.patch_frames)
        n, width = len(prompts), self.bundle.autoencoder.latent_width
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((n, tokens, width)).astype(np.float32)
        row = {
            "text": np.stack([self.planner.embed(p) for p in prompts]),
            "has_text": np.array([1.0 if p else 0.0 for p in prompts], np.float32),
            "context": np.zeros((n, tokens, width), np.float32),
            "known": np.zeros((n, tokens), np.float32),
            "token_valid": np.ones((n, tokens), np.float32),
        }
        if guidance is None:
            guidance = float(self.info.get("guidance", 0.0))
        latents = self.planner.sample(noise, row, steps, guidance)
        raw = self.engine.decode(latents, row["token_valid"])[:, :frames]
        clips = zip(prompts, features.decode(raw), raw[..., -4:], strict=True)
        return [finished(Task(prompt, frames=frames), joints, contacts) for prompt, joints, contacts in clips]

    def encode(self, motion: Motion, visible: Array | None = None) -> Array:
        """Standardised latents ``(L, D)`` of a clip, one token per 4 frames at 20 fps.

        ``visible (L, 6)`` in {0, 1} hides tokens of body parts (order of ``lamp.skeleton.PARTS``) from the masked
        encoder: a visible prefix with a masked future, or any other pattern.
        """
        return self.planner.latents(motion.resample(FPS).positions_m, visible)

    def decode(self, latents: Array) -> Motion:
        """The clip of latents ``(L, D)``, from the origin and facing +Z."""
        raw = self.engine.decode(latents[None], np.ones((1, len(latents)), np.float32))[0]
        return Motion.from_positions(features.decode(raw), FPS, np.clip(raw[..., -4:], 0.0, 1.0))

    def reconstruct(self, motion: Motion) -> Motion:
        """The clip through the autoencoder and back, placed where it was (its length cut to whole tokens)."""
        clip = motion.resample(FPS)
        local = self.decode(self.encode(clip))
        return Motion.from_positions(_placed(local.positions_m, clip.positions_m[0]), FPS, local.contacts)

    # -- optimisation ---------------------------------------------------------------------------------------------

    def optimize(
        self,
        tasks: Sequence[Task],
        *,
        steps: int = 100,
        deadline_s: float | None = None,
        starts: int = 1,
        seed: int = 0,
        rate: float = 0.1,
        tolerances: Tolerances | None = None,
        on_progress: Callable[[int, Report], None] | None = None,
    ) -> list[Result]:
        """Optimise the noise of any mix of tasks as one batch (paper 3.3). Anytime: ``deadline_s`` bounds the time.

        ``starts`` noises are tried per task and the best kept; ``on_progress(task index, report)`` is called regularly.
        ``tolerances`` end a task early (default: 1 cm and no penetration, never where a motion is to be kept).
        """
        jobs = self.jobs(tasks, steps=steps, deadline_s=deadline_s, starts=starts, seed=seed, rate=rate)
        for i, job in enumerate(jobs):
            job.tolerances = tolerances or job.tolerances
            if on_progress is not None:
                job.on_progress = lambda report, index=i: on_progress(index, report)
        while not all(job.finished for job in jobs):
            self.planner.advance(jobs, _SLICE)
        return [self.result(job) for job in jobs]

    def jobs(
        self, tasks: Sequence[Task], *, steps: int = 100, deadline_s: float | None = None, starts: int = 1,
        seed: int = 0, rate: float = 0.1,
    ) -> list[PlanJob]:  # fmt: skip
        """The tasks as jobs, for callers that advance them themselves (the server's worker)."""
        if steps < 1 or starts < 1:
            raise InputError("steps" if steps < 1 else "starts", "must be at least 1")
        return [self._job(task, steps, deadline_s, starts, seed + i, rate) for i, task in enumerate(tasks)]

    def _job(
        self, task: Task, steps: int, deadline_s: float | None, starts: int, seed: int, rate: float
    ) -> PlanJob:
        shape = self.planner.shape_for(task.frames)
        if task.geometry:
            shape = self.engine.with_geometry(shape)
        rng = np.random.default_rng(seed if task.seed is None else task.seed)
        row = task.row(shape, self.planner.embed(task.prompt))
        noises = [white_noise(rng, shape) for _ in range(starts)]
        if task.reference is not None:
            found = self._begin(task, row)
            noises[0][: len(found)] = found
        rows = []
        for i, noise in enumerate(noises):
            own = {**row, "start_noise": noise}
            # Nothing of the given motion is in another noise, so it has lost none of it either.
            if i > 0 and task.show is None:
                own["residual"] = np.zeros_like(row["residual"])
            rows.append((own, fresh_state(shape, noise, budget=steps, rate=rate)))
        if task.holds_already():  # one evaluation of the motion as it is, for the report
            rows, steps = [(rows[0][0], fresh_state(shape, noises[0], budget=1, rate=0.0))], 1
        deadline = float("inf") if deadline_s is None else time.monotonic() + deadline_s
        # a kept motion and an edit are worked on to the end: first they come near, then they become clean
        tolerances = Tolerances(target_error_m=HOLDS_M, least_steps=20) if task.reference is None else None
        return PlanJob(shape, rows, max_steps=steps, deadline_s=deadline, context=task, tolerances=tolerances)

    def _begin(self, task: Task, row: Arrays) -> Array:
        """Noise ``(L', D)`` to begin at where there is a reference; fills the row's context and residual."""
        return Beginning(self.planner, self.bundle.grids).of(task, row)

    def invert(self, motion: Motion, *, steps: int = 300, tolerance_m: float = 0.005) -> tuple[Array, float]:
        """Noise ``(L, D)`` whose few-step chain gives the autoencoded clip back, and the error left (MPJPE, metres).

        Solved on the same time grid it will be decoded on, then polished by noise optimisation towards the clip.
        """
        clip = self.reconstruct(motion)
        weights = Weights(collision=0, foot=0, floor=0, smooth=0, decorrelate=0, norm=0)
        task = Task(reference=clip, keep=np.ones(len(clip), np.float32), weights=weights)
        job = self.jobs([task], steps=steps, rate=0.03)[0]
        job.tolerances = Tolerances(float("inf"), float("inf"), reference_error_m=tolerance_m, least_steps=1)
        while not job.finished:
            self.planner.advance([job], _SLICE)
        best = job.best()
        error = np.linalg.norm(best["best_joints"][: len(clip)] - clip.positions_m, axis=-1).mean()
        return best["best_noise"][: -(-len(clip) // 4)], float(error)

    def result(self, job: PlanJob) -> Result:
        """What a job made by :meth:`jobs` has reached so far."""
        task: Task = job.context
        best, report = job.best(), job.report()
        motion = finished(task, best["best_joints"][: task.frames], best["best_contacts"][: task.frames])
        depth = penetration_m(motion.positions_m, task.obstacles, np.arange(task.frames) / FPS).max(
            1, initial=0.0
        )
        errors = task.target_errors_m(motion)
        terms = {
            **report.terms,
            "penetration_m": float(depth.max()),
            "target_error_m": max(errors, default=0.0),
        }
        reason = ""
        if terms["penetration_m"] > 0.01:
            reason = f"penetrates an obstacle by {depth.max():.3f} m at {depth.argmax() / FPS:.2f} s"
        elif terms["target_error_m"] > 0.05:
            reason = f"misses target {int(np.argmax(errors))} by {max(errors):.3f} m"
        return Result(motion, terms, not reason, reason, job.steps, report.seconds)

    # -- one task each --------------------------------------------------------------------------------------------

    def refine(self, noisy: Motion, **options: Any) -> Result:
        """The motion of the prior nearest to a noisy one."""
        options = {"steps": 150, **options}
        return self.optimize([Task(reference=noisy, keep=np.ones(len(noisy.resample(FPS))))], **options)[0]

    def edit(self, motion: Motion, targets: Sequence[Target], *, prompt: str = "", **options: Any) -> Result:
        """The motion changed so that joints meet their targets."""
        return self.optimize([Task(prompt=prompt, reference=motion, targets=tuple(targets))], **options)[0]

    def avoid(
        self, motion: Motion, obstacles: Sequence[Obstacle], *, prompt: str = "", **options: Any
    ) -> Result:
        """The motion changed so that no joint, with its radius, enters an obstacle."""
        task = Task(prompt=prompt, reference=motion, obstacles=tuple(obstacles))
        return self.optimize([task], **options)[0]

    def blend(self, first: Motion, second: Motion, *, seam_frames: int = 20, **options: Any) -> Result:
        """Two clips with a transition of ``seam_frames`` between them; both are kept."""
        joined, keep = concatenate(first, second, seam_frames)
        return self.optimize([Task(reference=joined, keep=keep, show=keep)], **options)[0]


def make_engine(bundle: bundles.Bundle, engine: str, threads: int | None) -> Engine:
    """``auto``: torch if it sees a GPU or the bundle has no graphs, else onnxruntime. On a GPU the CPU stands by for
    when its memory runs out."""
    if engine not in ("auto", "onnx", "torch"):
        raise InputError("engine", f"{engine!r} is unknown; use auto, onnx or torch")
    if engine == "onnx" and not bundle.graphs:
        raise BundleError(
            f"{bundle.name} was packed without graphs; use engine='torch', or run `training graphs`"
        )
    if engine == "onnx" or (engine == "auto" and bundle.graphs and not _gpu_available()):
        return _onnx_engine(bundle, threads)
    made = _torch_engine(bundle, threads)
    if made.device == "cpu":
        return made
    return FallbackEngine(made, lambda: _cpu_engine(bundle, threads))


def _cpu_engine(bundle: bundles.Bundle, threads: int | None) -> Engine:
    """onnxruntime, or torch on the CPU for a bundle without graphs."""
    if bundle.graphs and all((bundle.folder / file).exists() for file in bundle.graphs.values()):
        return _onnx_engine(bundle, threads)
    return _torch_engine(bundle, threads, on_cpu=True)


def _onnx_engine(bundle: bundles.Bundle, threads: int | None) -> Engine:
    from lamp.engines.onnx_engine import OnnxEngine

    return OnnxEngine(bundle.folder, bundle.weights, bundle.graphs, bundle.base_shape, threads)


def _gpu_available() -> bool:
    """Whether torch sees a GPU. It is asked only where there may be one: importing it takes seconds."""
    if sys.platform == "linux" and not any(Path(device).exists() for device in _GPU_DEVICES):
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def _torch_engine(bundle: bundles.Bundle, threads: int | None, *, on_cpu: bool = False) -> Engine:
    try:
        import torch
    except ImportError as error:
        raise BundleError(
            "the torch engine needs torch: pip install 'lamp-motion[gpu]', or use engine='onnx'"
        ) from error
    from lamp.engines.torch_engine import TorchEngine
    from lamp.networks import build_networks

    if threads:
        torch.set_num_threads(threads)
    shapes = [replace(bundle.base_shape, frames=frames) for frames in sorted(bundle.grids)]
    device = torch.device("cuda" if torch.cuda.is_available() and not on_cpu else "cpu")
    return TorchEngine(build_networks(bundle), shapes, bundle.grids, device)


def _placed(local: Array, first: Array) -> Array:
    """Decoded joints (from the origin, facing +Z) moved to the ground point and heading of the pose ``first``."""
    heading = float(features.heading_rad(first))
    c, s = np.cos(heading), np.sin(heading)
    x, z = local[..., 0], local[..., 2]
    return np.stack([c * x + s * z + first[0, 0], local[..., 1], c * z - s * x + first[0, 2]], -1).astype(
        np.float32
    )
