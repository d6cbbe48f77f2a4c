"""What training shows of a split: every clip that is long enough, and its mirror image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamp import features
from training.clips import Array
from training.config import DataConfig
from training.dataset import PreparedSet, mirror_caption, mirror_clip


@dataclass(frozen=True)
class Views:
    """A table of ``N`` clips and mirror images, without their motion."""

    prepared: PreparedSet
    clip: Array  # (N,) index in the prepared set
    mirrored: Array  # (N,) bool
    frames: Array  # (N,) of features: one less than of joints
    frame_weight: Array  # (N,) how often to draw a frame of it

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def weight(self) -> Array:
        """``(N,)``: how often to draw each clip."""
        weight: Array = self.frame_weight * self.frames
        return weight

    def features(self, i: int, columns: Array) -> Array:
        """``columns (C,)`` of the 263-number vectors of view ``i``, ``(T, C)`` float32."""
        joints = self.prepared.joints(int(self.clip[i]))
        pose = mirror_clip(joints) if self.mirrored[i] else joints
        vectors: Array = features.encode(pose, heading="clean")[:, columns]
        return vectors

    def captions(self) -> list[list[str]]:
        """The captions of each view, mirrored words where it is mirrored."""
        found = []
        for clip, mirrored in zip(self.clip, self.mirrored, strict=True):
            own = list(self.prepared.clips[clip].captions)
            found.append([mirror_caption(c) for c in own] if mirrored else own)
        return found


def training_views(prepared: PreparedSet, split: str, data: DataConfig) -> Views:
    """The views of ``split``, a mirror image after its clip; ``ValueError`` when no clip is long enough."""
    kept = [i for i in prepared.split(split) if prepared.clips[i].frames >= data.min_frames + 1]
    if not kept:
        raise ValueError(f"split {split!r} has no clip of at least {data.min_frames + 1} frames")
    sides = 2 if data.mirror else 1
    frames = [prepared.clips[i].frames - 1 for i in kept]
    weight = [prepared.clips[i].weight for i in kept]
    return Views(
        prepared, np.repeat(kept, sides), np.tile(np.arange(sides) > 0, len(kept)), np.repeat(frames, sides),
        np.repeat(weight, sides),
    )  # fmt: skip
