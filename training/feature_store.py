"""The features of a corpus on disk, for corpora that do not fit in memory: encoded once, in shards.

A shard is a ``.npy`` file of half-precision rows, with the moments of its features beside it. It appears under its name
only when it is complete, so a run that was interrupted goes on where it stopped. Under torchrun the processes share the
work; machines without a common folder each come to hold all shards.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from training import console, distributed
from training.clips import Array
from training.moments import Moments
from training.row_file import RowFile
from training.views import Views

SHARD_FRAMES = 250_000  # 69 MB of 137 columns


class FeatureStore:
    """Features of all ``views``, ``columns (C,)`` of the 263, in ``folder``."""

    def __init__(self, folder: Path, views: Views, columns: Array) -> None:
        self.views, self.columns = views, columns
        self.folder = folder / f"features-{_key(views, columns)}"
        # Half precision is for numbers around 1. The set's own statistics make them so; those that training uses are
        # known only when everything is encoded.
        self._mean, self._std = (a[columns] for a in views.prepared.statistics())
        start = np.cumsum(views.frames) - views.frames
        _, first, self._shard = np.unique(start // SHARD_FRAMES, return_index=True, return_inverse=True)
        self._row = start - start[first][self._shard]
        self.shards = len(first)

    def make(self) -> None:
        """Encode what is not on the disk yet; returns in all processes when everything is there.

        ``InputError`` when the disk has too little room.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._check_room()
        everyone = range(distributed.rank(), self.shards, distributed.processes())
        label = f"encoding {len(self.views)} clips to {self.folder}"
        for shard in console.track(everyone, label) if distributed.rank() == 0 else everyone:
            self._make_shard(shard)
        distributed.wait_for_all()
        for shard in range(distributed.rank_here(), self.shards, distributed.processes_here()):
            self._make_shard(shard)  # those that another machine made in a folder of its own
        distributed.wait_for_all()

    def read(self, views: Array) -> Iterator[tuple[int, Array]]:
        """Yield ``(position in views, features (T, C) float32)``, ordered so that each shard is opened once."""
        shards = self._shard[views]
        order = np.argsort(shards, kind="stable")
        for shard in np.unique(shards):
            rows = np.load(self._file(shard), mmap_mode="r", allow_pickle=False)
            for position in order[shards[order] == shard]:
                view = views[position]
                part = rows[self._row[view] : self._row[view] + self.views.frames[view]]
                yield int(position), part.astype(np.float32) * self._std + self._mean

    def moments(self) -> Moments:
        """Mean and deviation of all features, each frame weighted by how often it is drawn."""
        total = Moments(len(self.columns))
        for shard in range(self.shards):
            weight, mean, squares = np.load(self._moments_file(shard), allow_pickle=False)
            total.merge(float(weight[0]), mean, squares)
        return total

    def _make_shard(self, shard: int) -> None:
        if self._file(shard).exists():
            return
        unfinished = self.folder / f".{shard:05d}-{distributed.rank()}.unfinished"
        moments = Moments(len(self.columns))
        try:
            with RowFile(unfinished, (len(self.columns),), np.float16) as file:
                for view in np.flatnonzero(self._shard == shard).tolist():
                    features = self.views.features(view, self.columns)
                    moments.add(features, float(self.views.frame_weight[view]))
                    file.append(((features - self._mean) / self._std).astype(np.float16))
            weight = np.full_like(moments.mean, moments.weight)
            np.save(self._moments_file(shard), np.stack([weight, moments.mean, moments.squares]))
            unfinished.replace(self._file(shard))
        finally:
            unfinished.unlink(missing_ok=True)

    def _check_room(self) -> None:
        row = len(self.columns) * np.dtype(np.float16).itemsize
        missing = [s for s in range(self.shards) if not self._file(s).exists()]
        needed = int(self.views.frames[np.isin(self._shard, missing)].sum()) * row
        free = shutil.disk_usage(self.folder).free
        if needed > free:
            raise InputError(
                "--out",
                f"the features of this corpus need {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free in "
                f"{self.folder}; make room, choose another --out, or hold all in memory (data.resident_frames=0)",
            )

    def _file(self, shard: int) -> Path:
        return self.folder / f"{shard:05d}.npy"

    def _moments_file(self, shard: int) -> Path:
        return self.folder / f"{shard:05d}.moments.npy"


def _key(views: Views, columns: Array) -> str:
    """Names what is encoded: another prepared set, choice of clips or choice of columns has another key."""
    digest = hashlib.sha256(json.dumps(views.prepared.manifest, sort_keys=True).encode())
    for clip in views.prepared.clips:
        digest.update(f"{clip.id}\n{clip.offset}\n{clip.weight}\n".encode())
    for array in (*views.prepared.statistics(), views.clip, views.mirrored, views.frames, columns):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(str(SHARD_FRAMES).encode())
    return digest.hexdigest()[:12]
