"""A folder of BVH files with humanoid skeletons of any naming, unit, rate and vertical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from training.checks import MAX_SPEED_MPS, leg_lengths_m
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
from training.sources.bone_maps import BoneMap, Resolved, load_bone_map, resolve
from training.sources.bvh_file import BvhError, BvhTake, read_bvh

LOOKS_LIKE = "a folder with *.bvh files"
# Length of a leg (thigh and shin) of a person in metres; in any of these units it falls into exactly one range.
_LEG_RANGE_M = (0.6, 1.1)
_UNITS_M = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "asf (1/0.45 inch)": 0.0254 / 0.45}
_STANDARD_LEG_M = 0.816
_NECK, _ANKLES, _TOES = 12, (7, 8), (10, 11)


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
            take = read_bvh(file)
            bones = resolve(take.names, self.custom)
            joints = self._joints(take, bones)
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

    def _joints(self, take: BvhTake, bones: Resolved) -> Array:
        leg_units = float(leg_lengths_m(bones.apply(take.rest_positions())[None]).mean())
        unit, metres = _unit(leg_units)
        take, dropped = _without_rest_frame(take, bones, metres)
        joints = bones.apply(take.resample(FPS).world_positions()) * metres
        up = self.options.up_axis or _up_axis(joints, bones.apply(take.rest_positions()))
        if up == "z":
            joints = np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
        self.found["naming"][bones.name] += 1
        self.found["unit"][unit] += 1
        self.found["up axis"][up] += 1
        self.found["rate"][f"{take.fps:g} fps"] += 1
        self.rest_frames += dropped
        self.mirrored += _toes_point_back(joints)
        return joints.astype(np.float32)


def _told(counter: Counter[str]) -> str:
    if len(counter) == 1:
        return next(iter(counter))
    return ", ".join(f"{value} ({count})" for value, count in counter.most_common())


def _unit(leg_units: float) -> tuple[str, float]:
    """Name of the file's unit of length and its size in metres, told by the length of a leg."""
    for name, metres in _UNITS_M.items():
        if _LEG_RANGE_M[0] <= leg_units * metres <= _LEG_RANGE_M[1]:
            return name, metres
    if not leg_units > 1e-6:
        raise BvhError("the legs have no length in the rest pose")
    return f"unknown (a leg of {leg_units:.3g} is taken as {_STANDARD_LEG_M} m)", _STANDARD_LEG_M / leg_units


def _without_rest_frame(take: BvhTake, bones: Resolved, metres: float) -> tuple[BvhTake, bool]:
    """Drop frame 0 when the body leaps from it to frame 1: a rest pose that many exporters put in front."""
    if len(take) < 3:
        return take, False
    start = replace(take, positions=take.positions[:3], rotations_xyzw=take.rotations_xyzw[:3])
    step = np.diff(bones.apply(start.world_positions()), axis=0)
    leap_mps, next_mps = np.linalg.norm(step, axis=-1).max(axis=-1) * metres * take.fps
    if leap_mps <= MAX_SPEED_MPS or next_mps > MAX_SPEED_MPS:
        return take, False
    return replace(take, positions=take.positions[1:], rotations_xyzw=take.rotations_xyzw[1:]), True


def _up_axis(joints: Array, rest: Array) -> str:
    """``"y"`` or ``"z"``: where the neck is from the ankles, in the motion or, when lying, in the rest pose."""
    for pose in (joints, rest[None]):
        up = np.median(pose[:, _NECK] - pose[:, list(_ANKLES)].mean(axis=1), axis=0)
        length = float(np.linalg.norm(up))
        for name, axis in (("y", 1), ("z", 2)):
            if up[axis] > 0.8 * length > 0:
                return name
    return "y"


def _toes_point_back(joints: Array) -> bool:
    across = joints[:, 1] - joints[:, 2] + joints[:, 16] - joints[:, 17]
    forward = np.cross(across, joints[:, _NECK] - joints[:, 0])
    toes = (joints[:, list(_TOES)] - joints[:, list(_ANKLES)]).sum(axis=1)
    return bool(np.median(np.sum(forward * toes, axis=-1)) < 0)


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
