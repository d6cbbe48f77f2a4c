"""What a session still has to send, and its log of plans."""

from __future__ import annotations

import asyncio

import pytest

from runtime.client import LampError, ReceivedPlan
from runtime.client.intent import Intent
from runtime.client.outgoing import MAX_WAITING, PLAYHEAD_INTERVAL_S, Outgoing
from runtime.client.plan_log import MAX_PLANS, PlanLog
from runtime.coordinates import MODEL
from runtime.pb.v1 import drive_pb2


def prompt(revision: int) -> drive_pb2.DriveRequest:
    return drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(revision=revision, text="walk"))


def kinds(messages: list[drive_pb2.DriveRequest]) -> list[str | None]:
    return [message.WhichOneof("message") for message in messages]


def test_revisions_count_up_and_messages_keep_their_order() -> None:
    woken: list[bool] = []
    outgoing = Outgoing(lambda: woken.append(True), Intent("", MODEL))
    assert [outgoing.post(prompt) for _ in range(3)] == [1, 2, 3] and outgoing.revision == 3
    messages, delay_s = outgoing.take(0.0)
    assert [m.prompt.revision for m in messages] == [1, 2, 3] and delay_s is None
    assert len(woken) == 3
    assert outgoing.posted_at(2) is not None and outgoing.posted_at(4) is None
    assert outgoing.take(0.0) == ([], None), "nothing is sent twice"


def test_only_the_newest_playhead_is_sent_and_not_too_often() -> None:
    outgoing = Outgoing(lambda: None, Intent("", MODEL))
    for time_s in (0.1, 0.2, 0.3):
        outgoing.set_playhead(time_s)
    messages, _ = outgoing.take(10.0)
    assert [m.playhead.time_s for m in messages] == [0.3]
    outgoing.set_playhead(0.4)
    messages, delay_s = outgoing.take(10.0 + PLAYHEAD_INTERVAL_S / 2)
    assert messages == [] and delay_s == pytest.approx(PLAYHEAD_INTERVAL_S / 2)
    messages, _ = outgoing.take(10.0 + PLAYHEAD_INTERVAL_S)
    assert [m.playhead.time_s for m in messages] == [0.4]


def test_a_change_takes_the_playhead_along_so_that_the_server_knows_the_present() -> None:
    outgoing = Outgoing(lambda: None, Intent("", MODEL))
    outgoing.set_playhead(0.1)
    outgoing.take(10.0)
    outgoing.set_playhead(0.11)
    outgoing.post(prompt)
    messages, _ = outgoing.take(10.01)
    assert kinds(messages) == ["playhead", "prompt"]


def test_a_server_that_reads_nothing_is_an_error_and_not_a_leak() -> None:
    outgoing = Outgoing(lambda: None, Intent("", MODEL))
    for _ in range(MAX_WAITING):
        outgoing.post(prompt)
    with pytest.raises(LampError, match="RESOURCE_EXHAUSTED"):
        outgoing.post(prompt)
    assert outgoing.revision == MAX_WAITING


def test_every_reader_of_the_log_sees_every_plan_and_memory_is_bounded() -> None:
    log = PlanLog()

    def add(plan_id: int) -> None:
        log.add(ReceivedPlan.of(drive_pb2.Plan(plan_id=plan_id), 0.0))

    async def read(limit: int) -> list[int]:
        left = [limit]

        async def more() -> bool:
            left[0] -= 1
            add(100 + left[0])
            return left[0] > 0

        return [plan.plan_id async for plan in log.follow(more)]

    for plan_id in (1, 2, 3):
        add(plan_id)
    assert asyncio.run(read(2)) == [1, 2, 3, 101]
    for plan_id in range(5000):
        add(plan_id)
    assert len(log.all()) == MAX_PLANS and log.all()[-1].plan_id == 4999
    assert len(asyncio.run(read(1))) == MAX_PLANS
