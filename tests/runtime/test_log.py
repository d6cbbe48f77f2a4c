"""What an operator reads: one line that opens a session, one that closes it with its counts, and no floods."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from runtime import log
from runtime.log_repeats import PER_KIND, PER_SOURCE, PERIOD_S, Repeats
from runtime.pb.v1 import drive_pb2
from runtime.session_stats import SessionStats
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven, eventually, sphere

OnServer = Callable[..., None]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; pytest's own handlers come back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers = []
    try:
        yield io.StringIO()
    finally:
        root.handlers = handlers
        root.setLevel(level)


def lines(stream: io.StringIO, message: str) -> list[dict[str, Any]]:
    return [d for d in map(json.loads, stream.getvalue().splitlines()) if d["message"].startswith(message)]


def test_a_session_is_one_line_when_it_opens_and_one_when_it_closes(
    on_server: OnServer, stream: io.StringIO
) -> None:
    token = ""

    async def body(here: Site) -> None:
        nonlocal token
        driven = await Driven.open(here.channel(), client_name='game "one"')
        assert driven.welcome is not None
        token = driven.welcome.session_token
        await driven.until(lambda: driven.frames)
        await driven.update(put_obstacles=[sphere("rock", 0.1, 0.9, 3.0)])
        await driven.until(lambda: driven.plans[-1].scene_revision == 1)
        await driven.send(prompt=drive_pb2.Prompt(text="\x00"))
        await driven.until(lambda: driven.notices)
        await driven.play(1000.0)  # beyond everything sent: the game ran out of frames
        await driven.until(lambda: len(driven.notices) == 2)
        assert await driven.bye() is grpc.StatusCode.OK
        await eventually(lambda: here.sessions == 0)
        (closed,) = lines(stream, "session closed")
        assert closed["plans"] == len(driven.plans)
        assert closed["frames"] >= len(driven.frames)

    log.configure("info", "json", stream)
    on_server(body)
    (opened,), (closed,) = lines(stream, "session opened"), lines(stream, "session closed")
    assert opened["client"] == 'game "one"'
    assert opened["peer"].startswith("ipv4:127.0.0.1:")
    assert opened["session"] == closed["session"] == token[:8]
    assert closed["reason"] == "bye"
    assert (closed["messages"], closed["notices"], closed["stalls"]) == (4, 2, 1)
    assert 0 < closed["replan_p50_s"] <= closed["replan_p95_s"] < 10
    assert token not in stream.getvalue(), "whoever reads the log must not be able to take the session over"


@pytest.mark.parametrize(("way", "reason"), [("cancel", "the client went away"), ("idle", "IDLE")])
def test_the_line_that_closes_says_why(
    way: str, reason: str, on_server: OnServer, stream: io.StringIO
) -> None:
    from runtime.limits import Limits

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        if way == "cancel":
            driven.call.cancel()
        else:
            await driven.end()
        await eventually(lambda: here.sessions == 0)

    log.configure("info", "json", stream)
    on_server(body, limits=Limits(idle_timeout_s=0.3, resume_s=0.0))
    (closed,) = lines(stream, "session closed")
    assert closed["reason"] == reason
    assert "replan_p50_s" not in closed


def test_a_flood_of_bad_messages_leaves_a_few_lines(on_server: OnServer, stream: io.StringIO) -> None:
    sent = 300  # fewer than a client may send at once

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        for _ in range(sent):
            await driven.send(prompt=drive_pb2.Prompt(text="\x00"))
        await driven.bye()
        await eventually(lambda: here.sessions == 0)

    log.configure("info", "json", stream)
    on_server(body)
    assert 1 <= len(lines(stream, "notice")) <= PER_SOURCE
    assert lines(stream, "session closed")[0]["notices"] == sent, "the count is not lost"


def record(message: str, session: str = "") -> logging.LogRecord:
    made = logging.LogRecord("runtime.x", logging.INFO, "", 0, message, (), None)
    if session:
        made.session = session
    return made


def test_repeats_are_counted_and_told_with_the_next_line() -> None:
    now_s = 0.0
    repeats = Repeats(lambda: now_s)
    passed = [repeats.filter(record("a", "s1")) for _ in range(PER_SOURCE + 7)]
    assert sum(passed) == PER_SOURCE
    assert repeats.filter(record("a", "s2")), "another session is not to blame"
    assert repeats.filter(record("b", "s1")), "nor is another message"
    now_s = PERIOD_S
    later = record("a", "s1")
    assert repeats.filter(later)
    assert later.left_out == 7  # type: ignore[attr-defined]


def test_many_sources_together_cannot_flood_either() -> None:
    repeats = Repeats(lambda: 0.0)
    passed = sum(repeats.filter(record("a", f"s{i}")) for i in range(100_000))
    assert passed == PER_KIND
    assert len(repeats._windows) <= 4096


def test_clients_cannot_write_lines_of_their_own() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(log.TextFormatter("%(levelname)s %(where)s%(message)s%(more)s"))
    forged = record("bad id x\n12:00:00 ERROR \x1b[31mforged\u2028", "abcdefgh")
    forged.fields = {"client": "a\nb c", "peer": "ipv4:1"}
    handler.emit(forged)
    (line,) = out.getvalue().splitlines()
    assert line.startswith("INFO [abcdefgh] bad id x\\n12:00:00")
    assert line.endswith('client="a\\nb c" peer=ipv4:1')
    assert "\x1b" not in line


def test_stats_time_the_first_plan_that_knows_a_change() -> None:
    now_s = 10.0
    stats = SessionStats(lambda: now_s)
    assert stats.plan_sent(0) is None
    stats.changed(3)
    now_s = 10.25
    stats.changed(4)  # a second change before any plan: the first one still waits
    assert stats.plan_sent(2) is None
    now_s = 10.5
    assert stats.plan_sent(3) == pytest.approx(0.5)
    assert stats.plan_sent(4) is None
    assert stats.summary()["replan_p95_s"] == pytest.approx(0.5)
    assert stats.summary()["plans"] == 4
