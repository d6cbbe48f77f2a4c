"""Counts and times every call, whatever becomes of it."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from runtime.metrics import Metrics

_REJECTED = {
    "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE", "NOT_FOUND", "ALREADY_EXISTS", "UNAUTHENTICATED",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNIMPLEMENTED", "UNAVAILABLE",
}  # fmt: skip
_CANCELED = {"CANCELLED", "DEADLINE_EXCEEDED", "ABORTED"}
_BACKEND = {"INTERNAL", "DATA_LOSS"}
_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}
_UNKNOWN = "unknown"  # any method this server does not have: names are the client's to choose
_MAKERS = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def reason_of(code: str) -> str:
    """Who is to blame for a status, roughly: REJECTED, CANCELED, BACKEND or OTHER."""
    for reason, codes in (("REJECTED", _REJECTED), ("CANCELED", _CANCELED), ("BACKEND", _BACKEND)):
        if code in codes:
            return reason
    return "OTHER"


class MetricsInterceptor(grpc.aio.ServerInterceptor):
    """First in the row, so that it sees what the others refuse."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The call's own handler, with a watch on it."""
        handler: Any = await continuation(handler_call_details)
        if handler is None:
            self._ended(_UNKNOWN, "UNIMPLEMENTED")
            return None
        method = handler_call_details.method.rpartition("/")[2]
        kind = (bool(handler.request_streaming), bool(handler.response_streaming))
        given = next(
            f for f in (handler.unary_unary, handler.unary_stream, handler.stream_unary, handler.stream_stream) if f
        )  # fmt: skip

        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            with self._watch(method, context):
                return await given(request, context)

        async def stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            with self._watch(method, context):
                async for response in given(request, context):
                    yield response

        watched: Any = stream if inspect.isasyncgenfunction(given) else answer
        return _MAKERS[kind](watched, handler.request_deserializer, handler.response_serializer)

    @contextmanager
    def _watch(self, method: str, context: grpc.aio.ServicerContext[Any, Any]) -> Iterator[None]:
        began_s = time.monotonic()
        in_flight = self._metrics.rpcs_in_flight.labels(method)
        in_flight.inc()
        code = "OK"
        try:
            yield
            code = _code(context) or "OK"
        except (asyncio.CancelledError, GeneratorExit):
            left_s = context.time_remaining()
            code = "DEADLINE_EXCEEDED" if left_s is not None and left_s <= 0.0 else "CANCELLED"
            raise
        except BaseException:
            code = _code(context) or "UNKNOWN"
            raise
        finally:
            in_flight.dec()
            self._metrics.rpc_seconds.labels(method).observe(time.monotonic() - began_s)
            self._ended(method, code)

    def _ended(self, method: str, code: str) -> None:
        self._metrics.rpcs.labels(method, code).inc()
        if code != "OK":
            self._metrics.rpc_failures.labels(method, reason_of(code)).inc()


def _code(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """Name of the status set so far; empty when there is none, or it is OK."""
    code: Any = context.code()
    name = code.name if isinstance(code, grpc.StatusCode) else _NAMES.get(code, "")
    return "" if name == "OK" else name
