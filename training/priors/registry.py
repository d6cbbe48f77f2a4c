"""Priors by name, as ``--bundle`` lists them."""

from __future__ import annotations

from pathlib import Path

from lamp.errors import InputError
from training.mdm.store import is_mdm
from training.peers.prior import load_peer
from training.peers.store import MANIFEST
from training.priors.base import Prior
from training.priors.bundle_prior import BundlePrior
from training.priors.folder_prior import FolderPrior
from training.priors.input_prior import InputPrior
from training.priors.mdm_prior import MdmPrior

HELP = (
    "bundle names or folders; mdm:FOLDER[@STEPS] (the peer MDM-DNO), folders of the peers mld and emdm (OUT/prior), "
    "random (scrambled weights), input (nothing done), motions:FOLDER (clips of any system)"
)


def load_prior(spec: str, engine: str = "auto", threads: int | None = None) -> Prior:
    """One of ``HELP``. ``InputError`` for what cannot be found."""
    if spec == "input":
        return InputPrior()
    if spec == "random":
        return BundlePrior.scrambled(None, engine, threads)
    if spec.startswith("motions:"):
        return FolderPrior(spec.removeprefix("motions:"))
    if (Path(spec) / MANIFEST).is_file():
        return load_peer(spec, threads)
    if spec.startswith("mdm:") or is_mdm(Path(spec)):
        return _mdm(spec.removeprefix("mdm:"), threads)
    return BundlePrior.load(spec, engine, threads)


def _mdm(spec: str, threads: int | None) -> MdmPrior:
    folder, at, steps = spec.partition("@")
    if at and not (steps.isdigit() and int(steps) > 0):
        raise InputError("mdm", f"{steps!r} after @ is no number of steps; give mdm:{folder}@100, say")
    return MdmPrior.load(folder, int(steps) if at else None, threads)
