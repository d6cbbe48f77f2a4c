"""Builds grids in a process of its own: ``python -m lamp.scene.worker``.

A process rather than a thread, because a thread would hold the interpreter lock for long stretches and the frames of
live characters would come late; and it can be ended when it takes too long, whatever it is doing. It is started, not
forked from a process with threads.

Every line of its input is a job, ``{"source": FILE, "result": FILE, "cell_m": 0, "budget": 2000000}``. Its output
begins with ``{"ready": true}`` and has lines ``{"progress": 0.3}`` and, as the last of each job, ``{"done": seconds}``
or ``{"field": ..., "problem": ...}``. It ends with its input.
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


def main() -> int:
    """Take jobs until there are no more."""
    if hasattr(os, "nice"):
        os.nice(10)  # live characters come first
    _say(ready=True)
    for line in sys.stdin:
        _work(json.loads(line))
    return 0


def _work(job: dict[str, Any]) -> None:
    began_s = told_s = time.monotonic()

    def progress(share: float) -> None:
        nonlocal told_s
        if time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            _say(progress=round(share, 3))

    try:
        geometry = load_geometry(Path(job["source"]))
        grid = build_grid(geometry, cell_m=job["cell_m"], budget=job["budget"], progress=progress)
    except InputError as error:
        _say(field=error.field, problem=error.problem)
        return
    save_grid(Path(job["result"]), grid)
    _say(done=round(time.monotonic() - began_s, 3))


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
