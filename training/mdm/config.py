"""Sizes of the MDM peer and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.errors import InputError


@dataclass(frozen=True)
class MdmConfig:
    """A transformer encoder with a token per frame. The defaults are the published model's sizes.

    The published network learns to copy its input where that is nearly clean, which takes long; until it can, inversion
    leads far away from white noise. ``skip`` takes that from it: two estimates of the clean motion, the network's own
    and the noisy input, are averaged by their variances. Neither what is predicted nor the loss changes.
    """

    width: int = 512
    blocks: int = 8
    head_width: int = 128
    mlp_ratio: int = 2
    text_width: int = 384
    max_frames: int = 196
    skip: bool = False  # average with the noisy input where that is nearly clean

    def __post_init__(self) -> None:
        if self.width % self.head_width:
            raise InputError(
                "mdm.model.head_width", f"{self.head_width} does not divide the width {self.width}"
            )


@dataclass(frozen=True)
class MdmLoss:
    """MDM's objective on HumanML3D is the plain squared error of the clean motion; its geometric terms are off."""

    drop_text: float = 0.1
