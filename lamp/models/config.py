"""Sizes of the networks, stored in the bundle and checked when it is loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from lamp.errors import BundleError
from lamp.models.representation import PART_COUNT

T = TypeVar("T")


@dataclass(frozen=True)
class AutoencoderConfig:
    """Masked motion autoencoder (paper 3.1). Defaults are those of the design; the shipped bundles state their own."""

    variant: str = "vit"  # vit | resnet | whole: vit without body parts (ablation)
    patch_frames: int = 4  # tau: frames per token
    part_width: int = 64  # d; the latent width D is six times this
    part_blocks: int = 2
    body_blocks: int = 6
    decoder_blocks: int = 4
    head_width: int = 32  # width of one attention head in body and decoder
    max_tokens: int = 64  # 256 frames
    output_smoothing: float = (
        0.0  # weight of each neighbour in a low-pass of decoded frames; in use, not in training
    )

    def __post_init__(self) -> None:
        if not 0.0 <= self.output_smoothing <= 0.25:
            raise BundleError(
                f"autoencoder.output_smoothing is {self.output_smoothing}; it must be within 0..0.25"
            )
        if self.variant not in ("vit", "resnet", "whole"):
            raise BundleError(f"autoencoder.variant is {self.variant!r}; use 'vit', 'resnet' or 'whole'")
        if self.latent_width % self.head_width:
            raise BundleError(
                f"autoencoder.head_width {self.head_width} does not divide the latent width {self.latent_width}"
            )

    @property
    def latent_width(self) -> int:
        return PART_COUNT * self.part_width

    @property
    def parts(self) -> int:
        """Parts that are masked on their own."""
        return 1 if self.variant == "whole" else PART_COUNT


@dataclass(frozen=True)
class DenoiserConfig:
    """Latent denoiser (paper 3.2), conditioned on text, time and the latents of visible motion."""

    width: int = 512
    blocks: int = 8
    head_width: int = 64
    text_width: int = 384
    prediction: str = "v"  # v | x0 | epsilon
    max_tokens: int = 64

    def __post_init__(self) -> None:
        if self.prediction not in ("v", "x0", "epsilon"):
            raise BundleError(f"denoiser.prediction is {self.prediction!r}; use 'v', 'x0' or 'epsilon'")
        if self.width % self.head_width:
            raise BundleError(f"denoiser.head_width {self.head_width} does not divide width {self.width}")


def from_dict(cls: type[T], values: dict[str, Any], where: str) -> T:
    """Build a config from parsed YAML; unknown or missing keys are named in a ``BundleError``."""
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise BundleError(f"{where}: unknown keys {unknown}; known are {sorted(known)}")
    return cls(**values)


def to_dict(config: Any) -> dict[str, Any]:
    return asdict(config)
