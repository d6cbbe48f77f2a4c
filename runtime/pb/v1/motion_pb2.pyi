from runtime.pb.v1 import geometry_pb2 as _geometry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Joint(_message.Message):
    __slots__ = ("name", "parent", "rest_offset", "radius")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REST_OFFSET_FIELD_NUMBER: _ClassVar[int]
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    name: str
    parent: int
    rest_offset: _geometry_pb2.Vector3
    radius: float
    def __init__(self, name: _Optional[str] = ..., parent: _Optional[int] = ..., rest_offset: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., radius: _Optional[float] = ...) -> None: ...

class Skeleton(_message.Message):
    __slots__ = ("joints", "hash", "contact_joints")
    JOINTS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    CONTACT_JOINTS_FIELD_NUMBER: _ClassVar[int]
    joints: _containers.RepeatedCompositeFieldContainer[Joint]
    hash: str
    contact_joints: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, joints: _Optional[_Iterable[_Union[Joint, _Mapping]]] = ..., hash: _Optional[str] = ..., contact_joints: _Optional[_Iterable[str]] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("index", "time_s", "root_position", "local_rotations", "joint_positions", "contacts", "plan_id")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    ROOT_POSITION_FIELD_NUMBER: _ClassVar[int]
    LOCAL_ROTATIONS_FIELD_NUMBER: _ClassVar[int]
    JOINT_POSITIONS_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    index: int
    time_s: float
    root_position: _geometry_pb2.Vector3
    local_rotations: _containers.RepeatedScalarFieldContainer[float]
    joint_positions: _containers.RepeatedScalarFieldContainer[float]
    contacts: _containers.RepeatedScalarFieldContainer[float]
    plan_id: int
    def __init__(self, index: _Optional[int] = ..., time_s: _Optional[float] = ..., root_position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., local_rotations: _Optional[_Iterable[float]] = ..., joint_positions: _Optional[_Iterable[float]] = ..., contacts: _Optional[_Iterable[float]] = ..., plan_id: _Optional[int] = ...) -> None: ...

class Motion(_message.Message):
    __slots__ = ("fps", "frames")
    FPS_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    fps: float
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    def __init__(self, fps: _Optional[float] = ..., frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ...) -> None: ...

class Term(_message.Message):
    __slots__ = ("name", "value", "unit")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    unit: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., unit: _Optional[str] = ...) -> None: ...
