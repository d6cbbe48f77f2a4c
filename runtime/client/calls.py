"""Requests and answers of the calls that are not live, between ``lamp`` values and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.tasks import FPS, Task
from runtime import convert, convert_intents
from runtime.coordinates import CoordinateSystem, facing
from runtime.pb.v1 import motion_pb2, service_pb2


@dataclass(frozen=True)
class ServerInfo:
    """What a server is and can do; lengths of time in seconds."""

    server_version: str
    protocol_versions: range
    bundle: str  # name of the trained model
    licence: str  # of the trained model: mind it before you ship
    engine: str
    device: str
    model_fps: float
    max_clip_s: float
    skeleton_hash: str
    sessions: int
    max_sessions: int

    @classmethod
    def of(cls, info: service_pb2.GetServerInfoResponse) -> ServerInfo:
        """From the message."""
        return cls(
            info.server_version, range(info.min_protocol_version, info.max_protocol_version + 1), info.model_name,
            info.model_licence, info.engine, info.device, info.model_fps, info.max_clip_s, info.skeleton.hash,
            info.sessions, info.max_sessions,
        )  # fmt: skip


@dataclass(frozen=True)
class ClipResult:
    """One optimised clip; terms in natural units (``penetration_m`` ...); reason is empty when feasible."""

    motion: Motion
    terms: dict[str, float]
    feasible: bool
    reason: str
    steps: int
    seconds: float


@dataclass(frozen=True)
class ProgressReport:
    """How far a call is; ``terms`` are means over its tasks."""

    step: int
    steps: int
    elapsed_s: float
    terms: dict[str, float]

    @classmethod
    def of(cls, progress: service_pb2.Progress) -> ProgressReport:
        """From the message."""
        return cls(progress.step, progress.steps, progress.elapsed_s, convert.terms_from(progress.terms))


class ClipCollector:
    """Puts the chunks of an answer together."""

    def __init__(self, coordinates: CoordinateSystem) -> None:
        self._coordinates = coordinates
        self.fps = 0.0
        self._frames: dict[int, list[motion_pb2.Frame]] = {}
        self.results: dict[int, service_pb2.OptimizeResult] = {}

    def header(self, header: service_pb2.ClipHeader) -> None:
        """What all clips share."""
        self.fps = header.fps
        self._frames = {clip: [] for clip in range(header.clips)}

    def chunk(self, chunk: service_pb2.ClipChunk) -> None:
        """Frames of one clip; previews are not kept."""
        if not chunk.preview:
            self._frames.setdefault(chunk.clip, []).extend(chunk.frames)

    def motions(self) -> list[Motion]:
        """The clips in order."""
        return [
            convert.motion_from(self._frames[i], self.fps, self._coordinates) for i in sorted(self._frames)
        ]

    def clip_results(self) -> list[ClipResult]:
        """The clips with their reports, in order."""
        results = []
        for i, motion in enumerate(self.motions()):
            r = self.results.get(i, service_pb2.OptimizeResult())
            terms = convert.terms_from(r.terms)
            results.append(ClipResult(motion, terms, r.feasible, r.reason, r.steps, r.optimise_s))
        return results


def task_of(task: Task, coordinates: CoordinateSystem, path: str = "task") -> service_pb2.OptimizeTask:
    """The message for a task. ``InputError`` names what the wire cannot carry (per-joint ``keep``, ``weights``)."""
    if task.weights is not None:
        raise InputError(f"{path}.weights", "cannot be sent; the server has its own, leave the default")
    message = service_pb2.OptimizeTask(
        prompt=task.prompt,
        targets=[convert.target_of("", target, coordinates) for target in task.targets],
        obstacles=[convert.obstacle_of("", obstacle, coordinates) for obstacle in task.obstacles],
    )
    _add_intents(message, task, coordinates)
    if task.reference is None:
        message.duration_s = task.frames / FPS
        message.start_position.CopyFrom(convert.vector_of(coordinates.position_from_model(task.place[:3])))
        message.start_facing.CopyFrom(
            convert.vector_of(coordinates.direction_from_model(facing(task.place[3])))
        )
        return message
    message.reference.CopyFrom(convert.motion_of(task.reference, coordinates))
    keep = None if task.keep is None else np.asarray(task.keep)
    if keep is not None:
        if keep.ndim != 1:
            raise InputError(
                f"{path}.keep", f"has shape {keep.shape}; over the wire it is one number per frame"
            )
        message.keep.extend(keep.tolist())
    if task.show is not None:
        if keep is None or not np.array_equal(np.asarray(task.show, dtype=bool), keep > 0):
            raise InputError(
                f"{path}.show", "over the wire the frames shown are those with keep > 0; make them agree"
            )
        message.show_kept = True
    return message


def _add_intents(message: service_pb2.OptimizeTask, task: Task, coordinates: CoordinateSystem) -> None:
    message.key_poses.extend(convert_intents.key_pose_of("", pose, coordinates) for pose in task.key_poses)
    if task.look_at is not None:
        message.look_at.CopyFrom(convert_intents.look_at_of(task.look_at, coordinates))
    if task.path is not None:
        message.path.CopyFrom(convert_intents.path_of(task.path, coordinates))
    message.floor = convert_intents.FLOORS[task.floor]


def optimize_request(
    tasks: Sequence[Task], coordinates: CoordinateSystem, *, steps: int, time_limit_s: float | None, starts: int,
    seed: int, fps: float,
) -> service_pb2.OptimizeRequest:  # fmt: skip
    """The whole request."""
    return service_pb2.OptimizeRequest(
        tasks=[task_of(task, coordinates, f"tasks[{i}]") for i, task in enumerate(tasks)],
        steps=steps, time_limit_s=time_limit_s, starts=starts, seed=seed, fps=fps,
        coordinate_system=convert.coordinate_system_of(coordinates),
    )  # fmt: skip
