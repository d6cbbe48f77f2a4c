"""One thing that can be set: its name, type, bounds and meaning, and how a value for it is read."""

from __future__ import annotations

import dataclasses
import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lamp.errors import InputError

_UNITS = {"": 1, "b": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def setting(
    default: Any, doc: str, *, low: float | None = None, high: float | None = None,
    choices: tuple[str, ...] = (), secret: bool = False,
) -> Any:  # fmt: skip
    """A dataclass field that is a setting. ``doc``: one line, lower case; ``low``, ``high``: inclusive bounds.

    A ``secret`` is never printed and cannot be given as a flag, where every user of the machine could read it.
    """
    about = {"doc": doc, "low": low, "high": high, "choices": choices, "secret": secret}
    return dataclasses.field(default=default, metadata=about)


@dataclass(frozen=True)
class Item:
    """A setting, whichever class it is a field of."""

    name: str
    kind: type  # str, int, float, bool or Path
    optional: bool
    many: bool  # a list of values
    default: Any
    doc: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    secret: bool = False

    @property
    def flag(self) -> str:
        """As an option of the command."""
        return "--" + self.name.replace("_", "-")

    def variable(self, prefix: str) -> str:
        """As a variable of the environment."""
        return prefix + self.name.upper()

    def read(self, value: Any, origin: str) -> Any:
        """The value, checked and in its type. Text is understood for every type, as flags and variables have no other.

        ``origin`` names the place for the error: ``InputError`` says what was found, the limit and the remedy.
        """
        if self.many:
            parts = [p for p in re.split(r"[,\s]+", value) if p] if isinstance(value, str) else value
            if not isinstance(parts, list):
                raise InputError(origin, f"{self._shown(value)} is no list; write one as [a, b]")
            return tuple(self._check(self._one(part, origin), origin) for part in parts)
        if value is None or value == "":
            if self.optional:
                return None
            raise InputError(origin, f"is empty; give {self._wanted()}, or leave it out for {self.default!r}")
        return self._check(self._one(value, origin), origin)

    def _one(self, value: Any, origin: str) -> Any:
        try:
            return self._convert(value)
        except (ValueError, TypeError):
            raise InputError(origin, f"{self._shown(value)} is not {self._wanted()}") from None

    def _convert(self, value: Any) -> Any:
        if isinstance(value, list | dict) or (isinstance(value, bool) and self.kind is not bool):
            raise TypeError
        if self.kind is bool:
            if str(value).lower() not in _WORDS:
                raise ValueError
            return _WORDS[str(value).lower()]
        if self.kind is int and self.name.endswith("_bytes"):
            return _bytes(str(value))
        if self.kind is int:
            if isinstance(value, float) and value != int(value):
                raise ValueError
            return int(value)
        return self.kind(value)

    def _check(self, value: Any, origin: str) -> Any:
        if self.choices and value not in self.choices:
            raise InputError(origin, f"{value!r} is not {self._wanted()}")
        if isinstance(value, int | float) and self.kind is not bool and not self.fits(value):
            raise InputError(origin, f"{value:g} is not {self._wanted()}")
        return value

    def fits(self, value: float) -> bool:
        """Whether a number is finite and within the bounds."""
        low = -math.inf if self.low is None else self.low
        return math.isfinite(value) and low <= value <= (math.inf if self.high is None else self.high)

    def _shown(self, value: Any) -> str:
        return "the value" if self.secret else repr(value)

    def _wanted(self) -> str:
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.kind is bool:
            return "true or false"
        if self.kind not in (int, float):
            return "text" if self.kind is str else "a path"
        what = "a whole number" if self.kind is int else "a number"
        if self.name.endswith("_bytes"):
            what = "a number of bytes, such as 4194304 or 4MiB,"
        if self.low is None and self.high is None:
            return what
        if self.high is None:
            return f"{what} of at least {self.low:g}"
        return f"{what} from {self.low:g} to {self.high:g}"


def items_of(owner: type) -> tuple[Item, ...]:
    """The settings among the fields of a dataclass, in order."""
    hints = typing.get_type_hints(owner)
    return tuple(_item(f, hints[f.name]) for f in dataclasses.fields(owner) if "doc" in f.metadata)


def check_bounds(owner: Any) -> None:
    """For ``__post_init__``: ``ValueError`` names the first number of a dataclass that is out of its bounds."""
    for item in items_of(type(owner)):
        value = getattr(owner, item.name)
        if isinstance(value, int | float) and not item.fits(value):
            raise ValueError(f"{item.name} {value:g} is not {item._wanted()}")


def _item(field: dataclasses.Field[Any], hint: Any) -> Item:
    arguments = typing.get_args(hint)
    optional = isinstance(hint, types.UnionType) and type(None) in arguments
    many = typing.get_origin(hint) is tuple
    kind = next(a for a in arguments if a is not type(None)) if optional or many else hint
    about: Mapping[str, Any] = field.metadata
    return Item(field.name, kind, optional, many, field.default, **about)


def _bytes(text: str) -> int:
    match = re.fullmatch(r"\s*([0-9.]+)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError(text)
    return int(float(match[1]) * _UNITS[match[2]])
