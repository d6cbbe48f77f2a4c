"""Motions of any other system, read from a folder, as a row of table 1."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp import features
from lamp.errors import InputError
from lamp.tasks import Task
from training.priors.base import Array, Budget, Outcome

_KEYS = ("joints", "positions", "positions_m", "motion", "vectors", "features")
_CAPTIONS = ("captions.json", "captions.txt")


class FolderPrior:
    """A folder of generated clips (MoMask, MMM, BAMM, T2M, MDM ...): scored as they are, never optimised.

    Clips: ``*.npy`` or ``*.npz`` (keys ``joints``, ``positions``, ``motion``, ``vectors``), each ``(T, 22, 3)`` joints
    in metres, ``(T, 263)`` raw HumanML3D vectors, or a stack of either. What each was made for: ``captions.json``
    (``{file stem: text}``, stem#i for row i of a stack), ``captions.txt`` (a line per clip in the order of the file
    names), or ``NAME.txt`` beside the clip. 20 fps, Y up.
    """

    paper_name, max_frames = "", 196
    abilities = frozenset({"text"})

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.name = self.folder.name
        self.captions, self.motions = read_folder(self.folder)

    @property
    def key(self) -> str:
        return f"{self.name}-{len(self.motions)}-{sum(float(np.abs(m).sum()) for m in self.motions):.4f}"

    def describe(self) -> dict[str, Any]:
        return {"folder": self.folder.name, "motions": len(self.motions)}

    def generate(self, prompts: Sequence[str], frames: int, seed: int) -> list[Array]:
        raise NotImplementedError(
            "a folder's motions are given; the table takes them with their own captions"
        )

    def optimize(
        self,
        tasks: Sequence[Task],
        budget: Budget,
        on_progress: Callable[[int, float, float], None] | None = None,
    ) -> list[Outcome]:
        raise NotImplementedError("motions read from a folder cannot be optimised")


def read_folder(folder: Path) -> tuple[list[str], list[Array]]:
    """Captions and world joints of every clip; ``InputError`` names the file that cannot be used and why."""
    files = sorted(p for p in folder.glob("*") if p.suffix in (".npy", ".npz")) if folder.is_dir() else []
    if not files:
        raise InputError(str(folder), "holds no .npy or .npz clip")
    clips: dict[str, Array] = {}
    for file in files:
        rows = _rows(file)
        clips |= {f"{file.stem}#{i}" if len(rows) > 1 else file.stem: row for i, row in enumerate(rows)}
    texts = _texts(folder, list(clips))
    missing = [name for name in clips if not texts.get(name)]
    if missing:
        raise InputError(
            str(folder), f"no caption for {missing[0]} ({len(missing)} in all); give {' or '.join(_CAPTIONS)}"
        )
    return [texts[name] for name in clips], list(clips.values())


def to_joints(array: Array, name: str) -> Array:
    """Joints ``(T, 22, 3)`` or vectors ``(T, 263)`` -> joints float32, checked."""
    array = np.asarray(array)
    if array.ndim == 2 and array.shape[1] == features.FEATURE_COUNT:
        array = features.decode(array.astype(np.float32))
    if array.ndim != 3 or array.shape[1:] != (22, 3):
        raise InputError(name, f"shape is {array.shape}; give (T, 22, 3) joints or (T, 263) raw vectors")
    if not np.isfinite(array).all():
        raise InputError(name, "holds values that are not finite")
    height_m = float(np.ptp(array[0, :, 1]))
    if not 0.2 < height_m < 3.0:
        raise InputError(
            name, f"the first pose is {height_m:.3g} m high; vectors must be de-normalised with their own model's "
            "statistics, joints must be in metres with Y up",
        )  # fmt: skip
    return array.astype(np.float32)


def _rows(file: Path) -> list[Array]:
    try:
        loaded = np.load(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(str(file), f"cannot be read without pickle ({error}); save plain arrays") from error
    if isinstance(loaded, np.ndarray):
        array = loaded
    else:
        key = next((k for k in _KEYS if k in loaded.files), None)
        if key is None:
            raise InputError(str(file), f"has {loaded.files}; name the array one of {', '.join(_KEYS)}")
        array = loaded[key]
    stacked = array.ndim == 4 or (array.ndim == 3 and array.shape[2] == features.FEATURE_COUNT)
    return [to_joints(a, file.name) for a in (array if stacked else [array])]


def _texts(folder: Path, names: list[str]) -> dict[str, str]:
    table, lines = folder / _CAPTIONS[0], folder / _CAPTIONS[1]
    if table.is_file():
        return {str(k): str(v) for k, v in json.loads(table.read_text(encoding="utf8")).items()}
    if lines.is_file():
        texts = [t.strip() for t in lines.read_text(encoding="utf8").splitlines() if t.strip()]
        if len(texts) != len(names):
            raise InputError(str(lines), f"{len(texts)} lines for {len(names)} clips")
        return dict(zip(names, texts, strict=True))
    beside = {name: folder / f"{name}.txt" for name in names}
    return {
        name: file.read_text(encoding="utf8").splitlines()[0].split("#")[0].strip()
        for name, file in beside.items() if file.is_file() and file.read_text(encoding="utf8").strip()
    }  # fmt: skip
