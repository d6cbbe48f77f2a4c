"""Frames of recorded messages as arrays in model space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from runtime import convert
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_coordinates
from runtime.pb.v1 import drive_pb2, motion_pb2
from runtime.recording.errors import RecordingError
from runtime.validation import Checker

Array = NDArray[Any]


@dataclass(frozen=True)
class SentFrames:
    """Consecutive frames; the first has index ``first`` at the rate of the recording.

    positions_m ``(N, 22, 3)``, local_rotations_xyzw ``(N, 22, 4)``, contacts ``(N, 4)``, plan_ids ``(N,)``.
    """

    first: int
    positions_m: Array
    local_rotations_xyzw: Array
    contacts: Array
    plan_ids: Array

    @classmethod
    def of(cls, frames: Sequence[motion_pb2.Frame], coordinates: CoordinateSystem, fps: float) -> Self:
        """From at least one message. ``RecordingError``: they are not on the standard skeleton."""
        try:
            arrays = convert.frame_arrays(frames, coordinates)
        except InputError as error:
            raise RecordingError(f"its frames cannot be read: {error}") from error
        if not 0 <= frames[0].time_s < 1e9:
            raise RecordingError(f"a frame is at {frames[0].time_s} s")
        return cls(round(frames[0].time_s * fps), *arrays, np.array([f.plan_id for f in frames]))

    def __len__(self) -> int:
        return len(self.plan_ids)


def frames_in(welcome: drive_pb2.Welcome) -> CoordinateSystem:
    """Axes and unit of what follows a Welcome. ``RecordingError``: it names none that exist, or no frame rate."""
    check = Checker("welcome")
    coordinates = read_coordinates(welcome.coordinate_system, check)
    if check.found or not 0 < welcome.fps <= 1000:
        raise RecordingError("the Welcome in it names no usable axes and frame rate")
    return coordinates
