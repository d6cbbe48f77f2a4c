"""Fuzzing over the wire with hypothesis: every call with spoiled messages and spoiled bytes, a neighbour beside it.

The server must answer each with a code that says whose fault it was, log no error and lose nobody. ``LAMP_FUZZ_CALLS``
sets how many calls are made.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from runtime.limits import Limits
from tests.catalogue import exemplars
from tests.catalogue.conftest import TIMEOUT_S
from tests.catalogue.mutation import mangled, mutated, random_message
from tests.catalogue.neighbour import neighbour
from tests.runtime.conftest import Site, site
from tests.runtime.wire import eventually

pytestmark = pytest.mark.usefixtures("no_errors")
CALLS = int(os.environ.get("LAMP_FUZZ_CALLS", "900"))
_BLAMELESS = {  # the caller was wrong, or the call was fine, or we hung up
    grpc.StatusCode.OK, grpc.StatusCode.CANCELLED, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED,
}  # fmt: skip
_UNARY = exemplars.unary_requests()
_STREAMED: dict[str, list[Message]] = {
    "Drive": [exemplars.drive_requests()[-1], *exemplars.drive_requests()[:-1]],
    "UploadGeometry": list(exemplars.upload()),
}
_PATIENCE_S = 0.08  # how long an answer is waited for before the fuzzer hangs up


def spoiled(good: Message, chance: random.Random) -> bytes:
    """Bytes of a message with something wrong, or bytes that are hardly one; some are left as they are."""
    way = chance.random()
    if way < 0.3:
        return good.SerializeToString()
    if way < 0.6:
        return mutated(good, chance).SerializeToString()
    if way < 0.75:
        return random_message(type(good), chance).SerializeToString()
    return mangled(good.SerializeToString(), chance)


def scripts() -> st.SearchStrategy[tuple[str, list[bytes]]]:
    """A method and the messages to send to it."""

    def one(method: str, chance: random.Random) -> tuple[str, list[bytes]]:
        if method in _UNARY:
            return method, [spoiled(_UNARY[method], chance)]
        good = _STREAMED[method]
        sent = [spoiled(m, chance) if chance.random() < 0.5 else m.SerializeToString() for m in good]
        if chance.random() < 0.3:
            chance.shuffle(sent)
        return method, sent

    return st.builds(
        one, st.sampled_from([*_UNARY, *_STREAMED, "Drive", "Drive"]), st.randoms(use_true_random=False)
    )


async def call(channel: grpc.aio.Channel, method: str, messages: Sequence[bytes]) -> grpc.StatusCode:
    """Send bytes as they are, read a little, hang up; how it ended."""
    path = f"/lamp.v1.MotionService/{method}"
    if method in ("GetServerInfo", "GetGeometry"):
        made: Any = channel.unary_unary(path)(messages[0], timeout=10.0)
    elif method in ("Generate", "Optimize"):
        made = channel.unary_stream(path)(messages[0], timeout=10.0)
    else:
        made = (channel.stream_stream if method == "Drive" else channel.stream_unary)(path)(timeout=10.0)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            if method in _STREAMED:
                for message in messages:
                    await made.write(message)
                if method == "UploadGeometry":
                    await made.done_writing()
            if method in ("Generate", "Optimize", "Drive"):
                while await made.read() is not grpc.aio.EOF:
                    pass
            else:
                await made
    except (TimeoutError, asyncio.CancelledError, grpc.RpcError, asyncio.InvalidStateError):
        made.cancel()
    code: grpc.StatusCode = await made.code()
    # A write that meets the end of its stream turns the status into INTERNAL within grpc.aio, whatever the server said.
    ours = code is grpc.StatusCode.INTERNAL and "from Core" in (await made.details() or "")
    return grpc.StatusCode.CANCELLED if ours else code


def test_every_call_survives_spoiled_messages(tried: Callable[..., None]) -> None:
    loop = asyncio.new_event_loop()

    async def all_of(here: Site) -> None:
        async with neighbour(here.channel()) as other:
            channel = here.channel()

            def run(script: tuple[str, list[bytes]]) -> None:
                method, messages = script
                outside = asyncio.run_coroutine_threadsafe(call(channel, method, messages), loop)
                code = outside.result(30.0)
                assert code in _BLAMELESS, f"{method} ended with {code}"
                other.check()
                tried("fuzzed calls over the wire")
                tried("fuzzed messages over the wire", len(messages))

            examples = settings(
                max_examples=CALLS, deadline=None, derandomize=True, database=None,
                suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
            )  # fmt: skip
            await asyncio.to_thread(examples(given(scripts())(run)))
            await eventually(lambda: here.sessions == 1 and here.works == 1, 30.0)

    async def main() -> None:
        async with asyncio.timeout(2 * TIMEOUT_S), site(limits=Limits(resume_s=0.2, max_offline=4)) as here:
            await all_of(here)

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
