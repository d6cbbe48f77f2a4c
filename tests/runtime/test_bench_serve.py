"""``lamp bench serve``: what it reports about a real server, and that its figures mean what they are called."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.skeleton import forward_kinematics
from runtime import cli
from runtime.bench.columns import NAMES, columns
from runtime.bench.figures import Figures
from runtime.bench.load import Orders, play
from runtime.bench.player import FPS, Player
from runtime.bench.scene import Script, Whereabouts
from runtime.bench.serve import Measured
from runtime.pb.v1 import drive_pb2, motion_pb2
from runtime.stub_backend import StubBackend
from tests.runtime.conftest import Site

KEYS = {
    "first_corrected_frame_s", "frame_lateness_s", "stalls", "lost_sessions", "plans_per_second", "rss_growth_mib",
    "settled_penetration_m", "clients", "seconds", "hardware", "versions", "command", "date",
}  # fmt: skip
STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)))


def test_the_report_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "serve.json"
    status = cli.main(["bench", "serve", "--stub", "--clients", "1,3", "--seconds", "7", "--json", str(out)])
    report = json.loads(out.read_text(encoding="utf8"))
    assert status == 0 and set(report) >= KEYS
    assert set(report["by_clients"]) == {"1", "3"} and report["clients"] == 3
    for name in ("first_corrected_frame_s", "frame_lateness_s", "settled_penetration_m"):
        assert tuple(report[name]) == NAMES
    for run in report["by_clients"].values():
        assert run["lost_sessions"] == 0 and run["unanswered_changes"] == 0
        assert run["frames_shown"] > 0.5 * run["clients"] * 7 * FPS
        assert run["plans"] > run["changes"] > 0
        assert 0.0 < run["first_corrected_frame_s"]["median"] < 5.0
    shown = capsys.readouterr().out
    assert all(name in shown for name in (*NAMES, "stalls", "plans_per_second"))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for other processes")
def test_ctrl_c_reports_what_there_is_and_leaves_no_process(tmp_path: Path) -> None:
    out = tmp_path / "serve.json"
    command = [
        sys.executable,
        "-m",
        "runtime.cli",
        "bench",
        "serve",
        "--stub",
        "--clients",
        "2",
        "--seconds",
        "300",
    ]
    process = subprocess.Popen([*command, "--json", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if b"2 characters" in line:  # the first word of progress
                break
        time.sleep(3.0)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    finally:
        process.kill()
    report = json.loads(out.read_text(encoding="utf8"))
    assert report["interrupted"] and report["frames_shown"] > 0 and report["lost_sessions"] == 0
    assert process.returncode == 0


def test_a_server_elsewhere_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "serve", "--address", "192.0.2.1:50061"]) == 1
    assert "on this machine" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--clients", "many"], ("--clients", "many")),
        (["--clients", "100000"], ("--clients", "100000", "512")),
        (["--seconds", "1"], ("--seconds", "5")),
        (["--processes", "0"], ("--processes", "1")),
    ],
)
def test_bounds_are_named(
    options: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", "serve", *options]) == 1
    error = capsys.readouterr().err
    assert all(word in error for word in words)


def test_sessions_that_end_unasked_are_lost_with_their_reason(on_server: Callable[..., None]) -> None:
    async def body(here: Site) -> None:
        stop = asyncio.Event()
        playing = asyncio.create_task(play(Orders(here.address, 3, 60.0), stop))
        while here.works < 3 or not all(c.planned_until_s for c in here.backend.characters):
            await asyncio.sleep(0.02)
        here.backend.broken.add(here.backend.characters[0])
        await asyncio.sleep(4.0)  # by then its script, or the end of its plan, has made it plan
        stop.set()
        figures = await playing
        assert sum(figures.lost.values()) == 1
        assert "INTERNAL" in next(iter(figures.lost))

    on_server(body, backend=StubBackend())


# --- what a player makes of messages: no server, the clock is ours -------------------------------------------------


def frames(first: int, last: int, plan_id: int, joints: np.ndarray = STANDING) -> list[motion_pb2.Frame]:
    return [
        motion_pb2.Frame(index=i, plan_id=plan_id, joint_positions=joints.ravel().tolist())
        for i in range(first, last)
    ]


def plan(plan_id: int, start: int, end: int, **more: Any) -> drive_pb2.DriveResponse:
    made = drive_pb2.Plan(
        plan_id=plan_id, start_frame=start, frames=frames(start, end, plan_id), feasible=True
    )
    made.MergeFrom(drive_pb2.Plan(**more))
    return drive_pb2.DriveResponse(plan=made)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """``clock[0]`` is the monotonic time the player sees."""
    now = [100.0]
    monkeypatch.setattr("runtime.bench.player.time.monotonic", lambda: now[0])
    return now


def advance(player: Player, clock: list[float], ticks: int) -> None:
    for _ in range(ticks):
        clock[0] += 1.0 / FPS
        player.tick(clock[0])


def test_a_missing_frame_is_a_stall_each_tick_and_late_once(clock: list[float]) -> None:
    player = Player(None, 0, 60.0)
    player._take(plan(1, 0, 3), clock[0])
    player.tick(clock[0] + 1e-9)
    advance(player, clock, 5)  # shows 1 and 2, then waits
    assert player.figures.frames_shown == 3 and player.figures.stalls == 3
    clock[0] += 0.01
    player._take(drive_pb2.DriveResponse(frames={"frames": frames(3, 30, 1)}), clock[0])
    advance(player, clock, 10)
    figures = player.finish()
    assert figures.stalls == 3, "the clock was held: what comes next is in time again"
    assert len(figures.late) == 1
    assert figures.late[0] == pytest.approx(2 / FPS + 0.01, abs=0.005)
    assert figures.frames_shown >= 12


def test_a_change_is_answered_by_a_frame_that_can_still_be_seen(clock: list[float]) -> None:
    player = Player(None, 0, 60.0)
    player._take(plan(1, 0, 60), clock[0])
    player.tick(clock[0] + 1e-9)
    advance(player, clock, 10)
    player._waiting[1] = clock[0]
    clock[0] += 0.2
    player._take(plan(2, 5, 8, scene_revision=1), clock[0])  # knows it, but all of it is over
    assert player.figures.first_corrected == []
    clock[0] += 0.1
    player._take(drive_pb2.DriveResponse(frames={"frames": frames(8, 70, 2)}), clock[0])
    assert player.figures.first_corrected == [pytest.approx(0.3)]
    assert player.figures.resent_too_late == 11 - 5
    assert player.finish().unanswered == 0


def test_penetration_counts_shown_frames_of_settled_plans_in_the_scene_they_knew(clock: list[float]) -> None:
    from lamp.scene.obstacle import Obstacle

    head = STANDING[15]
    inside = Obstacle("sphere", (float(head[0]), float(head[1]), float(head[2]) + 0.25), (0.2, 0.0, 0.0))
    player = Player(None, 0, 60.0)
    player._scenes[1] = {"ball": inside}
    player._take(plan(1, 0, 40), clock[0])  # not settled, revision 0
    player.tick(clock[0] + 1e-9)
    advance(player, clock, 5)
    player._take(plan(2, 10, 20, scene_revision=1, settled=True), clock[0])
    advance(player, clock, 3)
    assert player.finish().settled_penetration_m == [], "nothing of the settled plan was shown yet"
    advance(player, clock, 8)
    (depth,) = player.finish().settled_penetration_m
    assert 0.0 < depth < 0.2
    assert player.figures.feasible_penetration_m[-1] == depth, "the plan said it was feasible, and was not"


def test_the_script_is_the_same_for_the_same_seed_and_comes_back_to_an_empty_scene() -> None:
    def changes(seed: int) -> list[Any]:
        script = Script(seed)
        return [script.change(Whereabouts(2.0 * i, (0.0, i), (0.0, i + 2.0))) for i in range(14)]

    assert changes(1) == changes(1) != changes(2)
    script = Script(3)
    for i in range(7):
        script.change(Whereabouts(2.0 * i, (0.0, i), (0.0, i + 2.0)))
    assert script.obstacles == {}


def test_nothing_appears_inside_the_character() -> None:
    for seed in range(50):
        script = Script(seed)
        for i in range(7):
            here = (3.0, float(i))
            change = script.change(Whereabouts(2.0 * i, here, (3.0, i + 0.05)))  # it hardly moves
            if change.obstacle is not None and change.text != "the ball stops":
                x, _, z = change.obstacle[1].position_m
                assert np.hypot(x - here[0], z - here[1]) >= 1.0, change


def test_columns_are_statistics_of_all_values() -> None:
    found = columns(list(range(101)))
    assert found == {
        "min": 0, "p1": 1, "p5": 5, "p10": 10, "median": 50, "mean": 50, "p90": 90, "p95": 95, "p99": 99, "max": 100,
    }  # fmt: skip
    assert columns([]) == dict.fromkeys(NAMES)


def test_frames_in_time_count_in_the_lateness() -> None:
    measured = Measured(1, 10.0, Figures(late=[0.5], frames_shown=200))
    lateness = measured.statistics()["frame_lateness_s"]
    assert lateness["max"] == 0.5 and lateness["median"] == 0.0 and lateness["mean"] == pytest.approx(0.0025)


def test_memory_is_compared_after_the_warm_up() -> None:
    rss = [(0.5, 50.0), (2.0, 80.0), (6.0, 90.0), (20.0, 91.5)]
    assert Measured(1, 20.0, Figures(), rss).rss_growth_mib == 1.5
    assert Measured(1, 20.0, Figures()).rss_growth_mib is None


def test_figures_travel_and_add_up() -> None:
    first = Figures(late=[0.1], stalls=2, lost={"A": 1})
    second = Figures.from_json(json.loads(json.dumps({"late": [0.2], "stalls": 3, "lost": {"A": 1, "B": 1}})))
    first.add(second)
    assert first == Figures(late=[0.1, 0.2], stalls=5, lost={"A": 2, "B": 1})


def test_the_environment_of_the_tests_runs_client_processes() -> None:
    """``python -m runtime.bench.load`` must find the same code as the tests."""
    found = subprocess.run(
        [sys.executable, "-c", "import runtime.bench.load as m; print(m.__file__)"],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    assert Path(found.stdout.strip()).samefile(sys.modules["runtime.bench.load"].__file__ or "")
