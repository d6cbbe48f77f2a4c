from runtime.pb.v1 import geometry_pb2 as _geometry_pb2
from runtime.pb.v1 import motion_pb2 as _motion_pb2
from runtime.pb.v1 import scene_pb2 as _scene_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Floor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLOOR_UNSPECIFIED: _ClassVar[Floor]
    FLOOR_PLANE: _ClassVar[Floor]
    FLOOR_NONE: _ClassVar[Floor]
FLOOR_UNSPECIFIED: Floor
FLOOR_PLANE: Floor
FLOOR_NONE: Floor

class DriveRequest(_message.Message):
    __slots__ = ("hello", "scene_update", "prompt", "playhead", "bye")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    SCENE_UPDATE_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    PLAYHEAD_FIELD_NUMBER: _ClassVar[int]
    BYE_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    scene_update: SceneUpdate
    prompt: Prompt
    playhead: Playhead
    bye: Bye
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., scene_update: _Optional[_Union[SceneUpdate, _Mapping]] = ..., prompt: _Optional[_Union[Prompt, _Mapping]] = ..., playhead: _Optional[_Union[Playhead, _Mapping]] = ..., bye: _Optional[_Union[Bye, _Mapping]] = ...) -> None: ...

class DriveResponse(_message.Message):
    __slots__ = ("welcome", "plan", "frames", "notice", "going_away")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    GOING_AWAY_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    plan: Plan
    frames: Frames
    notice: Notice
    going_away: GoingAway
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., plan: _Optional[_Union[Plan, _Mapping]] = ..., frames: _Optional[_Union[Frames, _Mapping]] = ..., notice: _Optional[_Union[Notice, _Mapping]] = ..., going_away: _Optional[_Union[GoingAway, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("protocol_version", "coordinate_system", "fps", "prompt", "start_position", "start_facing", "horizon_s", "seed", "resume_token", "client_name", "start_motion", "start_time_s", "last_frame_index")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    START_POSITION_FIELD_NUMBER: _ClassVar[int]
    START_FACING_FIELD_NUMBER: _ClassVar[int]
    HORIZON_S_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    START_MOTION_FIELD_NUMBER: _ClassVar[int]
    START_TIME_S_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAME_INDEX_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    coordinate_system: _geometry_pb2.CoordinateSystem
    fps: float
    prompt: str
    start_position: _geometry_pb2.Vector3
    start_facing: _geometry_pb2.Vector3
    horizon_s: float
    seed: int
    resume_token: str
    client_name: str
    start_motion: _motion_pb2.Motion
    start_time_s: float
    last_frame_index: int
    def __init__(self, protocol_version: _Optional[int] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., fps: _Optional[float] = ..., prompt: _Optional[str] = ..., start_position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., start_facing: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., horizon_s: _Optional[float] = ..., seed: _Optional[int] = ..., resume_token: _Optional[str] = ..., client_name: _Optional[str] = ..., start_motion: _Optional[_Union[_motion_pb2.Motion, _Mapping]] = ..., start_time_s: _Optional[float] = ..., last_frame_index: _Optional[int] = ...) -> None: ...

class SceneUpdate(_message.Message):
    __slots__ = ("revision", "put_obstacles", "remove_obstacle_ids", "put_targets", "remove_target_ids", "clear", "look_at", "clear_look_at", "path", "clear_path", "put_key_poses", "remove_key_pose_ids", "floor")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PUT_OBSTACLES_FIELD_NUMBER: _ClassVar[int]
    REMOVE_OBSTACLE_IDS_FIELD_NUMBER: _ClassVar[int]
    PUT_TARGETS_FIELD_NUMBER: _ClassVar[int]
    REMOVE_TARGET_IDS_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    LOOK_AT_FIELD_NUMBER: _ClassVar[int]
    CLEAR_LOOK_AT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    CLEAR_PATH_FIELD_NUMBER: _ClassVar[int]
    PUT_KEY_POSES_FIELD_NUMBER: _ClassVar[int]
    REMOVE_KEY_POSE_IDS_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    revision: int
    put_obstacles: _containers.RepeatedCompositeFieldContainer[_scene_pb2.Obstacle]
    remove_obstacle_ids: _containers.RepeatedScalarFieldContainer[str]
    put_targets: _containers.RepeatedCompositeFieldContainer[_scene_pb2.Target]
    remove_target_ids: _containers.RepeatedScalarFieldContainer[str]
    clear: bool
    look_at: _scene_pb2.LookAt
    clear_look_at: bool
    path: _scene_pb2.Path
    clear_path: bool
    put_key_poses: _containers.RepeatedCompositeFieldContainer[_scene_pb2.KeyPose]
    remove_key_pose_ids: _containers.RepeatedScalarFieldContainer[str]
    floor: Floor
    def __init__(self, revision: _Optional[int] = ..., put_obstacles: _Optional[_Iterable[_Union[_scene_pb2.Obstacle, _Mapping]]] = ..., remove_obstacle_ids: _Optional[_Iterable[str]] = ..., put_targets: _Optional[_Iterable[_Union[_scene_pb2.Target, _Mapping]]] = ..., remove_target_ids: _Optional[_Iterable[str]] = ..., clear: _Optional[bool] = ..., look_at: _Optional[_Union[_scene_pb2.LookAt, _Mapping]] = ..., clear_look_at: _Optional[bool] = ..., path: _Optional[_Union[_scene_pb2.Path, _Mapping]] = ..., clear_path: _Optional[bool] = ..., put_key_poses: _Optional[_Iterable[_Union[_scene_pb2.KeyPose, _Mapping]]] = ..., remove_key_pose_ids: _Optional[_Iterable[str]] = ..., floor: _Optional[_Union[Floor, str]] = ...) -> None: ...

class Prompt(_message.Message):
    __slots__ = ("revision", "text")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    text: str
    def __init__(self, revision: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class Playhead(_message.Message):
    __slots__ = ("time_s",)
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    time_s: float
    def __init__(self, time_s: _Optional[float] = ...) -> None: ...

class Bye(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("protocol_version", "session_token", "skeleton", "coordinate_system", "right_handed", "fps", "horizon_s", "limits", "server_version", "model_name", "model_licence", "device", "resumed", "start_time_s", "scene_revision")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SESSION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKELETON_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    RIGHT_HANDED_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_S_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_LICENCE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    START_TIME_S_FIELD_NUMBER: _ClassVar[int]
    SCENE_REVISION_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    session_token: str
    skeleton: _motion_pb2.Skeleton
    coordinate_system: _geometry_pb2.CoordinateSystem
    right_handed: bool
    fps: float
    horizon_s: float
    limits: Limits
    server_version: str
    model_name: str
    model_licence: str
    device: str
    resumed: bool
    start_time_s: float
    scene_revision: int
    def __init__(self, protocol_version: _Optional[int] = ..., session_token: _Optional[str] = ..., skeleton: _Optional[_Union[_motion_pb2.Skeleton, _Mapping]] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., right_handed: _Optional[bool] = ..., fps: _Optional[float] = ..., horizon_s: _Optional[float] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., server_version: _Optional[str] = ..., model_name: _Optional[str] = ..., model_licence: _Optional[str] = ..., device: _Optional[str] = ..., resumed: _Optional[bool] = ..., start_time_s: _Optional[float] = ..., scene_revision: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_obstacles", "max_targets", "max_prompt_characters", "max_horizon_s", "max_message_bytes", "idle_timeout_s", "resume_s", "max_key_poses", "max_triangles", "max_geometry_bytes", "max_messages_per_s")
    MAX_OBSTACLES_FIELD_NUMBER: _ClassVar[int]
    MAX_TARGETS_FIELD_NUMBER: _ClassVar[int]
    MAX_PROMPT_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    MAX_HORIZON_S_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    IDLE_TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    RESUME_S_FIELD_NUMBER: _ClassVar[int]
    MAX_KEY_POSES_FIELD_NUMBER: _ClassVar[int]
    MAX_TRIANGLES_FIELD_NUMBER: _ClassVar[int]
    MAX_GEOMETRY_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGES_PER_S_FIELD_NUMBER: _ClassVar[int]
    max_obstacles: int
    max_targets: int
    max_prompt_characters: int
    max_horizon_s: float
    max_message_bytes: int
    idle_timeout_s: float
    resume_s: float
    max_key_poses: int
    max_triangles: int
    max_geometry_bytes: int
    max_messages_per_s: float
    def __init__(self, max_obstacles: _Optional[int] = ..., max_targets: _Optional[int] = ..., max_prompt_characters: _Optional[int] = ..., max_horizon_s: _Optional[float] = ..., max_message_bytes: _Optional[int] = ..., idle_timeout_s: _Optional[float] = ..., resume_s: _Optional[float] = ..., max_key_poses: _Optional[int] = ..., max_triangles: _Optional[int] = ..., max_geometry_bytes: _Optional[int] = ..., max_messages_per_s: _Optional[float] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("plan_id", "scene_revision", "start_frame", "end_frame", "terms", "feasible", "reason", "settled", "steps", "optimise_s", "frames", "shortfalls", "targets")
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    SCENE_REVISION_FIELD_NUMBER: _ClassVar[int]
    START_FRAME_FIELD_NUMBER: _ClassVar[int]
    END_FRAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    FEASIBLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    OPTIMISE_S_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    SHORTFALLS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    plan_id: int
    scene_revision: int
    start_frame: int
    end_frame: int
    terms: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Term]
    feasible: bool
    reason: str
    settled: bool
    steps: int
    optimise_s: float
    frames: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Frame]
    shortfalls: _containers.RepeatedCompositeFieldContainer[Shortfall]
    targets: _containers.RepeatedCompositeFieldContainer[TargetReport]
    def __init__(self, plan_id: _Optional[int] = ..., scene_revision: _Optional[int] = ..., start_frame: _Optional[int] = ..., end_frame: _Optional[int] = ..., terms: _Optional[_Iterable[_Union[_motion_pb2.Term, _Mapping]]] = ..., feasible: _Optional[bool] = ..., reason: _Optional[str] = ..., settled: _Optional[bool] = ..., steps: _Optional[int] = ..., optimise_s: _Optional[float] = ..., frames: _Optional[_Iterable[_Union[_motion_pb2.Frame, _Mapping]]] = ..., shortfalls: _Optional[_Iterable[_Union[Shortfall, _Mapping]]] = ..., targets: _Optional[_Iterable[_Union[TargetReport, _Mapping]]] = ...) -> None: ...

class Shortfall(_message.Message):
    __slots__ = ("kind", "id", "amount_m", "time_s")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Shortfall.Kind]
        KIND_PENETRATION: _ClassVar[Shortfall.Kind]
        KIND_TARGET_MISSED: _ClassVar[Shortfall.Kind]
        KIND_TARGET_BLOCKED: _ClassVar[Shortfall.Kind]
        KIND_TARGET_TOO_FAR: _ClassVar[Shortfall.Kind]
        KIND_TARGET_OUT_OF_REACH: _ClassVar[Shortfall.Kind]
        KIND_NO_GROUND: _ClassVar[Shortfall.Kind]
        KIND_GEOMETRY_PENDING: _ClassVar[Shortfall.Kind]
    KIND_UNSPECIFIED: Shortfall.Kind
    KIND_PENETRATION: Shortfall.Kind
    KIND_TARGET_MISSED: Shortfall.Kind
    KIND_TARGET_BLOCKED: Shortfall.Kind
    KIND_TARGET_TOO_FAR: Shortfall.Kind
    KIND_TARGET_OUT_OF_REACH: Shortfall.Kind
    KIND_NO_GROUND: Shortfall.Kind
    KIND_GEOMETRY_PENDING: Shortfall.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_M_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    kind: Shortfall.Kind
    id: str
    amount_m: float
    time_s: float
    def __init__(self, kind: _Optional[_Union[Shortfall.Kind, str]] = ..., id: _Optional[str] = ..., amount_m: _Optional[float] = ..., time_s: _Optional[float] = ...) -> None: ...

class TargetReport(_message.Message):
    __slots__ = ("id", "error_m", "arrive_time_s")
    ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_M_FIELD_NUMBER: _ClassVar[int]
    ARRIVE_TIME_S_FIELD_NUMBER: _ClassVar[int]
    id: str
    error_m: float
    arrive_time_s: float
    def __init__(self, id: _Optional[str] = ..., error_m: _Optional[float] = ..., arrive_time_s: _Optional[float] = ...) -> None: ...

class Frames(_message.Message):
    __slots__ = ("frames",)
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Frame]
    def __init__(self, frames: _Optional[_Iterable[_Union[_motion_pb2.Frame, _Mapping]]] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ("code", "message", "revision", "violations", "dropped")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[Notice.Code]
        CODE_INVALID: _ClassVar[Notice.Code]
        CODE_STALE_REVISION: _ClassVar[Notice.Code]
        CODE_UNSUPPORTED: _ClassVar[Notice.Code]
        CODE_PLAYHEAD: _ClassVar[Notice.Code]
        CODE_GEOMETRY: _ClassVar[Notice.Code]
        CODE_BUDGET: _ClassVar[Notice.Code]
    CODE_UNSPECIFIED: Notice.Code
    CODE_INVALID: Notice.Code
    CODE_STALE_REVISION: Notice.Code
    CODE_UNSUPPORTED: Notice.Code
    CODE_PLAYHEAD: Notice.Code
    CODE_GEOMETRY: Notice.Code
    CODE_BUDGET: Notice.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    code: Notice.Code
    message: str
    revision: int
    violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    dropped: int
    def __init__(self, code: _Optional[_Union[Notice.Code, str]] = ..., message: _Optional[str] = ..., revision: _Optional[int] = ..., violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ..., dropped: _Optional[int] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class GoingAway(_message.Message):
    __slots__ = ("reason", "grace_s")
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRACE_S_FIELD_NUMBER: _ClassVar[int]
    reason: str
    grace_s: float
    def __init__(self, reason: _Optional[str] = ..., grace_s: _Optional[float] = ...) -> None: ...
