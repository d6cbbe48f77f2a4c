from runtime.pb.v1 import drive_pb2 as _drive_pb2
from runtime.pb.v1 import geometry_pb2 as _geometry_pb2
from runtime.pb.v1 import geometry_upload_pb2 as _geometry_upload_pb2
from runtime.pb.v1 import motion_pb2 as _motion_pb2
from runtime.pb.v1 import scene_pb2 as _scene_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetServerInfoRequest(_message.Message):
    __slots__ = ("coordinate_system",)
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    coordinate_system: _geometry_pb2.CoordinateSystem
    def __init__(self, coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ...) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ("server_version", "min_protocol_version", "max_protocol_version", "model_name", "model_licence", "engine", "device", "model_fps", "max_clip_s", "skeleton", "limits", "sessions", "max_sessions")
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_LICENCE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FPS_FIELD_NUMBER: _ClassVar[int]
    MAX_CLIP_S_FIELD_NUMBER: _ClassVar[int]
    SKELETON_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    server_version: str
    min_protocol_version: int
    max_protocol_version: int
    model_name: str
    model_licence: str
    engine: str
    device: str
    model_fps: float
    max_clip_s: float
    skeleton: _motion_pb2.Skeleton
    limits: _drive_pb2.Limits
    sessions: int
    max_sessions: int
    def __init__(self, server_version: _Optional[str] = ..., min_protocol_version: _Optional[int] = ..., max_protocol_version: _Optional[int] = ..., model_name: _Optional[str] = ..., model_licence: _Optional[str] = ..., engine: _Optional[str] = ..., device: _Optional[str] = ..., model_fps: _Optional[float] = ..., max_clip_s: _Optional[float] = ..., skeleton: _Optional[_Union[_motion_pb2.Skeleton, _Mapping]] = ..., limits: _Optional[_Union[_drive_pb2.Limits, _Mapping]] = ..., sessions: _Optional[int] = ..., max_sessions: _Optional[int] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("prompts", "duration_s", "seed", "guidance", "coordinate_system", "fps")
    PROMPTS_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    prompts: _containers.RepeatedScalarFieldContainer[str]
    duration_s: float
    seed: int
    guidance: float
    coordinate_system: _geometry_pb2.CoordinateSystem
    fps: float
    def __init__(self, prompts: _Optional[_Iterable[str]] = ..., duration_s: _Optional[float] = ..., seed: _Optional[int] = ..., guidance: _Optional[float] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., fps: _Optional[float] = ...) -> None: ...

class GenerateResponse(_message.Message):
    __slots__ = ("header", "progress", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ClipHeader
    progress: Progress
    chunk: ClipChunk
    def __init__(self, header: _Optional[_Union[ClipHeader, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., chunk: _Optional[_Union[ClipChunk, _Mapping]] = ...) -> None: ...

class OptimizeRequest(_message.Message):
    __slots__ = ("tasks", "steps", "time_limit_s", "starts", "seed", "coordinate_system", "fps", "preview_interval_s")
    TASKS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TIME_LIMIT_S_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_INTERVAL_S_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[OptimizeTask]
    steps: int
    time_limit_s: float
    starts: int
    seed: int
    coordinate_system: _geometry_pb2.CoordinateSystem
    fps: float
    preview_interval_s: float
    def __init__(self, tasks: _Optional[_Iterable[_Union[OptimizeTask, _Mapping]]] = ..., steps: _Optional[int] = ..., time_limit_s: _Optional[float] = ..., starts: _Optional[int] = ..., seed: _Optional[int] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., fps: _Optional[float] = ..., preview_interval_s: _Optional[float] = ...) -> None: ...

class OptimizeTask(_message.Message):
    __slots__ = ("prompt", "duration_s", "reference", "keep", "show_kept", "targets", "obstacles", "start_position", "start_facing", "key_poses", "look_at", "path", "floor")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    KEEP_FIELD_NUMBER: _ClassVar[int]
    SHOW_KEPT_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    OBSTACLES_FIELD_NUMBER: _ClassVar[int]
    START_POSITION_FIELD_NUMBER: _ClassVar[int]
    START_FACING_FIELD_NUMBER: _ClassVar[int]
    KEY_POSES_FIELD_NUMBER: _ClassVar[int]
    LOOK_AT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    prompt: str
    duration_s: float
    reference: _motion_pb2.Motion
    keep: _containers.RepeatedScalarFieldContainer[float]
    show_kept: bool
    targets: _containers.RepeatedCompositeFieldContainer[_scene_pb2.Target]
    obstacles: _containers.RepeatedCompositeFieldContainer[_scene_pb2.Obstacle]
    start_position: _geometry_pb2.Vector3
    start_facing: _geometry_pb2.Vector3
    key_poses: _containers.RepeatedCompositeFieldContainer[_scene_pb2.KeyPose]
    look_at: _scene_pb2.LookAt
    path: _scene_pb2.Path
    floor: _drive_pb2.Floor
    def __init__(self, prompt: _Optional[str] = ..., duration_s: _Optional[float] = ..., reference: _Optional[_Union[_motion_pb2.Motion, _Mapping]] = ..., keep: _Optional[_Iterable[float]] = ..., show_kept: _Optional[bool] = ..., targets: _Optional[_Iterable[_Union[_scene_pb2.Target, _Mapping]]] = ..., obstacles: _Optional[_Iterable[_Union[_scene_pb2.Obstacle, _Mapping]]] = ..., start_position: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., start_facing: _Optional[_Union[_geometry_pb2.Vector3, _Mapping]] = ..., key_poses: _Optional[_Iterable[_Union[_scene_pb2.KeyPose, _Mapping]]] = ..., look_at: _Optional[_Union[_scene_pb2.LookAt, _Mapping]] = ..., path: _Optional[_Union[_scene_pb2.Path, _Mapping]] = ..., floor: _Optional[_Union[_drive_pb2.Floor, str]] = ...) -> None: ...

class OptimizeResponse(_message.Message):
    __slots__ = ("header", "progress", "chunk", "result")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    header: ClipHeader
    progress: Progress
    chunk: ClipChunk
    result: OptimizeResult
    def __init__(self, header: _Optional[_Union[ClipHeader, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., chunk: _Optional[_Union[ClipChunk, _Mapping]] = ..., result: _Optional[_Union[OptimizeResult, _Mapping]] = ...) -> None: ...

class ClipHeader(_message.Message):
    __slots__ = ("skeleton", "coordinate_system", "fps", "clips")
    SKELETON_FIELD_NUMBER: _ClassVar[int]
    COORDINATE_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    CLIPS_FIELD_NUMBER: _ClassVar[int]
    skeleton: _motion_pb2.Skeleton
    coordinate_system: _geometry_pb2.CoordinateSystem
    fps: float
    clips: int
    def __init__(self, skeleton: _Optional[_Union[_motion_pb2.Skeleton, _Mapping]] = ..., coordinate_system: _Optional[_Union[_geometry_pb2.CoordinateSystem, _Mapping]] = ..., fps: _Optional[float] = ..., clips: _Optional[int] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("step", "steps", "elapsed_s", "terms")
    STEP_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_S_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    step: int
    steps: int
    elapsed_s: float
    terms: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Term]
    def __init__(self, step: _Optional[int] = ..., steps: _Optional[int] = ..., elapsed_s: _Optional[float] = ..., terms: _Optional[_Iterable[_Union[_motion_pb2.Term, _Mapping]]] = ...) -> None: ...

class ClipChunk(_message.Message):
    __slots__ = ("clip", "frames", "last", "preview")
    CLIP_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    clip: int
    frames: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Frame]
    last: bool
    preview: bool
    def __init__(self, clip: _Optional[int] = ..., frames: _Optional[_Iterable[_Union[_motion_pb2.Frame, _Mapping]]] = ..., last: _Optional[bool] = ..., preview: _Optional[bool] = ...) -> None: ...

class OptimizeResult(_message.Message):
    __slots__ = ("clip", "terms", "feasible", "reason", "steps", "optimise_s")
    CLIP_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    FEASIBLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    OPTIMISE_S_FIELD_NUMBER: _ClassVar[int]
    clip: int
    terms: _containers.RepeatedCompositeFieldContainer[_motion_pb2.Term]
    feasible: bool
    reason: str
    steps: int
    optimise_s: float
    def __init__(self, clip: _Optional[int] = ..., terms: _Optional[_Iterable[_Union[_motion_pb2.Term, _Mapping]]] = ..., feasible: _Optional[bool] = ..., reason: _Optional[str] = ..., steps: _Optional[int] = ..., optimise_s: _Optional[float] = ...) -> None: ...
