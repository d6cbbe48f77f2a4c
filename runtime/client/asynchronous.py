"""The asyncio client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc

import lamp
from lamp.motion import Motion
from lamp.scene.geometry import Geometry
from lamp.tasks import Task
from runtime import convert
from runtime.client.calls import ClipCollector, ClipResult, ProgressReport, ServerInfo, optimize_request
from runtime.client.errors import UnavailableError, from_rpc_error
from runtime.client.geometry import GeometryHandle, Parcel
from runtime.client.received_plan import ReceivedPlan
from runtime.client.reconnect import Reconnect
from runtime.client.session import AsyncDriveSession
from runtime.client.targets import Targets, credentials_of
from runtime.client.uploading import Uploads
from runtime.coordinates import MODEL, CoordinateSystem, facing
from runtime.limits import PROTOCOL_VERSION
from runtime.pb.v1 import drive_pb2, service_pb2

_RECONNECT = Reconnect()
T = TypeVar("T")
OnProgress = Callable[[ProgressReport], None]


class AsyncLampClient:
    """Connections to a server, or to several that do the same; an async context manager. Failures raise ``LampError``.

    target: ``"host:port"`` or ``"unix:path"``, or several of them, tried in turn. token: sent as
    ``authorization: Bearer``; use it with TLS. tls_ca: file with the certificates to trust (PEM), or True for those of
    the system; tls_certificate, tls_key: the client's own.
    coordinates: what goes over the wire; everything given to and taken from this class is in model space (metres,
    Y up, right-handed) whatever that is.
    """

    def __init__(
        self,
        target: str | Sequence[str],
        *,
        token: str | None = None,
        tls_ca: str | Path | bool | None = None,
        tls_certificate: str | Path | None = None,
        tls_key: str | Path | None = None,
        coordinates: CoordinateSystem = MODEL,
    ) -> None:
        self._token, self._coordinates = token, coordinates
        self._targets = Targets(target, credentials_of(tls_ca, tls_certificate, tls_key))
        self._uploads = Uploads(self._targets, self._metadata)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection and everything that runs on it."""
        await self._targets.close()

    @property
    def target(self) -> str:
        """The address in use."""
        return self._targets.address

    @property
    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._token}"),) if self._token else ()

    async def server_info(self, *, timeout_s: float = 10.0) -> ServerInfo:
        """What the server is and can do; waits for it to come up for at most ``timeout_s``."""

        async def ask() -> ServerInfo:
            request, alone = service_pb2.GetServerInfoRequest(), len(self._targets) == 1
            try:
                answer = await self._targets.stub().GetServerInfo(
                    request, metadata=self._metadata, timeout=timeout_s, wait_for_ready=alone
                )
            except grpc.RpcError as error:
                raise from_rpc_error(error) from None
            return ServerInfo.of(answer)

        return await self._somewhere(ask)

    async def _somewhere(self, do: Callable[[], Awaitable[T]]) -> T:
        """What ``do`` gives at the target in use, or at the first after it that can be reached."""
        for _ in self._targets.addresses[1:]:
            address = self._targets.address
            try:
                return await do()
            except UnavailableError:
                self._targets.leave(address)
        return await do()

    async def generate(
        self,
        prompts: Sequence[str],
        *,
        duration_s: float = 0.0,
        seed: int = 0,
        guidance: float | None = None,
        fps: float = 0.0,
        on_progress: OnProgress | None = None,
        timeout_s: float | None = None,
    ) -> list[Motion]:
        """One clip per prompt; 0 leaves ``duration_s`` and ``fps`` to the server (6 s, the model's rate)."""
        request = service_pb2.GenerateRequest(
            prompts=prompts, duration_s=duration_s, seed=seed, guidance=guidance, fps=fps,
            coordinate_system=convert.coordinate_system_of(self._coordinates),
        )  # fmt: skip

        async def ask() -> list[Motion]:
            call = self._targets.stub().Generate(request, metadata=self._metadata, timeout=timeout_s)
            return (await self._collect(call, on_progress)).motions()

        return await self._somewhere(ask)

    async def optimize(
        self,
        tasks: Sequence[Task],
        *,
        steps: int = 0,
        time_limit_s: float | None = None,
        starts: int = 0,
        seed: int = 0,
        fps: float = 0.0,
        on_progress: OnProgress | None = None,
        timeout_s: float | None = None,
    ) -> list[ClipResult]:
        """The tasks as one batch; 0 leaves a value to the server. ``InputError`` for what the wire cannot carry."""
        request = optimize_request(
            tasks,
            self._coordinates,
            steps=steps,
            time_limit_s=time_limit_s,
            starts=starts,
            seed=seed,
            fps=fps,
        )

        async def ask() -> list[ClipResult]:
            call = self._targets.stub().Optimize(request, metadata=self._metadata, timeout=timeout_s)
            return (await self._collect(call, on_progress)).clip_results()

        return await self._somewhere(ask)

    async def _collect(self, call: Any, on_progress: OnProgress | None) -> ClipCollector:
        clips = ClipCollector(self._coordinates)
        try:
            async for message in call:
                kind = message.WhichOneof("message")
                if kind == "header":
                    clips.header(message.header)
                elif kind == "chunk":
                    clips.chunk(message.chunk)
                elif kind == "result":
                    clips.results[message.result.clip] = message.result
                elif kind == "progress" and on_progress is not None:
                    on_progress(ProgressReport.of(message.progress))
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        return clips

    async def upload_geometry(
        self,
        geometry: Geometry,
        *,
        cell_m: float = 0.0,
        name: str = "",
        wait: bool = True,
        on_progress: Callable[[float], None] | None = None,
        timeout_s: float = 300.0,
    ) -> GeometryHandle:
        """Geometry for ``GeometryObstacle``; only what the server does not have is sent.

        cell_m: edge of a cell of its distance grid; 0: as fine as the server can. wait: until the grid is ready, with
        ``on_progress`` called with the share done; else obstacles count as soon as it is.
        """
        parcel = Parcel.of(geometry, self._coordinates, cell_m, name)
        return await self._somewhere(
            lambda: self._uploads.upload(parcel, wait=wait, on_progress=on_progress, timeout_s=timeout_s)
        )

    def drive(
        self,
        *,
        prompt: str = "",
        fps: float = 0.0,
        start_position_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
        start_heading_rad: float = 0.0,
        horizon_s: float = 0.0,
        seed: int = 0,
        start_motion: Motion | None = None,
        start_time_s: float = 0.0,
        resume_token: str = "",
        last_frame_index: int | None = None,
        client_name: str = f"lamp-python {lamp.__version__}",
        welcome_timeout_s: float = 30.0,
        on_plan: Callable[[ReceivedPlan], None] | None = None,
        reconnect: Reconnect | None = _RECONNECT,
    ) -> AsyncDriveSession:
        """A live character: ``async with client.drive(prompt="a person walks") as session``. 0: the server's default.

        start_heading_rad is 0 along +Z and positive towards +X (to the character's left). start_motion: what the
        character did last, 2 s at most; its last frame is the pose at session time start_time_s. resume_token is the
        ``welcome.session_token`` of a session whose stream broke, last_frame_index the last frame received then.
        reconnect: how to look for a server again when the connection is lost; None: the session fails then.
        """
        hello = drive_pb2.Hello(
            protocol_version=PROTOCOL_VERSION,
            coordinate_system=convert.coordinate_system_of(self._coordinates),
            fps=fps,
            prompt=prompt,
            start_position=convert.vector_of(self._coordinates.position_from_model(start_position_m)),
            start_facing=convert.vector_of(self._coordinates.direction_from_model(facing(start_heading_rad))),
            horizon_s=horizon_s,
            seed=seed,
            start_motion=None if start_motion is None else convert.motion_of(start_motion, self._coordinates),
            start_time_s=start_time_s,
            resume_token=resume_token,
            last_frame_index=last_frame_index,
            client_name=client_name,
        )
        return AsyncDriveSession(
            self._open_stream,
            self._targets,
            hello,
            self._coordinates,
            welcome_timeout_s=welcome_timeout_s,
            on_plan=on_plan,
            reconnect=reconnect,
            restore=self._uploads.restore,
        )

    def _open_stream(self, affinity: tuple[str, str], wait_for_ready: bool) -> Any:
        metadata = (*self._metadata, affinity)
        return self._targets.stub().Drive(metadata=metadata, wait_for_ready=wait_for_ready)
