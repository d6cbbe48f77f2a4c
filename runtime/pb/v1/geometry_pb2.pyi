from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Vector3(_message.Message):
    __slots__ = ("x", "y", "z")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ...) -> None: ...

class Quaternion(_message.Message):
    __slots__ = ("x", "y", "z", "w")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    W_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    w: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ..., w: _Optional[float] = ...) -> None: ...

class CoordinateSystem(_message.Message):
    __slots__ = ("preset", "x_axis", "y_axis", "z_axis", "metres_per_unit")
    class Preset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PRESET_UNSPECIFIED: _ClassVar[CoordinateSystem.Preset]
        PRESET_MODEL: _ClassVar[CoordinateSystem.Preset]
        PRESET_GLTF: _ClassVar[CoordinateSystem.Preset]
        PRESET_UNITY: _ClassVar[CoordinateSystem.Preset]
        PRESET_UNREAL: _ClassVar[CoordinateSystem.Preset]
        PRESET_BLENDER: _ClassVar[CoordinateSystem.Preset]
    PRESET_UNSPECIFIED: CoordinateSystem.Preset
    PRESET_MODEL: CoordinateSystem.Preset
    PRESET_GLTF: CoordinateSystem.Preset
    PRESET_UNITY: CoordinateSystem.Preset
    PRESET_UNREAL: CoordinateSystem.Preset
    PRESET_BLENDER: CoordinateSystem.Preset
    class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIRECTION_UNSPECIFIED: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_LEFT: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_RIGHT: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_UP: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_DOWN: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_FORWARD: _ClassVar[CoordinateSystem.Direction]
        DIRECTION_BACK: _ClassVar[CoordinateSystem.Direction]
    DIRECTION_UNSPECIFIED: CoordinateSystem.Direction
    DIRECTION_LEFT: CoordinateSystem.Direction
    DIRECTION_RIGHT: CoordinateSystem.Direction
    DIRECTION_UP: CoordinateSystem.Direction
    DIRECTION_DOWN: CoordinateSystem.Direction
    DIRECTION_FORWARD: CoordinateSystem.Direction
    DIRECTION_BACK: CoordinateSystem.Direction
    PRESET_FIELD_NUMBER: _ClassVar[int]
    X_AXIS_FIELD_NUMBER: _ClassVar[int]
    Y_AXIS_FIELD_NUMBER: _ClassVar[int]
    Z_AXIS_FIELD_NUMBER: _ClassVar[int]
    METRES_PER_UNIT_FIELD_NUMBER: _ClassVar[int]
    preset: CoordinateSystem.Preset
    x_axis: CoordinateSystem.Direction
    y_axis: CoordinateSystem.Direction
    z_axis: CoordinateSystem.Direction
    metres_per_unit: float
    def __init__(self, preset: _Optional[_Union[CoordinateSystem.Preset, str]] = ..., x_axis: _Optional[_Union[CoordinateSystem.Direction, str]] = ..., y_axis: _Optional[_Union[CoordinateSystem.Direction, str]] = ..., z_axis: _Optional[_Union[CoordinateSystem.Direction, str]] = ..., metres_per_unit: _Optional[float] = ...) -> None: ...
