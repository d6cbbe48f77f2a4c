"""What can go wrong in a client, as exceptions with the server's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(frozen=True)
class FieldViolation:
    """One field the server could not use, such as ``scene_update.put_obstacles[3].sphere.radius``, and why."""

    field: str
    description: str


class LampError(RuntimeError):
    """A call or a session failed.

    code: the gRPC status name, such as ``"INVALID_ARGUMENT"``; violations: wrong fields, if the server named some;
    retry_after_s: when to try again, if the server said so; reason: a constant such as ``"TOO_MANY_SESSIONS"``, empty
    where it was not a LaMP server that spoke.
    """

    def __init__(
        self,
        code: str,
        message: str,
        violations: tuple[FieldViolation, ...] = (),
        retry_after_s: float | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.violations = violations
        self.retry_after_s = retry_after_s
        self.reason = reason


class InvalidRequestError(LampError):
    """The server cannot use what was sent; see ``violations``."""


class VersionError(LampError):
    """Client and server speak different versions of the protocol, or know different skeletons."""


class AuthenticationError(LampError):
    """The token is missing, wrong, or not allowed to do this."""


class OverloadedError(LampError):
    """The server has as many sessions or requests as it takes; see ``retry_after_s``."""


class UnavailableError(LampError):
    """No server answers, or it is shutting down."""


class SessionClosedError(LampError):
    """The session was closed by this client; nothing can be sent any more."""


_CLASSES: dict[str, type[LampError]] = {
    "INVALID_ARGUMENT": InvalidRequestError,
    "FAILED_PRECONDITION": VersionError,
    "UNAUTHENTICATED": AuthenticationError,
    "PERMISSION_DENIED": AuthenticationError,
    "RESOURCE_EXHAUSTED": OverloadedError,
    "UNAVAILABLE": UnavailableError,
}


def from_rpc_error(error: grpc.RpcError) -> LampError:
    """The exception for a failed call, with the rich details the server attached."""
    call: Any = error
    code: grpc.StatusCode = call.code()
    violations: list[FieldViolation] = []
    retry_after_s: float | None = None
    reason = ""
    for detail in _details(call):
        bad, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(bad):
            violations += [FieldViolation(v.field, v.description) for v in bad.field_violations]
        elif detail.Unpack(retry):
            retry_after_s = retry.retry_delay.seconds + retry.retry_delay.nanos * 1e-9
        elif detail.Unpack(info):
            reason = info.reason
    kind = _CLASSES.get(code.name, LampError)
    return kind(code.name, call.details() or "no reason was given", tuple(violations), retry_after_s, reason)


def _details(call: Any) -> list[Any]:
    try:
        status = rpc_status.from_call(call)
    except ValueError:  # the rich status contradicts the plain one: trust the plain one
        return []
    return list(status.details) if status is not None else []
