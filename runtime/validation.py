"""Checks that collect everything wrong with a message instead of stopping at the first fault.

A ``Checker`` stands at one path of a message ("put_obstacles[2]"). Its methods record a violation and return a harmless
stand-in when a value is bad; ``Checker.done`` raises ``Refused`` if anything was recorded, so stand-ins are never used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError

Array = NDArray[np.float64]
MAX_VIOLATIONS = 20  # reported; more than that helps nobody


@dataclass(frozen=True)
class Violation:
    """One wrong field: its path in the message, and what is wrong, the limit and the remedy."""

    field: str
    problem: str


class Refused(InputError):
    """A message that cannot be used: an ``InputError`` about its first wrong field that knows the others too."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(violations[0].field, violations[0].problem)
        self.violations = tuple(violations)
        self.args = ("; ".join(f"{v.field}: {v.problem}" for v in violations),)


class Vector(Protocol):
    """A Vector3 or the like."""

    x: float
    y: float
    z: float


class Rotation(Vector, Protocol):
    """A Quaternion or the like."""

    w: float


class Checker:
    """Checks the fields of the message at ``path``; all checkers made from one share its findings."""

    def __init__(self, path: str = "", found: list[Violation] | None = None) -> None:
        self.path = path
        self.found: list[Violation] = [] if found is None else found

    def at(self, name: str) -> Checker:
        """A checker for the part ``name``."""
        return Checker(self._join(name), self.found)

    def _join(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def fail(self, name: str, problem: str) -> None:
        """Record that field ``name`` cannot be used."""
        # Beyond what is reported only the number counts: readers look at it to see whether a part is usable.
        more = len(self.found) >= MAX_VIOLATIONS
        self.found.append(self.found[-1] if more else Violation(self._join(name), problem))

    def done(self) -> None:
        """Raise ``Refused`` if anything is wrong."""
        if self.found:
            raise Refused(self.found[:MAX_VIOLATIONS])

    @contextmanager
    def library(self) -> Iterator[None]:
        """What ``lamp`` itself refuses becomes a violation of this message."""
        try:
            yield
        except InputError as error:
            self.fail(error.field, error.problem)

    def number(self, name: str, value: float, low: float, high: float) -> float:
        """A finite number in ``[low, high]``."""
        if not math.isfinite(value):
            self.fail(name, f"is {value}; send a finite number")
        elif not low <= value <= high:
            self.fail(name, f"is {value:g}; it must be within {low:g} and {high:g}")
        else:
            return value
        return low

    def positive(self, name: str, value: float, high: float) -> float:
        """A finite number in ``(0, high]``."""
        if value <= 0.0:
            self.fail(name, f"is {value:g}; it must be greater than 0")
            return high
        return self.number(name, value, 0.0, high)

    def default(self, name: str, value: float, low: float, high: float, default: float) -> float:
        """As ``number``, where 0 stands for ``default``."""
        return default if value == 0.0 else self.number(name, value, low, high)

    def vector(self, name: str, value: Vector, limit: float) -> Array:
        """Three finite numbers, each within ``limit``."""
        return np.array(
            [self.number(f"{name}.{axis}", getattr(value, axis), -limit, limit) for axis in "xyz"]
        )

    def rotation(self, name: str, value: Rotation) -> Array:
        """A unit quaternion xyzw; all zeros stand for no rotation. A length off by up to 1 % is mended."""
        xyzw = np.array([value.x, value.y, value.z, value.w], dtype=np.float64)
        identity = np.array([0.0, 0.0, 0.0, 1.0])
        if not np.isfinite(xyzw).all():
            self.fail(name, f"({value.x}, {value.y}, {value.z}, {value.w}) is not finite")
            return identity
        length = float(np.linalg.norm(xyzw))
        if length == 0.0:
            return identity
        if abs(length - 1.0) > 0.01:
            self.fail(name, f"has length {length:.4g}; send a unit quaternion (x, y, z, w)")
            return identity
        return xyzw / length

    def text(self, name: str, value: str, most: int, least: int = 0) -> str:
        """A text of ``least`` to ``most`` characters, all printable."""
        if not least <= len(value) <= most:
            self.fail(name, f"has {len(value)} characters; it must have {least} to {most}")
        elif not value.isprintable():
            self.fail(name, "holds control characters or line breaks; send plain text")
        return value

    def count(self, name: str, number: int, most: int, least: int = 0) -> bool:
        """Whether a list is of usable size."""
        if not least <= number <= most:
            self.fail(name, f"has {number} entries; it must have {least} to {most}")
            return False
        return True
