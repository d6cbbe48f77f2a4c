"""One good message of every kind a client can send, with as many fields filled as go together."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamp.skeleton import forward_kinematics
from runtime.pb.v1 import drive_pb2, geometry_upload_pb2, motion_pb2, scene_pb2, service_pb2
from tests.catalogue.calls import mesh_id, mesh_messages, wedge

STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)))


def pose(**more: Any) -> motion_pb2.Frame:
    """Standing at the origin."""
    return motion_pb2.Frame(joint_positions=STANDING.ravel().tolist(), **more)


def motion(frames: int = 8) -> motion_pb2.Motion:
    """A moment of standing."""
    return motion_pb2.Motion(fps=20, frames=[pose() for _ in range(frames)])


def obstacles() -> list[scene_pb2.Obstacle]:
    """One of every shape that needs no upload."""
    common: dict[str, Any] = {
        "position": {"x": 3.0, "y": 0.9, "z": 4.0}, "orientation": {"w": 1.0}, "linear_velocity": {"x": 0.5},
        "angular_velocity": {"y": 0.5}, "time_s": 0.5,
    }  # fmt: skip
    return [
        scene_pb2.Obstacle(id="sphere", sphere={"radius": 0.3}, **common),
        scene_pb2.Obstacle(id="capsule", capsule={"radius": 0.3, "half_length": 0.5}, **common),
        scene_pb2.Obstacle(
            id="box", box={"half_extents": {"x": 0.3, "y": 0.9, "z": 0.3}}, walkable=True, **common
        ),
        scene_pb2.Obstacle(id="cylinder", cylinder={"radius": 0.3, "half_height": 1.0}, **common),
        scene_pb2.Obstacle(id="plane", position={"y": -0.1}, plane={}),
    ]


def targets() -> list[scene_pb2.Target]:
    """A reach and a waypoint."""
    return [
        scene_pb2.Target(
            id="hand", joint="left_wrist", position={"x": 0.4, "y": 1.2, "z": 2.0}, arrive_time_s=2.0, hold_s=0.5,
            weight=2.0,
        ),
        scene_pb2.Target(id="there", joint="pelvis", position={"x": 1.0, "z": 3.0}, ignore_y=True),
    ]  # fmt: skip


def key_poses() -> list[scene_pb2.KeyPose]:
    """A pose in a place, and the arms of one anywhere."""
    return [
        scene_pb2.KeyPose(id="stand", time_s=2.0, hold_s=0.2, pose=pose(), weight=1.0),
        scene_pb2.KeyPose(
            id="arms", time_s=1.5, pose=pose(), joints=["left_wrist", "right_wrist"], anywhere=True
        ),
    ]


LOOK = scene_pb2.LookAt(position={"y": 1.6, "z": 5.0}, linear_velocity={"x": 0.2}, time_s=0.5, weight=1.0)
PATH = scene_pb2.Path(
    waypoints=[{"position": {"z": 2.0}, "arrive_time_s": 2.0}, {"position": {"x": 2.0, "z": 2.0}}],
    speed=1.2,
    weight=1.0,
)


def hello() -> drive_pb2.Hello:
    """Everything but a resume token."""
    return drive_pb2.Hello(
        protocol_version=1, coordinate_system={"preset": "PRESET_MODEL"}, fps=30, prompt="a person walks forward",
        start_position={"x": 1.0}, start_facing={"z": 1.0}, horizon_s=3.0, seed=7, client_name="catalogue 1.0",
        start_time_s=0.0,
    )  # fmt: skip


def scene_update() -> drive_pb2.SceneUpdate:
    """Everything at once."""
    return drive_pb2.SceneUpdate(
        put_obstacles=obstacles(), remove_obstacle_ids=["gone"], put_targets=targets(), remove_target_ids=["gone"],
        clear=True, look_at=LOOK, path=PATH, put_key_poses=key_poses(), remove_key_pose_ids=["gone"],
        floor=drive_pb2.FLOOR_PLANE,
    )  # fmt: skip


def drive_requests() -> list[drive_pb2.DriveRequest]:
    """Every kind of message after Hello, and a second Hello; not Bye."""
    request = drive_pb2.DriveRequest
    return [
        request(scene_update=scene_update()),
        request(scene_update=drive_pb2.SceneUpdate(clear_look_at=True, clear_path=True)),
        request(prompt=drive_pb2.Prompt(text="a person runs forward")),
        request(playhead=drive_pb2.Playhead(time_s=0.5)),
        request(hello=hello()),
    ]


def optimize_request() -> service_pb2.OptimizeRequest:
    """Two tasks: one from a prompt with every wish, one from a reference."""
    wishes = service_pb2.OptimizeTask(
        prompt="a person walks forward", duration_s=3.0, targets=targets(), obstacles=obstacles(),
        start_position={"x": 1.0}, start_facing={"z": 1.0}, key_poses=key_poses(), look_at=LOOK, path=PATH,
        floor=drive_pb2.FLOOR_PLANE,
    )  # fmt: skip
    refine = service_pb2.OptimizeTask(reference=motion(24), keep=[1.0], show_kept=True)
    return service_pb2.OptimizeRequest(
        tasks=[wishes, refine], steps=3, time_limit_s=5.0, starts=2, seed=1, fps=30.0, preview_interval_s=1.0,
        coordinate_system={"preset": "PRESET_UNITY"},
    )  # fmt: skip


def generate_request() -> service_pb2.GenerateRequest:
    """Two short clips."""
    return service_pb2.GenerateRequest(
        prompts=["a person walks forward", ""], duration_s=1.5, seed=3, guidance=2.0, fps=30.0,
        coordinate_system={"preset": "PRESET_UNREAL"},
    )  # fmt: skip


def unary_requests() -> dict[str, Any]:
    """By method: the good request of every call with a single one."""
    return {
        "GetServerInfo": service_pb2.GetServerInfoRequest(coordinate_system={"preset": "PRESET_BLENDER"}),
        "GetGeometry": geometry_upload_pb2.GetGeometryRequest(id=mesh_id(*wedge())),
        "Generate": generate_request(),
        "Optimize": optimize_request(),
    }


def upload() -> list[geometry_upload_pb2.UploadGeometryRequest]:
    """A small mesh, in several pieces."""
    return mesh_messages(*wedge(), piece=6, coordinate_system={"preset": "PRESET_MODEL"}, name="a wedge")
