"""Who may call: bearer tokens, several at a time so that they can be rotated."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc

from lamp.errors import InputError
from runtime.status import Fault

log = logging.getLogger(__name__)
MIN_TOKEN_CHARACTERS = 16
_OPEN_METHODS = ("/grpc.health.v1.Health/",)  # probes of orchestrators carry no token
_SCHEME = b"Bearer "


class Tokens:
    """The tokens that open the server. Kept as digests; comparing takes the same time for every wrong one."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._digests = _digests(tokens)

    def __len__(self) -> int:
        return len(self._digests)

    def replace(self, tokens: Iterable[str]) -> None:
        """Take others from now on; calls that run go on. Raises ``InputError`` and changes nothing for bad ones."""
        self._digests = _digests(tokens)

    def accept(self, header: bytes) -> bool:
        """Whether the value of an ``authorization`` header names one of them."""
        if not header.startswith(_SCHEME):
            return False
        digest = hashlib.sha256(header.removeprefix(_SCHEME)).digest()
        matches = [hmac.compare_digest(digest, known) for known in self._digests]  # all of them: no early end
        return any(matches)


def _digests(tokens: Iterable[str]) -> tuple[bytes, ...]:
    found = list(dict.fromkeys(tokens))
    if not found:
        raise InputError("token", "there is none; give at least one, or no token settings at all")
    for token in found:
        if len(token) < MIN_TOKEN_CHARACTERS:
            raise InputError(
                "token", f"has {len(token)} characters; use at least {MIN_TOKEN_CHARACTERS} random ones"
            )
        if not token.isascii() or not token.isprintable() or token != token.strip():
            raise InputError("token", "may hold printable ASCII only, which is what a header carries")
    return tuple(hashlib.sha256(token.encode()).digest() for token in found)


class TokenInterceptor(grpc.aio.ServerInterceptor):
    """Lets calls pass that carry ``authorization: Bearer TOKEN``; health checks need none."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

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
        return handler if self._tokens.accept(value) else _refusal(handler)


def _refusal(handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler of the same kind that only refuses."""
    fault = Fault(
        grpc.StatusCode.UNAUTHENTICATED,
        "BAD_TOKEN",
        "send the server's token as metadata: authorization: Bearer TOKEN",
    )

    async def refuse(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        log.info("a call without a valid token from %s was refused", context.peer())
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
