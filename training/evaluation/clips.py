"""The real clips that tables are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from training.dataset import PreparedSet
from training.evaluation.settings import MIN_FRAMES

Array = NDArray[Any]


@dataclass(frozen=True)
class RealClip:
    """A clip of the data: joints ``(T, 22, 3)`` with T a multiple of 4, and its captions."""

    id: str
    joints_m: Array
    captions: tuple[str, ...]
    split: str


@dataclass(frozen=True)
class RealClips:
    """Clips of a prepared set, cut to a greatest length."""

    prepared: PreparedSet
    split: str
    max_frames: int

    def all(self, split: str | None = None, least: int = MIN_FRAMES) -> list[RealClip]:
        """Clips of a split with at least ``least`` frames and a caption; ``InputError`` if there are none."""
        made = []
        for i in self.prepared.split(split or self.split):
            clip = self.prepared.clips[int(i)]
            frames = min(clip.frames, self.max_frames) // 4 * 4
            if frames >= least and clip.captions:
                joints = self.prepared.joints(int(i))[:frames]
                made.append(RealClip(clip.id, joints, clip.captions, clip.split))
        if not made:
            raise InputError("--split", f"{split or self.split!r} has no clip of at least {least} frames")
        return made

    def draw(self, count: int, rng: np.random.Generator, least: int = MIN_FRAMES) -> list[RealClip]:
        """``count`` random clips, all different as long as there are enough."""
        clips = self.all(least=least)
        order = np.concatenate([rng.permutation(len(clips)) for _ in range(-(-count // len(clips)))])
        return [clips[int(i)] for i in order[:count]]

    def where(self, holds: Callable[[RealClip], bool], count: int, least: int) -> list[RealClip]:
        """Up to ``count`` clips for which ``holds``: held-out ones, or of train if there are none."""
        for splits in (("test", "val", "heldout"), ("train",)):
            found: list[RealClip] = []
            for split in splits:
                if len(self.prepared.split(split)):
                    found += [c for c in self._some(split, least) if holds(c)]
            if found:
                return found[:count]
        return []

    def _some(self, split: str, least: int) -> list[RealClip]:
        try:
            return self.all(split, least)
        except InputError:
            return []

    def fingerprint(self) -> str:
        """Changes with the data: hash of ids, lengths and a few coordinates."""
        digest = hashlib.blake2b(digest_size=8)
        for i in self.prepared.split(self.split):
            clip = self.prepared.clips[int(i)]
            middle = self.prepared.units[clip.offset + clip.frames // 2]
            digest.update(f"{clip.id} {clip.frames} {clip.captions}".encode() + middle.tobytes())
        return f"{self.split}-{self.max_frames}-{digest.hexdigest()}"
