"""Recording under trouble: floods, full disks, slow disks, killed processes. The session never notices."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene.grid import DistanceGrid
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.client import AsyncLampClient
from runtime.log import SessionLog
from runtime.pb.v1 import drive_pb2
from runtime.recording import Recorder, Recording, RecordingConfig, SessionRecording
from runtime.recording import folder as folder_module
from runtime.recording import recorder as recorder_module
from runtime.recording.events import Began, Called, Event, Received, Sent
from runtime.recording.replay import replay
from runtime.stub_backend import StubBackend

LOG = SessionLog(logging.getLogger("test"), "s")
PLAYHEAD = drive_pb2.DriveRequest(playhead=drive_pb2.Playhead(time_s=1.25))


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Recorder]]:
    """Make recorders in ``tmp_path``; all are stopped at the end."""
    made = []

    def start(**sizes: float) -> Recorder:
        recorder = Recorder(StubBackend(), RecordingConfig(tmp_path, **sizes))
        recorder.start()
        made.append(recorder)
        return recorder

    yield start
    for recorder in made:
        recorder.stop()


def read(path: Path) -> tuple[list[Event], Recording]:
    recording = Recording.open(path)
    return list(recording.events()), recording


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.lamprec")
    return path


def until(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def is_done(recorder: Recorder, session: SessionRecording) -> bool:
    return session.tape not in recorder._tapes


def grid(size: int = 40) -> DistanceGrid:
    return DistanceGrid(
        "rock", (0.0, 0.0, 0.0), 0.1, np.random.default_rng(0).random((size,) * 3, np.float32)
    )


def test_a_session_becomes_a_file_only_its_owner_can_read(started: Any, tmp_path: Path) -> None:
    recorder = started()
    session = recorder.session("secret-token", LOG, lambda: 1.5)
    session.tape.received(PLAYHEAD)
    session.close()
    until(lambda: is_done(recorder, session))
    path = only_file(tmp_path)
    events, recording = read(path)
    assert [type(e) for e in events[:-1]] == [Received]
    assert events[0].session_s == 1.5
    assert recording.end_reason == "the session ended"
    assert recording.tail.kind == "whole"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_token_reaches_the_disk(started: Any, tmp_path: Path) -> None:
    recorder = started()
    session = recorder.session("secret-token", LOG)
    hello = drive_pb2.Hello(protocol_version=1, prompt="walk", resume_token="secret-token")
    session.tape.received(drive_pb2.DriveRequest(hello=hello))
    session.tape.sent(
        drive_pb2.DriveResponse(welcome=drive_pb2.Welcome(session_token="secret-token", fps=30))
    )
    recorder.stop()
    path = only_file(tmp_path)
    assert b"secret-token" not in path.read_bytes()
    assert "secret-token" not in path.name
    assert hello.resume_token == "secret-token", "the message itself is still needed"
    events, _ = read(path)
    assert isinstance(events[0], Received)
    assert events[0].message.hello.prompt == "walk"
    assert isinstance(events[1], Sent)
    assert events[1].message.welcome.fps == 30


def test_what_happened_is_on_its_way_to_the_disk_within_a_second(started: Any, tmp_path: Path) -> None:
    recorder = started()
    session = recorder.session("token", LOG)
    session.tape.received(PLAYHEAD)
    time.sleep(2 * recorder_module.FLUSH_S)
    events, recording = read(only_file(tmp_path))
    assert len(events) == 1
    assert recording.end_reason == ""


def test_a_file_stops_at_its_size_and_says_so(started: Any, tmp_path: Path, caplog: Any) -> None:
    recorder = started(max_file_mib=1.0)
    session = recorder.session("token", LOG)
    chunk = drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(text="x" * 10_000))
    for _ in range(1000):
        session.tape.received(chunk)
    recorder.stop()
    path = only_file(tmp_path)
    events, recording = read(path)
    assert 900_000 < path.stat().st_size <= 2**20
    assert len(events) > 90
    assert recording.end_reason == "it reached its 1 MiB"
    assert [r.message for r in caplog.records if r.levelno == logging.WARNING] == [
        "the recording stops, the session goes on: it reached its 1 MiB"
    ]


def test_a_disk_that_hangs_costs_bounded_memory_and_no_time(
    started: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer is stuck in a write while the session floods the recording."""
    monkeypatch.setattr(recorder_module, "BACKLOG_BYTES", 2**20)
    recorder, release, write = started(), threading.Event(), folder_module.OutputFile.write

    def stuck(file: folder_module.OutputFile, data: bytes) -> None:
        release.wait(30)
        write(file, data)

    monkeypatch.setattr(folder_module.OutputFile, "write", stuck)
    session = recorder.session("token", LOG)
    chunk = drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(text="x" * 10_000))
    slowest = 0.0
    for _ in range(2000):
        began = time.monotonic()
        session.tape.received(chunk)
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1.0
    assert sum(len(chunk) for chunk in session.tape._chunks) < 1.1 * 2**20
    assert session.tape.ended
    release.set()
    recorder.stop()
    events, recording = read(only_file(tmp_path))
    assert recording.end_reason == "the disk takes less than the sessions give"
    assert recording.tail.kind == "whole"
    assert 50 < len(events) < 300


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_recording_with_one_line(started: Any, tmp_path: Path, caplog: Any) -> None:
    """The kernel's own "no space left on device"."""
    recorder = started()
    session = recorder.session("token", LOG)
    session.tape.received(PLAYHEAD)
    until(lambda: session.tape in recorder._files)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, recorder._files[session.tape]._fd)
    os.close(full)
    for _ in range(50):
        session.tape.received(PLAYHEAD)
        time.sleep(0.03)
    until(lambda: is_done(recorder, session))
    session.tape.received(PLAYHEAD)
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "No space left on device" in errors[0]
    events, recording = read(only_file(tmp_path))
    assert len(events) == 1
    assert recording.tail.kind == "whole"
    other = recorder.session("another", LOG)
    other.close()
    until(lambda: is_done(recorder, other))
    assert len(list(tmp_path.glob("*.lamprec"))) == 2


def test_the_oldest_recordings_make_room_for_new_ones(started: Any, tmp_path: Path) -> None:
    for i in range(5):
        (tmp_path / f"2020010{i}-000000-aaaaaaaaaaaa.lamprec").write_bytes(bytes(2**19))
    (tmp_path / "mine.txt").write_bytes(bytes(2**21))
    recorder = started(max_file_mib=1.0, max_folder_mib=2.0)
    session = recorder.session("token", LOG)
    session.close()
    until(lambda: is_done(recorder, session))
    left = sorted(p.name[:8] for p in tmp_path.glob("*.lamprec"))
    assert left[:3] == ["20200102", "20200103", "20200104"]
    assert len(left) == 4
    assert (tmp_path / "mine.txt").exists()


def test_many_sessions_at_once_stay_within_the_folder(started: Any, tmp_path: Path) -> None:
    recorder = started(max_file_mib=1.0, max_folder_mib=1.0)
    sessions = [recorder.session(f"token-{i}", LOG) for i in range(4)]
    chunk = drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(text="x" * 10_000))
    for _ in range(80):
        for session in sessions:
            session.tape.received(chunk)
        time.sleep(0.02)
    recorder.stop()
    files = list(tmp_path.glob("*.lamprec"))
    assert sum(path.stat().st_size for path in files) < 1.01 * 2**20
    reasons = [read(path)[1].end_reason for path in files]
    assert reasons == ["the folder holds its 1 MiB; raise max_folder_mib"] * 4


def test_a_value_no_recording_can_hold_ends_the_recording_only(
    started: Any, tmp_path: Path, caplog: Any
) -> None:
    recorder = started()
    session = recorder.session("token", LOG)
    character = session.character(StubBackend().new_character(CharacterStart("walk")), CharacterStart("walk"))
    character.set_prompt("run")
    character.set_prompt(object())  # type: ignore[arg-type]
    character.set_prompt("stand")
    assert character.prompt == "stand"  # type: ignore[attr-defined]
    recorder.stop()
    events, recording = read(only_file(tmp_path))
    assert [e.kind for e in events] == ["began", "called", "ended"]
    assert recording.end_reason == "an event could not be recorded"
    assert sum(r.levelno >= logging.ERROR for r in caplog.records) == 1


def test_a_large_array_is_written_once_however_often_it_moves(started: Any, tmp_path: Path) -> None:
    recorder, rock, other = started(), grid(), grid(41)
    session = recorder.session("token", LOG)
    for i in range(50):
        obstacle = Obstacle("geometry", (0.1 * i, 0.0, 0.0), grid=rock if i % 5 else other)
        session.tape.add(Called, "put_obstacle", ("rock", obstacle), {"revision": i})
    recorder.stop()
    path = only_file(tmp_path)
    assert path.stat().st_size < 1.2 * (rock.values.nbytes + other.values.nbytes)
    events, _ = read(path)
    for i, event in enumerate(events[:-1]):
        assert isinstance(event, Called)
        obstacle = event.arguments[1]
        assert obstacle.position_m[0] == 0.1 * i
        np.testing.assert_array_equal(obstacle.grid.values, (rock if i % 5 else other).values)


def test_an_array_is_not_mistaken_for_one_that_had_its_place_in_memory(started: Any, tmp_path: Path) -> None:
    recorder = started()
    session = recorder.session("token", LOG)
    for i in range(20):
        poses = StubBackend().generate("walk", 40, 0, None)
        session.tape.add(Began, CharacterStart("walk", seed=i, motion=poses[i:]))
        del poses
    recorder.stop()
    events, _ = read(only_file(tmp_path))
    whole = StubBackend().generate("walk", 40, 0, None)
    for i, event in enumerate(events[:-1]):
        assert isinstance(event, Began)
        assert event.start.motion is not None
        np.testing.assert_array_equal(event.start.motion.positions_m, whole.positions_m[i:])


@pytest.mark.parametrize(
    ("sizes", "words"),
    [({"max_file_mib": 0.0}, "outside"), ({"max_file_mib": float("nan")}, "outside"),
     ({"max_file_mib": 10.0, "max_folder_mib": 5.0}, "does not hold one file")],
)  # fmt: skip
def test_sizes_that_make_no_sense_are_refused(tmp_path: Path, sizes: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        RecordingConfig(tmp_path, **sizes)


def test_a_folder_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    recorder = Recorder(StubBackend(), RecordingConfig(tmp_path / "file"))
    with pytest.raises(InputError, match="name a folder of your own"):
        recorder.start()
    recorder.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_the_recording_of_a_killed_server_replays(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "runtime.cli",
        "serve",
        "--stub",
        "--port",
        "0",
        "--record",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[2]
        asyncio.run(_drive_and_kill(address, process))
    finally:
        process.kill()
        process.communicate()
    recording = Recording.open(only_file(tmp_path))
    outcome = replay(recording, StubBackend())
    assert outcome.difference is None
    assert outcome.plans >= 2
    assert recording.end_reason == ""


async def _drive_and_kill(address: str, process: subprocess.Popen[str]) -> None:
    async with AsyncLampClient(address) as client:
        session = client.drive(prompt="walk", welcome_timeout_s=20)
        await session.__aenter__()
        await session.wait_for_frame(0)
        revision = await session.put_obstacle("rock", Obstacle("sphere", (0.1, 0.9, 2.0)))
        await session.wait_plan(lambda plan: plan.scene_revision >= revision)
        await asyncio.sleep(3 * recorder_module.FLUSH_S)
        process.send_signal(signal.SIGKILL)
        process.wait()
        await session.close(0.2)
