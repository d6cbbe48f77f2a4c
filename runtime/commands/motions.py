"""Whatever holds a motion, by the name of its file: a clip, a recording of a session, BVH, AMASS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from runtime.commands import clips

KINDS = "a clip (.npz), AMASS (.npz), BVH (.bvh) or a recording (.lamprec)"


def load_any(path: Path) -> Motion:
    """The motion in a file, at its own rate. ``InputError``, ``RecordingError`` or ``OSError``: it holds none."""
    suffix = path.suffix.lower()
    if suffix == ".bvh":
        from lamp.formats.bvh_motion import load_bvh

        return load_bvh(path)
    if suffix == ".lamprec":
        return _recorded(path)
    if suffix != ".npz":
        raise InputError(str(path), f"ends in {suffix or 'nothing'!r}; give {KINDS}")
    return _amass(path) if _holds_poses(path) else clips.load(path)


def _recorded(path: Path) -> Motion:
    """What the client of a session saw."""
    from runtime.recording import Playback, Recording

    playback = Playback.of(Recording.open(path))
    return playback.motion[: playback.index(playback.shown_until_s) + 1]


def _holds_poses(path: Path) -> bool:
    from lamp.formats.amass import is_amass

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return is_amass(arrays)
    except (zipfile.BadZipFile, ValueError):
        return False  # clips.load says what is wrong with it


def _amass(path: Path) -> Motion:
    from lamp.formats.amass import load_amass

    return load_amass(path)
