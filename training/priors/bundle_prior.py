"""A bundle of this project as a row of the tables, and the same bundle with its weights scrambled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lamp import bundle as bundles
from lamp.optimizer import Tolerances
from lamp.prior import MotionPrior, make_engine
from lamp.problem import Weights
from lamp.tasks import EDIT_WEIGHTS, STAY, Task
from training.priors.base import Array, Budget, Outcome, error_m

_PAPER = {"vit": "LaMP(ViT)", "resnet": "LaMP(Res)", "whole": "LaMP(ViT)"}
_STATISTICS = ("feature_mean", "feature_std", "latent_mean", "latent_std")
_BATCH = 8


class BundlePrior:
    """LaMP itself: the bundle through :class:`lamp.prior.MotionPrior`, default settings, no text while optimising."""

    abilities = frozenset({"text", "optimize", "invert"})

    def __init__(self, prior: MotionPrior, name: str, paper_name: str) -> None:
        self.prior, self.name, self.paper_name = prior, name, paper_name

    @classmethod
    def load(cls, bundle: str, engine: str = "auto", threads: int | None = None) -> BundlePrior:
        """A bundle by name or folder."""
        prior = MotionPrior.load(bundle, engine=engine, threads=threads)
        return cls(prior, prior.name, _PAPER[prior.bundle.autoencoder.variant])

    @classmethod
    def scrambled(cls, bundle: str | None, engine: str = "auto", threads: int | None = None) -> BundlePrior:
        """``random``: the bundle's architecture with the numbers of every weight shuffled. The statistics stay, so
        that it makes motion of the right scale; a table that likes it is broken."""
        loaded = bundles.load(bundle)
        rng = np.random.default_rng(0)
        weights = {
            k: v if k in _STATISTICS else rng.permutation(v.ravel()).reshape(v.shape)
            for k, v in sorted(loaded.weights.items())
        }
        broken = replace(loaded, weights=weights, info={**loaded.info, "name": "random"})
        return cls(MotionPrior(broken, make_engine(broken, engine, threads)), "random", "")

    @property
    def max_frames(self) -> int:
        return self.prior.max_frames

    @property
    def key(self) -> str:
        digest = hashlib.blake2b(repr((Weights(), EDIT_WEIGHTS, STAY)).encode(), digest_size=8)
        for name, value in sorted(self.prior.bundle.weights.items()):
            digest.update(name.encode() + value.tobytes())
        digest.update(f"guidance {self.prior.info.get('guidance', 0.0)}".encode())
        return f"{self.name}-{self.prior.engine_name}-{digest.hexdigest()}"

    def describe(self) -> dict[str, Any]:
        ablation = self.prior.info.get("ablation", {})
        return {
            "licence": self.prior.licence, "engine": self.prior.engine_name, "device": self.prior.device,
            "variant": self.prior.bundle.autoencoder.variant, "part_encoder": bool(ablation.get("parts", True)),
            "masking": bool(ablation.get("masking", True)), "training": self.prior.info.get("training", {}),
        }  # fmt: skip

    def generate(self, prompts: Sequence[str], frames: int, seed: int) -> list[Array]:
        made: list[Array] = []
        for start in range(0, len(prompts), _BATCH):
            part = prompts[start : start + _BATCH]
            made += [m.positions_m for m in self.prior.generate(part, frames=frames, seed=seed + start)]
        return made

    def optimize(
        self,
        tasks: Sequence[Task],
        budget: Budget,
        on_progress: Callable[[int, float, float], None] | None = None,
    ) -> list[Outcome]:
        stop = None if budget.stop_m is None else Tolerances(budget.stop_m, budget.stop_m, least_steps=1)
        results = self.prior.optimize(
            tasks, steps=budget.steps, seed=budget.seed, deadline_s=budget.deadline_s, tolerances=stop,
            on_progress=None if on_progress is None
            else lambda i, report: on_progress(i, report.seconds, error_m(report.terms)),
        )  # fmt: skip
        return [Outcome(r.motion.positions_m, r.seconds, r.steps, r.terms) for r in results]
