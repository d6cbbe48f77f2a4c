"""A very small random prior: real networks, engine and planner, in milliseconds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from lamp import features
from lamp.bundle import MANIFEST, SCHEMA
from lamp.chain import time_grid
from lamp.engines.objective import PriorNetworks
from lamp.engines.torch_engine import TorchEngine
from lamp.models import representation as rep
from lamp.models.config import AutoencoderConfig, DenoiserConfig, to_dict
from lamp.networks import empty_networks
from lamp.planner import Planner
from lamp.problem import Shape
from lamp.skeleton import SKELETON_HASH
from tests.training import synthetic

TEXT_WIDTH = 12
LIVE_FRAMES, LONG_FRAMES = 48, 64


class FakeText:
    """Embeddings that depend on the text only; no model."""

    id = "fake"
    width = TEXT_WIDTH

    def embed(self, texts: Sequence[str]) -> Any:
        seeds = [int.from_bytes(hashlib.sha256(t.encode()).digest()[:4], "big") for t in texts]
        rows = np.stack([np.random.default_rng(s).standard_normal(self.width) for s in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def autoencoder_config(variant: str = "vit") -> AutoencoderConfig:
    return AutoencoderConfig(variant, part_width=8, part_blocks=1, body_blocks=1, decoder_blocks=1, head_width=16,
                             max_tokens=16, output_smoothing=0.1)  # fmt: skip


def denoiser_config(prediction: str = "v") -> DenoiserConfig:
    return DenoiserConfig(width=32, blocks=1, head_width=16, text_width=TEXT_WIDTH, prediction=prediction,
                          max_tokens=16)  # fmt: skip


def networks(variant: str = "vit", prediction: str = "v", seed: int = 0) -> PriorNetworks:
    """Random networks whose output wobbles around a standing pose."""
    torch.manual_seed(seed)
    raw = features.encode(synthetic.motion(60), heading="clean")[:, rep.KEPT]
    config = autoencoder_config(variant)
    statistics = {
        "feature_mean": torch.from_numpy(raw.mean(0)),
        "feature_std": torch.from_numpy(np.maximum(raw.std(0), 1e-3)),
        "latent_mean": torch.zeros(config.latent_width),
        "latent_std": torch.ones(config.latent_width),
    }
    made = empty_networks(config, denoiser_config(prediction), statistics)
    for layer in (made.denoiser.condition, made.denoiser.leave):  # the real start is the identity
        torch.nn.init.normal_(layer.weight, std=0.05)
    return made.eval().requires_grad_(False)


def shape(frames: int = LIVE_FRAMES) -> Shape:
    return Shape(frames, autoencoder_config().latent_width, TEXT_WIDTH, obstacles=16)


def engine(made: PriorNetworks | None = None) -> TorchEngine:
    shapes = [shape(LIVE_FRAMES), shape(LONG_FRAMES)]
    grids = {s.frames: time_grid(2) for s in shapes}
    return TorchEngine(made or networks(), shapes, grids, torch.device("cpu"), capture=False)


def planner() -> Planner:
    return Planner(engine(), FakeText(), "v")


def write_bundle(folder: Path, made: PriorNetworks | None = None) -> Path:
    """A bundle on disk without graphs."""
    from training.bundle import write_weights

    folder.mkdir(parents=True, exist_ok=True)
    files = write_weights(made or networks(), folder)
    steps = [
        {"file": f"step_f{f}_b1.onnx.gz", "frames": f, "batch": 1, "grid": time_grid(2)}
        for f in (LIVE_FRAMES, LONG_FRAMES)
    ]
    manifest = {
        "schema": SCHEMA, "name": "tiny", "licence": "test", "skeleton_hash": SKELETON_HASH,
        "autoencoder": to_dict(autoencoder_config()), "denoiser": to_dict(denoiser_config()),
        "text_encoder": "fake", "guidance": 0.0, "weights": files, "steps": steps,
    }  # fmt: skip
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest), encoding="utf8")
    return folder
