"""The training clips as tensors on the device: features, lengths, sampling weights and caption embeddings.

Everything a training step draws lies on the device, so that a step needs no host work and can be captured whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lamp.models import representation as rep
from training.clips import Array
from training.config import DataConfig
from training.dataset import PreparedSet
from training.statistics import averaged_in_groups
from training.views import Views, training_views


@dataclass
class Corpus:
    """Normalised features of clips end to end, on one device: all of them, or a part that changes."""

    features: Tensor  # (F, 137) or (F, 263), half precision
    offset: Tensor  # (N,) first frame of each clip
    length: Tensor  # (N,) frames
    weight: Tensor  # (N,) sampling weight per clip
    clip: Tensor  # (N,) which clip it is: its place in captions
    mean: Tensor  # of each column
    std: Tensor
    captions: list[list[str]]  # of all clips, on the device or not; mirrored words where one is mirrored
    data: DataConfig

    def refill(self, step: int, seed: int) -> None:
        """Before step number ``step``: bring other clips to the device, in place, when their turn has come.

        Here every clip is on the device. What is brought depends on the arguments and the process only.
        """

    def bucket_tables(self) -> list[tuple[int, int, float, Tensor]]:
        """``(frames, batch, probability, cumulative clip weights)`` per non-empty bucket.

        A clip belongs to every bucket it fills at least to the length of the bucket below; longer clips are cut at
        a random place, shorter ones are padded.
        """
        tables, below = [], 0
        for frames, batch, probability in sorted(self.data.buckets):
            fits = (self.length > below).double() * self.weight.double()
            if float(fits.sum()) > 0:
                tables.append((frames, batch, probability, torch.cumsum(fits / fits.sum(), 0).float()))
            below = frames
        total = sum(t[2] for t in tables)
        return [(f, b, p / total, c) for f, b, p, c in tables]

    def draw(self, frames: int, batch: int, cumulative: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Random clips cut to ``frames``: features ``(B, T, C)`` float32, valid tokens ``(B, L)``, clips ``(B,)``.

        Device work only; the random numbers come from the device's default generator.
        """
        device = self.features.device
        entry = torch.searchsorted(cumulative, torch.rand(batch, device=device)).clamp(
            max=len(self.length) - 1
        )
        length = self.length[entry]
        start = (torch.rand(batch, device=device) * (length - frames + 1).clamp(min=1)).long()
        kept = torch.minimum(length - start, torch.full_like(length, frames))
        step = torch.arange(frames, device=device)
        index = self.offset[entry][:, None] + start[:, None] + torch.minimum(step, kept[:, None] - 1)
        tokens = torch.arange(frames // 4, device=device)
        valid = (tokens < (kept // 4)[:, None]).float()
        return self.features[index].float(), valid, self.clip[entry]


def draw_rates(frames: Array, weight: Array, data: DataConfig) -> Array:
    """How often each of ``N`` clips is drawn over all buckets, as ``Corpus.bucket_tables`` has it."""
    rates, below = np.zeros(len(frames)), 0
    for length, _, probability in sorted(data.buckets):
        fits = weight * (frames > below)
        rates += probability * fits / max(fits.sum(), np.finfo(float).tiny)
        below = length
    return rates


def build_corpus(
    prepared: PreparedSet, split: str, data: DataConfig, device: torch.device,
    statistics_of: torch.nn.Module | None = None, columns: np.ndarray = rep.KEPT, out: Path | None = None,
) -> Corpus:  # fmt: skip
    """Every clip of ``split`` and its mirror image, with ``columns`` of the 263-number vectors.

    The statistics are those of exactly these clips, or those a trained autoencoder carries (``statistics_of``).
    A corpus of more frames than ``data.resident_frames`` is encoded into a folder below ``out``, and a part of it
    is on the device at a time.
    """
    views = training_views(prepared, split, data)
    if 0 < data.resident_frames < int(views.frames.sum()):
        return _partly_resident(views, data, device, statistics_of, columns, out)
    blocks = [views.features(i, columns) for i in range(len(views))]
    flat = np.concatenate(blocks)
    if statistics_of is None:
        mean, std = statistics(flat, np.repeat(views.frame_weight, views.frames), columns)
        std[0] *= data.root_yaw_std_scale
    else:
        mean, std = _statistics_of(statistics_of)
    lengths = torch.from_numpy(views.frames)
    return Corpus(
        features=torch.from_numpy((flat - mean) / std).half().to(device),
        offset=(torch.cumsum(lengths, 0) - lengths).to(device),
        length=lengths.to(device),
        weight=torch.from_numpy(views.weight).float().to(device),
        clip=torch.arange(len(views), device=device),
        mean=torch.from_numpy(mean).float().to(device),
        std=torch.from_numpy(std).float().to(device),
        captions=views.captions(),
        data=data,
    )


def _partly_resident(
    views: Views, data: DataConfig, device: torch.device, statistics_of: torch.nn.Module | None,
    columns: np.ndarray, out: Path | None,
) -> Corpus:  # fmt: skip
    from training.feature_store import FeatureStore
    from training.resident import allotted, resident_corpus

    if out is None:
        raise ValueError("a corpus larger than data.resident_frames needs a folder for its features")
    groups = allotted(views, data)  # refuses before hours of encoding
    store = FeatureStore(out, views, columns)
    store.make()
    if statistics_of is not None:
        return resident_corpus(store, groups, *_statistics_of(statistics_of), data, device)
    moments = store.moments()
    std = averaged_in_groups(moments.std(), columns)
    std[0] *= data.root_yaw_std_scale
    return resident_corpus(store, groups, moments.mean, std, data, device)


def _statistics_of(model: torch.nn.Module) -> tuple[np.ndarray, np.ndarray]:
    mean, std = (model.get_buffer(f"feature_{n}").cpu().numpy().astype(float) for n in ("mean", "std"))
    return mean, std


def statistics(
    flat: np.ndarray, weight: np.ndarray, columns: np.ndarray = rep.KEPT
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and group-averaged standard deviation of features ``(F, C)``, ``columns (C,)`` of the 263."""
    weight = weight / weight.sum()
    mean = (flat * weight[:, None]).sum(0)
    std = np.sqrt(((flat - mean) ** 2 * weight[:, None]).sum(0))
    return mean, averaged_in_groups(std, columns)
