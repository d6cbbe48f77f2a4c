"""Opened sources -> the clips of a prepared set: check, conform, weight, count; nothing is dropped silently.

The motion itself is handed on clip by clip, so that only a record of each clip stays in memory.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from lamp.errors import InputError
from lamp.skeleton import JOINT_COUNT, SKELETON_HASH
from training import console
from training.checks import fault_of_all, fault_of_frames
from training.clips import FPS, Array, RawClip, RawItem, Skipped, Source
from training.conform import TRIM_FRAMES, UNIT_M, pieces
from training.dataset import SCHEMA, Clip, PreparedSet
from training.statistics import FeatureStatistics


@dataclass(frozen=True)
class PrepareOptions:
    """How clips are cut and weighted."""

    min_frames: int = 24  # shorter clips are skipped
    max_frames: int = 196  # longer takes are cut into equal parts
    source_weights: dict[str, float] = field(
        default_factory=dict
    )  # source name: factor on its balancing weight
    attributions: dict[str, str] = field(default_factory=dict)  # source name: sentence from the command line
    include: frozenset[str] = frozenset()  # ids asked for; those that turn up in no source are reported

    def __post_init__(self) -> None:
        if self.min_frames < 2:
            raise InputError("min_frames", f"{self.min_frames}; at least 2, a motion needs two frames")
        if self.max_frames < 2 * self.min_frames:
            least = 2 * self.min_frames
            raise InputError("max_frames", f"{self.max_frames}; at least twice min_frames, {least}")
        for name, weight in self.source_weights.items():
            if not (np.isfinite(weight) and weight >= 0):
                raise InputError("source_weight", f"{name}={weight}; it must be a finite number >= 0")


@dataclass(frozen=True)
class Collected:
    """A prepared set without its motion."""

    manifest: dict[str, Any]
    clips: tuple[Clip, ...]
    mean: Array  # (263,) float32 of the training split, clean heading
    std: Array  # (263,) float32


class _Gathered:
    """The growing result: clips, what was skipped, statistics; the rows go to ``keep``."""

    def __init__(self, options: PrepareOptions, keep: Callable[[Array], None]) -> None:
        self.options, self.keep = options, keep
        self.statistics = FeatureStatistics()
        self.clips: list[Clip] = []
        self.skipped: list[Skipped] = []
        self.frames = 0
        self._ids: set[str] = set()
        self._seen: set[str] = set()  # ids as the sources name them, before cutting

    def add(self, item: RawItem) -> None:
        self._seen.add(item.id.partition("@")[0])
        if isinstance(item, Skipped):
            self.skipped.append(item)
            return
        reason = fault_of_all(item, self.options.min_frames)
        if reason is None and item.id in self._ids:
            reason = "duplicate id: an earlier clip has it too; prepare sources of one name separately, with --name"
        if reason is None:
            reason = fault_of_frames(item.joints)
            if reason is not None and len(item.joints) > self.options.max_frames + TRIM_FRAMES:
                self._add_parts(item)  # a fault in a long take costs only the part it is in
                return
        if reason is not None:
            self._skip(item.id, item.source, reason)
            return
        self._ids.add(item.id)
        parts = list(pieces(item.joints, self.options.max_frames))
        for number, (start, end, units) in enumerate(parts, 1):
            clip_id = item.id if len(parts) == 1 else f"{item.id}.part{number}"
            if end - start < self.options.min_frames:
                self._skip(clip_id, item.source, f"too short: {end - start} frames left after cutting")
            else:
                self._append(item, clip_id, units)

    def _add_parts(self, take: RawClip) -> None:
        count = -(-len(take.joints) // self.options.max_frames)
        for number, joints in enumerate(np.array_split(take.joints, count), 1):
            self.add(replace(take, id=f"{take.id}.part{number}", joints=joints))

    def report_absent(self) -> None:
        """Add the ids that were asked for and never came."""
        for clip_id in sorted(self.options.include - self._seen):
            self._skip(clip_id, "--include", "not found: in no source, or kept out by --licences")

    def _skip(self, clip_id: str, source: str, reason: str) -> None:
        self.skipped.append(Skipped(clip_id, source, reason))

    def _append(self, item: RawClip, clip_id: str, units: Array) -> None:
        kinds = item.caption_kinds or ("unknown",) * len(item.captions)
        self.clips.append(
            Clip(
                id=clip_id,
                source=item.source,
                licence=item.licence,
                split=item.split,
                frames=len(units),
                offset=self.frames,
                captions=item.captions,
                caption_kinds=kinds,
                actions=item.actions,
                weight=1.0,
            )
        )
        self.keep(units)
        self.frames += len(units)
        if item.split == "train":
            self.statistics.add(units.astype(np.float32) * np.float32(UNIT_M))


def collect(sources: Sequence[Source], options: PrepareOptions, keep: Callable[[Array], None]) -> Collected:
    """Read all sources, giving ``keep`` the rows (int16 ``(n, 22, 3)``) of one clip after the other.

    ``InputError`` when nothing usable remains.
    """
    gathered = _Gathered(options, keep)
    for source in sources:
        for item in console.progress(source.items(), source.count, f"reading {source.path.name}"):
            gathered.add(item)
    gathered.report_absent()
    if not gathered.clips:
        why = skip_summary(gathered.skipped) or "  the filters keep none"
        raise InputError("source", f"no usable clip:\n{why}")
    clips = balance(gathered.clips, options.source_weights)
    notes = [note for source in sources for note in source.notes]
    manifest = _manifest(clips, gathered.skipped, notes, options)
    return Collected(manifest, tuple(clips), *gathered.statistics.result())


def collect_in_memory(sources: Sequence[Source], options: PrepareOptions) -> PreparedSet:
    """A prepared set that is not written anywhere; for corpora that fit."""
    rows: list[Array] = []
    found = collect(sources, options, rows.append)
    return PreparedSet(Path(), found.manifest, found.clips, np.concatenate(rows), found.mean, found.std)


def balance(clips: Sequence[Clip], factors: dict[str, float]) -> list[Clip]:
    """Set each clip's weight to ``minutes of its source ** -0.5`` times the source's factor, mean 1 over clips.

    A uniform draw would show mostly the largest source; drawing every source equally would wear out the small ones.
    """
    minutes: dict[str, float] = defaultdict(float)
    for clip in clips:
        minutes[clip.source] += clip.frames / FPS / 60.0
    unknown = sorted(set(factors) - set(minutes))
    if unknown:
        known = ", ".join(sorted(minutes))
        raise InputError("source_weight", f"no source named {', '.join(unknown)}; there are {known}")
    raw = np.array([minutes[c.source] ** -0.5 * factors.get(c.source, 1.0) for c in clips])
    if raw.sum() == 0:
        raise InputError("source_weight", "every source has weight 0; leave at least one above it")
    return [replace(c, weight=round(float(w), 5)) for c, w in zip(clips, raw / raw.mean(), strict=True)]


def skip_summary(skipped: Sequence[Skipped], names: int = 5) -> str:
    """Per kind of reason: how many, one reason in full, the first names."""
    groups: dict[str, list[Skipped]] = {}
    for skip in skipped:
        groups.setdefault(skip.reason.partition(":")[0], []).append(skip)
    lines = []
    for kind, group in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        others = ", ".join(s.id for s in group[1:names])
        more = f" and {len(group) - names} more" if len(group) > names else ""
        detail = group[0].reason.partition(": ")[2] or kind
        lines.append(f"  {len(group)} x {kind}, e.g. {group[0].id}: {detail}")
        lines += [f"      also {others}{more}"] if others else []
    return "\n".join(lines)


def _manifest(
    clips: Sequence[Clip], skipped: Sequence[Skipped], notes: Sequence[str], options: PrepareOptions
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "fps": int(FPS),
        "joints": JOINT_COUNT,
        "unit_m": UNIT_M,
        "skeleton_hash": SKELETON_HASH,
        "created_by": f"lamp-motion {_version()}, python -m training prepare",
        "min_frames": options.min_frames,
        "max_frames": options.max_frames,
        "clips": len(clips),
        "minutes": round(sum(c.frames for c in clips) / FPS / 60.0, 2),
        "sources": {name: _source_entry(name, clips, options) for name in sorted({c.source for c in clips})},
        "notes": list(notes),
        "skipped": [s.as_dict() for s in skipped],
    }


def _source_entry(name: str, clips: Sequence[Clip], options: PrepareOptions) -> dict[str, Any]:
    mine = [c for c in clips if c.source == name]
    known = _attributions().get(name, {})
    entry: dict[str, Any] = {
        "licence": ", ".join(sorted({c.licence for c in mine})),
        "clips": len(mine),
        "minutes": round(sum(c.frames for c in mine) / FPS / 60.0, 2),
        "splits": dict(Counter(c.split for c in mine)),
        "weight": round(float(np.mean([c.weight for c in mine])), 4),
        **known,
    }
    if options.attributions.get(name):
        entry["attribution"] = options.attributions[name]
    return entry


@functools.cache
def _attributions() -> dict[str, dict[str, Any]]:
    file = Path(__file__).parent / "sources" / "attribution.yaml"
    entries: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return entries


def _version() -> str:
    try:
        return importlib.metadata.version("lamp-motion")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
