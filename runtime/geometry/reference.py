"""Obstacles that refer to uploaded geometry, ready or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lamp.scene.content import is_id
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import MAX_SCALE, MIN_SCALE, Obstacle
from runtime.coordinates import CoordinateSystem
from runtime.geometry.entry import Entry, State
from runtime.pb.v1 import scene_pb2
from runtime.validation import Checker


class Shelf(Protocol):
    """Where geometry is found (``GeometryStore``)."""

    def find(self, id: str, coordinates: CoordinateSystem) -> Entry | None: ...


@dataclass(frozen=True)
class Waiting:
    """An obstacle whose geometry is not ready: all of it but the grid, checked already. key: of the store's entry."""

    key: str
    geometry_id: str
    values: Mapping[str, Any]

    def with_grid(self, grid: DistanceGrid) -> Obstacle:
        """The obstacle, once there is a grid."""
        return Obstacle("geometry", grid=grid, **self.values)


class NoShelf:
    """A place without geometry."""

    def find(self, id: str, coordinates: CoordinateSystem) -> Entry | None:
        """There is none."""
        return None


NO_SHELF = NoShelf()


def read_reference(
    message: scene_pb2.GeometryReference,
    values: Mapping[str, Any],
    coordinates: CoordinateSystem,
    check: Checker,
    shelf: Shelf,
) -> Obstacle | Waiting | None:
    """The obstacle of ``values`` with the geometry that ``message`` names; None after a violation."""
    scale = check.default("scale", message.scale, MIN_SCALE, MAX_SCALE, 1.0)
    entry = shelf.find(message.id, coordinates) if is_id(message.id) else None
    if entry is None:
        check.fail(
            "id",
            f"{message.id[:64]!r} is not known here with this coordinate system; upload it first (UploadGeometry)",
        )
        return None
    if entry.state is State.FAILED:
        check.fail("id", f"{entry.id} could not be built: {entry.problem}")
    if check.found:
        return None
    waiting = Waiting(entry.key, entry.id, {**values, "scale": scale})
    return waiting if entry.grid is None else waiting.with_grid(entry.grid)
