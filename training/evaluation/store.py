"""Finished work on disk: chunks of motions and scores of cells, each used again only for the very same settings."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lamp.formats.writing import write_whole
from training.metrics.base import Array
from training.priors.base import Outcome

_VERSION = 1  # raise it when cases or scores change their meaning


@dataclass(frozen=True)
class Cell:
    """One table, prior and run. Files appear whole or not at all, so an interruption loses at most a chunk."""

    folder: Path
    key: str

    @classmethod
    def of(cls, out: Path, table: str, prior: str, repeat: int, what: dict[str, Any]) -> Cell:
        """The cell's folder and the hash of everything its results depend on."""
        text = json.dumps([_VERSION, table, prior, repeat, what], sort_keys=True, default=str)
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in prior)
        return cls(out / "cells" / table / name / str(repeat), hashlib.sha256(text.encode()).hexdigest()[:16])

    def chunk(self, index: int) -> list[Outcome] | None:
        """Motions of a finished chunk, or None."""
        path = self._chunk_file(index)
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                if str(file["key"]) != self.key:
                    return None
                notes = json.loads(str(file["notes"]))
                return [
                    Outcome(file[f"motion_{i}"], n["seconds"], n["steps"], n["terms"])
                    for i, n in enumerate(notes)
                ]
        except (OSError, ValueError, KeyError, EOFError):  # half a file of an older version: made again
            return None

    def keep_chunk(self, index: int, outcomes: list[Outcome]) -> None:
        """Write a chunk, whole or not at all."""
        notes = json.dumps([{"seconds": o.seconds, "steps": o.steps, "terms": o.terms} for o in outcomes])
        arrays: dict[str, Array] = {
            f"motion_{i}": o.joints_m.astype(np.float32) for i, o in enumerate(outcomes)
        }
        out = io.BytesIO()
        np.savez(out, key=np.array(self.key), notes=np.array(notes), **arrays)  # type: ignore[arg-type]
        write_whole(self._chunk_file(index), out.getvalue())

    def scores(self, judge: str) -> dict[str, Any] | None:
        """``{"scores": ..., "real": ...}`` of a finished cell under the same judge, or None."""
        path = self.folder / "scores.json"
        if not path.is_file():
            return None
        stored = json.loads(path.read_text(encoding="utf8"))
        return stored if stored["key"] == self.key and stored["judge"] == judge else None

    def keep_scores(self, judge: str, scores: dict[str, float], real: dict[str, float]) -> dict[str, Any]:
        """Write the scores; returns what was written."""
        document = {"key": self.key, "judge": judge, "scores": scores, "real": real}
        write_whole(self.folder / "scores.json", json.dumps(document, indent=1).encode())
        return document

    def _chunk_file(self, index: int) -> Path:
        return self.folder / f"chunk-{index:04d}.npz"
