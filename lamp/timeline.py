"""The frames of a live character at the model's rate: what was played, and what is planned next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.motion import Motion, interpolate, linear_weights
from lamp.skeleton import JOINT_COUNT

Array = NDArray[Any]
FPS = 20.0


class Timeline:
    """Arrays by frame; frame k belongs to session time k / 20 s. Old frames are dropped.

    ``joints (N, 22, 3)`` as they are shown, ``contacts (N, 4)``, ``base (N, 22, 3)``: the joints as the prior has them,
    before feet were planted, and ``gaze (N, 2)``: yaw and pitch of the head on top of them. One thread writes; any
    thread may read, since every change swaps in a new, complete snapshot.
    """

    def __init__(self, first: int = 0) -> None:
        joints = np.zeros((0, JOINT_COUNT, 3), np.float32)
        empty = {"joints": joints, "contacts": np.zeros((0, 4), np.float32), "base": joints,
                 "gaze": np.zeros((0, 2), np.float32)}  # fmt: skip
        self._data: tuple[int, dict[str, Array]] = (first, empty)

    @property
    def first(self) -> int:
        """Index of the oldest frame kept."""
        return self._data[0]

    @property
    def end(self) -> int:
        """One past the last planned frame."""
        first, arrays = self._data
        return first + len(arrays["joints"])

    @property
    def empty(self) -> bool:
        """Whether nothing is planned yet."""
        return len(self._data[1]["joints"]) == 0

    @property
    def until_s(self) -> float:
        """Time of the last planned frame; before the start while there is none."""
        return (self.end - 1) / FPS

    def window(self, start: int, stop: int, name: str = "joints") -> Array:
        """One array of frames ``[start, stop)``; raises ``IndexError`` outside what is kept."""
        first, arrays = self._data
        array = arrays[name]
        if start < first or stop > first + len(array):
            raise IndexError(f"frames {start}..{stop} are outside {first}..{first + len(array)}")
        return array[start - first : stop - first]

    def replace_from(
        self, start: int, joints: Array, contacts: Array, base: Array | None = None, gaze: Array | None = None
    ) -> None:
        """Everything from frame ``start`` on becomes the given frames; ``base`` defaults to the joints."""
        first, old = self._data
        keep = start - first
        if not 0 <= keep <= len(old["joints"]):
            raise IndexError(f"frame {start} is outside {first}..{first + len(old['joints'])}")
        gaze = np.zeros((len(joints), 2)) if gaze is None else gaze
        new = {"joints": joints, "contacts": contacts, "base": joints if base is None else base, "gaze": gaze}
        joined = {n: np.concatenate([old[n][:keep], new[n].astype(np.float32)]) for n in old}
        self._data = (first, joined)

    def forget_before(self, frame: int) -> None:
        """Drop frames older than ``frame``; memory stays bounded however long the session lasts."""
        first, arrays = self._data
        drop = min(max(frame - first, 0), max(len(arrays["joints"]) - 2, 0))
        if drop:
            self._data = (first + drop, {name: array[drop:].copy() for name, array in arrays.items()})

    def sample(self, times_s: Array, fps: float) -> Motion:
        """The motion at session times ``(N,)``, smoothly interpolated; times outside are clamped. Without gaze."""
        first, arrays = self._data
        frame = np.asarray(times_s, np.float64) * FPS - first
        low, high, u = linear_weights(len(arrays["joints"]), frame)
        contacts = arrays["contacts"][low] * (1 - u)[:, None] + arrays["contacts"][high] * u[:, None]
        return Motion.from_positions(interpolate(arrays["joints"], frame), fps, contacts)

    def gaze(self, times_s: Array) -> Array:
        """Yaw and pitch of the head ``(N, 2)`` at session times ``(N,)``."""
        first, arrays = self._data
        if not np.any(arrays["gaze"]):
            return np.zeros((len(times_s), 2))
        return interpolate(arrays["gaze"], np.asarray(times_s, np.float64) * FPS - first)
