"""What a source yields: a raw clip, or the name of something it had to leave out and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
SPLITS: tuple[str, ...] = ("train", "val", "test", "heldout")
FPS = 20.0


@dataclass(frozen=True)
class RawClip:
    """One take or clip as its source gives it: any proportions, any place, 20 fps, metres, Y up."""

    id: str
    joints: Array  # (T, 22, 3) float32, metres
    source: str
    licence: str
    split: str = "train"
    captions: tuple[str, ...] = ()
    caption_kinds: tuple[str, ...] = ()  # same length as captions
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """Something that is not in the prepared set, by name, with the reason a person can act on."""

    id: str
    source: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        return {"id": self.id, "source": self.source, "reason": self.reason}


RawItem = RawClip | Skipped


@dataclass(frozen=True)
class SourceOptions:
    """What the command line may say about a source; every source reads the fields that concern it."""

    name: str = ""  # name of the source; "" takes the folder's name (shards name their own)
    licence: str = ""  # licence key of a source that states none itself
    split: str = ""  # "" splits by the hash of the take's name, 90/5/5
    licences: frozenset[str] = frozenset()  # keep only these; empty keeps all
    include: frozenset[str] = frozenset()  # keep only these ids; empty keeps all
    bone_map: Path | None = None  # YAML, for BVH with names of its own
    body_model: Path | None = None  # folder of the SMPL-family model, for AMASS
    up_axis: str = ""  # "y" or "z", for BVH whose vertical is not recognised

    def wants(self, clip_id: str, licence: str) -> bool:
        """Whether a clip passes ``licences`` and ``include``, before its joints are computed."""
        licensed = not self.licences or licence in self.licences
        return licensed and (not self.include or clip_id in self.include)


@dataclass(frozen=True)
class Source:
    """An opened source: its items, and how many there will be (for the progress bar)."""

    format: str
    path: Path
    count: int
    items: Callable[[], Iterator[RawItem]]
    licence_keys: frozenset[str]  # licences found in it, before filtering
    notes: list[str] = field(default_factory=list)  # what the reader found; complete once the items are read


def split_by_hash(take: str) -> str:
    """Split of a take that has none: 90/5/5 by a hash of its name, the same on every machine and in every run."""
    bucket = int.from_bytes(hashlib.sha256(take.encode()).digest()[:4], "big") % 100
    return "train" if bucket < 90 else "val" if bucket < 95 else "test"


def words_of_name(stem: str) -> str:
    """A caption from a file name: ``"LeftTurn_walk02"`` -> ``"left turn walk"``; ``""`` when it holds no word."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem)
    return " ".join(re.findall(r"[a-z]{2,}", spaced.lower()))
