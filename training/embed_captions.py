"""Embed the captions of a data set once, and remember the result beside the prepared set."""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamp.formats.writing import write_whole
from lamp.models.text import TextEncoder, check_texts

log = logging.getLogger(__name__)

CHUNK = 256


def embed_captions(
    captions: Sequence[str],
    encoder: TextEncoder,
    *,
    folder: str | Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """``N`` captions (repetitions allowed) to ``(N, encoder.width)`` float32 of unit length.

    With ``folder`` (the prepared set) the result is read from, or written to, ``text_<encoder>.npz`` there;
    the file is used only when the encoder and the list of distinct captions are the same.
    ``on_progress(done, total)`` counts distinct captions; progress is logged as well.
    """
    distinct = sorted(set(check_texts(captions)))
    path = None if folder is None else cache_path(Path(folder), encoder)
    key = cache_key(distinct, encoder)
    rows = None if path is None else _read(path, key)
    if rows is None:
        rows = _embed_all(distinct, encoder, on_progress)
        if path is not None:
            _write(path, key, rows)
    index = {text: i for i, text in enumerate(distinct)}
    return rows[[index[text] for text in captions]]


def cache_path(folder: Path, encoder: TextEncoder) -> Path:
    """``text_minilm.npz`` for ``minilm-l6-v2-int8``, ``text_clip.npz`` for CLIP."""
    return folder / f"text_{encoder.id.split('-')[0]}.npz"


def cache_key(distinct: Sequence[str], encoder: TextEncoder) -> str:
    """sha256 over the encoder and the distinct captions in order."""
    content = json.dumps([encoder.id, encoder.width, list(distinct)]).encode()
    return hashlib.sha256(content).hexdigest()


def _embed_all(
    distinct: Sequence[str], encoder: TextEncoder, on_progress: Callable[[int, int], None] | None
) -> NDArray[np.float32]:
    rows = np.zeros((len(distinct), encoder.width), np.float32)
    # Texts of equal length run as one batch, so chunks of similar length are quicker than alphabetic ones.
    order = sorted(range(len(distinct)), key=lambda i: len(distinct[i].split()))
    for start in range(0, len(order), CHUNK):
        chosen = order[start : start + CHUNK]
        rows[chosen] = encoder.embed([distinct[i] for i in chosen])
        done = min(start + CHUNK, len(order))
        log.info("captions embedded with %s: %d of %d", encoder.id, done, len(order))
        if on_progress is not None:
            on_progress(done, len(order))
    return rows


def _read(path: Path, key: str) -> NDArray[np.float32] | None:
    """The stored rows, or ``None`` when there are none for this key (a damaged file counts as none)."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["key"]) == key:
                rows: NDArray[np.float32] = stored["embeddings"]
                return rows
    except (OSError, ValueError, KeyError, EOFError) as error:
        log.warning("%s cannot be read (%s); it is written again", path.name, error)
    return None


def _write(path: Path, key: str, rows: NDArray[np.float32]) -> None:
    out = io.BytesIO()
    np.savez(out, key=np.array(key), embeddings=rows)
    write_whole(path, out.getvalue())
