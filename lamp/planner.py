"""What a planner knows: the engine, the text encoder, and how to see motion the way the networks do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamp import features
from lamp.chain import ddim, time_grid, to_velocity
from lamp.engines.base import Engine
from lamp.errors import InputError
from lamp.models import representation as rep
from lamp.models.text import TextEncoder
from lamp.motion import one_frame_more
from lamp.optimizer import NoiseOptimizer, PlanJob
from lamp.problem import Array, Arrays, Shape


@dataclass
class Planner:
    """Shared by all characters of a process. ``advance`` and the network passes belong to one thread."""

    engine: Engine
    text: TextEncoder
    prediction: str  # what the denoiser predicts

    def __post_init__(self) -> None:
        self.optimizer = NoiseOptimizer(self.engine)

    @property
    def live_shape(self) -> Shape:
        """The short window live characters are planned in."""
        return self.engine.shapes()[0]

    def shape_for(self, frames: int) -> Shape:
        """The smallest window that holds ``frames``; ``InputError`` names the largest there is."""
        for shape in self.engine.shapes():
            if frames <= shape.frames:
                return shape
        raise InputError(
            "frames", f"{frames} is more than the {self.engine.shapes()[-1].frames} this bundle can plan"
        )

    def advance(self, jobs: Sequence[PlanJob], steps: int) -> None:
        """A few optimisation steps for all jobs as one batch (see ``NoiseOptimizer.advance``)."""
        self.optimizer.advance(jobs, steps)

    def embed(self, prompt: str) -> Array:
        """Sentence embedding ``(E,)``; cached by the encoder."""
        row: Array = self.text.embed([prompt])[0]
        return row

    def latents(self, joints: Array, visible: Array | None = None) -> Array:
        """Standardised latents ``(L, D)`` of joints ``(T, 22, 3)``, L = T // 4, seen through ``visible (L, 6)``.

        One frame more than L * 4 lets the last displacement be exact; without it the last frame is continued.
        """
        tokens = len(joints) // self.live_shape.patch_frames
        frames = tokens * self.live_shape.patch_frames
        if tokens < 1:
            raise InputError(
                "joints", f"{len(joints)} frames; at least {self.live_shape.patch_frames} are needed"
            )
        if len(joints) == frames:
            joints = one_frame_more(joints)
        raw = features.encode(np.asarray(joints[: frames + 1]), heading="clean")[:, rep.KEPT]
        mask = np.ones((tokens, rep.PART_COUNT), np.float32) if visible is None else visible
        latents: Array = self.engine.encode(raw[None], mask[None])[0]
        return latents

    def sample(self, noise: Array, row: Arrays, steps: int = 10, guidance: float = 0.0) -> Array:
        """Standardised latents ``(B, L, D)`` by plain DDIM with classifier-free guidance, no gradients (paper 3.2).

        ``row`` holds text, has_text, context, known and token_valid, batched. ``guidance`` w gives
        ``(1 + w) * conditional - w * unconditional``.
        """
        names = ("text", "has_text", "context", "known", "token_valid")

        def velocity(z: Array, time: float) -> Array:
            inputs = {n: row[n] for n in names} | {"noisy": z, "time": np.full(len(z), time, np.float32)}
            out = self.engine.denoise(inputs)
            if guidance:
                without = self.engine.denoise(inputs | {"has_text": np.zeros_like(row["has_text"])})
                out = (1 + guidance) * out - guidance * without
            result: Array = to_velocity(self.prediction, out, z, time)
            return result

        z = ddim(velocity, noise, time_grid(steps))
        known = row["known"][..., None]
        latents: Array = known * row["context"] + (1 - known) * z
        return latents.astype(np.float32)
