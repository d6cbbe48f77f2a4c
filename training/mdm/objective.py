"""What the network learns: the clean motion from a noisy one (MDM's ``simple`` loss)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses import masked_mean
from training.mdm.config import MdmLoss
from training.mdm.model import MdmDenoiser
from training.mdm.schedule import TRAINING_STEPS


class MdmObjective:
    """Called with normalised vectors ``(B, T, 263)``, valid tokens of 4 frames ``(B, T/4)`` and clips ``(B,)``."""

    def __init__(
        self, model: MdmDenoiser, weights: MdmLoss, captions: Tensor, first: Tensor, count: Tensor
    ) -> None:
        """``captions (C, E)``: embeddings of all captions; those of clip i are ``first[i] .. first[i] + count[i]``."""
        self.model, self.weights = model, weights
        self.captions, self.first, self.count = captions, first, count

    def __call__(self, x: Tensor, valid: Tensor, clip: Tensor) -> dict[str, Tensor]:
        b, device = x.shape[0], x.device
        frames = valid.repeat_interleave(x.shape[1] // valid.shape[1], 1)
        text = self.captions[self.first[clip] + (torch.rand(b, device=device) * self.count[clip]).long()]
        has_text = (torch.rand(b, device=device) > self.weights.drop_text).float()
        step = (torch.rand(b, device=device) * TRAINING_STEPS).long()
        bar = self.model.bars[step][:, None, None]
        noisy = torch.sqrt(bar) * x + torch.sqrt(1.0 - bar) * torch.randn_like(x)
        clean = self.model(noisy, step, text, has_text, frames)
        with torch.autocast(device.type, enabled=False):
            error = nn.functional.mse_loss(clean.float(), x, reduction="none")
            return {"total": masked_mean(error, frames)}
