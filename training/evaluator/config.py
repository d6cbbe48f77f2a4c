"""Sizes of an evaluator, stored beside its weights."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from lamp.errors import InputError

KINDS = ("t2m", "transformer")
MOTION_WIDTH = 259  # the 263 numbers of a frame without the four contacts, as in T2M
UNIT = 4  # frames per step of the recurrent network; lengths are cut to a multiple of it


@dataclass(frozen=True)
class EvaluatorConfig:
    """``t2m``: convolutions and bidirectional GRUs as in T2M; ``transformer``: a summary token over both, as in TMR."""

    kind: str = "t2m"
    movement_width: int = 192  # channels of the convolutions
    hidden: int = 192  # of each direction of the recurrent network, or of the transformer
    embedding: int = 256
    text_width: int = 384  # word-piece states of the shipped text encoder
    blocks: int = 3  # transformer only
    heads: int = 4  # transformer only
    radius: float = (
        6.7  # embeddings lie on a sphere; of this radius, spread-out data has T2M's diversity of 9.5
    )
    actions: tuple[str, ...] = ()  # classes of the action label, in the order of its logits
    heading: str = "humanml3d"  # which 263 numbers it reads, see lamp.features

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError("kind", f"{self.kind!r} is unknown; use {' or '.join(KINDS)}")
        if self.hidden % self.heads:
            raise InputError("heads", f"{self.heads} does not divide hidden {self.hidden}")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> EvaluatorConfig:
        """From JSON; unknown keys are named."""
        unknown = sorted(set(values) - {f.name for f in fields(cls)})
        if unknown:
            raise InputError("evaluator", f"unknown keys {unknown}; this version cannot read it")
        return cls(**{**values, "actions": tuple(values.get("actions", ()))})
