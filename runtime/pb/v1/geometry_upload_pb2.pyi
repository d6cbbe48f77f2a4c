from runtime.pb.v1 import geometry_pb2 as _geometry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UploadGeometryRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: GeometryHeader
    chunk: GeometryChunk
    def __init__(self, header: _Optional[_Union[GeometryHeader, _Mapping]] = ..., chunk: _Optional[_Union[GeometryChunk, _Mapping]] = ...) -> None: ...

class GeometryHeader(_message.Message):
    __slots__ = ("id", "coordinate_system", "mesh", "hull", "height_field", "cell_m", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    MESH_FIELD_NUMBER: _ClassVar[int]
    HULL_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_FIELD_NUMBER: _ClassVar[int]
    CELL_M_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    coordinate_system: _geometry_pb2.CoordinateSystem
    mesh: TriangleMesh
    hull: ConvexHull
    height_field: HeightField
    cell_m: float
    name: str
    def __init__(self, id: _Optional[str] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., mesh: _Optional[_Union[TriangleMesh, _Mapping]] = ..., hull: _Optional[_Union[ConvexHull, _Mapping]] = ..., height_field: _Optional[_Union[HeightField, _Mapping]] = ..., cell_m: _Optional[float] = ..., name: _Optional[str] = ...) -> None: ...

class TriangleMesh(_message.Message):
    __slots__ = ("vertex_count", "triangle_count")
    VERTEX_COUNT_FIELD_NUMBER: _ClassVar[int]
    TRIANGLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    vertex_count: int
    triangle_count: int
    def __init__(self, vertex_count: _Optional[int] = ..., triangle_count: _Optional[int] = ...) -> None: ...

class ConvexHull(_message.Message):
    __slots__ = ("vertex_count",)
    VERTEX_COUNT_FIELD_NUMBER: _ClassVar[int]
    vertex_count: int
    def __init__(self, vertex_count: _Optional[int] = ...) -> None: ...

class HeightField(_message.Message):
    __slots__ = ("columns", "rows", "column_spacing", "row_spacing")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COLUMN_SPACING_FIELD_NUMBER: _ClassVar[int]
    ROW_SPACING_FIELD_NUMBER: _ClassVar[int]
    columns: int
    rows: int
    column_spacing: float
    row_spacing: float
    def __init__(self, columns: _Optional[int] = ..., rows: _Optional[int] = ..., column_spacing: _Optional[float] = ..., row_spacing: _Optional[float] = ...) -> None: ...

class GeometryChunk(_message.Message):
    __slots__ = ("values", "indices")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    INDICES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    indices: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values: _Optional[_Iterable[float]] = ..., indices: _Optional[_Iterable[int]] = ...) -> None: ...

class UploadGeometryResponse(_message.Message):
    __slots__ = ("info",)
    INFO_FIELD_NUMBER: _ClassVar[int]
    info: GeometryInfo
    def __init__(self, info: _Optional[_Union[GeometryInfo, _Mapping]] = ...) -> None: ...

class GetGeometryRequest(_message.Message):
    __slots__ = ("id", "coordinate_system")
    ID_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    id: str
    coordinate_system: _geometry_pb2.CoordinateSystem
    def __init__(self, id: _Optional[str] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ...) -> None: ...

class GetGeometryResponse(_message.Message):
    __slots__ = ("info",)
    INFO_FIELD_NUMBER: _ClassVar[int]
    info: GeometryInfo
    def __init__(self, info: _Optional[_Union[GeometryInfo, _Mapping]] = ...) -> None: ...

class GeometryInfo(_message.Message):
    __slots__ = ("id", "state", "progress", "sign_rule", "problem", "cells", "cell_m", "build_s")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[GeometryInfo.State]
        STATE_BUILDING: _ClassVar[GeometryInfo.State]
        STATE_READY: _ClassVar[GeometryInfo.State]
        STATE_FAILED: _ClassVar[GeometryInfo.State]
    STATE_UNSPECIFIED: GeometryInfo.State
    STATE_BUILDING: GeometryInfo.State
    STATE_READY: GeometryInfo.State
    STATE_FAILED: GeometryInfo.State
    class SignRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SIGN_RULE_UNSPECIFIED: _ClassVar[GeometryInfo.SignRule]
        SIGN_RULE_SOLID: _ClassVar[GeometryInfo.SignRule]
        SIGN_RULE_SHEET: _ClassVar[GeometryInfo.SignRule]
        SIGN_RULE_BELOW: _ClassVar[GeometryInfo.SignRule]
    SIGN_RULE_UNSPECIFIED: GeometryInfo.SignRule
    SIGN_RULE_SOLID: GeometryInfo.SignRule
    SIGN_RULE_SHEET: GeometryInfo.SignRule
    SIGN_RULE_BELOW: GeometryInfo.SignRule
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SIGN_RULE_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    CELL_M_FIELD_NUMBER: _ClassVar[int]
    BUILD_S_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: GeometryInfo.State
    progress: float
    sign_rule: GeometryInfo.SignRule
    problem: str
    cells: _containers.RepeatedScalarFieldContainer[int]
    cell_m: float
    build_s: float
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[GeometryInfo.State, str]] = ..., progress: _Optional[float] = ..., sign_rule: _Optional[_Union[GeometryInfo.SignRule, str]] = ..., problem: _Optional[str] = ..., cells: _Optional[_Iterable[int]] = ..., cell_m: _Optional[float] = ..., build_s: _Optional[float] = ...) -> None: ...
