"""Checkpoints as safetensors plus a small JSON file, written so that the last good one always survives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from lamp.errors import InputError


def save(folder: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Write ``folder/tensors.safetensors`` and ``folder/state.json``; the old checkpoint is replaced only when the new
    one is complete on disk. Raises ``OSError`` (disk full, say) with the old checkpoint untouched."""
    new, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        save_file(
            {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()},
            new / "tensors.safetensors",
        )
        (new / "state.json").write_text(json.dumps(state, indent=1), encoding="utf8")
    except (OSError, SafetensorError) as error:  # safetensors has its own type for a full disk
        shutil.rmtree(new, ignore_errors=True)
        raise OSError(
            f"the checkpoint could not be written to {folder} ({error}); the one before it is kept. "
            "Make room on the disk and continue with --resume"
        ) from error
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    new.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def load(folder: Path, device: torch.device) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint; falls back to the previous one if the process died between the two renames of ``save``."""
    for candidate in (folder, folder.with_name(folder.name + ".old")):
        if (candidate / "state.json").exists():
            state = json.loads((candidate / "state.json").read_text(encoding="utf8"))
            return load_file(candidate / "tensors.safetensors", device=str(device)), state
    raise InputError("--resume", f"no checkpoint in {folder}; start without --resume")


def averaged(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The moving average of the weights in a checkpoint, under the model's own names."""
    return {k[4:]: v for k, v in tensors.items() if k.startswith("ema.")}


def effort(state: dict[str, Any]) -> dict[str, float | int]:
    """What a checkpoint cost: steps, minutes of the clock, and minutes of the processors where they were counted."""
    spent: dict[str, float | int] = {
        "steps": int(state["step"]), "minutes": round(float(state["trained_s"]) / 60, 1),
    }  # fmt: skip
    if "trained_cpu_s" in state:
        spent["cpu_minutes"] = round(float(state["trained_cpu_s"]) / 60, 1)
    return spent
