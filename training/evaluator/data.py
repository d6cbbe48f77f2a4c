"""Pairs of motion and text for training an evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lamp.models.text import MiniLMEncoder
from training.dataset import PreparedSet, mirror_caption, mirror_joints
from training.evaluator.actions import ACTIONS, action_of
from training.evaluator.motions import Array, padded, raw_features

MIN_FRAMES = 25  # a little over a second, as short as the prepared data goes
_CHUNK = 4  # batches drawn at once and dealt by length, so that little of a batch is padding


@dataclass
class Pairs:
    """Clips with their captions, and the word-piece states of every distinct caption."""

    motions: list[Array]  # raw features (T, 259) in half precision
    captions: list[list[str]]
    group: Array  # clips with the same captions share a number: they are no negatives of each other
    action: Array  # index into ACTIONS
    weight: Array  # how often to draw a clip
    states: dict[str, Array]

    def __len__(self) -> int:
        return len(self.motions)


@dataclass(frozen=True)
class Batch:
    """One batch, everything padded."""

    motions: Tensor
    frames: Tensor
    texts: Tensor
    words: Tensor
    group: Tensor
    action: Tensor


def load_pairs(prepared: PreparedSet, split: str, *, mirror: bool) -> Pairs:
    """The clips of a split; with ``mirror`` also mirrored ones, left and right swapped in their captions."""
    motions: list[Array] = []
    captions: list[list[str]] = []
    weights: list[float] = []
    for index in prepared.split(split):
        clip = prepared.clips[int(index)]
        if clip.frames < MIN_FRAMES or not clip.captions:
            continue
        joints, texts = prepared.joints(int(index)), list(clip.captions)
        twins = [(joints, texts)]
        if mirror:
            twins.append((mirror_joints(joints), [mirror_caption(t) for t in texts]))
        for pose, own in twins:
            motions.append(raw_features(pose).astype(np.float16))
            captions.append(own)
            weights.append(clip.weight)
    keys = {key: i for i, key in enumerate(dict.fromkeys(tuple(sorted(c)) for c in captions))}
    distinct = sorted({text for own in captions for text in own})
    states = dict(zip(distinct, MiniLMEncoder(cache_size=0).states(distinct), strict=True))
    return Pairs(
        motions, captions, np.array([keys[tuple(sorted(c))] for c in captions]),
        np.array([ACTIONS.index(action_of(c)) for c in captions]), np.array(weights) / np.sum(weights), states,
    )  # fmt: skip


def statistics(pairs: Pairs) -> tuple[Array, Array]:
    """Mean and standard deviation ``(259,)`` of all frames; the deviation is averaged in the groups of HumanML3D."""
    flat = np.concatenate([m.astype(np.float32) for m in pairs.motions])
    mean, std = flat.mean(0), flat.std(0)
    for group in (slice(0, 1), slice(1, 3), slice(3, 4), slice(4, 67), slice(67, 193), slice(193, 259)):
        std[group] = std[group].mean()
    return mean, np.maximum(std, 1e-5)


def batches(pairs: Pairs, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless random batches; each clip is shown whole or cut to at least 60 % at a random place."""
    while True:
        drawn = rng.choice(len(pairs), size * _CHUNK, p=pairs.weight)
        shown = [_cut(pairs.motions[i], rng) for i in drawn]
        order = np.argsort([len(m) for m in shown], kind="stable").reshape(_CHUNK, size)
        for part in rng.permutation(order):
            yield collate(pairs, drawn[part], [shown[i] for i in part], rng)


def collate(pairs: Pairs, clips: Array, motions: list[Array], rng: np.random.Generator) -> Batch:
    """A batch of the given clips, one of its captions for each."""
    chosen = [pairs.captions[i][int(rng.integers(len(pairs.captions[i])))] for i in clips]
    frames, lengths = padded(motions)
    texts, words = padded([pairs.states[text] for text in chosen])
    return Batch(
        torch.from_numpy(frames), torch.from_numpy(lengths), torch.from_numpy(texts), torch.from_numpy(words),
        torch.from_numpy(pairs.group[clips]), torch.from_numpy(pairs.action[clips]),
    )  # fmt: skip


def _cut(motion: Array, rng: np.random.Generator) -> Array:
    units = len(motion) // 4
    kept = units if rng.random() < 0.5 else int(rng.integers(max(round(0.6 * units), 1), units + 1))
    start = 4 * int(rng.integers(0, units - kept + 1))
    return motion[start : start + 4 * kept].astype(np.float32)
