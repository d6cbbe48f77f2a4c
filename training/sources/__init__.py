"""Readers of motion corpora, one file per format. Each has ``detect(path)`` and ``open_source(path, options)``."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from training.clips import Source, SourceOptions

FORMATS: tuple[str, ...] = ("shards", "humanml3d", "amass", "bvh")  # in the order they are tried


def _reader(name: str) -> Any:
    return importlib.import_module(f"training.sources.{name}")


def detect(path: Path) -> str:
    """Name of the format of ``path``; ``InputError`` says what each format looks like."""
    if not path.exists():
        raise InputError("source", f"{path} does not exist")
    for name in FORMATS:
        if _reader(name).detect(path):
            return name
    known = "; ".join(f"{name}: {_reader(name).LOOKS_LIKE}" for name in FORMATS)
    raise InputError(
        "source", f"{path} is of no known format ({known}); name one with --format if you know better"
    )


def open_source(path: Path, options: SourceOptions, format_name: str = "auto") -> Source:
    """Open ``path`` with the reader of ``format_name`` (``auto`` detects it)."""
    if not path.exists():
        raise InputError("source", f"{path} does not exist")
    name = detect(path) if format_name == "auto" else format_name
    if name not in FORMATS:
        raise InputError("format", f"{name!r} is unknown; use auto, {', '.join(FORMATS)}")
    source: Source = _reader(name).open_source(path, options)
    return source
