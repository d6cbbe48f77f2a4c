"""The T2M-shaped towers (Guo et al. 2022): movement convolution and bidirectional GRUs.

Layer names and order are those of the published evaluator, so that its weights load into the same classes at its own
sizes (``training/evaluator/published.py``). Sequences are packed by length without sorting: rows keep their order.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class MovementEncoder(nn.Module):
    """Frames ``(B, T, W)`` -> movement codes ``(B, T / 4, latent)``: two strided convolutions and a linear layer."""

    def __init__(self, width: int, hidden: int, latent: int, dropout: float = 0.2) -> None:
        super().__init__()
        # indices of the published layers; see forward for why they are not run as one
        self.main = nn.Sequential(
            nn.Conv1d(width, hidden, 4, 2, 1), nn.Dropout(dropout), nn.LeakyReLU(0.2),
            nn.Conv1d(hidden, latent, 4, 2, 1), nn.Dropout(dropout), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.out_net = nn.Linear(latent, latent)

    def forward(self, frames: Tensor, lengths: Tensor | None) -> Tensor:
        """Zeros behind ``lengths (B,)`` are put back between the convolutions: the first one's bias would otherwise
        leak from the padding into the last code, and an embedding would depend on its neighbours in the batch. ``None``
        leaves that as it is (the published evaluator pads every clip alike)."""
        x = self.main[:3](frames.transpose(1, 2))
        if lengths is not None:
            inside = torch.arange(x.shape[2], device=x.device)[None] < lengths[:, None] // 2
            x = x * inside[:, None]
        x = self.main[3:](x)
        codes: Tensor = self.out_net(x.transpose(1, 2))
        return codes


class BiGRU(nn.Module):
    """Codes ``(B, L, width)`` with lengths ``(B,)`` -> one vector ``(B, out)`` from both last states."""

    def __init__(self, width: int, hidden: int, out: int) -> None:
        super().__init__()
        self.input_emb = nn.Linear(width, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.output_net = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.LayerNorm(hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, out)
        )
        self.hidden = nn.Parameter(torch.randn(2, 1, hidden))

    def forward(self, codes: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(
            self.input_emb(codes), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, last = self.gru(packed, self.hidden.expand(-1, len(codes), -1).contiguous())
        out: Tensor = self.output_net(torch.cat([last[0], last[1]], dim=-1))
        return out
