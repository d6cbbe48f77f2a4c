"""What a client sends and receives: ``lamp`` values in model space to and from messages in a convention of the wire.

The server's side, which trusts nothing, is ``runtime.decode`` and ``runtime.encode``. Here values are good already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamp import skeleton
from lamp.errors import InputError
from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.content import is_id
from lamp.scene.obstacle import Obstacle
from runtime.coordinates import PRESETS, CoordinateSystem
from runtime.pb.v1 import geometry_pb2, motion_pb2, scene_pb2

Array = NDArray[Any]


def coordinate_system_of(coordinates: CoordinateSystem) -> geometry_pb2.CoordinateSystem:
    """As a request names it: its preset if it is one, else axes and unit."""
    message = geometry_pb2.CoordinateSystem
    for name, preset in PRESETS.items():
        if preset == coordinates:
            return message(preset=f"PRESET_{name}")  # its unit goes with it, exactly
    x, y, z = (f"DIRECTION_{axis.upper()}" for axis in coordinates.axes)
    return message(x_axis=x, y_axis=y, z_axis=z, metres_per_unit=coordinates.metres_per_unit)


def vector_of(xyz: ArrayLike) -> geometry_pb2.Vector3:
    """Three numbers as a message."""
    x, y, z = np.asarray(xyz, dtype=np.float64).tolist()
    return geometry_pb2.Vector3(x=x, y=y, z=z)


def obstacle_of(id: str, obstacle: Obstacle, coordinates: CoordinateSystem) -> scene_pb2.Obstacle:
    """The message for an obstacle in model space; ``time_s`` is sent only if it moves, else it means nothing."""
    moves = any(obstacle.linear_velocity_mps) or any(obstacle.angular_velocity_radps)
    x, y, z, w = coordinates.rotation_from_model(obstacle.orientation_xyzw).tolist()
    message = scene_pb2.Obstacle(
        id=id,
        position=vector_of(coordinates.position_from_model(obstacle.position_m)),
        orientation=geometry_pb2.Quaternion(x=x, y=y, z=z, w=w),
        linear_velocity=vector_of(coordinates.position_from_model(obstacle.linear_velocity_mps)),
        angular_velocity=vector_of(coordinates.angular_velocity_from_model(obstacle.angular_velocity_radps)),
        time_s=obstacle.time_s if moves else None,
        walkable=obstacle.walkable,
    )
    first, second = (coordinates.length_from_model(size) for size in obstacle.size_m[:2])
    if obstacle.shape == "sphere":
        message.sphere.radius = first
    elif obstacle.shape == "capsule":
        message.capsule.radius, message.capsule.half_length = first, second
    elif obstacle.shape == "cylinder":
        message.cylinder.radius, message.cylinder.half_height = first, second
    elif obstacle.shape == "box":
        message.box.half_extents.CopyFrom(vector_of(coordinates.extents_from_model(obstacle.size_m)))
    elif obstacle.grid is not None:
        if not is_id(obstacle.grid.id):
            raise InputError(
                "grid.id", "is no id of uploaded geometry: upload it, and build the grid with that id"
            )
        message.geometry.id, message.geometry.scale = obstacle.grid.id, obstacle.scale
    else:
        message.plane.SetInParent()
    return message


def target_of(id: str, target: Target, coordinates: CoordinateSystem) -> scene_pb2.Target:
    """The message for a target in model space."""
    x, y, z = coordinates.axis_flags_from_model(target.axis_mask)
    return scene_pb2.Target(
        id=id,
        joint=skeleton.JOINT_NAMES[target.joint],
        position=vector_of(coordinates.position_from_model(target.position_m)),
        ignore_x=not x,
        ignore_y=not y,
        ignore_z=not z,
        arrive_time_s=target.arrive_s,
        hold_s=target.hold_s,
        weight=target.weight,
    )


def motion_of(motion: Motion, coordinates: CoordinateSystem) -> motion_pb2.Motion:
    """A reference motion as a request carries it: joint positions."""
    joints = coordinates.position_from_model(motion.positions_m).reshape(len(motion), -1).tolist()
    return motion_pb2.Motion(fps=motion.fps, frames=[motion_pb2.Frame(joint_positions=row) for row in joints])


def motion_from(frames: Sequence[motion_pb2.Frame], fps: float, coordinates: CoordinateSystem) -> Motion:
    """Received frames as a clip in model space. ``InputError`` when a frame is not on the standard skeleton."""
    return Motion(*frame_arrays(frames, coordinates), fps=fps)


def frame_arrays(
    frames: Sequence[motion_pb2.Frame], coordinates: CoordinateSystem
) -> tuple[Array, Array, Array]:
    """Positions ``(T, 22, 3)`` m, local rotations ``(T, 22, 4)`` and contacts ``(T, 4)`` in model space, float32."""
    rows = []
    for name, width, count in (
        ("joint_positions", 3, skeleton.JOINT_COUNT),
        ("local_rotations", 4, skeleton.JOINT_COUNT),
        ("contacts", 1, len(skeleton.CONTACT_JOINTS)),
    ):
        for frame in frames:
            if len(getattr(frame, name)) != width * count:
                given = len(getattr(frame, name))
                raise InputError(name, f"frame {frame.index} has {given} numbers instead of {width * count}")
        values = np.array([getattr(frame, name) for frame in frames], dtype=np.float32)
        rows.append(values.reshape(len(frames), count, width))
    positions, rotations, contacts = rows
    return (
        coordinates.position_to_model(positions),
        coordinates.rotation_to_model(rotations),
        contacts[..., 0],
    )


def terms_from(terms: Iterable[motion_pb2.Term]) -> dict[str, float]:
    """Values by name, in the units the names end in."""
    return {term.name: term.value for term in terms}
