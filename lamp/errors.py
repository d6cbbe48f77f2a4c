"""Errors that name what was wrong, so that every layer above can show them unchanged."""

from __future__ import annotations


class InputError(ValueError):
    """A value given by the caller is not usable.

    ``field`` is the path of the value (``"targets[2].position_m"``) and ``problem`` says what is wrong with
    it, what the limit is and how to mend it. The server turns both into a gRPC field violation.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class BundleError(RuntimeError):
    """A bundle on disk cannot be used; the message says why and how to mend it."""
