"""Each check names its finding, and a normal clip passes all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.training import synthetic
from training.checks import reason_to_skip
from training.clips import RawClip, split_by_hash, words_of_name


def reason(joints: Any, split: str = "train") -> str | None:
    return reason_to_skip(RawClip("c", joints, "made", "own", split), least_frames=24)


def changed(frame: int, joint: int, value: float) -> Any:
    joints = synthetic.motion(40)
    joints[frame, joint] = value
    return joints


def test_normal_motion_passes() -> None:
    assert reason(synthetic.motion(24)) is None
    assert reason(synthetic.motion(400, speed_mps=9.0)) is None, "a sprint is no glitch"
    assert reason(synthetic.motion(40) * np.float32(0.65)) is None, "a child is no glitch"


@pytest.mark.parametrize(
    ("joints", "told"),
    [
        (changed(5, 3, np.nan), "NaN or infinite values: 3, first in frame 5, joint 3"),
        (changed(5, 3, np.inf), "first in frame 5, joint 3"),
        (synthetic.motion(40)[:, :21], "wrong joint count"),
        (synthetic.motion(40)[..., :2], "wrong joint count"),
        (np.zeros((40, 66), np.float32), "wrong joint count"),
        (synthetic.motion(40)[:0], "zero length"),
        (synthetic.motion(23), "too short: 23 frames"),
        (synthetic.motion(40) * 100, "absurd scale: legs of 82.1 m"),
        (np.zeros((40, 22, 3), np.float32), "absurd scale: legs of 0 m"),
        (changed(30, 0, 2.9), "jump: joint 0"),
    ],
)
def test_fault_is_named(joints: Any, told: str) -> None:
    assert told in (reason(joints) or "")


def test_collapsed_body_and_unknown_split() -> None:
    joints = synthetic.motion(40)
    joints[10, :, :] = joints[10, :1] + 0.2 * (joints[10] - joints[10, :1])
    assert "collapses" in (reason(joints) or "")
    assert "'extra' is none of train" in (reason(synthetic.motion(40), "extra") or "")


def test_names_become_splits_and_words() -> None:
    counts = [split_by_hash(f"take{i}") for i in range(2000)]
    assert (
        1740 < counts.count("train") < 1860
        and 60 < counts.count("val") < 140
        and 60 < counts.count("test") < 140
    )
    assert words_of_name("LeftTurn_walk02") == "left turn walk"
    assert words_of_name("01_02") == ""
