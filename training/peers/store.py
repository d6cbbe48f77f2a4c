"""A trained peer on disk: ``peer.yaml`` and half-precision safetensors in one folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.numpy import load_file
from safetensors.torch import save_file

from lamp.bundle import Array, Arrays
from lamp.chain import time_grid
from lamp.engines.objective import PriorNetworks
from lamp.errors import BundleError
from lamp.models import representation as rep
from lamp.models.config import from_dict
from lamp.problem import Shape
from lamp.skeleton import SKELETON_HASH
from training.peers.config import EmdmConfig, MldDenoiserConfig, MldVaeConfig
from training.peers.emdm import EmdmNetworks, Generator
from training.peers.mld import MldNetworks, MotionVae, VectorDenoiser

SCHEMA, MANIFEST, WEIGHTS = 1, "peer.yaml", "weights.safetensors"
MLD_STEPS = 5  # of MLD's chain when its noise is optimised
STATISTICS = ("feature_mean", "feature_std", "latent_mean", "latent_std")


@dataclass(frozen=True)
class Space:
    """What the optimiser's callers read of an architecture: how a clip becomes latents."""

    variant: str
    patch_frames: int  # frames per token
    latent_width: int
    max_tokens: int
    text_width: int
    prediction: str


@dataclass(frozen=True)
class Peer:
    """A loaded peer; it has what ``lamp.prior.MotionPrior`` reads of a bundle."""

    info: dict[str, Any]
    networks: PriorNetworks
    space: Space
    grids: dict[int, list[float]]  # window, frames -> times of its chain

    @property
    def name(self) -> str:
        return str(self.info["name"])

    @property
    def licence(self) -> str:
        return str(self.info["licence"])

    @property
    def autoencoder(self) -> Space:
        return self.space

    @property
    def denoiser(self) -> Space:
        return self.space

    @property
    def weights(self) -> Arrays:
        return {k: v.detach().cpu().numpy() for k, v in self.networks.state_dict().items()}

    def shapes(self) -> list[Shape]:
        """The windows its noise is optimised in."""
        s = self.space
        return [Shape(f, s.latent_width, s.text_width, s.patch_frames) for f in sorted(self.grids)]


def save(folder: Path, info: dict[str, Any], configs: dict[str, Any], networks: PriorNetworks) -> None:
    """Write a peer. ``info``: kind (mld | emdm), name, licence, training; ``configs``: its architecture by part."""
    folder.mkdir(parents=True, exist_ok=True)
    half = {k: v.detach().half().contiguous() for k, v in networks.state_dict().items()}
    wrong = [name for name, value in half.items() if not torch.isfinite(value).all()]
    if wrong:
        raise BundleError(f"{wrong[0]} does not fit half precision; the training has diverged")
    save_file(half, folder / WEIGHTS)
    manifest = {"schema": SCHEMA, "skeleton_hash": SKELETON_HASH, **info,
                "architecture": {name: _plain(asdict(config)) for name, config in configs.items()}}  # fmt: skip
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest, sort_keys=False, width=100), encoding="utf8")


def load(folder: Path) -> Peer:
    """Read and check a peer; ``BundleError`` says what is wrong with it."""
    try:
        info = yaml.safe_load((folder / MANIFEST).read_text(encoding="utf8"))
        stored: dict[str, Array] = load_file(folder / WEIGHTS)
    except Exception as error:  # yaml and safetensors have their own types
        raise BundleError(f"{folder}: the peer cannot be read ({error}); train it again") from error
    found = info.get("schema") if isinstance(info, dict) else None
    if found != SCHEMA or info.get("skeleton_hash") != SKELETON_HASH or info.get("kind") not in _KINDS:
        raise BundleError(
            f"{folder}: schema {found!r} and kind {info.get('kind') if isinstance(info, dict) else None!r} or their "
            f"skeleton are not those of this version ({SCHEMA}, {' or '.join(_KINDS)}); train it again"
        )
    weights = {name: torch.from_numpy(value.astype(np.float32)) for name, value in stored.items()}
    missing = [name for name in STATISTICS if name not in weights]
    if missing:
        raise BundleError(f"{folder}: {', '.join(missing)} missing from {WEIGHTS}; train it again")
    networks, space, grids = _KINDS[info["kind"]](info, {n: weights[n] for n in STATISTICS}, str(folder))
    try:
        networks.load_state_dict(weights)
    except RuntimeError as error:
        raise BundleError(f"{folder}: weights do not fit the architecture in {MANIFEST} ({error})") from error
    return Peer(info, networks.eval().requires_grad_(False), space, grids)


_Built = tuple[PriorNetworks, Space, dict[int, list[float]]]


def _mld(info: dict[str, Any], statistics: dict[str, torch.Tensor], where: str) -> _Built:
    parts = info["architecture"]
    vae = from_dict(MldVaeConfig, parts["autoencoder"], where)
    denoiser = from_dict(MldDenoiserConfig, parts["denoiser"], where)
    networks = MldNetworks(MotionVae(vae), VectorDenoiser(denoiser, vae.latent_width), statistics)
    space = Space("mld", vae.frames, vae.latent_width, 1, denoiser.text_width, denoiser.prediction)
    return networks, space, {vae.frames: time_grid(MLD_STEPS)}


def _emdm(info: dict[str, Any], statistics: dict[str, torch.Tensor], where: str) -> _Built:
    config = emdm_config(info["architecture"]["model"], where)
    space = Space("emdm", 1, rep.WIDTH, max(config.windows), config.text_width, "x0")
    grid = time_grid(config.chain_steps)
    return EmdmNetworks(Generator(config), statistics), space, dict.fromkeys(config.windows, grid)


def emdm_config(values: dict[str, Any], where: str) -> EmdmConfig:
    """The config from parsed YAML, which has no tuples."""
    return from_dict(EmdmConfig, {**values, "windows": tuple(values["windows"])}, where)


_KINDS = {"mld": _mld, "emdm": _emdm}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
