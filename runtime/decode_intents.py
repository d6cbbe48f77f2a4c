"""Where to look, which way to walk, poses to be in, what to stand on: checked and turned into values of ``lamp``.

Each reader returns None when its message cannot be used, with what is wrong in ``check``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.intent import (
    MAX_PATH_SPEED_MPS,
    MAX_WAYPOINTS,
    MIN_PATH_SPEED_MPS,
    Floor,
    KeyPose,
    LookAt,
    Path,
    Waypoint,
)
from lamp.skeleton import JOINT_COUNT, joint_index
from runtime import limits as bounds
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_point, read_time, read_velocity
from runtime.decode_motion import read_body
from runtime.pb.v1 import drive_pb2, scene_pb2
from runtime.validation import Checker


def read_look_at(
    message: scene_pb2.LookAt, coordinates: CoordinateSystem, now_s: float, check: Checker
) -> LookAt | None:
    """A point to look at; ``now_s`` is when it is there unless the message says otherwise."""
    found = len(check.found)
    if not message.HasField("position"):
        check.fail("position", "is missing")
    position = read_point("position", message.position, coordinates, check)
    velocity = read_velocity("linear_velocity", message.linear_velocity, coordinates, check)
    time_s = read_time("time_s", message, now_s, check, default=now_s)
    weight = read_weight(message, check)
    if len(check.found) > found:
        return None
    try:
        return LookAt(position, velocity, time_s, weight)
    except InputError as error:
        check.fail(error.field, error.problem)
        return None


def read_path(
    message: scene_pb2.Path, coordinates: CoordinateSystem, now_s: float, check: Checker
) -> Path | None:
    """A way to walk."""
    found = len(check.found)
    speed = 1.1
    if message.speed != 0.0:
        low, high = (coordinates.length_from_model(v) for v in (MIN_PATH_SPEED_MPS, MAX_PATH_SPEED_MPS))
        # the bounds themselves may have been rounded on their way
        sent = check.number("speed", message.speed, low * (1 - 1e-6), high * (1 + 1e-6))
        speed = min(max(coordinates.length_to_model(sent), MIN_PATH_SPEED_MPS), MAX_PATH_SPEED_MPS)
    waypoints = []
    if check.count("waypoints", len(message.waypoints), MAX_WAYPOINTS, 1):
        for i, waypoint in enumerate(message.waypoints):
            part = check.at(f"waypoints[{i}]")
            if not waypoint.HasField("position"):
                part.fail("position", "is missing")
            position = read_point("position", waypoint.position, coordinates, part)
            waypoints.append((position, read_time("arrive_time_s", waypoint, now_s, part, default=None)))
    weight = read_weight(message, check)
    if len(check.found) > found:
        return None
    try:
        return Path(tuple(Waypoint(*w) for w in waypoints), speed, message.loop, weight)
    except InputError as error:
        check.fail(error.field, error.problem)
        return None


def read_key_pose(
    message: scene_pb2.KeyPose, coordinates: CoordinateSystem, now_s: float, check: Checker
) -> KeyPose | None:
    """A pose to be in; its id is not looked at."""
    found = len(check.found)
    if not message.HasField("time_s"):
        check.fail("time_s", "is missing")
    time_s = read_time("time_s", message, now_s, check, default=now_s)
    hold_s = check.number("hold_s", message.hold_s, 0.0, bounds.MAX_HOLD_S)
    joints = _read_names(message, check)
    weight = read_weight(message, check)
    body = None
    if message.HasField("pose"):
        body = read_body(message.pose, coordinates, check.at("pose"))
    else:
        check.fail("pose", "is missing")
    if body is None or len(check.found) > found:
        return None
    try:
        return KeyPose(body.astype(np.float32), time_s, hold_s, joints, message.anywhere, weight)
    except InputError as error:
        check.fail(error.field, error.problem)
        return None


def _read_names(message: scene_pb2.KeyPose, check: Checker) -> tuple[int, ...]:
    """Indices of the joints that count: those named, each once, or all."""
    if not check.count("joints", len(message.joints), JOINT_COUNT):
        return ()
    joints = []
    for i, name in enumerate(message.joints):
        try:
            joints.append(joint_index(name))
        except InputError as error:
            check.fail(f"joints[{i}]", error.problem)
    return tuple(dict.fromkeys(joints)) if message.joints else tuple(range(JOINT_COUNT))


def read_floor(value: drive_pb2.Floor, now: Floor, check: Checker) -> Floor:
    """What carries the feet; ``now`` when the message says nothing."""
    known = {
        drive_pb2.FLOOR_UNSPECIFIED: now,
        drive_pb2.FLOOR_PLANE: Floor.PLANE,
        drive_pb2.FLOOR_NONE: Floor.NONE,
    }
    if value not in known:
        names = ", ".join(drive_pb2.Floor.keys()[1:])
        check.fail("floor", f"{value} is unknown; use one of {names}")
    return known.get(value, now)


def read_weight(message: Any, check: Checker) -> float:
    """An optional weight, 1 by default."""
    if not message.HasField("weight"):
        return 1.0
    return check.positive("weight", message.weight, bounds.MAX_WEIGHT)
