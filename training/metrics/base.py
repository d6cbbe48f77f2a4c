"""What every metric says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

Array = NDArray[Any]
Better = Literal["lower", "higher", "real"]  # "real": the nearer to the real data's own value


@dataclass(frozen=True)
class About:
    """Name in the JSON files, unit, direction, and one sentence."""

    name: str
    unit: str
    better: Better
    text: str

    @property
    def arrow(self) -> str:
        """The direction as one character for tables."""
        return {"lower": "↓", "higher": "↑", "real": "→"}[self.better]
