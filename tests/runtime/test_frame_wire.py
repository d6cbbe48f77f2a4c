"""Frames made as a block are the messages one would make field by field."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.frame_wire import frames_message
from runtime.pb.v1 import drive_pb2, geometry_pb2, motion_pb2


@pytest.mark.parametrize("first", [0, 1, 127, 128, 16_383, 2_400_000_000])
@pytest.mark.parametrize("plan_id", [0, 1, 300, 2**41])
def test_every_field_is_where_the_contract_has_it(first: int, plan_id: int) -> None:
    rng, count = np.random.default_rng(first), 5
    roots, rotations, joints, contacts = (
        rng.normal(size=(count, width)).astype(np.float32) for width in (3, 88, 66, 4)
    )
    plan_ids = np.arange(plan_id, plan_id + count)
    made = frames_message(first, 30.0, plan_ids, roots, rotations, joints, contacts)
    expected = drive_pb2.Frames(
        frames=[
            motion_pb2.Frame(
                index=first + i,
                time_s=(first + i) / 30.0,
                root_position=geometry_pb2.Vector3(x=roots[i, 0], y=roots[i, 1], z=roots[i, 2]),
                local_rotations=rotations[i],
                joint_positions=joints[i],
                contacts=contacts[i],
                plan_id=int(plan_ids[i]),
            )
            for i in range(count)
        ]
    )
    assert made == expected
    assert made.SerializeToString() == expected.SerializeToString()


def test_no_field_of_the_contract_is_forgotten() -> None:
    rows = [np.ones((1, width), np.float32) for width in (3, 88, 66, 4)]
    (frame,) = frames_message(7, 30.0, np.array([3]), *rows).frames
    assert {field.name for field, _ in frame.ListFields()} == set(motion_pb2.Frame.DESCRIPTOR.fields_by_name)
    assert not frames_message(0, 30.0, np.zeros(0), *(row[:0] for row in rows)).frames
