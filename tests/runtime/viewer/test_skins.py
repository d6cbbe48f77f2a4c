"""Bodies of the viewer stand where the plan has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lamp import rotations
from lamp.retarget import joints_to_rotations
from lamp.skeleton import (
    BONE_LENGTHS_M,
    JOINT_COUNT,
    JOINT_NAMES,
    JOINT_RADII_M,
    PARENTS,
    REST_OFFSETS_M,
    depth_levels,
    fit_skeleton,
    forward_kinematics,
)
from runtime.viewer import skins, solids

mannequin = pytest.importorskip("mannequin")


@pytest.fixture(scope="module")
def pieces() -> list[skins.Piece]:
    return skins.mannequin()


def world_rotations(local: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    world = np.array(local, np.float64)
    for children, parents in depth_levels():
        world[..., children, :] = rotations.multiply(world[..., parents, :], world[..., children, :])
    return world


def posed(
    piece: skins.Piece, joints_m: np.ndarray[Any, Any], world: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Vertices of a piece in the world, as the nested frames of the browser put them."""
    turn = np.broadcast_to(world[piece.joint], (len(piece.vertices_m), 4))
    return joints_m[piece.joint] + rotations.rotate(turn, piece.vertices_m.astype(np.float64))


def random_pose(rng: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Joints ``(22, 3)`` and the rotations that the server would send for them."""
    turns = np.tile(rotations.IDENTITY, (JOINT_COUNT, 1)).astype(np.float64)
    turns[:, :3] = rng.normal(scale=0.25, size=(JOINT_COUNT, 3))
    joints = forward_kinematics(np.array([0.3, 0.9, -0.2]), rotations.normalize(turns))
    joints = np.asarray(fit_skeleton(joints.astype(np.float64)))
    return joints, joints_to_rotations(joints)


def test_limbs_of_the_mannequin_end_at_our_joints(
    pieces: list[skins.Piece], rng: np.random.Generator
) -> None:
    """A limb's piece reaches from its joint to the next one, whatever the pose."""
    for _ in range(5):
        joints, local = random_pose(rng)
        world = world_rotations(local)
        for parent, child in ((1, 4), (2, 5), (4, 7), (5, 8), (16, 18), (17, 19), (18, 20), (19, 21)):
            limb = [p for p in pieces if p.joint == parent and p.colour != skins.BALL]
            vertices = np.concatenate([posed(p, joints, world) for p in limb])
            along = rotations.normalize(joints[child] - joints[parent])
            reach = (vertices - joints[parent]) @ along
            aside = np.linalg.norm(vertices - joints[parent] - reach[:, None] * along, axis=-1)
            assert reach.max() == pytest.approx(BONE_LENGTHS_M[child], abs=0.06), JOINT_NAMES[parent]
            assert reach.min() == pytest.approx(0.0, abs=0.13), JOINT_NAMES[parent]
            assert np.median(aside) < 0.1, JOINT_NAMES[parent]


def test_unfitted_the_mannequin_would_miss_our_joints(pieces: list[skins.Piece]) -> None:
    """Why the figure is brought to the skeleton instead of being driven as it is."""
    model = mannequin.Mannequin("wooden")
    theirs = skins.joints_of(model, model.rest_pose())
    ours = forward_kinematics(np.zeros(3), np.tile(rotations.IDENTITY, (JOINT_COUNT, 1)))
    error_m = np.linalg.norm((theirs - theirs[0]) - ours, axis=-1)
    assert error_m.max() > 0.1
    assert {p.joint for p in pieces} >= {0, 1, 2, 4, 5, 7, 8, 9, 12, 16, 17, 18, 19, 20, 21}


def test_every_triangle_of_the_mannequin_is_used_once(pieces: list[skins.Piece]) -> None:
    model = mannequin.Mannequin("wooden")
    assert sum(len(p.faces) for p in pieces) == len(model.faces)
    for piece in pieces:
        assert piece.faces.max() == len(piece.vertices_m) - 1
        assert np.isfinite(piece.vertices_m).all()


def test_the_mannequin_is_about_as_large_as_its_skeleton(pieces: list[skins.Piece]) -> None:
    rest = np.tile(rotations.IDENTITY, (JOINT_COUNT, 1))
    joints = forward_kinematics(np.zeros(3), rest)
    vertices = np.concatenate([posed(p, joints, world_rotations(rest)) for p in pieces])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert high[1] == pytest.approx(joints[15, 1] + 0.2, abs=0.06), "the crown is above the head joint"
    assert low[1] == pytest.approx(joints[[10, 11], 1].min(), abs=0.06), "the soles are at the toes"
    assert high[0] - low[0] == pytest.approx(joints[20, 0] - joints[21, 0] + 0.36, abs=0.08), (
        "hands beyond wrists"
    )


def test_soles_are_level_and_on_the_floor_in_the_stance_of_the_bundles(pieces: list[skins.Piece]) -> None:
    """Clips of both bundles stand with the ankles pitched so far against the T-pose, and the toe joints at y = 0."""
    for ankle, toe, pitch_rad in ((7, 10, 0.31), (8, 11, 0.26)):
        local = np.tile(rotations.IDENTITY, (JOINT_COUNT, 1)).astype(np.float64)
        local[ankle] = (np.sin(pitch_rad / 2), 0.0, 0.0, np.cos(pitch_rad / 2))
        joints = forward_kinematics(np.zeros(3), local).astype(np.float64)
        foot = np.concatenate(
            [
                posed(p, joints, world_rotations(local))
                for p in pieces
                if p.joint == ankle and p.colour != skins.BALL
            ]
        )
        heel, front = foot[foot[:, 2] < joints[ankle, 2]], foot[foot[:, 2] > joints[toe, 2]]
        assert heel[:, 1].min() == pytest.approx(front[:, 1].min(), abs=0.015), "level"
        assert foot[:, 1].min() == pytest.approx(joints[toe, 1], abs=0.015), "where the toe joint is"


def test_capsules_are_the_volume_that_keeps_clear() -> None:
    pieces = skins.capsules()
    assert len(pieces) == JOINT_COUNT - 1
    for child, piece in enumerate(pieces, start=1):
        parent = PARENTS[child]
        assert piece.joint == parent
        at_parent = np.linalg.norm(piece.vertices_m, axis=-1).min()
        assert (
            at_parent == pytest.approx(JOINT_RADII_M[parent], abs=0.01) or at_parent < JOINT_RADII_M[parent]
        )
        farthest = np.linalg.norm(piece.vertices_m - REST_OFFSETS_M[child], axis=-1).max()
        length = np.linalg.norm(REST_OFFSETS_M[child])
        assert farthest <= length + max(JOINT_RADII_M[parent], JOINT_RADII_M[child]) + 1e-4


@pytest.mark.parametrize(
    "mesh", [solids.round_cone(0.3, 0.3, 0.0), solids.round_cone(0.1, 0.2, 0.5), solids.box(1, 2, 3)]
)
def test_meshes_are_closed_and_face_outwards(mesh: solids.Mesh) -> None:
    a, b, c = (mesh.vertices_m[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    expected = 48.0 if len(mesh.faces) == 12 else None
    assert volume > 0, "triangles turn outwards"
    if expected is not None:
        assert volume == pytest.approx(expected)
