"""One stream of a live session: from Hello and Welcome to its end."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import grpc

from lamp.skeleton import SKELETON_HASH
from runtime.client.errors import LampError, UnavailableError, VersionError, from_rpc_error
from runtime.pb.v1 import drive_pb2


class Link:
    """Made by ``open``. ``end`` must be called, or ``cut``, or the stream goes on."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self.welcome = drive_pb2.Welcome()

    @classmethod
    async def open(cls, call: Any, hello: drive_pb2.Hello, timeout_s: float) -> Self:
        """Say hello over a new Drive ``call`` and wait for the welcome. Raises ``LampError``; then nothing is left."""
        self = cls(call)
        try:
            async with asyncio.timeout(timeout_s):
                await call.write(drive_pb2.DriveRequest(hello=hello))
                first = await call.read()
            if first is grpc.aio.EOF:
                raise await self.end() or LampError(
                    "ABORTED", "the server ended the stream without a welcome"
                )
            self._accept(first)
        except TimeoutError:
            call.cancel()
            raise UnavailableError(
                "DEADLINE_EXCEEDED", f"no welcome within {timeout_s:g} s; is the server up?"
            ) from None
        except asyncio.InvalidStateError:  # the stream ended before Hello could be written
            raise await self.end() or LampError("ABORTED", "the stream ended before Hello was sent") from None
        except grpc.RpcError as error:
            # A write to a stream that the server has ended fails with an error of its own; the status tells why.
            raise await self.end() or from_rpc_error(error) from None
        except BaseException:
            call.cancel()
            raise
        return self

    def _accept(self, first: drive_pb2.DriveResponse) -> None:
        if first.WhichOneof("message") != "welcome":
            raise LampError("INTERNAL", f"the first message was {first.WhichOneof('message')}, not welcome")
        self.welcome = first.welcome
        if self.welcome.skeleton.hash != SKELETON_HASH:
            raise VersionError(
                "FAILED_PRECONDITION",
                f"the server's skeleton is {self.welcome.skeleton.hash}, this client knows {SKELETON_HASH}; "
                "install the same version on both sides",
            )

    async def read(self) -> drive_pb2.DriveResponse | None:
        """The next message; None at the end of the stream (see ``end``)."""
        try:
            message = await self._call.read()
        except grpc.RpcError:
            return None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return None  # not this task was cancelled but the call, by ``cut`` or the end of its channel
        return None if message is grpc.aio.EOF else message

    async def write(self, message: drive_pb2.DriveRequest) -> bool:
        """Send; False when the stream is over (its reader knows why). Nothing more may be sent after Bye."""
        try:
            await self._call.write(message)
            if message.HasField("bye"):
                await self._call.done_writing()
        except (grpc.RpcError, asyncio.InvalidStateError):
            return False
        return True

    async def end(self) -> LampError | None:
        """Wait for the status of a stream that was read to its end; None: it ended well."""
        code = await self._call.code()
        if code is grpc.StatusCode.OK:
            return None
        return from_rpc_error(
            grpc.aio.AioRpcError(
                code,
                await self._call.initial_metadata(),
                await self._call.trailing_metadata(),
                await self._call.details(),
            )
        )

    def cut(self) -> None:
        """End the stream without a word."""
        self._call.cancel()
