"""Every bound on what a client may send or hold, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.intent import MAX_KEY_POSES
from lamp.problem import MAX_KEYS
from lamp.scene.obstacle import MAX_OBSTACLES

PROTOCOL_VERSION = 1  # of the wire contract, lamp.v1; Hello must name it

MAX_COORDINATE_M = 10_000.0
MAX_EXTENT_M = 100.0
MAX_SPEED_MPS = 100.0
MAX_SPIN_RADPS = 100.0
MAX_SESSION_S = 1e7  # playheads beyond it are refused: 115 days
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
    """Bounds an operator may change (``lamp serve --help``)."""

    max_obstacles: int = MAX_OBSTACLES
    max_targets: int = MAX_KEYS
    max_prompt_characters: int = 512
    max_horizon_s: float = 10.0
    max_message_bytes: int = 4 * 1024 * 1024
    max_sessions: int = 16
    max_offline: int = 8  # Generate and Optimize calls running or waiting
    idle_timeout_s: float = 30.0
    hello_timeout_s: float = 10.0  # from the start of the stream to Hello
    max_key_poses: int = MAX_KEY_POSES
    resume_s: float = 20.0  # how long a character whose stream broke is kept; 0: not at all
    max_messages_per_s: float = 200.0

    def __post_init__(self) -> None:
        if not 0 < self.max_obstacles <= MAX_OBSTACLES:
            raise ValueError(
                f"max_obstacles {self.max_obstacles} is outside 1..{MAX_OBSTACLES}, what a problem holds"
            )
        if not 0 < self.max_targets <= MAX_KEYS:
            raise ValueError(f"max_targets {self.max_targets} is outside 1..{MAX_KEYS}, what a problem holds")
        if not 0 < self.max_key_poses <= MAX_KEY_POSES:
            raise ValueError(f"max_key_poses {self.max_key_poses} is outside 1..{MAX_KEY_POSES}")
        if not 0.0 <= self.resume_s <= MAX_RESUME_S:
            raise ValueError(f"resume_s {self.resume_s} is outside 0..{MAX_RESUME_S:g}")
        for name in ("max_sessions", "max_offline", "max_message_bytes", "idle_timeout_s", "hello_timeout_s",
                     "max_messages_per_s"):  # fmt: skip
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} {getattr(self, name)} must be positive")
        if self.max_horizon_s < MIN_HORIZON_S:
            raise ValueError(f"max_horizon_s {self.max_horizon_s} is less than {MIN_HORIZON_S}")
