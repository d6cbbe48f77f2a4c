"""Sentence embeddings for prompts: what the diffusion model is conditioned on.

The default, :class:`MiniLMEncoder`, needs onnxruntime, tokenizers and safetensors; no torch, no network.
Model: MiniLM-L6 (Wang et al. 2020, arXiv:2002.10957) fine-tuned for sentences (Reimers & Gurevych 2019,
arXiv:1908.10084), weights in 8 bit; see ``lamp/bundles/text/NOTICE``.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import yaml
from numpy.typing import NDArray

from lamp.errors import BundleError, InputError

Array = NDArray[np.float32]

DEFAULT_TEXT_ENCODER = "minilm-l6-v2-int8"
CLIP_TEXT_ENCODER = "clip-vit-b32"
CLIP_FOLDER_VARIABLE = "LAMP_CLIP_FOLDER"
DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "bundles" / "text"
SCHEMA = 1
MAX_BATCH = 32
CACHE_SIZE = 4096


@runtime_checkable
class TextEncoder(Protocol):
    """Maps sentences to vectors of unit length. The same text always gives the same vector."""

    @property
    def id(self) -> str:
        """Name written into trained bundles; embeddings of different ids must not be mixed."""

    @property
    def width(self) -> int:
        """Numbers per embedding."""

    def embed(self, texts: Sequence[str]) -> Array:
        """``N`` texts to ``(N, width)`` float32 of unit length."""


def check_texts(texts: Sequence[str]) -> list[str]:
    """The texts as a list; raises ``InputError`` for a bare string or anything that is not text."""
    if isinstance(texts, str):
        raise InputError("texts", f"got the single string {texts!r}; pass a list of strings, [text]")
    checked = list(texts)
    for i, text in enumerate(checked):
        if not isinstance(text, str):
            raise InputError(f"texts[{i}]", f"got {type(text).__name__}; every text must be a string")
    return checked


class EmbeddingCache:
    """Bounded, thread-safe memory of the embeddings used last."""

    def __init__(self, capacity: int = CACHE_SIZE) -> None:
        if capacity < 0:
            raise InputError("cache_size", f"{capacity} is negative; use 0 to switch the cache off")
        self.capacity = capacity
        self._rows: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def embed(self, texts: Sequence[str], width: int, compute: Callable[[list[str]], Array]) -> Array:
        """Rows ``(N, width)`` for ``texts``; ``compute`` gets each distinct text not remembered, once."""
        wanted = check_texts(texts)
        with self._lock:
            found = {text: self._rows[text] for text in wanted if text in self._rows}
        missing = [text for text in dict.fromkeys(wanted) if text not in found]
        if missing:
            found.update(zip(missing, compute(missing), strict=True))
        with self._lock:
            for text in dict.fromkeys(wanted):
                self._rows[text] = found[text]
                self._rows.move_to_end(text)
            while len(self._rows) > self.capacity:
                self._rows.popitem(last=False)
        return np.stack([found[text] for text in wanted]) if wanted else np.zeros((0, width), np.float32)


@dataclass(frozen=True)
class TextBundle:
    """What ``text.yaml`` says about the encoder beside it."""

    folder: Path
    id: str
    width: int
    max_tokens: int
    graph: str
    tokenizer: str
    weights: tuple[str, ...]
    sha256: dict[str, str]

    @classmethod
    def load(cls, folder: str | Path) -> TextBundle:
        """Read ``folder/text.yaml``; raises ``BundleError`` that says what is missing and how to mend it."""
        path = Path(folder) / "text.yaml"
        if not path.is_file():
            raise BundleError(f"{path} is missing; build it with training/export_text_encoder.py")
        data = yaml.safe_load(path.read_text(encoding="utf8"))
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else None
            raise BundleError(f"{path} has schema {found!r}, this version reads {SCHEMA}; export it again")
        try:
            return cls(
                folder=path.parent, id=str(data["id"]), width=int(data["width"]),
                max_tokens=int(data["max_tokens"]), graph=data["graph"], tokenizer=data["tokenizer"],
                weights=tuple(data["weights"]), sha256={n: f["sha256"] for n, f in data["files"].items()},
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise BundleError(f"{path} lacks the entry {error}; export it again") from error

    def read(self, name: str) -> bytes:
        """Content of one listed file; raises ``BundleError`` when it is missing or damaged."""
        path = self.folder / name
        if not path.is_file():
            raise BundleError(f"{path} is missing; reinstall, or check out the file from the repository")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256.get(name):
            raise BundleError(f"{path} does not have the sha256 in text.yaml (cut off?); reinstall it")
        return content


class MiniLMEncoder:
    """MiniLM-L6 sentence embeddings on onnxruntime; loaded at the first text, thread-safe."""

    def __init__(
        self, folder: str | Path | None = None, *, threads: int = 1, cache_size: int = CACHE_SIZE
    ) -> None:
        self.bundle = TextBundle.load(DEFAULT_FOLDER if folder is None else folder)
        self.threads = threads
        self.cache = EmbeddingCache(cache_size)
        self._lock = threading.Lock()
        self._model: tuple[Any, Any] | None = None

    @property
    def id(self) -> str:
        return self.bundle.id

    @property
    def width(self) -> int:
        return self.bundle.width

    def embed(self, texts: Sequence[str]) -> Array:
        """``N`` texts to ``(N, width)`` float32 of unit length; text beyond ``max_tokens`` is ignored."""
        return self.cache.embed(texts, self.width, self._compute)

    def token_ids(self, text: str) -> list[int]:
        """Word-piece ids with the start and end markers, at most ``max_tokens``."""
        return list(self._load()[0].encode(_printable(text)).ids)

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._model is None:
                self._model = (_load_tokenizer(self.bundle), _load_session(self.bundle, self.threads))
            return self._model

    def states(self, texts: Sequence[str]) -> list[Array]:
        """Hidden state of every word piece, ``(n, width)`` float32 per text; its mean, normalised, is ``embed``."""
        session = self._load()[1]
        ids = [self.token_ids(text) for text in check_texts(texts)]
        by_length: dict[int, list[int]] = {}
        for i, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(i)
        out: list[Array] = [np.zeros((0, self.width), np.float32)] * len(ids)
        for rows in by_length.values():  # texts of equal token count run together: no padding, so a text's
            for start in range(0, len(rows), MAX_BATCH):  # neighbours cannot change it
                batch = rows[start : start + MAX_BATCH]
                table = np.array([ids[i] for i in batch], np.int64)
                feeds = {"input_ids": table, "attention_mask": np.ones_like(table),
                         "token_type_ids": np.zeros_like(table)}  # fmt: skip
                for i, state in zip(batch, session.run(None, feeds)[0], strict=True):
                    out[i] = state
        return out

    def _compute(self, texts: list[str]) -> Array:
        pooled = np.stack([state.mean(axis=0) for state in self.states(texts)])
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)


def _printable(text: str) -> str:
    """Text without lone surrogates, which no UTF-8 tokenizer accepts."""
    return text.encode("utf8", "replace").decode("utf8")


def _load_tokenizer(bundle: TextBundle) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(bundle.read(bundle.tokenizer).decode("utf8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(bundle.max_tokens)
    return tokenizer


def _load_session(bundle: TextBundle, threads: int) -> Any:
    """The graph file holds no large weights; they are handed over from the safetensors files."""
    import onnxruntime
    from safetensors.numpy import load

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = {name: tensor for file in bundle.weights for name, tensor in load(bundle.read(file)).items()}
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in weights.values()]
    options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(
        bundle.read(bundle.graph), options, providers=["CPUExecutionProvider"]
    )


def load_text_encoder(id_or_folder: str | Path | None = None) -> TextEncoder:
    """The encoder with this id, or in this folder (``text.yaml``, or the ``config.json`` of a CLIP model).

    ``None``: the default. CLIP weights are never shipped: the id ``clip-vit-b32`` reads the folder named by
    the environment variable ``LAMP_CLIP_FOLDER``.
    """
    wanted = str(id_or_folder) if id_or_folder is not None else DEFAULT_TEXT_ENCODER
    if wanted == DEFAULT_TEXT_ENCODER:
        return MiniLMEncoder()
    folder = Path(wanted)
    if wanted == CLIP_TEXT_ENCODER:
        named = os.environ.get(CLIP_FOLDER_VARIABLE)
        if not named:
            raise BundleError(
                f"the text encoder {wanted} needs CLIP ViT-B/32 weights, which are not shipped; set "
                f"{CLIP_FOLDER_VARIABLE} to a folder with config.json, model.safetensors and tokenizer.json"
            )
        folder = Path(named)
    if (folder / "text.yaml").is_file():
        return MiniLMEncoder(folder)
    if (folder / "config.json").is_file():
        from lamp.models.text_clip import ClipEncoder

        return ClipEncoder(folder)
    raise BundleError(
        f"no text encoder {wanted!r}; use {DEFAULT_TEXT_ENCODER!r}, {CLIP_TEXT_ENCODER!r}, or a folder that "
        "holds text.yaml (ours) or config.json (CLIP, transformers layout)"
    )
