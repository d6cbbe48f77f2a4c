"""When and how often a live session looks for a server again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.client.errors import LampError

# A transport or a proxy speaks with these codes and without the details that every error of a server has.
_LOST = frozenset({"UNAVAILABLE", "INTERNAL", "UNKNOWN", "CANCELLED", "DEADLINE_EXCEEDED"})
_TRY_AGAIN = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED"})


@dataclass(frozen=True)
class Reconnect:
    """give_up_s: how long to try before the session fails; a stream that lasts ``stable_s`` ends the count.

    The first attempt is made at once, the next after ``first_delay_s``, then ever later by ``factor`` up to
    ``most_delay_s``, each delay varied by up to ``jitter`` of it, so that clients of a server do not come back in step.
    attempt_s: how long one attempt may take. silence_s: a server that says nothing for so long while the game waits for
    frames is taken for lost. lead_s: where no server knows the session any more, the character is taken
    over so far ahead of the playhead, as far as it is buffered, and what is buffered until then is still played.
    """

    give_up_s: float = 60.0
    first_delay_s: float = 0.1
    factor: float = 1.6
    most_delay_s: float = 0.7  # a server that is back is found within 2 s, three slow round trips included
    jitter: float = 0.3
    attempt_s: float = 10.0
    stable_s: float = 5.0
    silence_s: float = 5.0
    lead_s: float = 1.5

    def __post_init__(self) -> None:
        for name in (
            "give_up_s",
            "first_delay_s",
            "most_delay_s",
            "attempt_s",
            "stable_s",
            "silence_s",
            "lead_s",
        ):
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} {getattr(self, name)} must not be negative")
        if self.factor < 1.0 or not 0.0 <= self.jitter <= 1.0:
            raise ValueError(f"factor {self.factor} must be at least 1, jitter {self.jitter} within 0 and 1")

    def delays_s(self) -> Iterator[float]:
        """Seconds to wait before each attempt, without end."""
        yield 0.0
        delay = self.first_delay_s
        while True:
            yield delay * (1.0 + self.jitter * random.uniform(-1.0, 1.0))
            delay = min(delay * self.factor, self.most_delay_s)


def is_lost(error: LampError) -> bool:
    """Whether a session ended because its connection or its server did, not by a decision about the session."""
    return error.code in _LOST if not error.reason else error.code == "UNAVAILABLE"


def may_try_again(error: LampError) -> bool:
    """Whether another attempt, or another server, may answer differently."""
    return is_lost(error) or error.code in _TRY_AGAIN
