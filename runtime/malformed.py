"""Bytes that are no message of the type a call expects: refused like any other bad input.

Left alone, grpc parses requests before a servicer sees them, takes the failure for an accident of the server, logs a
traceback for every one, and the reader of a stream dies of it unseen.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from runtime.status import Fault, abort, invalid
from runtime.validation import Violation


class Malformed(Fault):
    """Stands for a request that could not be parsed, and ends the calls that cannot go on without it."""

    def __init__(self, problem: str) -> None:
        refusal = invalid([Violation("message", problem)], "MALFORMED_MESSAGE")
        super().__init__(refusal.code, refusal.reason, refusal.message, refusal.details)


class MalformedInterceptor(grpc.aio.ServerInterceptor):
    """Lets calls refuse them with INVALID_ARGUMENT; a stream of requests raises it for each and can be read on."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler of the call with another parser in front of it."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_deserializer is None:
            return handler
        name = next(
            n for n in ("unary_unary", "unary_stream", "stream_unary", "stream_stream") if getattr(handler, n)
        )
        behaviour = _behaviour(getattr(handler, name), handler.request_streaming)
        parse = _tolerant(handler.request_deserializer)
        return handler._replace(request_deserializer=parse, **{name: behaviour})


def _tolerant(parse: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def read(data: bytes) -> Any:
        try:
            return parse(data)
        except DecodeError:
            return Malformed(
                f"{len(data)} bytes are not a message of the type this call takes; were client and server generated "
                "from the same .proto files?"
            )

    return read


def _behaviour(inner: Callable[..., Any], streaming: bool) -> Callable[..., Any]:
    """``inner`` without malformed requests; of the same kind, as grpc looks whether a handler is a generator."""
    if inspect.isasyncgenfunction(inner):

        async def generate(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            async for response in inner(await _checked(request, streaming, context), context):
                yield response

        return generate

    async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        return await inner(await _checked(request, streaming, context), context)

    return call


async def _checked(request: Any, streaming: bool, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
    if streaming:
        return _Requests(request)
    if isinstance(request, Malformed):
        await abort(context, request)
    return request


class _Requests:
    """The requests of a stream. Not a generator: one that raised could not be asked for the next."""

    def __init__(self, requests: AsyncIterator[Any]) -> None:
        self._requests = requests.__aiter__()

    def __aiter__(self) -> _Requests:
        return self

    async def __anext__(self) -> Any:
        request = await self._requests.__anext__()
        if isinstance(request, Malformed):
            raise request
        return request
