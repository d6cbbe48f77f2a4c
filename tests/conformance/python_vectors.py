"""Conversions, interpolation and the plan buffer of the Python client, on numbers that the suite sends."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, TextIO

import numpy as np

from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, forward_kinematics
from runtime.client.buffer import FrameBuffer
from runtime.client.pose import Pose, between
from runtime.client.received_plan import ReceivedPlan
from runtime.coordinates import MODEL, PRESETS
from runtime.encode import FrameBlock
from runtime.pb.v1 import drive_pb2, motion_pb2

_PRESET_WORDS = {
    "position_from_model", "position_to_model", "rotation_from_model", "rotation_to_model", "extents_from_model",
    "angular_velocity_from_model",
}  # fmt: skip


def run(source: TextIO, sink: TextIO) -> None:
    """Answer line by line until the end of input."""
    vectors = Vectors()
    for line in source:
        word, *words = line.split()
        sink.write(json.dumps(vectors.answer(word, words)) + "\n")
        sink.flush()


class Vectors:
    """One plan buffer, and functions."""

    def __init__(self) -> None:
        self._buffer = FrameBuffer(30.0, MODEL)
        self._commands: dict[str, Callable[..., Any]] = {
            "buffer": self._begin, "plan": self._plan, "frames": self._frames, "sample": self._sample,
            "interpolate": _interpolate,
        }  # fmt: skip

    def answer(self, word: str, words: list[str]) -> Any:
        """What one line asks for; None for what is not known."""
        if word == "convention":
            return "MODEL"
        if word in _PRESET_WORDS or word == "length_from_model":
            system = PRESETS.get(words[0])
            numbers = np.array(words[1:], np.float64)
            if system is None:
                return None
            found = getattr(system, word)(numbers if word in _PRESET_WORDS else float(numbers[0]))
            return np.asarray(found).tolist()
        command = self._commands.get(word)
        return None if command is None else command(*map(float, words))

    def _begin(self, fps: float) -> bool:
        self._buffer = FrameBuffer(fps, MODEL)
        return True

    def _plan(self, plan_id: float, start: float, count: float, *line: float) -> bool:
        frames = self._line(int(plan_id), int(start), int(count), *line)
        plan = drive_pb2.Plan(
            plan_id=int(plan_id), start_frame=int(start), end_frame=int(start + count), frames=frames
        )
        self._buffer.begin_plan(ReceivedPlan.of(plan, 0.0), frames)
        return True

    def _frames(self, plan_id: float, start: float, count: float, *line: float) -> bool:
        self._buffer.add(self._line(int(plan_id), int(start), int(count), *line))
        return True

    def _line(
        self, plan_id: int, start: int, count: int, x0: float, dx: float, a0: float, da: float
    ) -> list[motion_pb2.Frame]:
        i = np.arange(count)
        half = (a0 + i * da) / 2
        turns = np.zeros((count, JOINT_COUNT, 4), np.float32)
        turns[..., 3] = 1.0
        turns[:, 0, 1], turns[:, 0, 3] = np.sin(half), np.cos(half)
        root = np.stack([x0 + i * dx, 0 * i, 0 * i], -1)
        motion = Motion(forward_kinematics(root, turns), turns, np.zeros((count, 4)), self._buffer.fps)
        return FrameBlock.of(motion, start, plan_id, MODEL).messages()

    def _sample(self, time_s: float) -> Any:
        pose = self._buffer.sample(time_s)
        if pose is None:
            return False
        y, w = (float(pose.local_rotations_xyzw[0, k]) for k in (1, 3))
        held = time_s * self._buffer.fps > self._buffer.last_frame_index + 1e-6
        return {
            "x": float(pose.positions_m[0, 0]), "plan_id": pose.plan_id, "frame": pose.index, "held": held,
            "angle": math.remainder(2 * math.atan2(y, w), 2 * math.pi),
        }  # fmt: skip


def _interpolate(*numbers: float) -> list[float]:
    zero = np.zeros((JOINT_COUNT, 3), np.float32)
    a, b = (
        Pose(0, 0.0, zero, np.tile(np.array(q, np.float32), (JOINT_COUNT, 1)), np.zeros(4), 0)
        for q in (numbers[:4], numbers[4:8])
    )
    found: list[float] = between(a, b, numbers[8], 0.0).local_rotations_xyzw[0].tolist()
    return found
