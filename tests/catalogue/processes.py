"""Clients in processes of their own, started with this checkout on their path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A script of this folder, its output readable line by line."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name(script)), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def run(script: str, *arguments: str, timeout_s: float = 240.0) -> str:
    """What a script of this folder printed; fails with its complaint when it failed."""
    process = start(script, *arguments)
    try:
        out, errors = process.communicate(timeout=timeout_s)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return out
