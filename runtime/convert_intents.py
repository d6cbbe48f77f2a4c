"""Where to look, which way to walk, poses and floors as a client sends them, and what a plan says about them."""

from __future__ import annotations

from collections.abc import Iterable

from lamp.intent import Floor, KeyPose, LookAt, Path, Shortfall, TargetReport, Want
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES
from runtime.convert import vector_of
from runtime.coordinates import CoordinateSystem
from runtime.pb.v1 import drive_pb2, motion_pb2, scene_pb2

FLOORS = {Floor.PLANE: drive_pb2.FLOOR_PLANE, Floor.NONE: drive_pb2.FLOOR_NONE}


def look_at_of(look: LookAt, coordinates: CoordinateSystem) -> scene_pb2.LookAt:
    """The message for a point to look at; ``time_s`` is sent only if it moves, else it means nothing."""
    return scene_pb2.LookAt(
        position=vector_of(coordinates.position_from_model(look.position_m)),
        linear_velocity=vector_of(coordinates.position_from_model(look.linear_velocity_mps)),
        time_s=look.time_s if any(look.linear_velocity_mps) else None,
        weight=look.weight,
    )


def path_of(path: Path, coordinates: CoordinateSystem) -> scene_pb2.Path:
    """The message for a way to walk."""
    return scene_pb2.Path(
        waypoints=[
            scene_pb2.Waypoint(
                position=vector_of(coordinates.position_from_model(w.position_m)), arrive_time_s=w.arrive_s
            )
            for w in path.waypoints
        ],
        speed=coordinates.length_from_model(path.speed_mps),
        loop=path.loop,
        weight=path.weight,
    )


def key_pose_of(id: str, pose: KeyPose, coordinates: CoordinateSystem) -> scene_pb2.KeyPose:
    """The message for a pose to be in."""
    joints = coordinates.position_from_model(pose.joints_m).reshape(-1).tolist()
    return scene_pb2.KeyPose(
        id=id,
        time_s=pose.time_s,
        hold_s=pose.hold_s,
        pose=motion_pb2.Frame(joint_positions=joints),
        joints=[] if len(pose.joints) == JOINT_COUNT else [JOINT_NAMES[j] for j in pose.joints],
        anywhere=pose.anywhere,
        weight=pose.weight,
    )


def shortfalls_from(messages: Iterable[drive_pb2.Shortfall]) -> tuple[Shortfall, ...]:
    """What a plan does not meet; kinds that this client does not know yet are left out."""
    kinds = {drive_pb2.Shortfall.Kind.Value(f"KIND_{want.name}"): want for want in Want}
    return tuple(Shortfall(kinds[m.kind], m.id, m.amount_m, m.time_s) for m in messages if m.kind in kinds)


def target_reports_from(messages: Iterable[drive_pb2.TargetReport]) -> tuple[TargetReport, ...]:
    """How near a plan comes to each target."""
    return tuple(TargetReport(m.id, m.error_m, m.arrive_time_s) for m in messages)
