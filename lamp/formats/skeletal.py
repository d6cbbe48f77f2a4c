"""A skeleton with an animation, as files for other programs want it: local transforms per bone, at a fixed rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M, forward_kinematics

Array = NDArray[Any]


@dataclass(frozen=True)
class SkeletalAnimation:
    """``J`` bones, parents before children, in model space (metres, Y up, facing +Z at rest); ``T`` frames.

    rest_offsets_m ``(J, 3)`` and rest_rotations_xyzw ``(J, 4)``: the bind pose relative to the parent, the first bone's
    in the world. offsets_m ``(T, J, 3)`` and local_rotations_xyzw ``(T, J, 4)``: the same, animated.
    joints ``(22,)``: the bone that is each joint of the standard skeleton, or -1.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_offsets_m: Array
    rest_rotations_xyzw: Array
    offsets_m: Array
    local_rotations_xyzw: Array
    fps: float
    joints: tuple[int, ...]

    def __post_init__(self) -> None:
        t, j = len(self.offsets_m), len(self.names)
        for field, array, shape in (
            ("parents", np.array(self.parents), (j,)),
            ("rest_offsets_m", self.rest_offsets_m, (j, 3)),
            ("rest_rotations_xyzw", self.rest_rotations_xyzw, (j, 4)),
            ("offsets_m", self.offsets_m, (t, j, 3)),
            ("local_rotations_xyzw", self.local_rotations_xyzw, (t, j, 4)),
            ("joints", np.array(self.joints), (JOINT_COUNT,)),
        ):
            if array.shape != shape:
                raise InputError(field, f"shape is {array.shape}; it must be {shape}")
            if not np.isfinite(array).all():
                raise InputError(field, "holds values that are not finite")
        if t == 0:
            raise InputError("offsets_m", "there is no frame; at least one is needed")
        if len(set(self.names)) != j or not all(self.names):
            raise InputError("names", "every bone needs a name of its own")
        if any(not -1 <= p < i for i, p in enumerate(self.parents)) or self.parents.count(-1) != 1:
            raise InputError("parents", "the first bone is the only root, and parents come before children")

    def __len__(self) -> int:
        return len(self.offsets_m)

    @classmethod
    def of_motion(cls, motion: Motion) -> SkeletalAnimation:
        """The standard skeleton; its bind pose is the T-pose with the lowest joint on the floor."""
        still = np.tile(rotations.IDENTITY, (JOINT_COUNT, 1)).astype(np.float64)
        rest = REST_OFFSETS_M.astype(np.float64)
        rest[0, 1] = -forward_kinematics(np.zeros(3), still)[:, 1].min()
        offsets = np.tile(rest, (len(motion), 1, 1))
        offsets[:, 0] = motion.positions_m[:, 0]
        turns = rotations.normalize(motion.local_rotations_xyzw.astype(np.float64))
        return cls(
            JOINT_NAMES,
            PARENTS,
            rest,
            still,
            offsets,
            continuous(turns),
            motion.fps,
            tuple(range(JOINT_COUNT)),
        )

    def world(self) -> tuple[Array, Array]:
        """Forward kinematics: positions ``(T, J, 3)`` and rotations ``(T, J, 4)`` of all bones in the world."""
        return _world(self.parents, self.offsets_m, self.local_rotations_xyzw)

    def rest_world(self) -> tuple[Array, Array]:
        """The bind pose in the world: ``(J, 3)`` and ``(J, 4)``."""
        return _world(self.parents, self.rest_offsets_m, self.rest_rotations_xyzw)

    def moving(self) -> Array:
        """Which bones change their place in the parent: ``(J,)``. The others only turn."""
        still: Array = np.abs(self.offsets_m - self.rest_offsets_m).max(axis=(0, 2)) < 1e-7
        return ~still

    def with_root(self, name: str = "root") -> SkeletalAnimation:
        """The same motion below a bone on the floor at the origin; a rig that has one above its hips keeps it."""
        if self.joints[0] != 0:
            return self
        if name in self.names:
            raise InputError("names", f"there is a bone {name!r} that is not the root; rename it")
        t = len(self)
        identity = rotations.IDENTITY.astype(np.float64)[None]
        return replace(
            self,
            names=(name, *self.names),
            parents=(-1, *(p + 1 for p in self.parents)),
            rest_offsets_m=np.concatenate([np.zeros((1, 3)), self.rest_offsets_m]),
            rest_rotations_xyzw=np.concatenate([identity, self.rest_rotations_xyzw]),
            offsets_m=np.concatenate([np.zeros((t, 1, 3)), self.offsets_m], axis=1),
            local_rotations_xyzw=np.concatenate(
                [np.broadcast_to(identity, (t, 1, 4)), self.local_rotations_xyzw], axis=1
            ),
            joints=tuple(j + 1 if j >= 0 else -1 for j in self.joints),
        )

    def with_root_motion(self) -> SkeletalAnimation:
        """The same motion where the root bone travels over the ground with the hips, which keep the rest of it."""
        rooted = self.with_root()
        hips = rooted.joints[0]
        if rooted.parents[hips] != 0:
            raise InputError("rig", f"{rooted.names[hips]} does not hang on the root; root motion needs that")
        offsets = rooted.offsets_m.copy()
        way = rooted.world()[0][:, hips] * np.array([1.0, 0.0, 1.0]) - offsets[:, 0] * [1.0, 0.0, 1.0]
        offsets[:, 0] += way
        offsets[:, hips] -= rotations.rotate(rotations.inverse(rooted.local_rotations_xyzw[:, 0]), way)
        return replace(rooted, offsets_m=offsets)

    def without_idle_root(self) -> SkeletalAnimation:
        """The same motion from the hips on, where the only bone above them rests at the origin."""
        hips = self.joints[0]
        idle = hips == 1 and self.parents[1] == 0 and self.parents.count(0) == 1 and not self.moving()[0]
        if not idle or np.abs(self.rest_offsets_m[0]).max() > 1e-9 or self._turns(0):
            return self
        return replace(
            self,
            names=self.names[1:],
            parents=tuple(p - 1 for p in self.parents[1:]),
            rest_offsets_m=self.rest_offsets_m[1:],
            rest_rotations_xyzw=self.rest_rotations_xyzw[1:],
            offsets_m=self.offsets_m[:, 1:],
            local_rotations_xyzw=self.local_rotations_xyzw[:, 1:],
            joints=tuple(j - 1 if j >= 0 else -1 for j in self.joints),
        )

    def _turns(self, bone: int) -> bool:
        """Whether a bone is ever turned against its parent."""
        return bool((np.abs(self.local_rotations_xyzw[:, bone, 3]) < 1.0 - 1e-9).any())

    def world_aligned(self) -> SkeletalAnimation:
        """The same motion with bone axes that lie along the world's in the bind pose: no rotation at rest.

        What BVH can express. Positions of all bones are the same.
        """
        rest_m, rest_turn = self.rest_world()
        _, turn = self.world()
        aligned = rotations.multiply(turn, rotations.inverse(rest_turn))  # world rotations of the new axes
        local, offsets, rest = aligned.copy(), self.offsets_m.copy(), rest_m.copy()
        for j, parent in enumerate(self.parents):
            if parent >= 0:
                local[:, j] = rotations.multiply(rotations.inverse(aligned[:, parent]), aligned[:, j])
                offsets[:, j] = rotations.rotate(rest_turn[parent], self.offsets_m[:, j])
                rest[j] -= rest_m[parent]
        still = np.tile(rotations.IDENTITY.astype(np.float64), (len(self.names), 1))
        return replace(
            self, rest_offsets_m=rest, rest_rotations_xyzw=still, offsets_m=offsets,
            local_rotations_xyzw=continuous(local),
        )  # fmt: skip


def _world(parents: Sequence[int], offsets_m: Array, local_xyzw: Array) -> tuple[Array, Array]:
    positions, turns = np.empty_like(offsets_m), np.empty_like(local_xyzw)
    for j, parent in enumerate(parents):
        if parent < 0:
            positions[..., j, :], turns[..., j, :] = offsets_m[..., j, :], local_xyzw[..., j, :]
            continue
        above = turns[..., parent, :]
        positions[..., j, :] = positions[..., parent, :] + rotations.rotate(above, offsets_m[..., j, :])
        turns[..., j, :] = rotations.multiply(above, local_xyzw[..., j, :])
    return positions, turns


def continuous(turns_xyzw: Array) -> Array:
    """The same rotations ``(T, ..., 4)`` with signs such that neighbours in time are near: safe to interpolate."""
    near = np.sum(turns_xyzw[1:] * turns_xyzw[:-1], axis=-1, keepdims=True)
    signs = np.cumprod(np.where(near < 0, -1.0, 1.0), axis=0)
    return np.concatenate([turns_xyzw[:1], turns_xyzw[1:] * signs])
