"""A HumanML3D folder: joints or 263-dim vectors, texts with sub-clips, split lists; also what ``expand.py`` writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from lamp.features import FEATURE_COUNT, decode
from training.clips import FPS, SPLITS, Array, RawClip, RawItem, Skipped, Source, SourceOptions, split_by_hash

LOOKS_LIKE = "a folder with new_joints/, joints/ or new_joint_vecs/ and texts/"
_MOTION_FOLDERS = ("new_joints", "joints", "new_joint_vecs")  # by preference; the last holds vectors
_OFFICIAL = ("new_joints", "new_joint_vecs")  # folders that only HumanML3D itself has


@dataclass(frozen=True)
class _Caption:
    text: str
    start_s: float  # start = end = 0: the whole clip
    end_s: float


def detect(path: Path) -> bool:
    return _motion_folder(path) is not None


def open_source(path: Path, options: SourceOptions) -> Source:
    """List the clips now, read them while iterating."""
    folder = _motion_folder(path)
    if folder is None:
        raise InputError("source", f"{path} holds no motion; it must be {LOOKS_LIKE}, with .npy files")
    official = any((path / name).is_dir() for name in _OFFICIAL)
    name = options.name or ("humanml3d" if official else path.resolve().name)
    licence = options.licence or ("amass-noncommercial" if official else "unstated")
    splits = _splits(path)
    files = {p.stem: p for p in sorted(folder.glob("*.npy"))}
    twins = sum(_is_twin(stem, files) for stem in files)
    kept = {
        stem: p for stem, p in files.items() if not _is_twin(stem, files) and options.wants(stem, licence)
    }
    notes = [f"{name}: {twins} mirrored twins (M...) left out; training mirrors on the fly"] if twins else []

    def items() -> Iterator[RawItem]:
        for clip_id, file in kept.items():
            split = options.split or (splits.get(clip_id) if splits else split_by_hash(clip_id))
            if split is None:
                yield Skipped(
                    clip_id, name, "in no split list (train.txt, val.txt, test.txt); --split NAME overrides"
                )
                continue
            yield from _clips(path, file, RawClip(clip_id, np.zeros((0, 22, 3)), name, licence, split))
        for clip_id in sorted(set(splits) - set(files)):
            if options.wants(clip_id, licence) and not clip_id.startswith("M"):
                yield Skipped(clip_id, name, "named in a split list, but there is no motion file")

    return Source("humanml3d", path, len(kept), items, frozenset({licence}), notes)


def _motion_folder(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    return next(
        (path / n for n in _MOTION_FOLDERS if (path / n).is_dir() and any((path / n).glob("*.npy"))), None
    )


def _is_twin(stem: str, files: dict[str, Path]) -> bool:
    return stem.startswith("M") and stem[1:] in files


def _splits(path: Path) -> dict[str, str]:
    """Split of every listed id; empty when there are no lists."""
    found: dict[str, str] = {}
    for split in SPLITS:
        file = path / f"{split}.txt"
        if file.is_file():
            found.update((clip_id, split) for clip_id in file.read_text(encoding="utf-8").split())
    return found


def _clips(path: Path, file: Path, frame: RawClip) -> Iterator[RawItem]:
    """The whole clip with its captions, and one clip per described stretch; ``frame`` holds all but the motion."""
    try:
        joints = _joints(np.load(file, allow_pickle=False))
        captions = _captions(path / "texts" / f"{frame.id}.txt")
    except (OSError, ValueError, EOFError) as error:  # InputError is a ValueError
        yield Skipped(frame.id, frame.source, f"not readable: {error}")
        return
    stretches = sorted({(c.start_s, c.end_s) for c in captions if c.end_s > c.start_s})
    whole = tuple(c.text for c in captions if c.end_s <= c.start_s)
    if whole or not stretches:
        yield _with_motion(frame, frame.id, joints, whole)
    for start_s, end_s in stretches:
        texts = tuple(c.text for c in captions if (c.start_s, c.end_s) == (start_s, end_s))
        part = joints[int(start_s * FPS) : int(end_s * FPS)]
        yield _with_motion(frame, f"{frame.id}@{start_s:g}-{end_s:g}", part, texts)


def _with_motion(frame: RawClip, clip_id: str, joints: Array, captions: tuple[str, ...]) -> RawClip:
    kinds = ("human" if frame.source == "humanml3d" else "text-file",) * len(captions)
    return RawClip(clip_id, joints, frame.source, frame.licence, frame.split, captions, kinds)


def _joints(stored: Array) -> Array:
    """World joints from a stored array of joints ``(T, J, 3)`` or vectors ``(T, 263)``."""
    if stored.ndim == 2 and stored.shape[1] == FEATURE_COUNT:
        return np.asarray(decode(stored.astype(np.float32)))
    if stored.ndim == 3 and stored.shape[1:] == (
        52,
        3,
    ):  # body and hands, as AMASS was unpacked; the body comes first
        stored = stored[:, :22]
    if stored.ndim != 3:
        raise ValueError(
            f"array of shape {stored.shape}; expected joints (T, 22, 3) or vectors (T, {FEATURE_COUNT})"
        )
    return stored.astype(np.float32)


def _captions(file: Path) -> list[_Caption]:
    """Lines ``caption#word/POS word/POS#from#to``; a clip without a text file has no captions."""
    if not file.is_file():
        return []
    captions = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        text, *rest = line.strip().split("#")
        if not text.strip():
            continue
        try:
            start_s, end_s = (float(rest[1]), float(rest[2])) if len(rest) >= 3 else (0.0, 0.0)
        except ValueError as error:
            raise ValueError(
                f"{file.name} line {number}: {error}; expected caption#tokens#from#to"
            ) from error
        if not (
            np.isfinite(start_s) and np.isfinite(end_s)
        ):  # a few upstream lines say nan and mean the whole clip
            start_s = end_s = 0.0
        captions.append(_Caption(text.strip(), start_s, end_s))
    return captions
