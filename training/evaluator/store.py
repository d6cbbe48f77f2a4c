"""Evaluators on disk: half-precision safetensors and ``evaluator.json`` beside them. No pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from lamp.errors import BundleError, InputError
from training.evaluator import published
from training.evaluator.config import EvaluatorConfig
from training.evaluator.evaluator import Evaluator
from training.evaluator.model import EvaluatorModel
from training.evaluator.published import PublishedEvaluator

SHIPPED = Path(__file__).resolve().parent.parent / "evaluators"
DEFAULT = "t2m"
SCHEMA = 1
WEIGHTS, INFO = "evaluator.safetensors", "evaluator.json"


def save(model: EvaluatorModel, folder: Path, info: dict[str, Any]) -> None:
    """Write the evaluator; ``info`` says what it was trained on and how well it retrieves."""
    folder.mkdir(parents=True, exist_ok=True)
    # statistics stay in single precision: a rounded mean would shift every embedding
    tensors = {
        k: (v if k in ("mean", "std") else v.half()).contiguous() for k, v in model.state_dict().items()
    }
    save_file(tensors, folder / WEIGHTS)
    document = {
        "schema": SCHEMA, "config": asdict(model.config), "sha256": _hash(folder / WEIGHTS), **info,
    }  # fmt: skip
    (folder / INFO).write_text(json.dumps(document, indent=1) + "\n", encoding="utf8")


def load_any(name: str | Path | None = None) -> Evaluator | PublishedEvaluator:
    """:func:`load`, or the published T2M evaluator where ``name`` is a folder with its converted weights."""
    if name is not None and (Path(name) / published.WEIGHTS).is_file():
        return PublishedEvaluator.load(Path(name))
    return load(name)


def load(name: str | Path | None = None) -> Evaluator:
    """A shipped evaluator by name, or one in a folder; ``InputError`` lists what there is."""
    folder = _find(DEFAULT if name is None else name)
    document = json.loads((folder / INFO).read_text(encoding="utf8"))
    if document.get("schema") != SCHEMA:
        raise BundleError(f"{folder}: schema is {document.get('schema')!r}, this version reads {SCHEMA}")
    digest = _hash(folder / WEIGHTS)
    if digest != document["sha256"]:
        raise BundleError(
            f"{folder / WEIGHTS} is not the file {INFO} was written for; figures would not be comparable. "
            "Fetch both again, or train an evaluator: python -m training evaluator"
        )
    model = EvaluatorModel(EvaluatorConfig.from_dict(document["config"]))
    weights = {k: v.float() for k, v in load_file(folder / WEIGHTS).items()}
    model.load_state_dict(weights)
    for key, value in weights.items():
        if not bool(torch.isfinite(value).all()):
            raise BundleError(f"{folder / WEIGHTS}: weight {key} is not finite; train it again")
    return Evaluator(model, folder.name, digest)


def _find(name: str | Path) -> Path:
    for folder in (SHIPPED / str(name), Path(name)):
        if (folder / INFO).is_file() and (folder / WEIGHTS).is_file():
            return folder
    have = ", ".join(sorted(p.parent.name for p in SHIPPED.glob(f"*/{INFO}"))) or "none"
    raise InputError(
        "--evaluator", f"{str(name)!r} is neither shipped ({have}) nor a folder with {INFO} and {WEIGHTS}"
    )


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
