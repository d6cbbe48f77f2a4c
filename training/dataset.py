"""Reading a prepared data set (numpy only), or any raw source prepared in memory on the fly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.skeleton import JOINT_COUNT, SKELETON_HASH
from training.clips import FPS, SPLITS, Array
from training.mirror import mirror_caption, mirror_clip, mirror_joints

__all__ = ["Clip", "PreparedSet", "load_any", "mirror_caption", "mirror_clip", "mirror_joints"]
SCHEMA = 1
MANIFEST, CLIPS, JOINTS, STATISTICS = "manifest.json", "clips.jsonl", "joints.npy", "statistics.npz"
_AGAIN = "prepare it again with: python -m training prepare SOURCE OUT"


@dataclass(frozen=True)
class Clip:
    """One line of ``clips.jsonl``."""

    id: str
    source: str
    licence: str
    split: str
    frames: int
    offset: int  # first row in joints.npy
    captions: tuple[str, ...]
    caption_kinds: tuple[str, ...]  # same length as captions
    actions: tuple[str, ...]
    weight: float  # how often to draw it in training, mean 1 over all clips
    mirrored: bool = False

    @staticmethod
    def from_record(record: dict[str, Any]) -> Clip:
        texts = {key: tuple(record[key]) for key in ("captions", "caption_kinds", "actions")}
        return Clip(**{**record, **texts})

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PreparedSet:
    """Clips on the standard skeleton at 20 fps, floor at y = 0, each starting at the origin with its own heading."""

    path: Path
    manifest: dict[str, Any]
    clips: tuple[Clip, ...]
    units: Array  # int16 (F, 22, 3), memory-mapped when loaded from disk
    mean: Array  # (263,) float32 of the training split, clean heading
    std: Array  # (263,) float32

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def minutes(self) -> float:
        return sum(c.frames for c in self.clips) / FPS / 60.0

    def joints(self, index: int) -> Array:
        """World joints of a clip, ``(T, 22, 3)`` float32 in metres (a copy)."""
        clip = self.clips[index]
        rows = self.units[clip.offset : clip.offset + clip.frames]
        return rows.astype(np.float32) * np.float32(self.manifest["unit_m"])

    def split(self, name: str) -> Array:
        """Indices of the clips of a split; ``"all"`` gives every clip. ``InputError`` for an unknown name."""
        if name != "all" and name not in SPLITS:
            raise InputError("split", f"{name!r} is unknown; use all, {', '.join(SPLITS)}")
        return np.array([i for i, c in enumerate(self.clips) if name in ("all", c.split)], dtype=np.int64)

    def statistics(self) -> tuple[Array, Array]:
        """``(mean (263,), std (263,))`` of the training split."""
        return self.mean, self.std

    @staticmethod
    def load(path: str | Path) -> PreparedSet:
        """Open a prepared folder; ``InputError`` says what is wrong with it and how to mend it."""
        folder = Path(path)
        manifest = _manifest(folder)
        try:
            lines = (folder / CLIPS).read_text(encoding="utf-8").splitlines()
            clips = tuple(Clip.from_record(json.loads(line)) for line in lines)
            units = np.load(folder / JOINTS, mmap_mode="r", allow_pickle=False)
            with np.load(folder / STATISTICS, allow_pickle=False) as file:
                mean, std = file["mean"], file["std"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(str(folder), f"the prepared set is damaged ({error}); {_AGAIN}") from error
        loaded = PreparedSet(folder, manifest, clips, units, mean, std)
        _check_consistent(loaded)
        return loaded


def load_any(path: str | Path, licences: Sequence[str] = ()) -> PreparedSet:
    """A prepared set, or any raw source folder, prepared in memory. ``licences`` filters a raw source only."""
    folder = Path(path)
    if (folder / MANIFEST).is_file() or (folder / JOINTS).is_file():
        return PreparedSet.load(folder)
    from training.clips import SourceOptions
    from training.collect import PrepareOptions, collect_in_memory
    from training.sources import open_source

    source = open_source(folder, SourceOptions(licences=frozenset(licences)))
    return collect_in_memory([source], PrepareOptions())


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / MANIFEST
    if not folder.is_dir():
        raise InputError(str(folder), "there is no such folder")
    if not file.is_file():
        why = "preparing it was not finished" if (folder / JOINTS).is_file() else "it is no prepared data set"
        raise InputError(str(folder), f"{MANIFEST} is missing: {why}; {_AGAIN}")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(str(file), f"not readable as JSON ({error}); {_AGAIN}") from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        found = manifest.get("schema") if isinstance(manifest, dict) else None
        raise InputError(str(file), f"schema is {found!r}, this version reads {SCHEMA}; {_AGAIN}")
    skeleton, fps, unit_m = (manifest.get(key) for key in ("skeleton_hash", "fps", "unit_m"))
    if skeleton != SKELETON_HASH:
        raise InputError(
            str(file), f"made for skeleton {skeleton!r}, this version has {SKELETON_HASH!r}; {_AGAIN}"
        )
    if fps != FPS or not isinstance(unit_m, float):
        raise InputError(str(file), f"fps {fps!r} or unit_m {unit_m!r} is wrong; {_AGAIN}")
    return manifest


def _check_consistent(loaded: PreparedSet) -> None:
    frames = max((c.offset + c.frames for c in loaded.clips), default=0)
    if loaded.units.dtype != np.int16 or loaded.units.shape != (frames, JOINT_COUNT, 3):
        found, needed = f"{loaded.units.dtype} {loaded.units.shape}", f"int16 ({frames}, {JOINT_COUNT}, 3)"
        raise InputError(str(loaded.path / JOINTS), f"holds {found}, {CLIPS} needs {needed}; {_AGAIN}")
