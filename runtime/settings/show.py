"""The effective settings for a person to read, in a form that can be used as the configuration file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from runtime.settings.item import Item
from runtime.settings.sources import Effective


def as_yaml(items: Iterable[Item], effective: Effective) -> str:
    """One ``name: value  # where from`` a line. Secrets appear as a comment that only counts them."""
    lines = []
    for item in items:
        value, origin = effective.values[item.name], effective.origins[item.name]
        line = f"# {item.name}: {_hidden(value)}" if item.secret else f"{item.name}: {_plain(value)}"
        lines.append(f"{line}  # {origin}")
    return "\n".join(lines) + "\n"


def _hidden(value: Any) -> str:
    return f"{len(value) if isinstance(value, tuple) else int(value is not None)} hidden"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, Path):
        value = str(value.absolute())
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
