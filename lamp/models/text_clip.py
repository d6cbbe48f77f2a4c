"""CLIP's text tower (Radford et al. 2021, arXiv:2103.00020), for those who have its weights on disk.

Needs torch and transformers. Nothing is downloaded: the folder holds ``config.json``, ``model.safetensors``
and the tokenizer files in the layout that transformers writes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp.errors import BundleError
from lamp.models.text import CACHE_SIZE, CLIP_TEXT_ENCODER, MAX_BATCH, Array, EmbeddingCache


class ClipEncoder:
    """Projected, unit-length text embeddings of a CLIP model in a local folder; loaded at the first text."""

    def __init__(self, folder: str | Path, *, cache_size: int = CACHE_SIZE) -> None:
        self.folder = Path(folder)
        path = self.folder / "config.json"
        if not path.is_file():
            raise BundleError(f"{path} is missing; point to a CLIP folder in the layout of transformers")
        config = json.loads(path.read_text(encoding="utf8"))
        if config.get("model_type") not in ("clip", "clip_text_model"):
            raise BundleError(f"{path} describes a {config.get('model_type')!r} model, not a CLIP model")
        text_config = config.get("text_config") or {}
        self._width = int(config.get("projection_dim") or text_config.get("projection_dim") or 512)
        self._id = CLIP_TEXT_ENCODER if self._width == 512 else f"clip-{self._width}"
        self.cache = EmbeddingCache(cache_size)
        self._lock = threading.Lock()
        self._model: tuple[Any, Any] | None = None

    @property
    def id(self) -> str:
        return self._id

    @property
    def width(self) -> int:
        return self._width

    def embed(self, texts: Sequence[str]) -> Array:
        """``N`` texts to ``(N, width)`` float32 of unit length; text beyond CLIP's 77 tokens is ignored."""
        return self.cache.embed(texts, self.width, self._compute)

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._model is None:
                self._model = self._read_weights()
            return self._model

    def _read_weights(self) -> tuple[Any, Any]:
        try:
            from transformers import AutoTokenizer, CLIPTextModelWithProjection
        except ImportError as error:
            raise BundleError(
                "CLIP needs torch and transformers, which are not installed; run "
                "'pip install torch transformers', or use a bundle trained with the default text encoder"
            ) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
            model = CLIPTextModelWithProjection.from_pretrained(
                self.folder, local_files_only=True, use_safetensors=True
            )
        except OSError as error:
            raise BundleError(
                f"{self.folder} is no complete CLIP folder ({error}); it needs config.json, model.safetensors "
                "and tokenizer.json"
            ) from error
        model.train(False)
        return tokenizer, model

    def _compute(self, texts: list[str]) -> Array:
        import torch

        tokenizer, model = self._load()
        rows: list[Array] = []
        for start in range(0, len(texts), MAX_BATCH):
            batch = texts[start : start + MAX_BATCH]
            tokens = tokenizer(
                batch, padding="max_length", truncation=True, return_tensors="pt",
                max_length=model.config.max_position_embeddings,
            )  # fmt: skip
            with torch.inference_mode():
                embeds = model(tokens["input_ids"], attention_mask=tokens["attention_mask"]).text_embeds
            rows.append(torch.nn.functional.normalize(embeds, dim=-1).numpy().astype(np.float32))
        return np.concatenate(rows)
