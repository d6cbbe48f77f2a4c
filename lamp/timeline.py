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
    """Joints ``(N, 22, 3)`` and contacts ``(N, 4)``; frame k belongs to session time k / 20 s. Old frames are dropped.

    One thread writes; any thread may read, since every change swaps in a new, complete snapshot.
    """

    def __init__(self, first: int = 0) -> None:
        """Empty; the first frame will be that of index ``first``."""
        self._data: tuple[int, Array, Array] = (
            first, np.zeros((0, JOINT_COUNT, 3), np.float32), np.zeros((0, 4), np.float32)
        )  # fmt: skip

    @property
    def first(self) -> int:
        """Index of the oldest frame kept."""
        return self._data[0]

    @property
    def end(self) -> int:
        """One past the last planned frame."""
        first, joints, _ = self._data
        return first + len(joints)

    @property
    def until_s(self) -> float:
        """Time of the last planned frame; negative while there is none."""
        return (self.end - 1) / FPS

    def window(self, start: int, stop: int) -> Array:
        """Joints of frames ``[start, stop)``; raises ``IndexError`` outside what is kept."""
        first, joints, _ = self._data
        if start < first or stop > first + len(joints):
            raise IndexError(f"frames {start}..{stop} are outside {first}..{first + len(joints)}")
        return joints[start - first : stop - first]

    def replace_from(self, start: int, joints: Array, contacts: Array) -> None:
        """Everything from frame ``start`` on becomes the given frames."""
        first, old_joints, old_contacts = self._data
        keep = start - first
        if not 0 <= keep <= len(old_joints):
            raise IndexError(f"frame {start} is outside {first}..{first + len(old_joints)}")
        self._data = (
            first,
            np.concatenate([old_joints[:keep], joints.astype(np.float32)]),
            np.concatenate([old_contacts[:keep], contacts.astype(np.float32)]),
        )

    def forget_before(self, frame: int) -> None:
        """Drop frames older than ``frame``; memory stays bounded however long the session lasts."""
        first, joints, contacts = self._data
        drop = min(max(frame - first, 0), max(len(joints) - 2, 0))
        if drop:
            self._data = (first + drop, joints[drop:].copy(), contacts[drop:].copy())

    def sample(self, times_s: Array, fps: float) -> Motion:
        """The motion at session times ``(N,)``, smoothly interpolated; times outside are clamped."""
        first, joints, all_contacts = self._data
        frame = np.asarray(times_s, np.float64) * FPS - first
        low, high, u = linear_weights(len(joints), frame)
        contacts = all_contacts[low] * (1 - u)[:, None] + all_contacts[high] * u[:, None]
        return Motion.from_positions(interpolate(joints, frame), fps, contacts)
