"""Sizes of the peers' networks; stored beside the weights, checked when they are loaded."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.errors import BundleError
from lamp.models import representation as rep
from lamp.models.config import DenoiserConfig


@dataclass(frozen=True)
class MldVaeConfig:
    """MLD's transformer VAE (Chen et al. 2023): a clip of up to ``frames`` frames is one vector."""

    frames: int = 196  # the only window there is: shorter clips are padded to it
    latent_width: int = 256
    width: int = 256
    blocks: int = 9  # of encoder and of decoder; odd, because the first half is joined to the second
    head_width: int = 64

    def __post_init__(self) -> None:
        _check_stack("mld", self.width, self.head_width, self.blocks)
        if self.frames % 4 or self.frames < 8:
            raise BundleError(f"mld.frames is {self.frames}; it must be a multiple of 4, at least 8")


@dataclass(frozen=True)
class MldDenoiserConfig:
    """MLD's denoiser: one transformer over the noisy vector, the time and the text."""

    width: int = 256
    blocks: int = 9
    head_width: int = 64
    text_width: int = 384
    prediction: str = "v"  # v | x0 | epsilon

    def __post_init__(self) -> None:
        _check_stack("mld denoiser", self.width, self.head_width, self.blocks)
        if self.prediction not in ("v", "x0", "epsilon"):
            raise BundleError(f"mld denoiser.prediction is {self.prediction!r}; use 'v', 'x0' or 'epsilon'")


@dataclass(frozen=True)
class EmdmConfig:
    """EMDM (Zhou et al. 2024): a generator of clean motion at few, large steps, and a critic of those steps."""

    windows: tuple[int, ...] = (80, 196)
    chain_steps: int = 10  # steps from noise to motion, in training and in use
    width: int = 512
    blocks: int = 8
    head_width: int = 64
    critic_width: int = 256
    critic_blocks: int = 4
    text_width: int = 384

    def __post_init__(self) -> None:
        if self.chain_steps < 2:
            raise BundleError(f"emdm.chain_steps is {self.chain_steps}; at least 2 are needed")
        if not self.windows or any(w % 4 for w in self.windows):
            raise BundleError(f"emdm.windows is {self.windows}; give lengths that are multiples of 4")

    def network(self, *, critic: bool) -> DenoiserConfig:
        """The generator's or the critic's transformer: one token per frame, clean motion predicted."""
        width, blocks = (self.critic_width, self.critic_blocks) if critic else (self.width, self.blocks)
        return DenoiserConfig(width, blocks, self.head_width, self.text_width, "x0", max(self.windows))

    @property
    def latent_width(self) -> int:
        return rep.WIDTH


def _check_stack(name: str, width: int, head_width: int, blocks: int) -> None:
    if width % head_width:
        raise BundleError(f"{name}.head_width {head_width} does not divide width {width}")
    if blocks < 3 or blocks % 2 == 0:
        raise BundleError(f"{name}.blocks is {blocks}; it must be odd, at least 3")
