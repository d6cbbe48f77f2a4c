"""Bringing geometry to a server and waiting for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc

from runtime.client.errors import InvalidRequestError, LampError, from_rpc_error
from runtime.client.geometry import GeometryHandle, Parcel
from runtime.client.targets import Targets
from runtime.pb.v1.geometry_upload_pb2 import GeometryInfo

log = logging.getLogger(__name__)
_ASK_EVERY_S = 0.25
_RESTORE_S = 20.0


class Uploads:
    """What this client has uploaded, so that another server can have it too."""

    def __init__(self, targets: Targets, metadata: tuple[tuple[str, str], ...]) -> None:
        self._targets, self._metadata = targets, metadata
        self._parcels: dict[str, Parcel] = {}

    async def upload(
        self, parcel: Parcel, *, wait: bool, on_progress: Callable[[float], None] | None, timeout_s: float
    ) -> GeometryHandle:
        """Send what the server does not have; with ``wait``, until it is ready. Raises ``LampError``."""
        try:
            async with asyncio.timeout(timeout_s):
                info = await self._bring(parcel)
                self._parcels[parcel.header.id] = parcel
                while wait and info.state == GeometryInfo.STATE_BUILDING:
                    if on_progress is not None:
                        on_progress(info.progress)
                    await asyncio.sleep(_ASK_EVERY_S)
                    info = await self._ask(parcel)
        except TimeoutError:
            raise LampError(
                "DEADLINE_EXCEEDED", f"geometry {parcel.header.id} was not ready within {timeout_s:g} s"
            ) from None
        if info.state == GeometryInfo.STATE_FAILED:
            raise InvalidRequestError("INVALID_ARGUMENT", f"the geometry cannot be used: {info.problem}")
        if on_progress is not None:
            on_progress(info.progress)
        return GeometryHandle.of(parcel, info)

    async def restore(self, ids: Iterable[str]) -> None:
        """Bring what is known of ``ids`` to the server in use. What cannot be brought is logged: obstacles that refer
        to it will be refused."""
        try:
            async with asyncio.timeout(_RESTORE_S):
                for id in ids:
                    if id in self._parcels:
                        await self._bring(self._parcels[id])
        except (LampError, TimeoutError) as error:
            log.warning("geometry could not be brought to %s: %s", self._targets.address, error)

    async def _bring(self, parcel: Parcel) -> GeometryInfo:
        """Upload, unless the server has it already."""
        if (
            not parcel.header.cell_m
        ):  # else only the upload says which cells are wanted; it is cut short if they are there
            try:
                info = await self._ask(parcel)
                if info.state != GeometryInfo.STATE_FAILED:
                    return info
            except LampError as error:
                if error.code != "NOT_FOUND":
                    raise
        return await self._call("UploadGeometry", parcel.messages())

    async def _ask(self, parcel: Parcel) -> GeometryInfo:
        return await self._call("GetGeometry", parcel.question())

    async def _call(self, method: str, request: Any) -> GeometryInfo:
        call: Callable[..., Awaitable[Any]] = getattr(self._targets.stub(), method)
        try:
            info: GeometryInfo = (await call(request, metadata=self._metadata)).info
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        return info
