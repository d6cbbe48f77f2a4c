"""Where settings come from: a YAML file, then the environment, then flags; later ones win."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lamp.errors import InputError
from runtime.settings.item import Item

DEFAULT = "default"


@dataclass(frozen=True)
class Effective:
    """The values that hold, and where each came from: "default", a variable, a flag, or ``file: name``."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


def gather(
    items: Sequence[Item], *, file: Path | None, environment: Mapping[str, str], prefix: str,
    flags: Mapping[str, str | None],
) -> Effective:  # fmt: skip
    """All sources put together. ``flags`` holds None for what was not given.

    Unknown names, in the file or beginning with ``prefix`` in the environment, are errors, and the nearest known name
    is proposed. Paths in the file count from its folder. Raises ``InputError``, and ``OSError`` for the file.
    """
    values: dict[str, Any] = {item.name: item.default for item in items}
    origins = dict.fromkeys(values, DEFAULT)
    known = {item.name: item for item in items}

    def take(name: str, value: Any, origin: str, folder: Path | None = None) -> None:
        value = known[name].read(value, origin)
        if isinstance(value, Path) and folder is not None:
            value = folder / value
        values[name], origins[name] = value, origin

    if file is not None:
        for name, value in _read_file(file).items():
            _must_be_known(str(name), known, str(file))
            take(name, value, f"{file}: {name}", file.parent)
    variables = {item.variable(prefix): item for item in items}
    for variable in sorted(v for v in environment if v.startswith(prefix)):
        _must_be_known(variable, variables, "the environment")
        take(variables[variable].name, environment[variable], variable)
    for name, text in flags.items():
        if text is not None:
            take(name, text, known[name].flag)
    return Effective(values, origins)


def _read_file(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(str(file), f"is not valid YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError(str(file), f"holds {type(content).__name__}; write one `name: value` a line")
    return content


def _must_be_known(name: str, known: Iterable[str], where: str) -> None:
    names = list(known)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(names))}"
    raise InputError(where, f"there is no setting {name}; {hint}")
