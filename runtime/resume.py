"""What lets a client take its session up again: the token, and from which frame on it needs frames."""

from __future__ import annotations

import hmac
import math
import secrets

from runtime.decode import Opening
from runtime.live_work import LiveWork

_PAST_S = 9.0  # as far back frames can be rendered again: characters keep 10 s


def new_token(name: str) -> str:
    """A secret of 128 bits behind the name that the session has in logs."""
    return f"{name}.{secrets.token_hex(16)}"


def log_name(token: str) -> str:
    """What a session is called in logs: the part of its token that is no secret."""
    return token.partition(".")[0]


def same_token(a: str, b: str) -> bool:
    """In a time that tells nothing about where they differ."""
    return hmac.compare_digest(a.encode(), b.encode())


def first_frame_again(lost: LiveWork, opening: Opening) -> int:
    """First frame to send to a client that comes back: what it shows now may have been re-planned since, so from its
    last known playhead on, or from the first frame it lacks if that is earlier; as far back as the character knows."""
    played_s = min(lost.playhead.now_s(), lost.end_frame / lost.fps)
    first = math.floor(played_s * opening.fps)
    if opening.last_frame_index is not None:
        first = min(first, math.floor(opening.last_frame_index / lost.fps * opening.fps + 1e-6) + 1)
    oldest_s = max(played_s - _PAST_S, lost.start.time_s)
    return max(first, math.ceil(oldest_s * opening.fps - 1e-6))
