"""A corpus of which a part is on the device at a time; the part changes, the tensors stay where they are.

The device holds slots. Each belongs to a group of clips of similar length and holds one of them at a time. A refill
puts another random choice into the slots, in place, so that a captured CUDA graph goes on reading the right addresses.

Draws stay in proportion to the weights of the clips, exactly. The n slots of a group of weight W are filled by
systematic sampling, so that they hold a clip of weight w n w / W times on average; a draw takes each of these slots
with weight W / n, beside those of the other groups that fit the bucket.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from lamp.errors import InputError
from training import distributed
from training.clips import Array
from training.config import DataConfig
from training.corpus import Corpus, draw_rates
from training.feature_store import FeatureStore
from training.views import Views

_LENGTH_STEP = 16  # frames; a slot is at most so much longer than the clip in it


@dataclass(frozen=True)
class Group:
    """Clips of similar length, and how many of them the device holds at a time."""

    views: Array  # (n,) indices
    weight: Array  # (n,) how often to draw each
    capacity: int  # frames of the longest
    slots: int

    def choose(self, random: np.random.Generator, rank: int, world: int) -> Array:
        """The views ``(slots,)`` that process ``rank`` of ``world`` is to hold: systematic sampling of a random order.

        ``random`` is in the same state in all processes, each of which takes another part of one choice.
        """
        order = random.permutation(len(self.views))
        cumulative = np.cumsum(self.weight[order])
        count = self.slots * world
        points = (random.random() + np.arange(count)) / count * cumulative[-1]
        found = np.searchsorted(cumulative, points, side="right").clip(max=len(order) - 1)
        # No process always has the beginning of the order.
        turn = (rank + int(random.integers(world))) % world
        return self.views[order[found]][turn::world]


@dataclass
class ResidentCorpus(Corpus):
    """A :class:`Corpus` whose entries are slots."""

    store: FeatureStore
    groups: list[Group]
    held: tuple[int, int] | None = field(default=None)  # seed and number of the choice in the slots

    def refill(self, step: int, seed: int) -> None:
        wanted = (seed, step // self.data.refill_steps)
        if wanted == self.held:
            return
        random = np.random.default_rng([abs(n) for n in wanted])
        rank, world = distributed.rank(), distributed.processes()
        chosen = np.concatenate([g.choose(random, rank, world) for g in self.groups])
        mean, std = self.mean.cpu().numpy(), self.std.cpu().numpy()
        offset = self.offset.tolist()
        for slot, features in self.store.read(chosen):
            place = slice(offset[slot], offset[slot] + len(features))
            self.features[place].copy_(torch.from_numpy((features - mean) / std))
        self.length.copy_(torch.from_numpy(self.store.views.frames[chosen]))
        self.clip.copy_(torch.from_numpy(chosen))
        self.held = wanted


def resident_corpus(
    store: FeatureStore, groups: list[Group], mean: Array, std: Array, data: DataConfig, device: torch.device
) -> ResidentCorpus:
    """The slots of ``groups``, filled with a first choice; ``mean`` and ``std (C,)`` normalise the features."""
    slots = np.repeat([g.capacity for g in groups], [g.slots for g in groups])
    weight = np.repeat([g.weight.sum() / g.slots for g in groups], [g.slots for g in groups])

    def on_device(array: Array) -> Tensor:
        return torch.from_numpy(array).to(device)

    corpus = ResidentCorpus(
        features=torch.zeros(int(slots.sum()), len(store.columns), dtype=torch.half, device=device),
        offset=on_device(np.cumsum(slots) - slots), length=on_device(slots), weight=on_device(weight).float(),
        clip=torch.zeros(len(slots), dtype=torch.long, device=device),
        mean=on_device(mean).float(), std=on_device(std).float(), captions=store.views.captions(), data=data,
        store=store, groups=groups,
    )  # fmt: skip
    corpus.refill(0, 0)
    return corpus


def allotted(views: Views, data: DataConfig) -> list[Group]:
    """Groups of clips by length, with slots in proportion to how often each group is drawn from, at least one.

    All slots together hold at most ``data.resident_frames`` frames; ``InputError`` when that is too few.
    """
    longest = int(views.frames.max())
    edges = sorted({*(b[0] for b in data.buckets), *range(0, longest + _LENGTH_STEP, _LENGTH_STEP)})
    drawn = draw_rates(views.frames, views.weight, data)
    group = np.searchsorted(edges, views.frames)
    members = [np.flatnonzero((group == g) & (views.weight > 0)) for g in np.unique(group)]
    members = [m for m in members if len(m)]
    capacity = np.array([views.frames[m].max() for m in members])
    if data.resident_frames < capacity.sum():
        raise InputError(
            "data.resident_frames",
            f"{data.resident_frames} frames cannot hold a clip of each length up to {longest}; give at least "
            f"{capacity.sum()}, better a hundred times as many",
        )
    rate = np.array([drawn[m].sum() for m in members])
    left = data.resident_frames - capacity.sum()
    slots = 1 + np.floor(left * rate / (rate * capacity).sum()).astype(int)
    return [
        Group(m, views.weight[m], int(c), int(n)) for m, c, n in zip(members, capacity, slots, strict=True)
    ]
