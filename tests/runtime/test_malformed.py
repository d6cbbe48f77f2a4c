"""Bytes that are no message of the type a call takes are the client's fault, and said to be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from tests.runtime.conftest import Site

OnServer = Callable[..., None]
NO_MESSAGE = b"\xff" * 20
PATH = "/lamp.v1.MotionService/"


@pytest.mark.parametrize(
    "method", ["GetServerInfo", "GetGeometry", "Generate", "Optimize", "UploadGeometry", "Drive"]
)
def test_a_call_that_begins_with_no_message_is_refused_without_noise(
    method: str, on_server: OnServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def body(here: Site) -> None:
        channel = here.channel()
        if method in ("UploadGeometry", "Drive"):
            kind: Any = channel.stream_stream if method == "Drive" else channel.stream_unary
            call = kind(PATH + method)()
            await call.write(NO_MESSAGE)
        else:
            kind = channel.unary_unary if method.startswith("Get") else channel.unary_stream
            call = kind(PATH + method)(NO_MESSAGE)
        assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "20 bytes" in await call.details()
        status = await rpc_status.aio.from_call(call)
        assert status is not None
        info = error_details_pb2.ErrorInfo()
        assert any(d.Unpack(info) for d in status.details)
        assert info.reason == "MALFORMED_MESSAGE"
        assert here.sessions == 0

    on_server(body)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def test_a_live_session_is_told_and_goes_on(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        call = here.channel().stream_stream(PATH + "Drive")()
        hello = drive_pb2.DriveRequest(hello=drive_pb2.Hello(protocol_version=1))
        await call.write(hello.SerializeToString())
        notices = 0
        for _ in range(3):
            await call.write(NO_MESSAGE)
        while notices < 3:
            response = drive_pb2.DriveResponse.FromString(await call.read())
            notices += response.notice.code == drive_pb2.Notice.CODE_INVALID
        await call.write(drive_pb2.DriveRequest(prompt={"revision": 1, "text": "run"}).SerializeToString())
        while drive_pb2.DriveResponse.FromString(await call.read()).plan.scene_revision < 1:
            pass
        await call.write(drive_pb2.DriveRequest(bye={}).SerializeToString())
        while await call.read() is not grpc.aio.EOF:
            pass
        assert await call.code() is grpc.StatusCode.OK

    on_server(body)


def test_what_is_no_message_counts_against_the_message_budget(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        call = here.channel().stream_stream(PATH + "Drive")()
        hello = drive_pb2.DriveRequest(hello=drive_pb2.Hello(protocol_version=1))
        await call.write(hello.SerializeToString())
        for _ in range(200):
            await call.write(NO_MESSAGE)
        codes: set[int] = set()
        while drive_pb2.Notice.CODE_BUDGET not in codes:
            codes.add(drive_pb2.DriveResponse.FromString(await call.read()).notice.code)
        call.cancel()

    on_server(body, limits=Limits(resume_s=0.2, max_messages_per_s=20.0))
