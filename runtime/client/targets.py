"""The servers a client knows, one connection each, made when it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

from runtime.client.errors import LampError
from runtime.keepalive import client_options
from runtime.pb.v1 import service_pb2_grpc

_OPTIONS = (
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    *client_options(),
    ("grpc.use_local_subchannel_pool", 1),  # a channel made anew dials anew
    # a server that is back should be found soon
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
)
_MOST_RETIRED = 4


class Targets:
    """Addresses in the order of preference. Channels belong to the running loop."""

    def __init__(self, addresses: str | Sequence[str], credentials: grpc.ChannelCredentials | None) -> None:
        self.addresses = (addresses,) if isinstance(addresses, str) else tuple(addresses)
        if not self.addresses:
            raise ValueError("no address of a server was given; give at least one, such as 'localhost:50061'")
        self._credentials = credentials
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._current = 0
        self._retired: deque[grpc.aio.Channel] = deque()
        self._closed = False

    def __len__(self) -> int:
        return len(self.addresses)

    @property
    def address(self) -> str:
        """The one in use."""
        return self.addresses[self._current]

    def leave(self, address: str) -> None:
        """This one does not answer: use the next from now on, after the last the first. Somebody may have done so."""
        if self.address == address:
            self._current = (self._current + 1) % len(self.addresses)

    def stub(self) -> Any:
        """The service at the address in use. Raises ``LampError`` after ``close``."""
        if self._closed:
            raise LampError("CANCELLED", "the client is closed; make a new one", reason="CLOSED")
        channel = self._channels.get(self.address)
        if channel is None:
            if self._credentials is None:
                channel = grpc.aio.insecure_channel(self.address, options=_OPTIONS)
            else:
                channel = grpc.aio.secure_channel(self.address, self._credentials, options=_OPTIONS)
            self._channels[self.address] = channel
        return service_pb2_grpc.MotionServiceStub(channel)

    async def redial(self) -> None:
        """The connection to the address in use may be dead: calls from now on use a new one. What runs on the old one
        (it may be fine for others) goes on, as long as there are not too many of these."""
        channel = self._channels.pop(self.address, None)
        if channel is not None:
            self._retired.append(channel)
        while len(self._retired) > _MOST_RETIRED:
            await self._retired.popleft().close()

    async def close(self) -> None:
        """End all connections and what runs on them."""
        self._closed = True
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close()
        while self._retired:
            await self._retired.popleft().close()


def credentials_of(
    ca: str | Path | bool | None, certificate: str | Path | None, key: str | Path | None
) -> grpc.ChannelCredentials | None:
    """Transport security by files (PEM), None without; ``ca`` True trusts what the system trusts."""
    if ca is None and certificate is None:
        return None
    trusted = None if ca is None or isinstance(ca, bool) else ca
    files = [None if path is None else Path(path).read_bytes() for path in (trusted, key, certificate)]
    return grpc.ssl_channel_credentials(*files)
