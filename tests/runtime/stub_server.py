"""The command line of a server without a model. Needs nothing of the test environment."""

from __future__ import annotations

import sys


def command(*options: str) -> list[str]:
    """``lamp serve --stub`` on a free port; it says which on its first line."""
    return [sys.executable, "-m", "runtime.cli", "serve", "--stub", "--port", "0", *options]
