"""MDM-DNO: raw-vector diffusion with DNO's recipe, as a row of the tables."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lamp import features
from lamp.engines.objective import Tensors
from lamp.models.text import load_text_encoder
from lamp.motion import Motion, one_frame_more
from lamp.problem import Shape, stack_rows
from lamp.skeleton import JOINT_RADII_M
from lamp.tasks import Task
from training.mdm import ddim, dno, store
from training.mdm.task_loss import judge_motion
from training.priors.base import Array, Budget, Outcome

_BATCH = 8
_SAMPLING_STEPS, _GUIDANCE = 50, 2.5
Progress = Callable[[int, float, float], None]


class MdmPrior:
    """A folder written by ``python -m training mdm``. ``steps``: of the optimisation, in place of DNO's own."""

    paper_name = "MDM-DNO"
    abilities = frozenset({"text", "optimize", "invert"})

    def __init__(
        self, stored: store.StoredMdm, name: str, steps: int | None = None, threads: int | None = None
    ) -> None:
        if threads:
            torch.set_num_threads(threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.name, self.steps, self.stored = name, steps, stored
        self.network = stored.network.to(self.device)
        self.mean, self.std = stored.mean.to(self.device), stored.std.to(self.device)
        self.radii_m = torch.from_numpy(JOINT_RADII_M.copy()).to(self.device)
        self.text = load_text_encoder(stored.info["text_encoder"])

    @classmethod
    def load(cls, folder: str | Path, steps: int | None = None, threads: int | None = None) -> MdmPrior:
        """Errors as :func:`training.mdm.store.load`."""
        name = Path(folder).resolve().name + (f"@{steps}" if steps else "")
        return cls(store.load(Path(folder)), name, steps, threads)

    @property
    def max_frames(self) -> int:
        return self.network.config.max_frames

    @property
    def key(self) -> str:
        return f"{self.name}-{self.stored.digest}-{self.device.type}-{self.steps}-{dno.EDIT}-{dno.PROJECT}"

    def describe(self) -> dict[str, Any]:
        steps = {"edit": self.steps or dno.EDIT.steps, "project": self.steps or dno.PROJECT.steps}
        return {
            "licence": self.stored.info.get("licence", ""), "engine": "torch", "device": str(self.device),
            "recipe": "DNO", "steps": steps, "chain": dno.EDIT.chain_steps,
            "training": self.stored.info.get("training", {}),
        }  # fmt: skip

    # -- text-to-motion -----------------------------------------------------------------------------------------------

    @torch.no_grad()
    def generate(self, prompts: Sequence[str], frames: int, seed: int) -> list[Array]:
        """50 DDIM steps with guidance 2.5, MDM's own."""
        made: list[Array] = []
        for first in range(0, len(prompts), _BATCH):
            part = prompts[first : first + _BATCH]
            noise = self._noise(len(part), frames, seed + first)
            valid = torch.ones(noise.shape[:2], device=self.device)
            text = torch.from_numpy(self.text.embed(list(part))).to(self.device)
            predict = ddim.guided(self._predict(valid, text), self._predict(valid), _GUIDANCE)
            raw = self._raw(ddim.chain(predict, noise, _SAMPLING_STEPS)).cpu().numpy()
            made += [Motion.from_positions(features.decode(r)).positions_m for r in raw]
        return made

    # -- optimisation -------------------------------------------------------------------------------------------------

    def optimize(
        self, tasks: Sequence[Task], budget: Budget, on_progress: Progress | None = None
    ) -> list[Outcome]:
        """DNO on batches of tasks with one recipe and padding; a task's text is not used (DNO found it to harm)."""
        groups: dict[Any, list[int]] = defaultdict(list)
        for i, task in enumerate(tasks):
            groups[dno.recipe_of(task), task.geometry, dno.power_of_two(task.frames)].append(i)
        made: dict[int, Outcome] = {}
        for (recipe, _, _), rows in groups.items():
            for first in range(0, len(rows), _BATCH):
                part = rows[first : first + _BATCH]
                heard = None if on_progress is None else _for_rows(on_progress, part)
                made |= zip(part, self._batch([tasks[i] for i in part], recipe, budget, heard), strict=True)
        return [made[i] for i in range(len(tasks))]

    def _batch(
        self, tasks: list[Task], recipe: dno.Recipe, budget: Budget, on_progress: Progress | None
    ) -> list[Outcome]:
        began = time.monotonic()
        p = self._rows(tasks)
        predict = self._predict(p["frame_valid"])
        start = self._start(tasks, p["frame_valid"], recipe, budget.seed)

        def judge(noise: Tensor) -> dno.Verdict:
            return judge_motion(self._raw(ddim.chain(predict, noise, recipe.chain_steps)), p, self.radii_m)

        reached = [0.0] * len(tasks)

        def go_on(best: dno.Best, step: int) -> bool:
            now = time.monotonic() - began
            for i, (error_m, steps) in enumerate(
                zip(best.error_m.tolist(), best.steps.tolist(), strict=True)
            ):
                if steps == step:
                    reached[i] = now
                    if on_progress is not None:
                        on_progress(i, now, error_m)
            return budget.deadline_s is None or now < budget.deadline_s

        steps = (self.steps or recipe.steps) if budget.recipe else budget.steps
        best = dno.descend(judge, start, p["frame_valid"], recipe, steps, budget.stop_m, go_on)
        joints, errors = best.joints.cpu().numpy(), best.error_m.tolist()
        return [
            Outcome(joints[i, : t.frames], reached[i], int(best.steps[i]), {"error_m": errors[i]})
            for i, t in enumerate(tasks)
        ]

    def _rows(self, tasks: list[Task]) -> Tensors:
        """The tasks as one batch of the project's problem: a token per frame, a latent of 263 numbers."""
        longest = max(t.frames for t in tasks)
        shape = Shape(
            longest, features.FEATURE_COUNT, self.network.config.text_width, 1, geometry=tasks[0].geometry
        )
        silent = np.zeros(self.network.config.text_width, np.float32)
        batch = stack_rows([t.row(shape, silent) for t in tasks], len(tasks))
        return {k: torch.from_numpy(v).to(self.device) for k, v in batch.items()}

    def _start(self, tasks: list[Task], valid: Tensor, recipe: dno.Recipe, seed: int) -> Tensor:
        """Start noise ``(B, T, 263)``: white, or that of the references by inversion."""
        white = torch.stack(
            [
                self._noise(1, valid.shape[1], seed + i if t.seed is None else t.seed)[0]
                for i, t in enumerate(tasks)
            ]
        )
        if not recipe.invert:
            return white
        clean = torch.zeros_like(white)
        for i, task in enumerate(tasks):
            assert task.reference is not None
            vectors = torch.from_numpy(reference_vectors(task.reference.positions_m)).to(self.device)
            clean[i, : task.frames] = (vectors - self.mean) / self.std
        found = ddim.invert(self._predict(valid), clean, recipe.inversion_steps)
        return torch.where(valid[..., None] > 0, found, white)

    def _predict(self, valid: Tensor, text: Tensor | None = None) -> ddim.Predict:
        """The network for frames ``valid (B, T)`` under ``text (B, E)``, or its null branch."""
        b = len(valid)
        has = torch.full((b,), 0.0 if text is None else 1.0, device=self.device)
        if text is None:
            text = torch.zeros(b, self.network.config.text_width, device=self.device)

        def predict(x: Tensor, step: int) -> Tensor:
            out: Tensor = self.network(x, torch.full((b,), step, device=self.device), text, has, valid)
            return out

        return predict

    def _noise(self, count: int, frames: int, seed: int) -> Tensor:
        rng = np.random.default_rng(seed)
        drawn = rng.standard_normal((count, frames, features.FEATURE_COUNT)).astype(np.float32)
        return torch.from_numpy(drawn).to(self.device)

    def _raw(self, x: Tensor) -> Tensor:
        return x * self.std + self.mean


def reference_vectors(joints_m: Array) -> Array:
    """Joints ``(T, 22, 3)`` -> vectors ``(T, 263)``; the last displacement goes on as the one before it."""
    return features.encode(one_frame_more(joints_m), heading="clean")


def _for_rows(on_progress: Progress, rows: list[int]) -> Progress:
    return lambda i, seconds, error_m: on_progress(rows[i], seconds, error_m)
