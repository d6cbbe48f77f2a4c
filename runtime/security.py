"""Who may connect: TLS, client certificates, and a bearer token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from lamp.errors import InputError
from runtime.status import Fault

_OPEN_METHODS = ("/grpc.health.v1.Health/",)  # probes of orchestrators carry no token


@dataclass(frozen=True)
class Tls:
    """Files in PEM form. With ``client_ca`` the server demands a certificate that it signed (mutual TLS)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def server_credentials(self) -> grpc.ServerCredentials:
        """Credentials of the server; raises ``OSError`` that names a file which cannot be read."""
        return grpc.ssl_server_credentials(
            [(self.key.read_bytes(), self.certificate.read_bytes())],
            root_certificates=self.client_ca.read_bytes() if self.client_ca else None,
            require_client_auth=self.client_ca is not None,
        )


class TokenInterceptor(grpc.aio.ServerInterceptor):
    """Lets calls pass that carry ``authorization: Bearer TOKEN``; health checks need none."""

    def __init__(self, token: str) -> None:
        if len(token) < 16:
            raise InputError("token", f"has {len(token)} characters; use at least 16 random ones")
        self._expected = f"Bearer {token}".encode()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The call's own handler, or one that refuses."""
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(_OPEN_METHODS):
            return handler
        sent = dict(handler_call_details.invocation_metadata or ()).get("authorization", "")
        value = sent.encode() if isinstance(sent, str) else sent
        return handler if hmac.compare_digest(value, self._expected) else _refusal(handler)


def _refusal(handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler of the same kind that only refuses."""
    fault = Fault(
        grpc.StatusCode.UNAUTHENTICATED,
        "BAD_TOKEN",
        "send the server's token as metadata: authorization: Bearer TOKEN",
    )

    async def refuse(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        status = fault.status()
        await context.abort(status.code, status.details, status.trailing_metadata or ())

    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[bool(handler.request_streaming), bool(handler.response_streaming)]
    return make(refuse)


def reaches_beyond_this_machine(address: str) -> bool:
    """Whether ``host:port`` can be reached from elsewhere; a name that is no address counts as if it could."""
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost" or address.startswith("unix:"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
