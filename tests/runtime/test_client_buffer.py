"""The client's frame buffer: the newest plan wins, jumps at splices are measured, running dry is counted."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import rotations, skeleton
from lamp.errors import InputError
from lamp.motion import Motion
from runtime.client import FrameBuffer, ReceivedPlan
from runtime.coordinates import MODEL, UNREAL, CoordinateSystem
from runtime.encode import FrameBlock
from runtime.pb.v1 import drive_pb2, motion_pb2

FPS = 30.0


def walk(
    first: int,
    count: int,
    *,
    plan_id: int = 1,
    speed_mps: float = 1.0,
    side_m: float = 0.0,
    coordinates: CoordinateSystem = MODEL,
) -> list[motion_pb2.Frame]:
    """A rigid body that slides along +Z and slowly turns."""
    times = (first + np.arange(count)) / FPS
    local = np.tile(rotations.IDENTITY, (count, skeleton.JOINT_COUNT, 1))
    local[:, 0] = rotations.yaw(0.5 * times)
    root = np.stack([np.full(count, side_m), np.ones(count), speed_mps * times], -1)
    joints = skeleton.forward_kinematics(root, local)
    motion = Motion(joints, local.astype(np.float32), np.ones((count, 4), np.float32), FPS)
    return FrameBlock.of(motion, first, plan_id, coordinates).messages()


def plan(plan_id: int, start: int) -> ReceivedPlan:
    message = drive_pb2.Plan(
        plan_id=plan_id, start_frame=start, terms=[{"name": "penetration_m", "value": 0.5}]
    )
    return ReceivedPlan.of(message, received_s=0.0)


def buffer(coordinates: CoordinateSystem = MODEL, **options: float) -> FrameBuffer:
    return FrameBuffer(FPS, coordinates, **options)


def plan_ids(frames: FrameBuffer) -> list[int]:
    last = frames.last_frame_index
    return [pose.plan_id for i in range(last + 1) if (pose := frames.frame(i)) is not None]


def test_a_new_plan_replaces_the_frames_from_its_start_on() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 30))
    frames.begin_plan(plan(2, 20), walk(20, 5, plan_id=2))
    assert frames.last_frame_index == 24
    assert plan_ids(frames) == [1] * 20 + [2] * 5
    frames.add(walk(25, 3, plan_id=2))
    assert frames.last_frame_index == 27


def test_what_comes_late_from_an_older_plan_is_ignored() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 10))
    frames.begin_plan(plan(3, 8), walk(8, 2, plan_id=3))
    frames.add(walk(8, 12, plan_id=2))
    frames.begin_plan(plan(2, 4), walk(4, 6, plan_id=2))
    assert plan_ids(frames) == [1] * 8 + [3] * 2


def test_frames_before_the_splice_that_had_not_been_sent_yet_are_kept() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 4))
    frames.begin_plan(plan(2, 6), walk(4, 2, plan_id=1) + walk(6, 2, plan_id=2))
    assert plan_ids(frames) == [1] * 6 + [2] * 2


def test_a_smooth_splice_has_no_jumps() -> None:
    frames, new = buffer(), plan(2, 10)
    frames.begin_plan(plan(1, 0), walk(0, 20))
    frames.begin_plan(new, walk(10, 10, plan_id=2))
    assert new.splice_position_jump_m == pytest.approx(0.0, abs=1e-6)
    assert new.splice_velocity_jump_mps == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("coordinates", [MODEL, UNREAL])
def test_jumps_are_measured_in_metres_whatever_the_unit_of_the_wire(coordinates: CoordinateSystem) -> None:
    frames, new = buffer(coordinates), plan(2, 10)
    frames.begin_plan(plan(1, 0), walk(0, 20, coordinates=coordinates))
    beside = walk(10, 10, plan_id=2, side_m=0.25, coordinates=coordinates)
    frames.begin_plan(new, [])
    assert new.splice_position_jump_m is None, "the frames have not come yet"
    frames.add(beside)
    assert new.splice_position_jump_m == pytest.approx(0.25, abs=1e-5)
    assert new.splice_velocity_jump_mps == pytest.approx(0.25 * FPS, abs=1e-3)


def test_a_change_of_speed_is_a_velocity_jump() -> None:
    """From the last kept frame to the first new one the body moves at another speed than it did before."""
    frames, new = buffer(), plan(2, 1)
    frames.begin_plan(plan(1, 0), walk(0, 20, speed_mps=1.0))
    frames.begin_plan(new, walk(1, 20, plan_id=2, speed_mps=3.0))
    assert new.splice_velocity_jump_mps == pytest.approx(2.0, abs=1e-3)


def test_an_extension_has_no_jump_to_measure() -> None:
    frames, new = buffer(), plan(2, 10)
    frames.begin_plan(plan(1, 0), walk(0, 10))
    frames.begin_plan(new, walk(10, 10, plan_id=2))
    assert new.splice_position_jump_m is None and new.splice_velocity_jump_mps is None


def test_sampling_interpolates_and_keeps_bone_lengths() -> None:
    frames = buffer()
    frames.begin_plan(plan(1, 0), walk(0, 30))
    pose = frames.sample(10.25 / FPS)
    assert pose is not None and pose.index == 10 and pose.time_s == pytest.approx(10.25 / FPS)
    assert pose.positions_m[0, 2] == pytest.approx(10.25 / FPS, abs=1e-5)
    bones = np.linalg.norm(pose.positions_m[1:] - pose.positions_m[list(skeleton.PARENTS[1:])], axis=-1)
    np.testing.assert_allclose(bones, np.linalg.norm(skeleton.REST_OFFSETS_M[1:], axis=-1), atol=1e-5)
    exact = frames.sample(10 / FPS)
    assert exact is frames.frame(10)


def test_running_dry_holds_the_last_frame_and_counts_each_wait_once() -> None:
    frames = buffer()
    assert frames.sample(0.0) is None and frames.last_frame_index == -1
    frames.begin_plan(plan(1, 0), walk(0, 10))
    assert frames.sample(9 / FPS) is frames.frame(9) and frames.stalls == 0
    for late in (9.5, 10.0, 12.0):
        assert frames.sample(late / FPS) is frames.frame(9)
    assert frames.stalls == 1
    frames.add(walk(10, 10))
    back = frames.sample(12 / FPS)
    assert back is not None and back.index == 12, "how it fades in: test_client_rejoin"
    frames.sample(30 / FPS)
    assert frames.stalls == 2


def test_memory_is_bounded_and_the_oldest_go_first() -> None:
    frames = buffer(horizon_s=1.0, keep_past_s=1.0)
    frames.begin_plan(plan(1, 0), [])
    for first in range(0, 3000, 100):
        frames.add(walk(first, 100))
    assert len(frames) < 500 and frames.last_frame_index == 2999 and frames.frame(0) is None


def test_frames_of_another_skeleton_are_refused() -> None:
    with pytest.raises(InputError, match="joint_positions"):
        buffer().add([motion_pb2.Frame(index=0, joint_positions=[0.0] * 30)])
