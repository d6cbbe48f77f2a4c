"""Priors by name, as ``--bundle`` lists them."""

from __future__ import annotations

from pathlib import Path

from training.peers.prior import load_peer
from training.peers.store import MANIFEST
from training.priors.base import Prior
from training.priors.bundle_prior import BundlePrior
from training.priors.folder_prior import FolderPrior
from training.priors.input_prior import InputPrior

HELP = (
    "bundle names or folders; folders of peers (OUT/prior of mld, emdm); random (scrambled weights), input (nothing "
    "done), motions:FOLDER (clips of any system)"
)


def load_prior(spec: str, engine: str = "auto", threads: int | None = None) -> Prior:
    """``random``, ``input``, ``motions:FOLDER``, a peer, or a bundle. ``InputError`` for what cannot be found."""
    if spec == "input":
        return InputPrior()
    if spec == "random":
        return BundlePrior.scrambled(None, engine, threads)
    if spec.startswith("motions:"):
        return FolderPrior(spec.removeprefix("motions:"))
    if (Path(spec) / MANIFEST).is_file():
        return load_peer(spec, threads)
    return BundlePrior.load(spec, engine, threads)
