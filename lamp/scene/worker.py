"""Builds one grid in a process of its own: ``python -m lamp.scene.worker GEOMETRY GRID CELL_M BUDGET``.

A process rather than a thread, because a thread would hold the interpreter lock for long stretches and the frames
of live characters would come late; and it can be ended when it takes too long, whatever it is doing. It is started anew
for every grid (half a second) instead of forked, and talks in lines of JSON on its output: ``{"progress": 0.3}`` and at
last ``{"done": seconds}`` or ``{"field": ..., "problem": ...}``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from lamp.scene.build import build_grid
from lamp.scene.files import load_geometry, save_grid

_TELL_EVERY_S = 0.2


def main(arguments: list[str]) -> int:
    """Exit status 0: the grid is written. 1: the geometry cannot be used, and the last line says why."""
    source, result, cell_m, budget = arguments
    if hasattr(os, "nice"):
        os.nice(10)  # live characters come first
    began_s = told_s = time.monotonic()

    def progress(share: float) -> None:
        nonlocal told_s
        if time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            _say(progress=round(share, 3))

    try:
        geometry = load_geometry(Path(source))
        grid = build_grid(geometry, cell_m=float(cell_m), budget=int(budget), progress=progress)
    except InputError as error:
        _say(field=error.field, problem=error.problem)
        return 1
    save_grid(Path(result), grid)
    _say(done=round(time.monotonic() - began_s, 3))
    return 0


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
