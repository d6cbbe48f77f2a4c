"""Geometry as a client sends it: model space in, messages in the axes of the wire out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError
from lamp.scene.content import height_field_id, hull_id, mesh_id
from lamp.scene.geometry import Geometry
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.obstacle import Obstacle, Vector
from runtime import convert
from runtime.coordinates import CoordinateSystem
from runtime.geometry.height_axes import field_from_model
from runtime.pb.v1 import geometry_upload_pb2 as pb
from runtime.pb.v1 import scene_pb2

Array = NDArray[Any]
_CHUNK = 32_768  # numbers in one message: 128 kB or a little more


@dataclass(frozen=True, eq=False)
class Parcel:
    """A geometry ready to be sent. offset_m: where in its own frame the origin of the wire's frame lies."""

    header: pb.GeometryHeader
    values: Array  # float32, flat
    indices: Array  # uint32, flat
    offset_m: Vector = (0.0, 0.0, 0.0)

    @classmethod
    def of(
        cls, geometry: Geometry, coordinates: CoordinateSystem, cell_m: float = 0.0, name: str = ""
    ) -> Parcel:
        """The messages for ``geometry``, which is in model space."""
        system = convert.coordinate_system_of(coordinates)
        header = pb.GeometryHeader(coordinate_system=system, cell_m=cell_m, name=name)
        none = np.zeros(0, np.uint32)
        if isinstance(geometry, HeightField):
            heights, column, row, origin = field_from_model(geometry, coordinates)
            header.id = height_field_id(heights, column, row)
            field = header.height_field
            field.rows, field.columns = heights.shape
            field.column_spacing, field.row_spacing = column, row
            return cls(header, heights.reshape(-1), none, origin)
        if isinstance(geometry, ConvexHull):
            points = coordinates.position_from_model(geometry.points_m).astype(np.float32)
            header.id, header.hull.vertex_count = hull_id(points), len(points)
            return cls(header, points.reshape(-1), none)
        vertices = coordinates.position_from_model(geometry.vertices_m).astype(np.float32)
        triangles = geometry.triangles.astype(np.uint32)
        header.id = mesh_id(vertices, triangles)
        header.mesh.vertex_count, header.mesh.triangle_count = len(vertices), len(triangles)
        return cls(header, vertices.reshape(-1), triangles.reshape(-1))

    def messages(self) -> Iterator[pb.UploadGeometryRequest]:
        """The whole upload."""
        yield pb.UploadGeometryRequest(header=self.header)
        for start in range(0, len(self.values), _CHUNK):
            part = self.values[start : start + _CHUNK].tolist()
            yield pb.UploadGeometryRequest(chunk=pb.GeometryChunk(values=part))
        for start in range(0, len(self.indices), _CHUNK):
            part = self.indices[start : start + _CHUNK].tolist()
            yield pb.UploadGeometryRequest(chunk=pb.GeometryChunk(indices=part))

    def question(self) -> pb.GetGeometryRequest:
        """What asks whether the server has it."""
        return pb.GetGeometryRequest(id=self.header.id, coordinate_system=self.header.coordinate_system)


@dataclass(frozen=True, eq=False)
class GeometryHandle:
    """Geometry that was uploaded. The last four are known once it is ready.

    sign_rule: ``"solid"``, ``"sheet"`` or ``"below"``; problem: what should be mended in the asset.
    """

    parcel: Parcel
    ready: bool = False
    sign_rule: str = ""
    problem: str = ""
    cells: tuple[int, ...] = ()
    cell_m: float = 0.0

    @classmethod
    def of(cls, parcel: Parcel, info: pb.GeometryInfo) -> GeometryHandle:
        """What the server says about it."""
        rule = pb.GeometryInfo.SignRule.Name(info.sign_rule).removeprefix("SIGN_RULE_").lower()
        ready = info.state == pb.GeometryInfo.STATE_READY
        return cls(parcel, ready, rule if ready else "", info.problem, tuple(info.cells), info.cell_m)

    @property
    def id(self) -> str:
        """The hash of its content."""
        return self.parcel.header.id


@dataclass(frozen=True)
class GeometryObstacle:
    """An obstacle of uploaded geometry: pose, velocities and ``walkable`` as of ``lamp.scene.Obstacle``.

    scale: of the geometry, the same along all axes.
    """

    geometry: GeometryHandle
    position_m: Vector = (0.0, 0.0, 0.0)
    orientation_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    linear_velocity_mps: Vector = (0.0, 0.0, 0.0)
    angular_velocity_radps: Vector = (0.0, 0.0, 0.0)
    time_s: float = 0.0
    scale: float = 1.0
    walkable: bool = False

    def message(self, id: str, coordinates: CoordinateSystem) -> scene_pb2.Obstacle:
        """As it is sent. ``InputError`` for a pose that cannot be."""
        offset = np.array(self.geometry.parcel.offset_m)
        if offset.any() and any(self.angular_velocity_radps):
            raise InputError(
                "angular_velocity_radps", "this height field cannot turn: give it origin_m (0, 0)"
            )
        turned = rotations.rotate(np.array(self.orientation_xyzw, np.float64), self.scale * offset)
        x, y, z = (float(v) for v in np.array(self.position_m) + turned)
        posed = Obstacle(
            "plane", (x, y, z), orientation_xyzw=self.orientation_xyzw, time_s=self.time_s, walkable=self.walkable,
            linear_velocity_mps=self.linear_velocity_mps, angular_velocity_radps=self.angular_velocity_radps,
        )  # fmt: skip
        message = convert.obstacle_of(id, posed, coordinates)
        message.geometry.id, message.geometry.scale = self.geometry.id, self.scale
        return message
