"""A folder of BVH files with humanoid skeletons of any naming, unit, rate and vertical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lamp.errors import InputError
from lamp.formats.bone_maps import BoneMap, load_bone_map
from lamp.formats.bvh_file import BvhError, BvhTake, read_bvh
from lamp.formats.bvh_motion import joints_of
from training.clips import (
    FPS,
    Array,
    RawClip,
    RawItem,
    Skipped,
    Source,
    SourceOptions,
    split_by_hash,
    words_of_name,
)

LOOKS_LIKE = "a folder with *.bvh files"


def detect(path: Path) -> bool:
    return (path.is_file() and path.suffix.lower() == ".bvh") or (path.is_dir() and bool(_files(path)))


def open_source(path: Path, options: SourceOptions) -> Source:
    """Find the files now, read them while iterating; what was detected is told in the source's notes."""
    files = _files(path)
    if not files:
        raise InputError("source", f"{path} holds no .bvh file")
    custom = load_bone_map(options.bone_map) if options.bone_map else None
    name, licence = options.name or path.stem, options.licence or "unstated"
    reader = _Reader(name, licence, custom, options)
    notes: list[str] = []
    base = path if path.is_dir() else path.parent

    def items() -> Iterator[RawItem]:
        for file in files:
            clip_id = f"{name}/{file.relative_to(base).with_suffix('').as_posix()}"
            if options.wants(clip_id, licence):
                yield reader.read(file, clip_id)
        notes.extend(reader.notes())

    return Source("bvh", path, len(files), items, frozenset({licence}), notes)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix.lower() == ".bvh" and p.is_file())


class _Reader:
    """Reads files one by one and counts what it found in them."""

    def __init__(self, name: str, licence: str, custom: BoneMap | None, options: SourceOptions) -> None:
        self.name, self.licence, self.custom, self.options = name, licence, custom, options
        self.found: dict[str, Counter[str]] = {
            key: Counter() for key in ("naming", "unit", "up axis", "rate")
        }
        self.rest_frames = self.mirrored = self.read_count = 0

    def read(self, file: Path, clip_id: str) -> RawItem:
        try:
            joints = self._joints(read_bvh(file))
        except (BvhError, OSError, InputError) as error:
            problem = error.problem if isinstance(error, InputError) else str(error)
            kind = "no bone map" if isinstance(error, InputError) else "not readable"
            return Skipped(clip_id, self.name, f"{kind}: {problem}")
        self.read_count += 1
        captions, kinds = _captions(file)
        split = self.options.split or split_by_hash(clip_id)
        return RawClip(clip_id, joints, self.name, self.licence, split, captions, kinds)

    def notes(self) -> list[str]:
        """One line on what was detected in how many files, and what a person should look at."""
        if not self.read_count:
            return []
        counts = [f"{key} {_told(counter)}" for key, counter in self.found.items()]
        lines = [f"{self.name}: {self.read_count} BVH files; {'; '.join(counts)}; resampled to {FPS:g} fps"]
        if self.rest_frames:
            lines.append(f"{self.name}: leading rest-pose frame removed from {self.rest_frames} files")
        if self.mirrored:
            doubt = "the toes point backwards; are left and right exchanged in the map?"
            lines.append(f"{self.name}: in {self.mirrored} files {doubt}")
        return lines

    def _joints(self, take: BvhTake) -> Array:
        found = joints_of(take, self.custom, self.options.up_axis, FPS)
        self.found["naming"][found.naming] += 1
        self.found["unit"][found.unit] += 1
        self.found["up axis"][found.up_axis] += 1
        self.found["rate"][f"{found.own_fps:g} fps"] += 1
        self.rest_frames += found.rest_frame_dropped
        self.mirrored += found.toes_point_back
        return found.joints_m


def _told(counter: Counter[str]) -> str:
    if len(counter) == 1:
        return next(iter(counter))
    return ", ".join(f"{value} ({count})" for value, count in counter.most_common())


def _captions(file: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lines of a text file of the same name (up to a ``#``), else the words of the file name."""
    text = file.with_suffix(".txt")
    if text.is_file():
        lines = [
            line.split("#")[0].strip()
            for line in text.read_text(encoding="utf-8", errors="replace").splitlines()
        ]
        captions = tuple(line for line in lines if line)
        return captions, ("text-file",) * len(captions)
    words = words_of_name(file.stem)
    return ((words,), ("file-name",)) if words else ((), ())
