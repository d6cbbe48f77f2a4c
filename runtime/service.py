"""MotionService: a thin adapter between messages and the scheduler. No arithmetic here."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import grpc

from lamp import __version__
from lamp.motion import Motion
from lamp.optimizer import Report
from lamp.prior import Result
from runtime import encode, offline_work
from runtime import limits as bounds
from runtime.decode import read_coordinates
from runtime.decode_clips import ClipFormat, read_generate, read_optimize
from runtime.drive import Context, Drives, Requests
from runtime.encode import FrameBlock
from runtime.geometry import calls as geometry_calls
from runtime.geometry.settings import GeometrySettings
from runtime.geometry.store import GeometryStore
from runtime.inflight import InFlight
from runtime.limits import Limits
from runtime.offline_work import Done, Status
from runtime.pb.v1 import geometry_upload_pb2, service_pb2, service_pb2_grpc
from runtime.scheduler import Scheduler
from runtime.status import abort, unavailable
from runtime.validation import Checker

log = logging.getLogger(__name__)
_Method = Callable[["MotionServicer", Any, Any], Awaitable[Any]]
_CHUNK_FRAMES = 512  # 350 kB


def _counted(method: _Method) -> _Method:
    """A call that the end of the server waits for, and that is refused once that end has begun."""

    @functools.wraps(method)
    async def counted(self: MotionServicer, request: Any, context: Any) -> Any:
        if self.calls.draining:
            await abort(context, unavailable())
        with self.calls.call():
            return await method(self, request, context)

    return counted


class MotionServicer(service_pb2_grpc.MotionServiceServicer):
    """The calls. Every error leaves through ``status.abort``."""

    def __init__(
        self, scheduler: Scheduler, limits: Limits, geometry: GeometrySettings | None = None
    ) -> None:
        self._scheduler, self._limits = scheduler, limits
        self._info = scheduler.backend.info
        self.geometry = GeometryStore(limits, geometry)
        self.drives = Drives(scheduler, self._info, limits, self.geometry)
        self.calls = InFlight()

    async def GetServerInfo(  # noqa: N802 - named by the contract
        self, request: service_pb2.GetServerInfoRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> service_pb2.GetServerInfoResponse:
        """What this server is."""
        try:
            check = Checker()
            coordinates = read_coordinates(request.coordinate_system, check.at("coordinate_system"))
            check.done()
        except Exception as error:
            await abort(context, error)
        info = self._info
        return service_pb2.GetServerInfoResponse(
            server_version=__version__,
            min_protocol_version=bounds.PROTOCOL_VERSION,
            max_protocol_version=bounds.PROTOCOL_VERSION,
            model_name=info.name,
            model_licence=info.licence,
            engine=info.engine,
            device=info.device,
            model_fps=info.fps,
            max_clip_s=info.max_clip_s,
            skeleton=encode.skeleton(coordinates),
            limits=encode.limits_message(self._limits),
            sessions=len(self.drives),
            max_sessions=self._limits.max_sessions,
        )

    @_counted
    async def Generate(  # noqa: N802
        self, request: service_pb2.GenerateRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Clips from prompts."""
        try:
            order = read_generate(request, self._info, self._limits)
            await context.write(
                service_pb2.GenerateResponse(header=_header(order.format, len(order.prompts)))
            )
            async for item in self._scheduler.run_offline(
                offline_work.generate(self._scheduler.backend, order)
            ):
                if isinstance(item, Status):
                    await context.write(service_pb2.GenerateResponse(progress=_progress(item)))
                else:
                    for chunk in _chunks(item.motions, order.format):
                        await context.write(service_pb2.GenerateResponse(chunk=chunk))
        except Exception as error:
            await abort(context, error)

    @_counted
    async def Optimize(  # noqa: N802
        self, request: service_pb2.OptimizeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Clips that meet targets, avoid obstacles, or stay near a reference."""
        try:
            await geometry_calls.fetch(request, self.geometry)
            order = read_optimize(request, self._info, self._limits, self.geometry)
            await context.write(service_pb2.OptimizeResponse(header=_header(order.format, len(order.tasks))))
            async for item in self._scheduler.run_offline(
                offline_work.optimize(self._scheduler.backend, order)
            ):
                for response in _optimize_responses(item, order.format):
                    await context.write(response)
        except Exception as error:
            await abort(context, error)

    async def Drive(self, requests: Requests, context: Context) -> None:  # noqa: N802
        """One live character."""
        try:
            await self.drives.drive(requests, context)
        except Exception as error:
            await abort(context, error)

    @_counted
    async def UploadGeometry(  # noqa: N802
        self, requests: geometry_calls.Uploads, context: grpc.aio.ServicerContext[Any, Any]
    ) -> geometry_upload_pb2.UploadGeometryResponse:
        """Geometry for obstacles to refer to."""
        try:
            return await geometry_calls.upload(requests, self.geometry, self._limits)
        except Exception as error:
            await abort(context, error)

    async def GetGeometry(  # noqa: N802
        self, request: geometry_upload_pb2.GetGeometryRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> geometry_upload_pb2.GetGeometryResponse:
        """How far a geometry is."""
        try:
            return await geometry_calls.get(request, self.geometry)
        except Exception as error:
            await abort(context, error)


def _header(format: ClipFormat, clips: int) -> service_pb2.ClipHeader:
    return service_pb2.ClipHeader(
        skeleton=encode.skeleton(format.coordinates),
        coordinate_system=encode.coordinate_system(format.coordinates),
        fps=format.fps,
        clips=clips,
    )


def _progress(status: Status) -> service_pb2.Progress:
    terms = encode.terms(_mean(status.reports))
    return service_pb2.Progress(step=status.step, steps=status.steps, elapsed_s=status.elapsed_s, terms=terms)


def _mean(reports: tuple[Report, ...]) -> dict[str, float]:
    """Mean of each term over the tasks."""
    names = reports[0].terms if reports else ()
    return {name: sum(report.terms[name] for report in reports) / len(reports) for name in names}


def _optimize_responses(item: Status | Done, format: ClipFormat) -> Iterator[service_pb2.OptimizeResponse]:
    if isinstance(item, Status):
        yield service_pb2.OptimizeResponse(progress=_progress(item))
        for chunk in _chunks(item.preview, format, preview=True):
            yield service_pb2.OptimizeResponse(chunk=chunk)
        return
    for chunk in _chunks(item.motions, format):
        yield service_pb2.OptimizeResponse(chunk=chunk)
        if chunk.last:
            yield service_pb2.OptimizeResponse(result=_result(chunk.clip, item.results[chunk.clip]))


def _result(clip: int, result: Result) -> service_pb2.OptimizeResult:
    return service_pb2.OptimizeResult(
        clip=clip, terms=encode.terms(result.terms), feasible=result.feasible, reason=result.reason,
        steps=result.steps, optimise_s=result.seconds,
    )  # fmt: skip


def _chunks(
    motions: tuple[Motion, ...], format: ClipFormat, *, preview: bool = False
) -> Iterator[service_pb2.ClipChunk]:
    for clip, motion in enumerate(motions):
        frames = FrameBlock.of(motion.resample(format.fps), 0, 0, format.coordinates)
        for start in range(0, len(frames), _CHUNK_FRAMES):
            part = frames.between(start, start + _CHUNK_FRAMES)
            last = part.end == len(frames)
            yield service_pb2.ClipChunk(clip=clip, frames=part.messages(), last=last, preview=preview)
