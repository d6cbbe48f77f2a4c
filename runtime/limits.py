"""Every bound on what a client may send or hold, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.intent import MAX_KEY_POSES
from lamp.problem import MAX_KEYS
from lamp.scene.mesh import MAX_TRIANGLES
from lamp.scene.obstacle import MAX_OBSTACLES
from runtime.settings.item import check_bounds, setting

PROTOCOL_VERSION = 1  # of the wire contract, lamp.v1; Hello must name it

MAX_COORDINATE_M = 10_000.0
MAX_EXTENT_M = 100.0
MAX_SPEED_MPS = 100.0
MAX_SPIN_RADPS = 100.0
MAX_SESSION_S = 1e7  # playheads beyond it are refused: 115 days
MAX_REVISION = 2**64 - 1  # a uint64; there is no counting on from it
MAX_START_MOTION_S = 2.0
MAX_RESUME_S = 600.0
MAX_TIME_AWAY_S = 3600.0  # how far from the playhead the time of an obstacle or target may be
MAX_ID_CHARACTERS = 64
MIN_FPS, MAX_FPS, DEFAULT_FPS = 1.0, 240.0, 30.0
MIN_HORIZON_S, DEFAULT_HORIZON_S = 1.0, 4.0
MIN_CLIP_S, DEFAULT_CLIP_S = 1.0, 6.0
MAX_CLIPS = 16
MAX_STEPS, DEFAULT_STEPS = 1000, 100
MAX_STARTS = 8
MAX_GUIDANCE = 20.0
MAX_WEIGHT = 1000.0
MAX_HOLD_S = 3600.0
MIN_TIME_LIMIT_S, MAX_TIME_LIMIT_S = 0.1, 600.0


@dataclass(frozen=True)
class Limits:
    """Bounds an operator may change; all are settings of ``lamp serve``. ``ValueError`` names a wrong one."""

    max_sessions: int = setting(64, "live characters at a time", low=1, high=100_000)
    max_offline: int = setting(8, "Generate and Optimize calls running or waiting", low=1, high=10_000)
    max_message_bytes: int = setting(
        4 * 1024 * 1024, "largest message read", low=64 * 1024, high=1024 * 1024 * 1024
    )
    max_obstacles: int = setting(MAX_OBSTACLES, "obstacles of a session", low=1, high=MAX_OBSTACLES)
    max_targets: int = setting(MAX_KEYS, "targets of a session", low=1, high=MAX_KEYS)
    max_key_poses: int = setting(MAX_KEY_POSES, "key poses of a session", low=1, high=MAX_KEY_POSES)
    max_triangles: int = setting(200_000, "triangles of one uploaded mesh", low=1, high=MAX_TRIANGLES)
    max_geometry_bytes: int = setting(
        256 * 1024 * 1024, "memory for all geometry: uploads that come in, and grids of distances",
        low=1024 * 1024, high=1 << 40,
    )  # fmt: skip
    upload_timeout_s: float = setting(
        60.0, "seconds in which an upload of geometry must be whole", low=0.01, high=3600.0
    )
    max_prompt_characters: int = setting(512, "length of a prompt", low=1, high=100_000)
    max_horizon_s: float = setting(
        10.0, "seconds a client may have frames ahead of its playhead", low=MIN_HORIZON_S, high=60.0
    )
    idle_timeout_s: float = setting(
        30.0, "sessions that neither send nor read for so many seconds are ended", low=0.01, high=86_400.0
    )
    resume_s: float = setting(
        20.0, "seconds a character whose stream broke is kept; 0: not at all", low=0.0, high=MAX_RESUME_S
    )
    max_messages_per_s: float = setting(
        200.0, "messages a second a session may send on average", low=1.0, high=100_000.0
    )
    hello_timeout_s: float = setting(
        10.0, "seconds from the start of a stream to Hello", low=0.01, high=3600.0
    )

    def __post_init__(self) -> None:
        check_bounds(self)
