"""Bundles: a trained prior on disk (design section 7).

A bundle is a folder: ``bundle.yaml``, half-precision safetensors, step and network graphs without weights, and a model
card. The text encoder lies beside the bundles and is shared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from safetensors.numpy import load_file

from lamp.errors import BundleError, InputError
from lamp.models.config import AutoencoderConfig, DenoiserConfig, from_dict
from lamp.problem import Array, Arrays, Shape
from lamp.skeleton import SKELETON_HASH

SCHEMA = 1
BUNDLES = Path(__file__).resolve().parent / "bundles"
MANIFEST = "bundle.yaml"
REQUIRED = ("name", "licence", "autoencoder", "denoiser", "text_encoder", "weights", "steps")


@dataclass(frozen=True)
class Bundle:
    """A checked bundle, weights in single precision."""

    folder: Path
    info: dict[str, Any]
    autoencoder: AutoencoderConfig
    denoiser: DenoiserConfig
    weights: Arrays  # names of PriorNetworks
    graphs: dict[tuple[int, int, bool], str]  # (frames, batch, geometry) -> step graph; empty: torch only
    grids: dict[int, list[float]]  # frames -> times of the chain its step graph holds

    @property
    def name(self) -> str:
        return str(self.info["name"])

    @property
    def licence(self) -> str:
        return str(self.info["licence"])

    @property
    def base_shape(self) -> Shape:
        return Shape(
            min(self.grids),
            self.autoencoder.latent_width,
            self.denoiser.text_width,
            self.autoencoder.patch_frames,
        )

    def fingerprint(self) -> str:
        """Hash of the weights and graphs on disk: 32 hexadecimal digits. Reads them all, which takes a moment."""
        digest = hashlib.blake2b(digest_size=16)
        for file in sorted([*self.info["weights"], *(p.name for p in self.folder.glob("*.onnx.gz"))]):
            digest.update(file.encode() + b"\0" + (self.folder / file).read_bytes())
        return digest.hexdigest()


def find(name: str | Path | None) -> Path:
    """Folder of a bundle given by name (``research``, ``open``), by path, or None for the default."""
    if name is None:
        name = default_name()
    for candidate in (BUNDLES / str(name), Path(name)):
        if (candidate / MANIFEST).is_file():
            return candidate
    have = sorted(p.parent.name for p in BUNDLES.glob(f"*/{MANIFEST}"))
    raise InputError(
        "bundle",
        f"{str(name)!r} is neither a shipped bundle ({', '.join(have)}) nor a folder with {MANIFEST}",
    )


def default_name() -> str:
    """The default bundle, named in ``bundles/default.yaml``: the one that evaluates best."""
    file = BUNDLES / "default.yaml"
    if not file.is_file():
        raise BundleError("no default bundle is installed; pass --bundle FOLDER")
    return str(yaml.safe_load(file.read_text(encoding="utf8"))["default"])


def load(name: str | Path | None = None) -> Bundle:
    """Read and check a bundle; ``BundleError`` says what is wrong and how to mend it."""
    folder = find(name)
    try:
        info = yaml.safe_load((folder / MANIFEST).read_text(encoding="utf8"))
    except yaml.YAMLError as error:
        raise BundleError(f"{folder / MANIFEST} is not valid YAML: {error}") from error
    if not isinstance(info, dict) or info.get("schema") != SCHEMA:
        found = info.get("schema") if isinstance(info, dict) else None
        raise BundleError(
            f"{folder.name}: schema is {found!r}, this version reads {SCHEMA}; retrain or update lamp-motion"
        )
    if info.get("skeleton_hash") != SKELETON_HASH:
        raise BundleError(
            f"{folder.name}: trained for skeleton {info.get('skeleton_hash')!r}, this version has {SKELETON_HASH!r}"
        )
    missing = [key for key in REQUIRED if key not in info]
    if missing:
        raise BundleError(
            f"{folder.name}: {MANIFEST} lacks {', '.join(missing)}; fetch or build the bundle again"
        )
    autoencoder = from_dict(AutoencoderConfig, info["autoencoder"], f"{folder.name}: autoencoder")
    denoiser = from_dict(DenoiserConfig, info["denoiser"], f"{folder.name}: denoiser")
    graphs, grids = {}, {}
    for entry in info["steps"]:
        key = int(entry["frames"]), int(entry["batch"]), bool(entry.get("geometry", False))
        if "file" in entry:
            graphs[key] = str(entry["file"])
        grids[int(entry["frames"])] = [float(t) for t in entry["grid"]]
    return Bundle(folder, info, autoencoder, denoiser, _read_weights(folder, info), graphs, grids)


def _read_weights(folder: Path, info: dict[str, Any]) -> Arrays:
    weights: Arrays = {}
    for file in info["weights"]:
        path = folder / file
        if not path.is_file():
            raise BundleError(
                f"{folder.name}: weight file {file} is missing; fetch the repository's large files again"
            )
        try:
            stored: dict[str, Array] = load_file(path)
        except Exception as error:  # safetensors raises its own type for damaged files
            raise BundleError(f"{folder.name}: {file} is damaged ({error}); fetch it again") from error
        for name, value in stored.items():
            single = value.astype(np.float32)
            if not np.isfinite(single).all():
                raise BundleError(
                    f"{folder.name}: weight {name} in {file} is not finite; the file is damaged"
                )
            weights[name] = single
    return weights
