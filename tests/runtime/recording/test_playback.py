"""Playback shows what a client saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.scene.obstacle import Obstacle
from runtime.pb.v1 import drive_pb2
from runtime.recording import Playback, Recording, RecordingError
from runtime.recording import events as kinds
from runtime.recording.film import draw
from runtime.recording.format import file_start
from runtime.recording.summary import summary


class Witness:
    """Remembers what the client had at every moment."""

    def __init__(self) -> None:
        self.shown: dict[int, Any] = {}
        self.ahead: list[tuple[float, int, int]] = []  # session time, last frame, newest plan

    def __call__(self, session: Any, now_s: float) -> None:
        pose = session.frame(int(now_s * 30))
        if pose is not None:
            self.shown[pose.index] = pose
        self.ahead.append((now_s, session.last_frame_index, session.plan_log[-1].plan_id))


@pytest.mark.parametrize("axes", ["MODEL", "UNREAL", "UNITY"])
def test_the_motion_is_what_the_client_showed(record_stub: Callable[..., Path], axes: str) -> None:
    witness = Witness()
    playback = Playback.of(Recording.open(record_stub(axes=axes, while_playing=witness)))
    assert len(witness.shown) > 30
    for index, pose in witness.shown.items():
        time_s = index / 30
        row = playback.index(time_s)
        np.testing.assert_array_equal(playback.motion.positions_m[row], pose.positions_m)
        np.testing.assert_array_equal(playback.motion.local_rotations_xyzw[row], pose.local_rotations_xyzw)
        np.testing.assert_array_equal(playback.motion.contacts[row], pose.contacts)
        assert playback.plan_ids[row] == pose.plan_id
    assert playback.motion.fps == playback.fps == 30
    assert 1.8 < playback.shown_until_s < playback.end_s


def test_what_lay_ahead_is_known_for_every_moment(record_stub: Callable[..., Path]) -> None:
    witness = Witness()
    playback = Playback.of(Recording.open(record_stub(while_playing=witness)))
    for now_s, last, plan_id in witness.ahead[3:]:
        first_s, joints = playback.planned(now_s)
        assert 0 <= first_s - now_s <= 1 / 30 + 1e-9
        assert abs(first_s * 30 + len(joints) - 1 - last) <= 12, "a chunk may be on its way"
        mark = playback.plan(now_s + 0.05)
        assert mark is not None
        assert abs(mark.message.plan_id - plan_id) <= 1
    first_s, joints = playback.planned(0.0)
    np.testing.assert_array_equal(joints[0], playback.motion.positions_m[0])


def test_a_moment_before_a_change_knows_only_the_old_plan(record_stub: Callable[..., Path]) -> None:
    playback = Playback.of(Recording.open(record_stub()))
    change = next(mark for mark in playback.plans if mark.message.scene_revision == 1)
    start = change.message.start_frame
    first_s, before = playback.planned(change.session_s - 0.02)
    old, new = before[start + 20 - round(first_s * 30)], playback.motion.positions_m[start + 20]
    assert np.abs(old - new).max() > 0.01, "it was to walk on straight, then steps aside"
    first_s, after = playback.planned(change.session_s)
    assert np.abs(after[start + 20 - round(first_s * 30)] - new).max() < np.abs(old - new).max()


def test_the_scene_of_every_moment_is_that_of_the_script(record_stub: Callable[..., Path]) -> None:
    playback = Playback.of(Recording.open(record_stub()))
    scenes = {t: playback.scene(t) for t in (0.2, 0.65, 1.05, 1.35, 1.9)}
    assert [list(s.obstacles) for s in scenes.values()] == [[], ["rock"], ["rock"], [], []]
    assert [list(s.targets) for s in scenes.values()] == [[], [], ["hand"], ["hand"], ["hand"]]
    assert [s.prompt for s in scenes.values()] == ["walk"] * 4 + ["run"]
    rock = scenes[0.65].obstacles["rock"]
    assert rock.shape == "sphere"
    np.testing.assert_allclose(rock.position_m, (0.1, 0.9, 2.0), atol=1e-6)


def test_a_film_can_be_drawn(record_stub: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    draw(Playback.of(Recording.open(record_stub(seconds=1.0))), tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames >= 8
        assert len(film.convert("RGB").getcolors(1 << 20)) > 20


def test_the_summary_says_what_is_in_it(record_stub: Callable[..., Path]) -> None:
    recording = Recording.open(record_stub())
    text = summary(recording, plans=True)
    assert "stub" in text
    assert "walk; run" in text
    assert "the session ended" in text
    plans = [mark.message for mark in Playback.of(recording).plans]
    assert f"plans       {len(plans)}, {sum(plan.feasible for plan in plans)} feasible" in text
    assert len(text.splitlines()) == 8 + 1 + len(plans)


HEADER = kinds.Header(0.0, 0.0, "0", "now", "x", "skeleton", {"bundle": "stub"})
WELCOME = drive_pb2.DriveResponse(welcome=drive_pb2.Welcome(fps=30))


def written(path: Path, *messages: drive_pb2.DriveResponse) -> Recording:
    events = [kinds.Sent(0.1, 0.1, m.SerializeToString()) for m in messages]
    path.write_bytes(file_start() + b"".join(map(kinds.to_record, (HEADER, *events))))
    return Recording.open(path)


def plan(frame: dict[str, Any], start_frame: int = 0) -> drive_pb2.DriveResponse:
    return drive_pb2.DriveResponse(plan=drive_pb2.Plan(plan_id=1, start_frame=start_frame, frames=[frame]))


POSE = {"joint_positions": [0.0] * 66, "local_rotations": [0.0, 0.0, 0.0, 1.0] * 22, "contacts": [0.0] * 4}


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ((), "nothing to show"),
        ((WELCOME,), "nothing to show"),
        ((plan(POSE),), "before Welcome"),
        ((drive_pb2.DriveResponse(welcome=drive_pb2.Welcome()),), "frame rate"),
        ((WELCOME, plan({"joint_positions": [1.0]})), "cannot be read"),
        ((WELCOME, plan({**POSE, "time_s": -5.0})), "frame is at"),
        ((WELCOME, plan({**POSE, "time_s": float("nan")})), "frame is at"),
        ((WELCOME, plan(POSE), plan({**POSE, "time_s": 9e8}, 9)), "too far apart"),
    ],
)
def test_messages_that_make_no_sense_are_refused(tmp_path: Path, messages: Any, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        Playback.of(written(tmp_path / "odd.lamprec", *messages))


def test_bytes_that_are_no_message_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.lamprec"
    records = [HEADER, kinds.Sent(0.1, 0.1, b"\xff\xff\xff")]
    path.write_bytes(file_start() + b"".join(map(kinds.to_record, records)))
    with pytest.raises(RecordingError, match="cannot be read"):
        Playback.of(Recording.open(path))


def test_events_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    from runtime.recording.format import pack

    path = tmp_path / "new.lamprec"
    rock = Obstacle("sphere", (0.0, 0.0, 1.0))
    called = kinds.Called(0.2, 0.2, "put_obstacle", ("rock", rock), {"revision": 1})
    path.write_bytes(
        file_start()
        + kinds.to_record(HEADER)
        + pack(["thought", 0.1, 0.1, {"deep": True}])
        + kinds.to_record(called)
    )
    assert list(Recording.open(path).events()) == [called]
