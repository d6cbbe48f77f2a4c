"""A body for any humanoid rig: one closed skin around the bones, which bends smoothly at the joints.

It is the figure that films show (``lamp.render.body``), its solids melted into one surface. All of it is made here, so
an exported file carries nobody's model and nobody's licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.formats.skeletal import SkeletalAnimation
from lamp.formats.surface import surface_of
from lamp.render.body import mannequin
from lamp.render.shapes import Ellipsoid, RoundCone, Solid
from lamp.skeleton import JOINT_COUNT, PARENTS, REST_OFFSETS_M

Array = NDArray[Any]
_CELL_M = 0.014
_MELT_M = 0.010  # how far from a seam two solids round it off
_REACH_M = 8 * _MELT_M
_BEND_M = 0.016  # how far from a joint its skin bends
_INFLUENCES = 4  # bones per vertex: what every engine can do


@dataclass(frozen=True)
class Skin:
    """A mesh in the bind pose of a rig with ``J`` bones.

    vertices_m and normals ``(V, 3)``, colours ``(V, 3)`` sRGB 0..1, faces ``(F, 3)``, bones ``(V, 4)`` indices of the
    rig's bones with their weights ``(V, 4)``, largest first, which sum to 1.
    """

    vertices_m: Array
    normals: Array
    colours: Array
    faces: Array
    bones: Array
    weights: Array


def skin_of(animation: SkeletalAnimation) -> Skin:
    """The body of a rig. Joints it has no bone for are put where they would be, and move with the bone above."""
    joints_m, bones_of = _all_joints(animation)
    parts = mannequin(joints_m)
    solids = [part.solid for part in parts]
    vertices, faces = _surface(solids)
    depth = np.stack([distance_to(solid, vertices) for solid in solids], axis=-1)  # (V, solids)
    bones, weights = _weights(depth, np.array([bones_of[part.joint] for part in parts]))
    colours = np.array([part.colour for part in parts])[depth.argmin(axis=-1)]
    return Skin(vertices, _normals(vertices, faces), colours, faces, bones, weights)


def _all_joints(animation: SkeletalAnimation) -> tuple[Array, list[int]]:
    """Places of the 22 joints in the bind pose, metres, and the bone that each moves with."""
    rest_m, _ = animation.rest_world()
    bones = list(animation.joints)
    if bones[0] < 0:
        raise InputError("rig", "a body needs a bone for the pelvis; map it, or leave the body out")
    joints_m = np.zeros((JOINT_COUNT, 3))
    for joint, bone in enumerate(animation.joints):
        if bone >= 0:
            joints_m[joint] = rest_m[bone]
            continue
        above = PARENTS[joint]
        below = [animation.joints[j] for j in _below(joint) if animation.joints[j] >= 0]
        on = 0.5 * (rest_m[below[0]] - joints_m[above]) if below else REST_OFFSETS_M[joint]
        joints_m[joint] = joints_m[above] + on
        bones[joint] = bones[above]
    return joints_m, bones


def _below(joint: int) -> list[int]:
    """All joints below one, the nearest first."""
    children = [j for j in range(JOINT_COUNT) if PARENTS[j] == joint]
    return children + [j for child in children for j in _below(child)]


def distance_to(solid: Solid, points_m: Array) -> Array:
    """Signed distance ``(...)`` of points ``(..., 3)`` to a solid; an ellipsoid's is exact only near its surface."""
    if isinstance(solid, RoundCone):
        along = solid.end_m - solid.start_m
        length2 = max(float(along @ along), 1e-12)
        share = np.clip((points_m - solid.start_m) @ along / length2, 0.0, 1.0)
        radius = solid.start_radius_m + share * (solid.end_radius_m - solid.start_radius_m)
        away: Array = np.linalg.norm(points_m - solid.start_m - share[..., None] * along, axis=-1)
        return away - radius
    assert isinstance(solid, Ellipsoid)
    local = (points_m - solid.centre_m) @ solid.world_from_local / solid.half_axes_m
    size = np.linalg.norm(local, axis=-1)
    slope = np.linalg.norm(local / solid.half_axes_m, axis=-1)
    return np.asarray(size * (size - 1.0) / np.maximum(slope, 1e-9))


def _surface(solids: list[Solid]) -> tuple[Array, Array]:
    balls = np.concatenate([solid.bounds() for solid in solids]).astype(np.float64)
    margin = 3 * _CELL_M
    low = (balls[:, :3] - balls[:, 3:]).min(axis=0) - margin
    high = (balls[:, :3] + balls[:, 3:]).max(axis=0) + margin
    counts = np.ceil((high - low) / _CELL_M).astype(int) + 1
    axes = [low[i] + _CELL_M * np.arange(counts[i]) for i in range(3)]
    total = np.zeros(counts)
    for solid in solids:  # each where it matters: farther away its share of the sum is below a thousandth
        own = solid.bounds().astype(np.float64)
        first, last = (own[:, :3] - own[:, 3:]).min(axis=0), (own[:, :3] + own[:, 3:]).max(axis=0)
        near = tuple(
            slice(*np.searchsorted(axis, (a - _REACH_M, b + _REACH_M)))
            for axis, a, b in zip(axes, first, last, strict=True)
        )
        points = np.stack(
            np.meshgrid(*(axis[part] for axis, part in zip(axes, near, strict=True)), indexing="ij"), -1
        )
        total[near] += np.exp(np.clip(-distance_to(solid, points) / _MELT_M, -60.0, 60.0))
    return surface_of(-_MELT_M * np.log(np.maximum(total, 1e-30)), low, _CELL_M)


def _weights(depth: Array, owner: Array) -> tuple[Array, Array]:
    """Nearest bones of every vertex and their weights, from the distance to every solid and the bone of each."""
    used = np.unique(owner)
    nearest = np.stack([depth[:, owner == bone].min(axis=-1) for bone in used], axis=-1)
    pull = np.exp(-(nearest - nearest.min(axis=-1, keepdims=True)) / _BEND_M)
    order = np.argsort(-pull, axis=-1, kind="stable")[:, :_INFLUENCES]
    weights = np.take_along_axis(pull, order, axis=-1)
    weights[weights < 0.02] = 0.0
    return used[order], weights / weights.sum(axis=-1, keepdims=True)


def _normals(vertices: Array, faces: Array) -> Array:
    """Unit normals at the vertices, the mean of the faces around each by their area."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    flat = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(normals, faces[:, i], flat)
    lengths = np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.where(lengths > 1e-12, normals / np.maximum(lengths, 1e-12), [0.0, 1.0, 0.0])
