"""Messages of a client, checked and turned into values of ``lamp`` in model space. Raises ``Refused``."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import joint_index
from runtime import limits as bounds
from runtime.backend import CharacterStart
from runtime.coordinates import DIRECTIONS, PRESETS, CoordinateSystem
from runtime.decode_motion import check_bones, read_motion
from runtime.geometry.reference import NO_SHELF, Shelf, Waiting, read_reference
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2, geometry_pb2, scene_pb2
from runtime.validation import Array, Checker

_ORIGIN = geometry_pb2.Vector3()


@dataclass(frozen=True)
class Opening:
    """A checked Hello. last_frame_index: of the session to take up again, None when the client has no frame of it."""

    start: CharacterStart
    coordinates: CoordinateSystem
    fps: float
    horizon_s: float
    resume_token: str
    client_name: str
    last_frame_index: int | None = None


def read_hello(hello: drive_pb2.Hello, limits: Limits) -> Opening:
    """Everything in Hello but its protocol version, which the session looks at first."""
    check = Checker("hello")
    coordinates = read_coordinates(hello.coordinate_system, check.at("coordinate_system"))
    position, heading = read_place(hello.start_position, hello.start_facing, hello, coordinates, check)
    opening = Opening(
        CharacterStart(
            read_prompt("prompt", hello.prompt, check, limits), hello.seed, position, heading,
            _read_start_motion(hello, coordinates, check),
            check.number("start_time_s", hello.start_time_s, 0.0, bounds.MAX_SESSION_S),
        ),
        coordinates,
        check.default("fps", hello.fps, bounds.MIN_FPS, bounds.MAX_FPS, bounds.DEFAULT_FPS),
        check.default(
            "horizon_s",
            hello.horizon_s,
            bounds.MIN_HORIZON_S,
            limits.max_horizon_s,
            min(bounds.DEFAULT_HORIZON_S, limits.max_horizon_s),
        ),
        check.text("resume_token", hello.resume_token, bounds.MAX_ID_CHARACTERS),
        check.text("client_name", hello.client_name, bounds.MAX_ID_CHARACTERS),
        hello.last_frame_index if hello.HasField("last_frame_index") else None,
    )  # fmt: skip
    check.done()
    return opening


def _read_start_motion(
    hello: drive_pb2.Hello, coordinates: CoordinateSystem, check: Checker
) -> Motion | None:
    if not hello.HasField("start_motion"):
        return None
    part = check.at("start_motion")
    # one frame more than fits: n frames last n - 1 intervals
    longest_s = bounds.MAX_START_MOTION_S + 1.0 / max(hello.start_motion.fps, bounds.MIN_FPS)
    motion = read_motion(hello.start_motion, coordinates, 0.0, longest_s, part)
    if motion is not None:
        check_bones(motion.positions_m, part)
    return motion


def read_prompt(name: str, text: str, check: Checker, limits: Limits) -> str:
    """A prompt, spaces around it removed."""
    return check.text(name, text.strip(), limits.max_prompt_characters)


def read_coordinates(message: geometry_pb2.CoordinateSystem, check: Checker) -> CoordinateSystem:
    """Axes and unit of the client, by preset or one by one."""
    values = (message.x_axis, message.y_axis, message.z_axis)
    system = PRESETS["MODEL"]
    if any(values):
        names = tuple(_direction(value) for value in values)
        try:
            system = CoordinateSystem((names[0], names[1], names[2]))
        except InputError as error:
            check.fail("x_axis", error.problem)
    if message.preset:
        try:
            name = geometry_pb2.CoordinateSystem.Preset.Name(message.preset)
            preset = PRESETS[name.removeprefix("PRESET_")]
            if any(values) and preset.axes != system.axes:
                check.fail("preset", f"{name} has other axes than those named; leave one of the two out")
            system = preset
        except (ValueError, KeyError):
            check.fail(
                "preset", f"{message.preset} is unknown; use one of {', '.join(PRESETS)}, or name the axes"
            )
    if message.metres_per_unit:
        unit = check.number("metres_per_unit", message.metres_per_unit, 1e-4, 1e3)
        if (
            abs(unit - system.metres_per_unit) > 1e-6 * unit
        ):  # a unit in single precision is still the preset's
            system = replace(system, metres_per_unit=unit)
    return system


def _direction(value: int) -> str:
    """Name of a Direction as ``coordinates`` spells it; "?" for a value this server does not know."""
    names = {number: name for name, number in geometry_pb2.CoordinateSystem.Direction.items()}
    name = names.get(value, "?").removeprefix("DIRECTION_").lower()
    return name if name in DIRECTIONS else "?"


def read_place(
    position: geometry_pb2.Vector3,
    facing: geometry_pb2.Vector3,
    message: Any,
    coordinates: CoordinateSystem,
    check: Checker,
) -> tuple[tuple[float, float, float], float]:
    """Start point in metres and heading in radians from ``start_position`` and ``start_facing`` of a message."""
    where = read_point("start_position", position, coordinates, check)
    if not message.HasField("start_facing"):
        return where, 0.0
    direction = coordinates.direction_to_model(check.vector("start_facing", facing, 1e6))
    if math.hypot(direction[0], direction[2]) < 1e-6:
        check.fail(
            "start_facing", "has no horizontal part; give the direction the character looks along the floor"
        )
    return where, math.atan2(direction[0], direction[2])


def read_point(
    name: str, point: geometry_pb2.Vector3, coordinates: CoordinateSystem, check: Checker
) -> tuple[float, float, float]:
    """A position within ``MAX_COORDINATE_M`` of the origin, in metres."""
    limit = coordinates.length_from_model(bounds.MAX_COORDINATE_M)
    return _tuple(coordinates.position_to_model(check.vector(name, point, limit)))


def read_velocity(
    name: str, velocity: geometry_pb2.Vector3, coordinates: CoordinateSystem, check: Checker
) -> tuple[float, float, float]:
    """A velocity of at most ``MAX_SPEED_MPS`` per axis, in metres per second."""
    limit = coordinates.length_from_model(bounds.MAX_SPEED_MPS)
    return _tuple(coordinates.position_to_model(check.vector(name, velocity, limit)))


def _tuple(vector: Array) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])


# --- parts of a scene -------------------------------------------------------------------------------------------------

_SOME_OBSTACLE = Obstacle("sphere", (0.0, 0.0, 0.0))
_SOME_TARGET = Target(0, (0.0, 0.0, 0.0))


def read_obstacle(
    message: scene_pb2.Obstacle,
    coordinates: CoordinateSystem,
    now_s: float,
    check: Checker,
    shelf: Shelf = NO_SHELF,
) -> Obstacle | Waiting:
    """One obstacle; ``now_s`` is when its pose holds unless it says otherwise. Geometry is looked for in ``shelf``."""
    shape = message.WhichOneof("shape")
    if shape is None:
        check.fail("shape", "is missing; set sphere, capsule, box, cylinder, plane or geometry")
        return _SOME_OBSTACLE
    if not message.HasField("position"):
        check.fail("position", "is missing")
    values = {
        "size_m": _read_size(message, shape, coordinates, check),
        "position_m": read_point("position", message.position, coordinates, check),
        "orientation_xyzw": tuple(
            map(float, coordinates.rotation_to_model(check.rotation("orientation", message.orientation)))
        ),
        "linear_velocity_mps": read_velocity("linear_velocity", message.linear_velocity, coordinates, check),
        "angular_velocity_radps": _tuple(
            coordinates.angular_velocity_to_model(
                check.vector("angular_velocity", message.angular_velocity, bounds.MAX_SPIN_RADPS)
            )
        ),
        "time_s": read_time("time_s", message, now_s, check, default=now_s),
        "walkable": message.walkable,
    }
    if shape == "geometry":
        part = check.at("geometry")
        return read_reference(message.geometry, values, coordinates, part, shelf) or _SOME_OBSTACLE
    if check.found:
        return _SOME_OBSTACLE
    try:
        return Obstacle(shape, **values)
    except InputError as error:
        check.fail(error.field, error.problem)
        return _SOME_OBSTACLE


def _read_size(
    message: scene_pb2.Obstacle, shape: str, coordinates: CoordinateSystem, check: Checker
) -> tuple[float, float, float]:
    """``Obstacle.size_m`` of the shape in ``message``."""
    most = coordinates.length_from_model(bounds.MAX_EXTENT_M)
    if shape in ("plane", "geometry"):
        return (1.0, 1.0, 1.0)
    if shape == "box":
        part = check.at("box")
        box = message.box.half_extents
        sizes = np.array([part.positive(f"half_extents.{axis}", getattr(box, axis), most) for axis in "xyz"])
        return _tuple(coordinates.extents_to_model(sizes))
    part, solid = check.at(shape), getattr(message, shape)
    radius = coordinates.length_to_model(part.positive("radius", solid.radius, most))
    if shape == "capsule":
        return (
            radius,
            coordinates.length_to_model(part.number("half_length", solid.half_length, 0.0, most)),
            radius,
        )
    if shape == "cylinder":
        return (
            radius,
            coordinates.length_to_model(part.positive("half_height", solid.half_height, most)),
            radius,
        )
    return (radius, radius, radius)


def read_time(name: str, message: Any, now_s: float, check: Checker, default: float | None) -> Any:
    """An optional time near the playhead."""
    if not message.HasField(name):
        return default
    away = bounds.MAX_TIME_AWAY_S
    return check.number(name, getattr(message, name), now_s - away, now_s + away)


def read_target(
    message: scene_pb2.Target, coordinates: CoordinateSystem, now_s: float, check: Checker
) -> Target:
    """One target."""
    joint = 0
    try:
        joint = joint_index(message.joint)
    except InputError as error:
        check.fail("joint", error.problem)
    if not message.HasField("position"):
        check.fail("position", "is missing")
    ignored = (message.ignore_x, message.ignore_y, message.ignore_z)
    if all(ignored):
        check.fail("ignore_z", "no axis counts; leave at least one of ignore_x, ignore_y, ignore_z unset")
    position = read_point("position", message.position, coordinates, check)
    arrive_s = read_time("arrive_time_s", message, now_s, check, default=None)
    hold_s = check.number("hold_s", message.hold_s, 0.0, bounds.MAX_HOLD_S)
    weight = (
        check.positive("weight", message.weight, bounds.MAX_WEIGHT) if message.HasField("weight") else 1.0
    )
    if check.found:
        return _SOME_TARGET
    mask = coordinates.axis_flags_to_model([not flag for flag in ignored])
    try:
        return Target(joint, position, mask, arrive_s, hold_s, weight)
    except InputError as error:
        check.fail(error.field, error.problem)
        return _SOME_TARGET
