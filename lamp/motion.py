"""A clip of motion on the standard skeleton, and resampling it to any frame rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.retarget import joints_to_rotations
from lamp.skeleton import CONTACT_JOINTS, JOINT_COUNT, fit_skeleton

Array = NDArray[Any]


@dataclass(frozen=True)
class Motion:
    """World joints and the rotations that produce them.

    positions_m ``(T, 22, 3)``; local_rotations_xyzw ``(T, 22, 4)`` parent-relative, the root's is its world rotation;
    contacts ``(T, 4)`` in [0, 1]: left ankle, left toe, right ankle, right toe; fps frames per second.
    """

    positions_m: Array
    local_rotations_xyzw: Array
    contacts: Array
    fps: float

    def __post_init__(self) -> None:
        t = len(self.positions_m)
        for name, array, shape in (
            ("positions_m", self.positions_m, (t, JOINT_COUNT, 3)),
            ("local_rotations_xyzw", self.local_rotations_xyzw, (t, JOINT_COUNT, 4)),
            ("contacts", self.contacts, (t, 4)),
        ):
            if array.shape != shape:
                raise InputError(name, f"shape is {array.shape}; it must be {shape}")
        if not self.fps > 0:
            raise InputError("fps", f"{self.fps} is not positive")

    @classmethod
    def from_positions(cls, positions_m: Array, fps: float = 20.0, contacts: Array | None = None) -> Motion:
        """Fit the standard skeleton to joints ``(T, 22, 3)``, find the rotations; contacts not given are estimated."""
        joints = np.asarray(positions_m)
        if joints.ndim != 3 or joints.shape[1:] != (JOINT_COUNT, 3) or len(joints) == 0:
            raise InputError(
                "positions_m", f"shape is {joints.shape}; it must be (T, {JOINT_COUNT}, 3) with T >= 1"
            )
        if not np.isfinite(joints).all():
            raise InputError("positions_m", "holds values that are not finite")
        joints = fit_skeleton(joints.astype(np.float64)).astype(np.float32)
        if contacts is None:
            contacts = estimate_contacts(joints, fps)
        return cls(joints, joints_to_rotations(joints), np.asarray(contacts, dtype=np.float32), float(fps))

    def __len__(self) -> int:
        return len(self.positions_m)

    def __getitem__(self, part: slice) -> Motion:
        return Motion(self.positions_m[part], self.local_rotations_xyzw[part], self.contacts[part], self.fps)

    @property
    def duration_s(self) -> float:
        """Time from the first to the last frame."""
        return (len(self) - 1) / self.fps

    def resample(self, fps: float) -> Motion:
        """The same motion at another rate: smooth (C1) in position, exact bone lengths."""
        if fps == self.fps:
            return self
        times = np.arange(int(self.duration_s * fps + 1e-6) + 1) / fps
        return self.at(times, fps)

    def at(self, times_s: Array, fps: float) -> Motion:
        """Sample at ``times_s (N,)`` seconds from the first frame; times outside are clamped to the ends."""
        joints = interpolate(self.positions_m, np.asarray(times_s) * self.fps)
        weights = linear_weights(len(self), np.asarray(times_s) * self.fps)
        contacts = (
            self.contacts[weights[0]] * (1 - weights[2])[:, None]
            + self.contacts[weights[1]] * weights[2][:, None]
        )
        return Motion.from_positions(joints, fps, contacts)


def linear_weights(count: int, frame: Array) -> tuple[Array, Array, Array]:
    """Neighbour indices and the weight of the second for fractional frames ``(N,)``."""
    frame = np.clip(frame, 0, count - 1)
    low = np.minimum(frame.astype(int), max(count - 2, 0))
    return low, np.minimum(low + 1, count - 1), (frame - low).astype(np.float32)


def interpolate(positions: Array, frame: Array) -> Array:
    """Catmull-Rom interpolation of ``positions (T, ...)`` at fractional frames ``(N,)``; ends repeat."""
    low, high, u = linear_weights(len(positions), frame)
    before, after = np.maximum(low - 1, 0), np.minimum(high + 1, len(positions) - 1)
    u = u.reshape(-1, *[1] * (positions.ndim - 1)).astype(np.float64)
    p0, p1, p2, p3 = (positions[i].astype(np.float64) for i in (before, low, high, after))
    a, b = 0.5 * (p2 - p0), 0.5 * (p3 - p1)
    d = p2 - p1
    return p1 + u * (a + u * ((3 * d - 2 * a - b) + u * (a + b - 2 * d)))


def one_frame_more(joints: Array) -> Array:
    """Joints ``(T, 22, 3)``, T > 1, and a frame that goes on with the last displacement, which encoders read."""
    return np.concatenate([joints, 2 * joints[-1:] - joints[-2:-1]])


def estimate_contacts(positions_m: Array, fps: float) -> Array:
    """Feet that are slow and low: ``(T, 4)`` of 0 and 1, the definition of HumanML3D plus a height test."""
    feet = positions_m[:, list(CONTACT_JOINTS)]
    speed = np.zeros(feet.shape[:2])
    if len(feet) > 1:
        speed[:-1] = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * fps
        speed[-1] = speed[-2]
    height = feet[..., 1] - positions_m[..., 1].min()
    return ((speed < 0.894) & (height < np.array([0.16, 0.10, 0.16, 0.10]))).astype(np.float32)
