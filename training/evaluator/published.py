"""The published T2M evaluator's motion side, for users who have its weights: FIDs and diversities comparable with the
literature on HumanML3D.

Read from a folder with ``t2m.safetensors`` (``movement_encoder.*`` and ``motion_encoder.*`` of the published
checkpoint) and the evaluator's own ``mean.npy`` and ``std.npy`` (263 numbers). The checkpoint itself is a pickle, which
this project never opens; docs/evaluation.md says how to convert it yourself. Its text side needs word vectors and
part-of-speech tags that come as pickles too and is not read: tables leave out what would need it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from lamp.errors import BundleError
from training.evaluator.config import MOTION_WIDTH, UNIT
from training.evaluator.motions import MAX_FRAMES, Array, padded, raw_features
from training.evaluator.recurrent import BiGRU, MovementEncoder

WEIGHTS, MEAN, STD = "t2m.safetensors", "mean.npy", "std.npy"
_BATCH = 32


class PublishedEvaluator:
    """Embeds motions ``(T_i, 22, 3)`` into the 512 numbers of the published space; knows no text and no actions."""

    reads_text = False
    labels_actions = False

    def __init__(self, parts: nn.ModuleDict, mean: Array, std: Array, digest: str) -> None:
        self.parts, self.name, self.hash = parts.eval().requires_grad_(False), "t2m-published", digest
        self.mean, self.std = mean[:MOTION_WIDTH], std[:MOTION_WIDTH]

    @classmethod
    def load(cls, folder: Path) -> PublishedEvaluator:
        """``BundleError`` names what is missing or does not fit."""
        for file in (WEIGHTS, MEAN, STD):
            if not (folder / file).is_file():
                raise BundleError(f"{folder / file} is missing; docs/evaluation.md says where it comes from")
        mean, std = (np.load(folder / file, allow_pickle=False).astype(np.float32) for file in (MEAN, STD))
        if mean.shape != (263,) or std.shape != (263,):
            raise BundleError(
                f"{folder}: mean and std have shapes {mean.shape} and {std.shape}; 263 are needed"
            )
        parts = nn.ModuleDict(
            {
                "movement_encoder": MovementEncoder(MOTION_WIDTH, 512, 512),
                "motion_encoder": BiGRU(512, 1024, 512),
            }
        )
        try:
            parts.load_state_dict(load_file(folder / WEIGHTS))
        except RuntimeError as error:
            raise BundleError(f"{folder / WEIGHTS} does not hold the published layers: {error}") from error
        digest = hashlib.sha256((folder / WEIGHTS).read_bytes() + mean.tobytes() + std.tobytes())
        return cls(parts, mean, std, digest.hexdigest()[:16])

    def embed_motions(self, motions_m: Sequence[Array]) -> Array:
        """Clips of world joints -> embeddings ``(N, 512)`` in the order given."""
        return self.embed_features([raw_features(m) for m in motions_m])

    def embed_features(self, rows: Sequence[Array]) -> Array:
        """Raw features ``(T_i, 259)`` -> embeddings ``(N, 512)``."""
        made = [self._batch(rows[i : i + _BATCH]) for i in range(0, len(rows), _BATCH)]
        return np.concatenate(made).astype(np.float32)

    def _batch(self, rows: Sequence[Array]) -> Array:
        """As published: zeros up to 196 frames behind the normalised clip, whatever its length."""
        table, lengths = padded([(r - self.mean) / self.std for r in rows])
        full = np.zeros((len(rows), MAX_FRAMES, MOTION_WIDTH), np.float32)
        full[:, : table.shape[1]] = table
        with torch.no_grad():
            codes: Tensor = self.parts["movement_encoder"](torch.from_numpy(full), None)
            out: Tensor = self.parts["motion_encoder"](codes, torch.from_numpy(lengths) // UNIT)
        return out.numpy()

    def embed_texts(self, texts: Sequence[str]) -> Array:
        raise NotImplementedError("the published evaluator's text side is not read; ask reads_text first")

    def actions(self, embeddings: Array) -> list[str]:
        raise NotImplementedError("the published evaluator labels no actions; ask labels_actions first")
