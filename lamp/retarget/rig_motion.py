"""What a retargeted motion is: rotations of every bone of a rig, where its hips are, and what could not be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from lamp.retarget.rig import Rig

Array = NDArray[Any]


@dataclass(frozen=True)
class Missed:
    """A hand or foot that ends ``by_m`` away from where it should be at ``time_s``, because its limb is too short."""

    joint: str
    time_s: float
    by_m: float

    def __str__(self) -> str:
        return (
            f"{self.joint} misses its place at {self.time_s:.2f} s by {100 * self.by_m:.1f} cm: out of reach"
        )


@dataclass(frozen=True)
class RigMotion:
    """T frames on a rig of N bones.

    hips_m ``(T, 3)``: the hips bone in its parent's frame, metres; every other bone keeps its rest offset.
    local_rotations_xyzw ``(T, N, 4)`` in the parent's frame, rest rotation included: what engines and glTF store.
    positions_m ``(T, N, 3)`` in the world; contacts ``(T, 4)`` and fps as in ``Motion``. missed: worst first.
    """

    rig: Rig
    hips_m: Array
    local_rotations_xyzw: Array
    positions_m: Array
    contacts: Array
    fps: float
    missed: tuple[Missed, ...] = ()

    def __len__(self) -> int:
        return len(self.hips_m)
