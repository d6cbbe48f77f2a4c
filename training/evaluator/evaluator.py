"""``Evaluator``: a trained evaluator, ready to embed motions and texts. What the tables use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from lamp.models.text import MiniLMEncoder
from training.evaluator.model import EvaluatorModel
from training.evaluator.motions import Array, padded, raw_features

_BATCH = 32


class Evaluator:
    """Embeds in the order given, whatever the lengths; the same input always gives the same row."""

    reads_text = True
    labels_actions = True

    def __init__(self, model: EvaluatorModel, name: str, hash_of_weights: str = "") -> None:
        self.model, self.name, self.hash = model.eval().requires_grad_(False), name, hash_of_weights
        self._text = MiniLMEncoder()

    def embed_motions(self, motions_m: Sequence[Array]) -> Array:
        """Clips of world joints ``(T_i, 22, 3)`` -> embeddings ``(N, E)``."""
        heading = self.model.config.heading
        return self.embed_features([raw_features(m, heading) for m in motions_m])

    def embed_features(self, rows: Sequence[Array]) -> Array:
        """Raw features ``(T_i, 259)``, not normalised, -> embeddings ``(N, E)``."""
        return _by_length(rows, self.model.motion)

    def embed_texts(self, texts: Sequence[str]) -> Array:
        """Texts -> embeddings ``(N, E)``."""
        distinct = list(dict.fromkeys(texts))
        rows = _by_length(self._text.states(distinct), self.model.text)
        index = {text: i for i, text in enumerate(distinct)}
        return rows[[index[text] for text in texts]]

    def actions(self, embeddings: Array) -> list[str]:
        """Action label of motion embeddings ``(N, E)``."""
        logits = self.model.action_logits(torch.from_numpy(np.ascontiguousarray(embeddings)))
        return [self.model.config.actions[int(i)] for i in logits.argmax(-1)]


def _by_length(rows: Sequence[Array], encode: Callable[[Tensor, Tensor], Tensor]) -> Array:
    """Encode in batches of similar length and put the results back in the order of ``rows``.

    Forgetting the second half is the classic mistake: paired distances then compare strangers.
    """
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: dict[int, Array] = {}
    with torch.no_grad():
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            table, lengths = padded([rows[i] for i in chosen])
            out = encode(torch.from_numpy(table), torch.from_numpy(lengths)).numpy()
            found.update(zip(chosen, out, strict=True))
    if not found:
        raise ValueError("nothing to embed")
    return np.stack([found[i] for i in range(len(rows))]).astype(np.float32)
