"""A trained MDM on disk: ``prior.yaml`` (kind, sizes, licence, how it was trained) and ``weights.safetensors``."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from lamp.errors import BundleError, InputError
from lamp.skeleton import SKELETON_HASH
from training.config import parse
from training.mdm.config import MdmConfig
from training.mdm.model import MdmDenoiser

KIND, MANIFEST, WEIGHTS = "mdm", "prior.yaml", "weights.safetensors"
_AGAIN = "train it again with: python -m training mdm"


@dataclass(frozen=True)
class StoredMdm:
    """The network, ready and frozen; mean and deviation ``(263,)`` of the data it was trained on."""

    network: MdmDenoiser
    mean: Tensor
    std: Tensor
    info: dict[str, Any]
    digest: str  # of the weights


def save(
    folder: Path,
    config: MdmConfig,
    weights: dict[str, Tensor],
    mean: Tensor,
    std: Tensor,
    info: dict[str, Any],
) -> None:
    """Write the folder; ``prior.yaml`` last, so that a half-written one is not read."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {**weights, "mean": mean, "std": std}
    save_file({k: v.detach().cpu().float().contiguous() for k, v in tensors.items()}, folder / WEIGHTS)
    manifest = {"kind": KIND, "skeleton_hash": SKELETON_HASH, "model": asdict(config), **info}
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf8")


def is_mdm(folder: Path) -> bool:
    """Whether a folder holds a trained MDM."""
    file = folder / MANIFEST
    return file.is_file() and f"kind: {KIND}" in file.read_text(encoding="utf8").splitlines()


def load(folder: Path) -> StoredMdm:
    """Read and check a folder; ``InputError`` where there is none, ``BundleError`` where it is damaged."""
    if not is_mdm(folder):
        raise InputError("mdm", f"{folder} holds no {MANIFEST} of kind {KIND}; {_AGAIN}")
    info = yaml.safe_load((folder / MANIFEST).read_text(encoding="utf8"))
    if info.get("skeleton_hash") != SKELETON_HASH:
        raise BundleError(
            f"{folder} is for skeleton {info.get('skeleton_hash')!r}, this version has {SKELETON_HASH!r}; {_AGAIN}"
        )
    config = parse(MdmConfig, info["model"], f"{folder / MANIFEST}: model")
    try:
        weights = load_file(folder / WEIGHTS)
        mean, std = weights.pop("mean"), weights.pop("std")
        network = MdmDenoiser(config)
        network.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise BundleError(f"{folder / WEIGHTS} is damaged or of other sizes ({error}); {_AGAIN}") from error
    digest = hashlib.blake2b((folder / WEIGHTS).read_bytes(), digest_size=8).hexdigest()
    return StoredMdm(network.eval().requires_grad_(False), mean, std, info, digest)
