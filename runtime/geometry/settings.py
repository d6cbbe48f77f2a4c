"""What an operator may change about uploaded geometry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lamp.scene.cache import DEFAULT_MAX_BYTES
from lamp.scene.grid import MAX_CELLS
from lamp.scene.layout import DEFAULT_BUDGET, MIN_BUDGET
from runtime.settings.item import check_bounds, setting


@dataclass(frozen=True)
class GeometrySettings:
    """Settings of ``lamp serve``. ``ValueError`` names a wrong one."""

    geometry_cells: int = setting(
        DEFAULT_BUDGET, "cells of the distance grid of one geometry, 4 bytes each", low=MIN_BUDGET, high=MAX_CELLS
    )  # fmt: skip
    geometry_build_s: float = setting(
        120.0, "seconds one geometry may take to become a distance grid", low=1.0, high=3600.0
    )
    geometry_queue: int = setting(
        16, "geometries that are being built or wait for it; one is built at a time", low=1, high=10_000
    )
    geometry_cache: Path | None = setting(
        None, "folder of finished grids; empty: LAMP_CACHE, else the user's folder for caches"
    )
    geometry_cache_bytes: int = setting(
        DEFAULT_MAX_BYTES, "size of that folder; the longest unused go first; 0: keep nothing", low=0, high=1 << 44
    )  # fmt: skip

    def __post_init__(self) -> None:
        check_bounds(self)
