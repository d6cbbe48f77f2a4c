"""The clients there are, and how each becomes a program that can be started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.building import Missing, cpp_program, csharp_program

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Client:
    """command: what starts its program, without a mode. own_codec: not one of protobuf's own implementations."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    own_codec: bool = True


def python_client() -> Client:
    """Always there."""
    return Client("python", (sys.executable, "-m", "tests.conformance.python_client"))


def csharp_client(install: bool = False) -> Client:
    """Compiled. Raises ``Missing``, saying what is."""
    command, more = csharp_program(install)
    return Client("csharp", command, environment={**os.environ, **more})


def cpp_client(install: bool = False) -> Client:
    """Compiled. Raises ``Missing``, saying what is."""
    return Client("cpp", cpp_program(install), own_codec=False)


CLIENTS: dict[str, Callable[[bool], Client]] = {
    "python": lambda install: python_client(),
    "csharp": csharp_client,
    "cpp": cpp_client,
}

__all__ = ["CLIENTS", "Client", "Missing", "cpp_client", "csharp_client", "python_client"]
