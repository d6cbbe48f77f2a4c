"""What is wrong with a recording."""

from __future__ import annotations

from lamp.errors import InputError


class RecordingError(InputError):
    """A file that is no recording, is damaged, or holds what this version does not know."""

    def __init__(self, problem: str, where: str = "recording") -> None:
        super().__init__(where, problem)
