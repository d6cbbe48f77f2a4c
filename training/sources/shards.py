"""This project's own layout: ``motions/*.npz`` (joints as differences) beside ``captions.jsonl``."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lamp.errors import InputError
from training.clips import Array, RawClip, RawItem, Skipped, Source, SourceOptions

LOOKS_LIKE = "a folder with motions/*.npz and captions.jsonl"
_UNITS_PER_METRE = 2000.0
_KEYS = ("ids", "lengths", "origins", "deltas")


def detect(path: Path) -> bool:
    return (path / "captions.jsonl").is_file() and any((path / "motions").glob("*.npz"))


def open_source(path: Path, options: SourceOptions) -> Source:
    """Read the captions now, the motion shards one after the other while iterating."""
    records = _records(path / "captions.jsonl")
    shards = sorted((path / "motions").glob("*.npz"))
    if not shards:
        raise InputError("source", f"{path} holds no motions/*.npz; it must be {LOOKS_LIKE}")
    licences = frozenset(str(r.get("licence", "unstated")) for r in records.values())

    def items() -> Iterator[RawItem]:
        seen: set[str] = set()
        for shard in shards:
            for item in _shard_items(shard, records, options):
                seen.add(item.id)
                yield item
        for clip_id in sorted(set(records) - seen):
            record = records[clip_id]
            if options.wants(clip_id, str(record.get("licence", "unstated"))):
                yield Skipped(
                    clip_id, str(record.get("source", path.name)), "captioned, but in no motion shard"
                )

    wanted = sum(options.wants(i, str(r.get("licence", "unstated"))) for i, r in records.items())
    return Source("shards", path, wanted, items, licences)


def _records(path: Path) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}
    if not path.is_file():
        raise InputError("source", f"{path} does not exist; shards need it beside motions/")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            records[str(record["id"])] = record
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError(str(path), f"line {number} is no JSON object with an id ({error})") from error
    return records


def _shard_items(
    shard: Path, records: dict[str, dict[str, Any]], options: SourceOptions
) -> Iterator[RawItem]:
    try:
        with np.load(shard, allow_pickle=False) as file:
            ids, lengths, origins, deltas = (file[key] for key in _KEYS)
        if lengths.sum() != deltas.shape[1] or not len(ids) == len(lengths) == len(origins):
            raise ValueError(f"{lengths.sum()} frames announced, {deltas.shape[1]} stored")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        yield Skipped(shard.name, shard.parent.parent.name, f"shard is not readable: {error}")
        return
    deltas = np.ascontiguousarray(deltas.T)
    start = 0
    for raw_id, length, origin in zip(ids, lengths, origins, strict=True):
        clip_id, rows = str(raw_id), deltas[start : start + int(length)]
        start += int(length)
        record = records.get(clip_id)
        if record is None:
            yield Skipped(
                clip_id, shard.name, "in a motion shard, but not in captions.jsonl (no licence known)"
            )
        elif options.wants(clip_id, str(record.get("licence", "unstated"))):
            yield _clip(clip_id, record, _integrate(rows, origin))


def _integrate(deltas: Array, origin: Array) -> Array:
    """Joints ``(T, 22, 3)`` in metres from int16 frame-to-frame differences ``(T, 66)``.

    Summed in 64 bits: a clip may travel farther from its origin than 16 bits hold.
    """
    offsets = np.cumsum(deltas, axis=0, dtype=np.int64).reshape(len(deltas), 22, 3)
    return ((offsets + origin.astype(np.int64)) / _UNITS_PER_METRE).astype(np.float32)


def _clip(clip_id: str, record: dict[str, Any], joints: Array) -> RawClip:
    return RawClip(
        id=clip_id,
        joints=joints,
        source=str(record.get("source", "shards")),
        licence=str(record.get("licence", "unstated")),
        split=str(record.get("split", "train")),
        captions=tuple(record.get("captions", ())),
        caption_kinds=tuple(record.get("caption_kinds", ())),
        actions=tuple(record.get("actions", ())),
    )
