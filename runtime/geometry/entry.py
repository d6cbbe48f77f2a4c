"""One geometry that the server knows."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from enum import Enum

from lamp.scene.files import FORMAT
from lamp.scene.grid import DistanceGrid
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import geometry_upload_pb2

_ENTRY_BYTES = 4096  # what an entry costs beside its grid, generously
_Info = geometry_upload_pb2.GeometryInfo
_SIGN_RULES = {
    "solid": _Info.SIGN_RULE_SOLID,
    "sheet": _Info.SIGN_RULE_SHEET,
    "below": _Info.SIGN_RULE_BELOW,
}


class State(Enum):
    """As on the wire (``GeometryInfo.State``)."""

    BUILDING = _Info.STATE_BUILDING
    READY = _Info.STATE_READY
    FAILED = _Info.STATE_FAILED


def key_of(id: str, coordinates: CoordinateSystem) -> str:
    """What a grid is kept under: the content, the axes and unit it was sent in, and the version of the grids."""
    about = f"{FORMAT} {id} {coordinates.axes} {coordinates.metres_per_unit:.9g}"
    return hashlib.sha256(about.encode()).hexdigest()


@dataclass(eq=False)
class Entry:
    """Lives on the event loop. asked_cell_m: 0 where the client left the size of the cells to the server."""

    key: str
    id: str
    asked_cell_m: float = 0.0
    state: State = State.BUILDING
    progress: float = 0.0
    expected_bytes: int = 0  # of the grid, while it is not there
    grid: DistanceGrid | None = None
    problem: str = ""
    build_s: float = 0.0  # 0: it came from the cache
    settled: asyncio.Event = field(default_factory=asyncio.Event)  # set with READY and FAILED
    from_disk: bool = False  # it is being read, not built: a matter of milliseconds

    @property
    def size_bytes(self) -> int:
        """Memory it takes, or will take."""
        return _ENTRY_BYTES + (self.expected_bytes if self.grid is None else self.grid.values.nbytes)

    def info(self) -> geometry_upload_pb2.GeometryInfo:
        """As a message."""
        grid = self.grid
        return _Info(
            id=self.id, state=self.state.value, progress=self.progress, problem=self.problem, build_s=self.build_s,
            sign_rule=_Info.SIGN_RULE_UNSPECIFIED if grid is None else _SIGN_RULES[grid.sign_rule],
            cells=() if grid is None else grid.values.shape, cell_m=0.0 if grid is None else grid.cell_m,
        )  # fmt: skip
