"""Peers behind the same tasks and the same optimiser as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from lamp import bundle as bundles
from lamp import features
from lamp.engines.torch_engine import TorchEngine
from lamp.models import representation as rep
from lamp.motion import Motion, one_frame_more
from lamp.optimizer import PlanJob
from lamp.planner import Planner
from lamp.prior import MotionPrior
from lamp.problem import Array, Arrays
from lamp.tasks import Task
from training.peers import store
from training.peers.emdm import style_of
from training.peers.store import Peer
from training.priors.bundle_prior import BundlePrior

_PAPER = {"mld": "MLD", "emdm": "EMDM"}


class PeerPrior(MotionPrior):
    """``MotionPrior`` over a peer's space; the torch engine runs the very step that bundles are optimised with."""

    peer: Peer

    @classmethod
    def of(cls, peer: Peer, threads: int | None = None) -> PeerPrior:
        """A peer ready to generate and to be optimised, on a GPU if torch sees one."""
        if threads:
            torch.set_num_threads(threads)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        engine = TorchEngine(peer.networks, peer.shapes(), peer.grids, device)
        # MotionPrior reads name, licence, info, sizes and grids of its bundle; a peer has those
        made = (MldPrior if peer.space.variant == "mld" else EmdmPrior)(cast(bundles.Bundle, peer), engine)
        made.peer, made.threads = peer, threads
        return made

    def generate(
        self, prompts: Sequence[str], *, frames: int = 120, seed: int = 0, guidance: float | None = None,
        steps: int = 10,
    ) -> list[Motion]:  # fmt: skip
        """As the base class, in windows this peer was trained for."""
        whole = self.planner.shape_for(frames).frames
        made = super().generate(prompts, frames=whole, seed=seed, guidance=guidance, steps=steps)
        return [motion[:frames] for motion in made]


class MldPrior(PeerPrior):
    """One vector per clip: there is one window, and shorter clips are padded to it."""

    def __init__(self, bundle: bundles.Bundle, engine: TorchEngine) -> None:
        super().__init__(bundle, engine)
        old = self.planner
        self.planner = VectorPlanner(old.engine, old.text, old.prediction)


class VectorPlanner(Planner):
    """Sees a clip through the VAE."""

    def latents(self, joints: Array, visible: Array | None = None) -> Array:
        """Standardised latent ``(1, D)`` of joints ``(T, 22, 3)``, T up to the window; all of it is seen."""
        window = self.live_shape.frames
        joints = one_frame_more(joints)[: window + 1]
        raw = features.encode(joints, heading="clean")[:, rep.KEPT]
        valid = np.arange(window) < len(raw)
        padded = np.concatenate([raw, np.zeros((window - len(raw), rep.WIDTH), raw.dtype)])
        latents: Array = self.engine.encode(padded[None], valid[None].astype(np.float32))[0]
        return latents


class EmdmPrior(PeerPrior):
    """Noise per frame, and a random vector beside it. It has no way from a given motion to its noise (as in the
    paper): every task starts from white noise."""

    def __init__(self, bundle: bundles.Bundle, engine: TorchEngine) -> None:
        super().__init__(bundle, engine)
        old = self.planner
        self.planner = StylePlanner(old.engine, old.text, old.prediction)

    def generate(
        self, prompts: Sequence[str], *, frames: int = 120, seed: int = 0, guidance: float | None = None,
        steps: int = 0,
    ) -> list[Motion]:  # fmt: skip
        """As the base class; the chain always has the steps it was trained with."""
        steps = len(next(iter(self.peer.grids.values()))) - 1
        return super().generate(prompts, frames=frames, seed=seed, guidance=guidance, steps=steps)

    def _job(
        self, task: Task, steps: int, deadline_s: float | None, starts: int, seed: int, rate: float
    ) -> PlanJob:
        self._random = np.random.default_rng([seed, 1])
        job = super()._job(task, steps, deadline_s, starts, seed, rate)
        for problem, _ in job.rows:
            problem["context"] = _with_style(problem["start_noise"])
        return job

    def _begin(self, task: Task, row: Arrays) -> Array:
        shape = self.planner.shape_for(task.frames)
        noise: Array = self._random.standard_normal((shape.tokens, shape.latent_width)).astype(np.float32)
        return noise


class StylePlanner(Planner):
    """Gives every sample its random vector."""

    def sample(self, noise: Array, row: Arrays, steps: int = 10, guidance: float = 0.0) -> Array:
        return super().sample(noise, {**row, "context": _with_style(noise)}, steps, guidance)


def _with_style(noise: Array) -> Array:
    style: Array = np.broadcast_to(style_of(torch.from_numpy(noise)).numpy(), noise.shape).copy()
    return style


def load_peer(folder: str | Path, threads: int | None = None) -> BundlePrior:
    """A row of the tables from a folder written by ``python -m training mld`` or ``emdm``."""
    peer = store.load(Path(folder))
    row = BundlePrior(PeerPrior.of(peer, threads), peer.name, _PAPER[peer.space.variant])
    if peer.space.variant == "emdm":
        row.abilities = frozenset({"text", "optimize"})
    return row
