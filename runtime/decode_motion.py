"""Motion and poses of a client, checked and turned into joints in model space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.skeleton import BONE_LENGTHS_M, JOINT_COUNT, JOINT_NAMES, PARENTS, fit_skeleton, forward_kinematics
from runtime import limits as bounds
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import motion_pb2
from runtime.validation import Array, Checker

_PARENTS = np.array(PARENTS[1:])


def read_motion(
    message: motion_pb2.Motion, coordinates: CoordinateSystem, least_s: float, most_s: float, check: Checker
) -> Motion | None:
    """A motion of ``least_s`` to ``most_s`` seconds at the rate it was sent in; None when it cannot be used."""
    fps = check.number("fps", message.fps, bounds.MIN_FPS, bounds.MAX_FPS)
    most = max(int(most_s * fps + 1e-6), 1)
    if check.found or not check.count(
        "frames", len(message.frames), most, max(int(np.ceil(least_s * fps)), 1)
    ):
        return None
    joints = read_joints(message.frames, coordinates, check)
    if joints is None:
        return None
    try:
        return Motion.from_positions(joints, fps)
    except InputError as error:
        check.fail(error.field, error.problem)
        return None


def read_body(frame: motion_pb2.Frame, coordinates: CoordinateSystem, check: Checker) -> Array | None:
    """Joints ``(22, 3)`` in metres, with the bone lengths of the skeleton; None when the pose cannot be used."""
    joints = read_joints([frame], coordinates, check, each="")
    if joints is None:
        return None
    body: Array = fit_skeleton(joints)
    check_bones(body, check)
    return body[0]


def check_bones(bodies_m: Array, check: Checker) -> None:
    """A violation where bones of bodies ``(T, 22, 3)`` that were fitted to the skeleton have not got their lengths:
    their joints lay in one place, so there was no direction to go in."""
    lengths = np.linalg.norm(bodies_m[:, 1:] - bodies_m[:, _PARENTS], axis=-1)
    folded = np.abs(lengths - BONE_LENGTHS_M[1:]) > 0.01
    if folded.any():
        frame, bone = (int(i) for i in np.argwhere(folded)[0])
        child, parent = JOINT_NAMES[bone + 1], JOINT_NAMES[_PARENTS[bone]]
        check.fail(
            "", f"gives the bone from {parent} to {child} no direction (frame {frame}); send a whole body"
        )


def read_joints(
    frames: Sequence[motion_pb2.Frame],
    coordinates: CoordinateSystem,
    check: Checker,
    each: str = "frames[{}]",
) -> Array | None:
    """Joints ``(T, 22, 3)`` in metres, as sent; None when some frame cannot be used. ``each``: its path."""
    found = len(check.found)
    turned = np.array([not frame.joint_positions for frame in frames])
    joints = np.empty((len(frames), JOINT_COUNT, 3))
    for i, frame in enumerate(frames):
        _check_sizes(frame, check.at(each.format(i)))
    if len(check.found) > found:
        return None
    placed = [list(frame.joint_positions) for frame in frames if frame.joint_positions]
    if placed:
        joints[~turned] = coordinates.position_to_model(np.array(placed).reshape(-1, JOINT_COUNT, 3))
    if turned.any():
        joints[turned] = _from_rotations([f for f in frames if not f.joint_positions], coordinates)
    with np.errstate(invalid="ignore"):
        usable = (np.isfinite(joints) & (np.abs(joints) <= bounds.MAX_COORDINATE_M)).all(axis=(1, 2))
    if not usable.all():
        check.at(each.format(int(np.argmin(usable)))).fail(
            "", f"holds positions that are not finite or farther than {bounds.MAX_COORDINATE_M:g} m away"
        )
        return None
    return joints


def _check_sizes(frame: motion_pb2.Frame, check: Checker) -> None:
    if frame.joint_positions:
        if len(frame.joint_positions) != JOINT_COUNT * 3:
            check.fail(
                "joint_positions", f"has {len(frame.joint_positions)} numbers; it must have {JOINT_COUNT * 3}"
            )
        return
    if len(frame.local_rotations) != JOINT_COUNT * 4:
        check.fail(
            "local_rotations", f"has {len(frame.local_rotations)} numbers; it must have {JOINT_COUNT * 4}"
        )
        return
    lengths = np.linalg.norm(np.array(frame.local_rotations).reshape(JOINT_COUNT, 4), axis=-1)
    if not (np.abs(lengths - 1.0) <= 0.01).all():
        check.fail("local_rotations", "holds numbers that are not unit quaternions (x, y, z, w)")


def _from_rotations(frames: Sequence[motion_pb2.Frame], coordinates: CoordinateSystem) -> Array:
    """Joints ``(T, 22, 3)``, metres, of frames given by root position and rotations."""
    roots = np.array([[f.root_position.x, f.root_position.y, f.root_position.z] for f in frames])
    turns = np.array([list(f.local_rotations) for f in frames]).reshape(-1, JOINT_COUNT, 4)
    turns /= np.linalg.norm(turns, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        joints: Array = forward_kinematics(
            coordinates.position_to_model(roots), coordinates.rotation_to_model(turns)
        )
    return joints
