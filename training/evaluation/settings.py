"""What one evaluation is: sizes, seeds, and which clips."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.errors import InputError

MIN_FRAMES = 40  # the protocol of HumanML3D


@dataclass(frozen=True)
class Settings:
    """``motions`` per table and run, ``repeats`` runs with other seeds, ``steps`` of optimisation for each motion,
    clips cut to ``max_frames``; the paper has 1,024 motions of up to 196 frames."""

    motions: int = 96
    repeats: int = 3
    steps: int = 100
    max_frames: int = 196
    seed: int = 0
    split: str = "test"
    long_s: float = 600.0  # length of the long motion

    def __post_init__(self) -> None:
        for name, least in (("motions", 4), ("repeats", 1), ("steps", 1), ("max_frames", MIN_FRAMES)):
            if getattr(self, name) < least:
                option = "--" + name.replace("_", "-")
                raise InputError(option, f"{getattr(self, name)} is below {least}")
        if self.max_frames > 196:
            raise InputError(
                "--max-frames", f"{self.max_frames} is above 196, the longest clip of the protocol"
            )
        if self.long_s < 10:
            raise InputError("--long-seconds", f"{self.long_s} is below 10 s")

    def rng_seed(self, table: str, repeat: int) -> list[int]:
        """Seed of a cell: the same cases for every prior, others in every table and run."""
        return [self.seed, repeat, *table.encode()]
