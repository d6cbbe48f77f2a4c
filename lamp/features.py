"""Joints <-> the 263-dim HumanML3D vectors (fact sheet of HumanML3D, sections 2-5).

``encode`` writes and ``decode`` reads standard vectors. Layout of one frame:

======== ==== =====================================================================
dims     n    content
======== ==== =====================================================================
0        1    yaw velocity, half angle, rad/frame
1:3      2    root displacement x, z in the heading frame of frame t+1, m/frame
3        1    root height, m
4:67     63   joints 1..21, xz relative to the root, in the heading frame
67:193   126  6D rotations of joints 1..21 (redundant; they animate no engine skeleton)
193:259  66   joint displacements to the next frame, in the heading frame of t, m/frame
259:263  4    contacts: left ankle, left toe, right ankle, right toe
======== ==== =====================================================================

Two headings exist. ``"humanml3d"`` reproduces the published vectors, with their smoothing, forced first frame and
the +-180 degree wrap defect. ``"clean"`` uses the true heading of hips and shoulders of each frame, wrapped and
causal, which is what a live prior needs (section 5 of the sheet); its vectors decode with the same ``decode``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError
from lamp.skeleton import (
    BONE_LENGTHS_M,
    CHAINS,
    CONTACT_JOINTS,
    JOINT_COUNT,
    RAW_DIRECTIONS,
    fit_skeleton,
    project_bones,
)

if TYPE_CHECKING:
    import torch

Array = NDArray[Any]
Heading = Literal["humanml3d", "clean"]
ArrayOrTensor = TypeVar("ArrayOrTensor", NDArray[Any], "torch.Tensor")

FEATURE_COUNT = 263
ROOT, RIC, ROTATIONS, VELOCITY, CONTACTS = (
    slice(0, 4), slice(4, 67), slice(67, 193), slice(193, 259), slice(259, 263),
)  # fmt: skip
_CONTACT_SPEED_SQUARED = 0.002  # m^2 per frame^2: 0.894 m/s at 20 fps
_SMOOTHING_FRAMES = 20.0


@overload
def encode(joints: Array, *, heading: Heading = ..., floor: bool = ...) -> Array: ...
@overload
def encode(joints: torch.Tensor, *, heading: Heading = ..., floor: bool = ...) -> torch.Tensor: ...
def encode(joints: Any, *, heading: Heading = "humanml3d", floor: bool = False) -> Any:
    """World joints ``(..., T, 22, 3)`` -> vectors ``(..., T-1, 263)`` float32.

    The clip is first moved so that frame 0 stands at the origin and faces +Z (steps 3 and 4 of the sheet), so the
    code does not change with yaw or horizontal position of the input; ``floor=True`` also moves its lowest joint to
    y = 0 (step 2). Bring foreign skeletons to the standard one first with :func:`uniform_skeleton` (step 1).
    A torch tensor gives a tensor on its device; gradients do not flow (use :func:`decode` for that).

    Raises ``InputError`` for wrong shapes, fewer than two frames or values that are not finite.
    """
    if not isinstance(joints, np.ndarray) and hasattr(joints, "detach"):
        result = encode(joints.detach().cpu().numpy(), heading=heading, floor=floor)
        return joints.new_tensor(result)
    p = _checked(np.asarray(joints)).astype(np.float64)
    if floor:
        p = p - p[..., 1].min(axis=(-1, -2))[..., None, None, None] * np.array([0.0, 1.0, 0.0])
    p = p - p[..., :1, :1, :] * np.array([1.0, 0.0, 1.0])
    p = rotations.rotate(_facing_rotation(p)[..., None, None, :], p)
    q = _heading_smoothed(p) if heading == "humanml3d" else _heading_clean(p)
    return _assemble(p, q, half_turn_from_arcsin=heading == "humanml3d").astype(np.float32)


def decode(vectors: ArrayOrTensor) -> ArrayOrTensor:
    """Vectors ``(..., T, >=67)`` -> world joints ``(..., T, 22, 3)``; starts at the origin, facing +Z.

    Only the first 67 dims are read, so reduced representations decode too. Differentiable for torch tensors
    (section 4 of the sheet, ``recover_from_ric``).
    """
    if vectors.shape[-1] < 67:
        raise InputError(
            "vectors", f"last dimension is {vectors.shape[-1]}; decoding needs at least the first 67 dims"
        )
    if isinstance(
        vectors, np.ndarray
    ):  # integrate in double precision: errors of a long sum stay below rounding
        return _decode(vectors.astype(np.float64), np).astype(vectors.dtype)
    import torch

    return _decode(vectors, torch)


def _decode(v: Any, xp: Any) -> Any:
    concat = np.concatenate if xp is np else torch_cat
    turn = xp.cumsum(v[..., 0], -1)
    angle = 2.0 * concat([xp.zeros_like(turn[..., :1]), turn[..., :-1]], -1)
    cos, sin = xp.cos(angle), xp.sin(angle)

    def to_world(x: Any, z: Any, c: Any, s: Any) -> tuple[Any, Any]:
        return c * x - s * z, s * x + c * z

    # displacement s-1 -> s is stored at s-1 in the heading frame of s
    dx, dz = to_world(v[..., :-1, 1], v[..., :-1, 2], cos[..., 1:], sin[..., 1:])
    start = xp.zeros_like(v[..., :1, 1])
    root_x = concat([start, xp.cumsum(dx, -1)], -1)
    root_z = concat([start, xp.cumsum(dz, -1)], -1)
    local = v[..., 4:67].reshape(*v.shape[:-1], JOINT_COUNT - 1, 3)
    x, z = to_world(local[..., 0], local[..., 2], cos[..., None], sin[..., None])
    joints = xp.stack([x + root_x[..., None], local[..., 1], z + root_z[..., None]], -1)
    root = xp.stack([root_x, v[..., 3], root_z], -1)[..., None, :]
    return concat([root, joints], -2)


def torch_cat(tensors: list[Any], dim: int) -> Any:
    """``torch.cat`` under numpy's calling order, so that :func:`_decode` is written once."""
    import torch

    return torch.cat(tensors, dim)


def uniform_skeleton(joints: Array, *, rigid: bool = True) -> Array:
    """Bring clips ``(..., T, 22, 3)`` of any proportions to the standard skeleton (step 1 of the sheet).

    Root positions scale with the leg length (joints 5 and 8, frame 0); bone directions stay, lengths are replaced.
    ``rigid`` also gives pelvis and chest the standard shape, so that the joints can be played by rotations of one fixed
    skeleton; sources place hips and collars up to 5 cm differently. HumanML3D itself stops at the lengths
    (``rigid=False``), and its own clips are unchanged by either.
    """
    p = _checked(np.asarray(joints), least_frames=1).astype(np.float64)
    source_leg = sum(np.linalg.norm(p[..., 0, b, :] - p[..., 0, a, :], axis=-1) for a, b in ((2, 5), (5, 8)))
    if np.any(source_leg < 1e-3):
        raise InputError("joints", "the right leg has no length in frame 0; the clip cannot be scaled")
    scale = (BONE_LENGTHS_M[5] + BONE_LENGTHS_M[8]) / source_leg
    scaled = p * np.asarray(scale)[..., None, None, None]
    return (fit_skeleton(scaled) if rigid else project_bones(scaled)).astype(np.float32)


def heading_rad(joints: Array) -> Array:
    """True heading of each pose ``(..., 22, 3) -> (...)``: facing is ``(sin, 0, cos)`` of it; lying poses give 0."""
    across = joints[..., 1, :] - joints[..., 2, :] + joints[..., 16, :] - joints[..., 17, :]
    return np.arctan2(-across[..., 2], across[..., 0])


def _checked(joints: Array, least_frames: int = 2) -> Array:
    if joints.ndim < 3 or joints.shape[-2:] != (JOINT_COUNT, 3):
        raise InputError("joints", f"shape is {joints.shape}; it must be (..., T, {JOINT_COUNT}, 3)")
    if joints.shape[-3] < least_frames:
        raise InputError("joints", f"{joints.shape[-3]} frames; at least {least_frames} are needed")
    if not np.isfinite(joints).all():
        bad = np.argwhere(~np.isfinite(joints))[0]
        raise InputError(
            "joints", f"not finite at index {tuple(int(i) for i in bad)}; remove or repair the clip"
        )
    return joints


def _facing_rotation(p: Array) -> Array:
    """Quaternion ``(..., 4)`` that turns frame 0 to face +Z; right minus left, hips plus shoulders (step 4)."""
    first = p[..., 0, :, :]
    across = rotations.normalize(first[..., 2, :] - first[..., 1, :] + first[..., 17, :] - first[..., 16, :])
    return rotations.yaw(-np.arctan2(across[..., 2], -across[..., 0]))


def _heading_smoothed(p: Array) -> Array:
    """World-to-heading quaternions ``(..., T, 4)`` as published, hip sign included (step 6)."""
    across = rotations.normalize(p[..., 1, :] - p[..., 2, :] + p[..., 17, :] - p[..., 16, :])
    forward = np.cross(np.array([0.0, 1.0, 0.0]), across)
    forward = rotations.normalize(_gaussian_filter(forward, _SMOOTHING_FRAMES))
    q = rotations.shortest_arc(forward, np.array([0.0, 0.0, 1.0]))
    q[..., 0, :] = rotations.IDENTITY
    return q


def _gaussian_filter(x: Array, sigma: float) -> Array:
    """Gaussian along axis -2 with edge padding and truncation at 4 sigma (SciPy's defaults, without SciPy)."""
    radius = int(4.0 * sigma + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    pad = [(0, 0)] * (x.ndim - 2) + [(radius, radius), (0, 0)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, pad, mode="edge"), 2 * radius + 1, axis=-2)
    return windows @ kernel


def _heading_clean(p: Array) -> Array:
    """World-to-heading quaternions of the true heading; frames without one (body axis vertical) hold the last."""
    across = p[..., 1, :] - p[..., 2, :] + p[..., 16, :] - p[..., 17, :]
    horizontal = np.hypot(across[..., 0], across[..., 2])
    good = horizontal > 0.15 * np.linalg.norm(across, axis=-1)
    good[..., 0] = True
    frames = np.where(good, np.arange(p.shape[-3]), 0)
    held = np.take_along_axis(
        np.arctan2(-across[..., 2], across[..., 0]), np.maximum.accumulate(frames, axis=-1), -1
    )
    return rotations.yaw(-held)


def _assemble(p: Array, q: Array, *, half_turn_from_arcsin: bool) -> Array:
    relative = rotations.multiply(q[..., 1:, :], rotations.inverse(q[..., :-1, :]))
    if half_turn_from_arcsin:
        turn = np.arcsin(np.clip(relative[..., 1], -1.0, 1.0))
    else:  # wrapped to (-pi, pi] before halving
        turn = np.arctan2(relative[..., 1], relative[..., 3])
        turn = turn - np.pi * np.round(turn / np.pi)
    step = p[..., 1:, :, :] - p[..., :-1, :, :]
    root_step = rotations.rotate(q[..., 1:, :], step[..., 0, :])
    height = p[..., :-1, 0, 1]
    root = np.stack([turn, root_step[..., 0], root_step[..., 2], height], -1)
    local = p[..., :-1, 1:, :] - p[..., :-1, :1, :] * np.array([1.0, 0.0, 1.0])
    ric = rotations.rotate(q[..., :-1, None, :], local)
    velocity = rotations.rotate(q[..., :-1, None, :], step)
    contacts = (np.sum(step**2, axis=-1) < _CONTACT_SPEED_SQUARED)[..., list(CONTACT_JOINTS)]
    sixd = _chain_rotations(p[..., :-1, :, :], q[..., :-1, :])
    flat = (*p.shape[:-3], p.shape[-3] - 1, -1)
    return np.concatenate(
        [root, ric.reshape(flat), sixd.reshape(flat), velocity.reshape(flat), contacts.astype(p.dtype)],
        axis=-1,
    )


def _chain_rotations(p: Array, q: Array) -> Array:
    """The 6D block ``(..., T, 21, 6)``: swing-only rotations per chain, each chain from the heading (section 6)."""
    local = np.zeros((*p.shape[:-1], 4))
    for chain in CHAINS:
        parent = q
        for i, j in zip(chain[:-1], chain[1:], strict=True):
            world = rotations.shortest_arc(RAW_DIRECTIONS[j].astype(np.float64), p[..., j, :] - p[..., i, :])
            local[..., j, :] = rotations.multiply(rotations.inverse(parent), world)
            parent = world
    matrix = rotations.to_matrix(local[..., 1:, :])
    return np.concatenate([matrix[..., 0], matrix[..., 1]], axis=-1)
