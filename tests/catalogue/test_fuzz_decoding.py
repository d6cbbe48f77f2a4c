"""Fuzzing without a network, for numbers: good messages with something wrong in them, random messages, and bytes.

Whatever comes, it is taken or refused by field; nothing else may happen. ``LAMP_FUZZ=1000000`` tries more of them.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamp.errors import InputError
from runtime.decode import read_coordinates, read_hello
from runtime.decode_clips import read_generate, read_optimize
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.session import Session
from runtime.stub_backend import StubBackend
from runtime.validation import Checker
from tests.catalogue import exemplars
from tests.catalogue.mutation import mangled, mutated, random_message
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven

pytestmark = pytest.mark.usefixtures("no_errors")
MESSAGES = int(os.environ.get("LAMP_FUZZ", "100000"))
Tried = Callable[..., None]
LIMITS, INFO = Limits(), StubBackend().info


def spoiled(good: Message, chance: random.Random) -> Message | None:
    """A bad relative of a good message; None when what became of its bytes is no message at all."""
    way = chance.random()
    if way < 0.5:
        return mutated(good, chance)
    if way < 0.7:
        return random_message(type(good), chance)
    try:
        return type(good).FromString(mangled(good.SerializeToString(), chance))
    except DecodeError:
        return None


def read_server_info(request: Any) -> None:
    check = Checker()
    read_coordinates(request.coordinate_system, check.at("coordinate_system"))
    check.done()


UNARY = exemplars.unary_requests()
READERS: dict[str, tuple[Message, Callable[[Any], object]]] = {
    "Hello": (exemplars.hello(), lambda m: read_hello(m, LIMITS)),
    "Hello with a motion": (
        drive_pb2.Hello(protocol_version=1, start_motion=exemplars.motion(4), start_time_s=5.0),
        lambda m: read_hello(m, LIMITS),
    ),
    "GetServerInfo": (UNARY["GetServerInfo"], read_server_info),
    "Generate": (UNARY["Generate"], lambda m: read_generate(m, INFO, LIMITS)),
    "Optimize": (UNARY["Optimize"], lambda m: read_optimize(m, INFO, LIMITS)),
}
_LIVE = 0.35
_SHARE = {  # of all; with a motion in them they cost milliseconds each
    "Hello": 0.25, "Hello with a motion": 0.01, "GetServerInfo": 0.15, "Generate": 0.23, "Optimize": 0.01,
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_requests_are_read_or_refused(name: str, tried: Tried) -> None:
    good, read = READERS[name]
    read(good)
    chance = random.Random(name)
    count = int(MESSAGES * _SHARE[name])
    taken = refused = 0
    for _ in range(count):
        message = spoiled(good, chance)
        if message is None:
            continue
        try:
            read(message)
            taken += 1
        except InputError as error:
            refused += 1
            assert error.field and error.problem, message
    assert taken and refused, "a fuzzer that is always or never refused tries nothing"
    tried("fuzzed messages, decoded in process", count)


def test_a_live_character_survives_everything_it_is_told(
    on_server: Callable[..., None], tried: Tried
) -> None:
    """Straight into the session, while the worker plans for what was accepted."""
    count = int(MESSAGES * _LIVE)
    good = exemplars.drive_requests()

    async def body(here: Site) -> None:
        driven = await Driven.open(here.channel())
        await driven.until(lambda: driven.plans)
        (session,) = here.server.servicer.drives.roster
        chance = random.Random(1)
        for i in range(count):
            message = spoiled(chance.choice(good), chance)
            if isinstance(message, drive_pb2.DriveRequest) and message.WhichOneof("message") != "bye":
                session.handle(without_revisions(message))
            if i % 50 == 0:
                await asyncio.sleep(0)
            if i % 5000 == 0:
                await still_planned(driven, session)
        await still_planned(driven, session)
        assert await driven.bye()
        tried("fuzzed messages, decoded in process", count)

    on_server(body)


def without_revisions(message: drive_pb2.DriveRequest) -> drive_pb2.DriveRequest:
    """One enormous revision would make every message after it stale, and the rest of the test try nothing."""
    for part in (message.scene_update, message.prompt):
        if part.revision:
            part.revision = 0
    return message


async def still_planned(driven: Driven, session: Session) -> None:
    """A change after all that is known by a plan."""
    update = exemplars.scene_update()
    update.revision = session.work.wishes.revision + 1
    await driven.send(scene_update=update)
    await driven.until(lambda: driven.plans[-1].scene_revision >= update.revision, 60.0)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_the_same_with_hypothesis_which_finds_the_smallest(data: st.DataObject) -> None:
    good, read = READERS[data.draw(st.sampled_from(sorted(READERS)))]
    message = spoiled(good, data.draw(st.randoms(use_true_random=False)))
    if message is not None:
        try:
            read(message)
        except InputError as error:
            assert error.field and error.problem
