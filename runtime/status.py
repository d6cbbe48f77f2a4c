"""How a call ends when it does not end well: gRPC codes with google.rpc details, so that clients can react by kind."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from lamp.errors import InputError
from runtime.admission import Overloaded
from runtime.scheduler import Stopped
from runtime.validation import Refused, Violation

DOMAIN = "lamp.v1"
log = logging.getLogger(__name__)


class Fault(Exception):
    """Ends a call with ``code``; ``reason`` is a constant for programs, ``message`` is for people."""

    def __init__(
        self, code: grpc.StatusCode, reason: str, message: str, details: Sequence[Message] = ()
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.details = code, reason, message, details

    def status(self) -> grpc.Status:
        """As gRPC wants it, details packed."""
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN)
        packed = []
        for detail in (info, *self.details):
            any_ = any_pb2.Any()
            any_.Pack(detail)
            packed.append(any_)
        code = code_pb2.Code.Value(self.code.name if self.code.name != "OK" else "OK")
        return rpc_status.to_status(status_pb2.Status(code=code, message=self.message, details=packed))


def invalid(found: Iterable[Violation], reason: str = "INVALID_REQUEST") -> Fault:
    """INVALID_ARGUMENT with every wrong field."""
    found = list(found)
    bad = error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.problem) for v in found
        ]
    )
    message = "; ".join(f"{v.field}: {v.problem}" for v in found)
    return Fault(grpc.StatusCode.INVALID_ARGUMENT, reason, message, [bad])


def exhausted(reason: str, message: str, retry_s: float) -> Fault:
    """RESOURCE_EXHAUSTED with a hint when to try again."""
    delay = duration_pb2.Duration()
    delay.FromMilliseconds(int(retry_s * 1000))
    return Fault(
        grpc.StatusCode.RESOURCE_EXHAUSTED, reason, message, [error_details_pb2.RetryInfo(retry_delay=delay)]
    )


def unavailable(message: str = "the server is shutting down; connect again, or elsewhere") -> Fault:
    """UNAVAILABLE: not now, not here."""
    return Fault(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", message)


def fault_of(error: Exception) -> Fault:
    """The fault that an exception of this program stands for; anything unexpected is INTERNAL."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, Refused):
        return invalid(error.violations)
    if isinstance(error, InputError):
        return invalid([Violation(error.field, error.problem)])
    if isinstance(error, Overloaded):
        return exhausted(error.reason, str(error), error.retry_s)
    if isinstance(error, Stopped):
        return unavailable()
    return Fault(
        grpc.StatusCode.INTERNAL,
        "INTERNAL",
        f"{type(error).__name__} in the server: {error}; its log tells more",
    )


async def abort(context: grpc.aio.ServicerContext[Any, Any], error: Exception) -> NoReturn:
    """End the call with what ``error`` stands for; the unexpected is logged with its traceback."""
    fault = fault_of(error)
    if fault.code is grpc.StatusCode.INTERNAL:
        log.error("a call failed", exc_info=error)
    status = fault.status()
    await context.abort(status.code, status.details, status.trailing_metadata or ())
