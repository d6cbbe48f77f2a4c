from runtime.pb.v1 import geometry_pb2 as _geometry_pb2
from runtime.pb.v1 import motion_pb2 as _motion_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Obstacle(_message.Message):
    __slots__ = ("id", "sphere", "capsule", "box", "cylinder", "plane", "geometry", "position", "orientation", "linear_velocity", "angular_velocity", "time_s", "walkable")
    ID_FIELD_NUMBER: _ClassVar[int]
    SPHERE_FIELD_NUMBER: _ClassVar[int]
    CAPSULE_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    CYLINDER_FIELD_NUMBER: _ClassVar[int]
    PLANE_FIELD_NUMBER: _ClassVar[int]
    GEOMETRY_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ORIENTATION_FIELD_NUMBER: _ClassVar[int]
    LINEAR_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    ANGULAR_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    WALKABLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    sphere: Sphere
    capsule: Capsule
    box: Box
    cylinder: Cylinder
    plane: Plane
    geometry: GeometryReference
    position: _geometry_pb2.Vector3
    orientation: _geometry_pb2.Quaternion
    linear_velocity: _geometry_pb2.Vector3
    angular_velocity: _geometry_pb2.Vector3
    time_s: float
    walkable: bool
    def __init__(self, id: _Optional[str] = ..., sphere: _Optional[_Union[Sphere, _Mapping]] = ..., capsule: _Optional[_Union[Capsule, _Mapping]] = ..., box: _Optional[_Union[Box, _Mapping]] = ..., cylinder: _Optional[_Union[Cylinder, _Mapping]] = ..., plane: _Optional[_Union[Plane, _Mapping]] = ..., geometry: _Optional[_Union[GeometryReference, _Mapping]] = ..., position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., orientation: _Optional[_Union[_geometry_pb2.Quaternion, _Mapping]] = ..., linear_velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., angular_velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., time_s: _Optional[float] = ..., walkable: _Optional[bool] = ...) -> None: ...

class GeometryReference(_message.Message):
    __slots__ = ("id", "scale")
    ID_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    id: str
    scale: float
    def __init__(self, id: _Optional[str] = ..., scale: _Optional[float] = ...) -> None: ...

class Sphere(_message.Message):
    __slots__ = ("radius",)
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    radius: float
    def __init__(self, radius: _Optional[float] = ...) -> None: ...

class Capsule(_message.Message):
    __slots__ = ("radius", "half_length")
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    HALF_LENGTH_FIELD_NUMBER: _ClassVar[int]
    radius: float
    half_length: float
    def __init__(self, radius: _Optional[float] = ..., half_length: _Optional[float] = ...) -> None: ...

class Box(_message.Message):
    __slots__ = ("half_extents",)
    HALF_EXTENTS_FIELD_NUMBER: _ClassVar[int]
    half_extents: _geometry_pb2.Vector3
    def __init__(self, half_extents: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ...) -> None: ...

class Cylinder(_message.Message):
    __slots__ = ("radius", "half_height")
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    HALF_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    radius: float
    half_height: float
    def __init__(self, radius: _Optional[float] = ..., half_height: _Optional[float] = ...) -> None: ...

class Plane(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Target(_message.Message):
    __slots__ = ("id", "joint", "position", "ignore_x", "ignore_y", "ignore_z", "arrive_time_s", "hold_s", "weight")
    ID_FIELD_NUMBER: _ClassVar[int]
    JOINT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    IGNORE_X_FIELD_NUMBER: _ClassVar[int]
    IGNORE_Y_FIELD_NUMBER: _ClassVar[int]
    IGNORE_Z_FIELD_NUMBER: _ClassVar[int]
    ARRIVE_TIME_S_FIELD_NUMBER: _ClassVar[int]
    HOLD_S_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    id: str
    joint: str
    position: _geometry_pb2.Vector3
    ignore_x: bool
    ignore_y: bool
    ignore_z: bool
    arrive_time_s: float
    hold_s: float
    weight: float
    def __init__(self, id: _Optional[str] = ..., joint: _Optional[str] = ..., position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., ignore_x: _Optional[bool] = ..., ignore_y: _Optional[bool] = ..., ignore_z: _Optional[bool] = ..., arrive_time_s: _Optional[float] = ..., hold_s: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class LookAt(_message.Message):
    __slots__ = ("position", "linear_velocity", "time_s", "weight")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    LINEAR_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    position: _geometry_pb2.Vector3
    linear_velocity: _geometry_pb2.Vector3
    time_s: float
    weight: float
    def __init__(self, position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., linear_velocity: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., time_s: _Optional[float] = ..., weight: _Optional[float] = ...) -> None: ...

class Path(_message.Message):
    __slots__ = ("waypoints", "speed", "loop", "weight")
    WAYPOINTS_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    waypoints: _containers.RepeatedCompositeFieldContainer[Waypoint]
    speed: float
    loop: bool
    weight: float
    def __init__(self, waypoints: _Optional[_Iterable[_Union[Waypoint, _Mapping]]] = ..., speed: _Optional[float] = ..., loop: _Optional[bool] = ..., weight: _Optional[float] = ...) -> None: ...

class Waypoint(_message.Message):
    __slots__ = ("position", "arrive_time_s")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ARRIVE_TIME_S_FIELD_NUMBER: _ClassVar[int]
    position: _geometry_pb2.Vector3
    arrive_time_s: float
    def __init__(self, position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., arrive_time_s: _Optional[float] = ...) -> None: ...

class KeyPose(_message.Message):
    __slots__ = ("id", "time_s", "hold_s", "pose", "joints", "anywhere", "weight")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    HOLD_S_FIELD_NUMBER: _ClassVar[int]
    POSE_FIELD_NUMBER: _ClassVar[int]
    JOINTS_FIELD_NUMBER: _ClassVar[int]
    ANYWHERE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    id: str
    time_s: float
    hold_s: float
    pose: _motion_pb2.Frame
    joints: _containers.RepeatedScalarFieldContainer[str]
    anywhere: bool
    weight: float
    def __init__(self, id: _Optional[str] = ..., time_s: _Optional[float] = ..., hold_s: _Optional[float] = ..., pose: _Optional[_Union[_motion_pb2.Frame, _Mapping]] = ..., joints: _Optional[_Iterable[str]] = ..., anywhere: _Optional[bool] = ..., weight: _Optional[float] = ...) -> None: ...
