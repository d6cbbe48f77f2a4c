"""Values of ``lamp`` turned into messages, in the client's axes and unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lamp import __version__
from lamp.live import Plan
from lamp.motion import Motion
from lamp.skeleton import CONTACT_JOINTS, JOINT_NAMES, JOINT_RADII_M, PARENTS, REST_OFFSETS_M, SKELETON_HASH
from runtime.backend import BackendInfo
from runtime.coordinates import PRESETS, Array, CoordinateSystem
from runtime.decode import Opening
from runtime.frame_wire import frames_message
from runtime.limits import PROTOCOL_VERSION, Limits
from runtime.pb.v1 import drive_pb2, geometry_pb2, motion_pb2
from runtime.validation import Violation

_UNITS = {"_mps3": "m/s^3", "_mps": "m/s", "_m": "m", "_s": "s"}  # longest first


@dataclass(frozen=True)
class FrameBlock:
    """Frames ready to be sent: consecutive, in client space, one row each."""

    first: int  # index of the first frame
    fps: float
    plan_ids: Array  # (N,)
    roots: Array  # (N, 3)
    rotations: Array  # (N, 88)
    joints: Array  # (N, 66)
    contacts: Array  # (N, 4)

    @classmethod
    def of(cls, motion: Motion, first: int, plan_id: int, coordinates: CoordinateSystem) -> FrameBlock:
        """All frames of ``motion``, the first of which has index ``first``."""
        count = len(motion)
        joints = coordinates.position_from_model(motion.positions_m).astype(np.float32)
        rotations = coordinates.rotation_from_model(motion.local_rotations_xyzw).astype(np.float32)
        return cls(
            first, motion.fps, np.full(count, plan_id), joints[:, 0], rotations.reshape(count, -1),
            joints.reshape(count, -1), motion.contacts.astype(np.float32),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.plan_ids)

    @property
    def end(self) -> int:
        """One past the index of the last frame."""
        return self.first + len(self)

    def between(self, start: int, stop: int) -> FrameBlock:
        """The frames with ``start <= index < stop``."""
        part = slice(max(start - self.first, 0), max(stop - self.first, 0))
        rows = (self.plan_ids, self.roots, self.rotations, self.joints, self.contacts)
        return FrameBlock(max(start, self.first), self.fps, *(row[part] for row in rows))

    def followed_by(self, later: FrameBlock) -> FrameBlock:
        """This block and, right behind it, ``later``."""
        if len(self) == 0:
            return later
        if later.first != self.end:
            raise ValueError(f"frames {later.first}.. do not follow frame {self.end - 1}")
        mine = (self.plan_ids, self.roots, self.rotations, self.joints, self.contacts)
        theirs = (later.plan_ids, later.roots, later.rotations, later.joints, later.contacts)
        joined = (np.concatenate(pair) for pair in zip(mine, theirs, strict=True))
        return FrameBlock(self.first, self.fps, *joined)

    def messages(self) -> list[motion_pb2.Frame]:
        """One message per frame."""
        block = frames_message(
            self.first, self.fps, self.plan_ids, self.roots, self.rotations, self.joints, self.contacts
        )
        return list(block.frames)


def vector(xyz: Array) -> geometry_pb2.Vector3:
    """Three numbers."""
    return geometry_pb2.Vector3(x=float(xyz[0]), y=float(xyz[1]), z=float(xyz[2]))


def skeleton(coordinates: CoordinateSystem) -> motion_pb2.Skeleton:
    """The skeleton, with lengths in the client's unit."""
    offsets = coordinates.position_from_model(REST_OFFSETS_M)
    joints = [
        motion_pb2.Joint(
            name=name,
            parent=parent,
            rest_offset=vector(offset),
            radius=coordinates.length_from_model(float(radius)),
        )
        for name, parent, offset, radius in zip(JOINT_NAMES, PARENTS, offsets, JOINT_RADII_M, strict=True)
    ]
    contacts = [JOINT_NAMES[j] for j in CONTACT_JOINTS]
    return motion_pb2.Skeleton(joints=joints, hash=SKELETON_HASH, contact_joints=contacts)


def coordinate_system(coordinates: CoordinateSystem) -> geometry_pb2.CoordinateSystem:
    """Axes by name, and the preset when it is one."""
    presets = [name for name, system in PRESETS.items() if system == coordinates]
    message = geometry_pb2.CoordinateSystem
    x, y, z = (f"DIRECTION_{axis.upper()}" for axis in coordinates.axes)
    return message(
        preset=f"PRESET_{presets[0]}" if presets else None,
        x_axis=x, y_axis=y, z_axis=z, metres_per_unit=coordinates.metres_per_unit,
    )  # fmt: skip


def terms(values: Mapping[str, float]) -> list[motion_pb2.Term]:
    """Terms with the unit that their name ends in."""
    return [motion_pb2.Term(name=name, value=value, unit=_unit(name)) for name, value in values.items()]


def _unit(name: str) -> str:
    return next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")


def limits_message(limits: Limits) -> drive_pb2.Limits:
    """What one session may hold and say."""
    return drive_pb2.Limits(
        max_obstacles=limits.max_obstacles, max_targets=limits.max_targets,
        max_prompt_characters=limits.max_prompt_characters, max_horizon_s=limits.max_horizon_s,
        max_message_bytes=limits.max_message_bytes, idle_timeout_s=limits.idle_timeout_s, resume_s=limits.resume_s,
        max_key_poses=limits.max_key_poses, max_messages_per_s=limits.max_messages_per_s,
        max_triangles=limits.max_triangles, max_geometry_bytes=limits.max_geometry_bytes,
    )  # fmt: skip


def welcome_message(
    opening: Opening,
    info: BackendInfo,
    limits: Limits,
    *,
    token: str,
    resumed: bool,
    first_frame: int,
    revision: int,
) -> drive_pb2.Welcome:
    """What a client needs to know of its session."""
    return drive_pb2.Welcome(
        protocol_version=PROTOCOL_VERSION, session_token=token, skeleton=skeleton(opening.coordinates),
        coordinate_system=coordinate_system(opening.coordinates), right_handed=opening.coordinates.handedness > 0,
        fps=opening.fps, horizon_s=opening.horizon_s, limits=limits_message(limits), server_version=__version__,
        model_name=info.name, model_licence=info.licence, device=info.device, resumed=resumed,
        start_time_s=first_frame / opening.fps, scene_revision=revision,
    )  # fmt: skip


def plan_message(plan: Plan, start_frame: int, end_frame: int, frames: FrameBlock | None) -> drive_pb2.Plan:
    """A plan whose first changed frame is ``start_frame``, and the frames that go along."""
    return drive_pb2.Plan(
        plan_id=plan.plan_id, scene_revision=plan.scene_revision, start_frame=start_frame, end_frame=end_frame,
        terms=terms(plan.terms), feasible=plan.feasible, reason=plan.reason, settled=plan.settled, steps=plan.steps,
        optimise_s=plan.optimise_s, frames=frames.messages() if frames is not None else [],
        shortfalls=[
            drive_pb2.Shortfall(kind=f"KIND_{s.kind.name}", id=s.id, amount_m=s.amount_m, time_s=s.time_s)
            for s in plan.shortfalls
        ],
        targets=[
            drive_pb2.TargetReport(id=t.id, error_m=t.error_m, arrive_time_s=t.arrive_s) for t in plan.targets
        ],
    )  # fmt: skip


def violations(found: Iterable[Violation]) -> list[drive_pb2.FieldViolation]:
    """Faults of a refused message."""
    return [drive_pb2.FieldViolation(field=v.field, description=v.problem) for v in found]
