"""The training clips as tensors on the device: features, lengths, sampling weights and caption embeddings.

Everything a training step draws lies on the device, so that a step needs no host work and can be captured whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lamp import features
from lamp.models import representation as rep
from training.config import DataConfig
from training.dataset import PreparedSet, mirror_caption, mirror_clip
from training.statistics import GROUPS


@dataclass
class Corpus:
    """Normalised features of all clips end to end, on one device."""

    features: Tensor  # (F, 137) or (F, 263), half precision
    offset: Tensor  # (N,) first frame of each clip
    length: Tensor  # (N,) frames
    weight: Tensor  # (N,) sampling weight per clip
    mean: Tensor  # of each column
    std: Tensor
    captions: list[list[str]]  # of each clip, mirrored words where the clip is mirrored
    data: DataConfig

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
        clip = torch.searchsorted(cumulative, torch.rand(batch, device=device)).clamp(
            max=len(self.length) - 1
        )
        length = self.length[clip]
        start = (torch.rand(batch, device=device) * (length - frames + 1).clamp(min=1)).long()
        kept = torch.minimum(length - start, torch.full_like(length, frames))
        step = torch.arange(frames, device=device)
        index = self.offset[clip][:, None] + start[:, None] + torch.minimum(step, kept[:, None] - 1)
        tokens = torch.arange(frames // 4, device=device)
        valid = (tokens < (kept // 4)[:, None]).float()
        return self.features[index].float(), valid, clip


def build_corpus(
    prepared: PreparedSet, split: str, data: DataConfig, device: torch.device,
    statistics_of: torch.nn.Module | None = None, columns: np.ndarray = rep.KEPT,
) -> Corpus:  # fmt: skip
    """Encode every clip of ``split`` (and its mirror image) once, keeping ``columns`` of the 263-number vectors.

    The statistics are those of exactly these clips, or those a trained autoencoder carries (``statistics_of``).
    """
    blocks: list[np.ndarray] = []
    weights: list[float] = []
    captions: list[list[str]] = []
    for i in prepared.split(split):
        clip = prepared.clips[i]
        if clip.frames < data.min_frames + 1:
            continue
        joints = prepared.joints(i)
        own = list(clip.captions)
        twins = [(joints, own)]
        if data.mirror:
            twins.append((mirror_clip(joints), [mirror_caption(c) for c in own]))
        for pose, text in twins:
            blocks.append(features.encode(pose, heading="clean")[:, columns])
            weights.append(clip.weight * (len(pose) - 1))
            captions.append(text)
    if not blocks:
        raise ValueError(f"split {split!r} has no clip of at least {data.min_frames + 1} frames")
    flat = np.concatenate(blocks)
    if statistics_of is not None:
        mean, std = (
            statistics_of.get_buffer(f"feature_{n}").cpu().numpy().astype(float) for n in ("mean", "std")
        )
        return _corpus(flat, blocks, weights, captions, mean, std, data, device)
    mean, std = statistics(
        flat, np.repeat(weights / np.array([len(b) for b in blocks]), [len(b) for b in blocks]), columns
    )
    std[0] *= data.root_yaw_std_scale
    return _corpus(flat, blocks, weights, captions, mean, std, data, device)


def _corpus(
    flat: np.ndarray, blocks: list[np.ndarray], weights: list[float], captions: list[list[str]], mean: np.ndarray,
    std: np.ndarray, data: DataConfig, device: torch.device,
) -> Corpus:  # fmt: skip
    lengths = torch.tensor([len(b) for b in blocks])
    return Corpus(
        features=torch.from_numpy((flat - mean) / std).half().to(device),
        offset=(torch.cumsum(lengths, 0) - lengths).to(device),
        length=lengths.to(device),
        weight=torch.tensor(weights).to(device),
        mean=torch.from_numpy(mean).float().to(device),
        std=torch.from_numpy(std).float().to(device),
        captions=captions,
        data=data,
    )


def statistics(
    flat: np.ndarray, weight: np.ndarray, columns: np.ndarray = rep.KEPT
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and group-averaged standard deviation of features ``(F, C)``, ``columns (C,)`` of the 263."""
    weight = weight / weight.sum()
    mean = (flat * weight[:, None]).sum(0)
    std = np.sqrt(((flat - mean) ** 2 * weight[:, None]).sum(0))
    for group in GROUPS:
        own = (columns >= group.start) & (columns < group.stop)
        if own.any():
            std[own] = std[own].mean()
    return mean, np.maximum(std, 1e-4)
