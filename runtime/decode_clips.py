"""Requests for clips (Generate, Optimize), checked and turned into tasks in model space. Raises ``Refused``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.intent import Floor
from lamp.motion import Motion
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from runtime import limits as bounds
from runtime.backend import BackendInfo, OptimizeOptions
from runtime.coordinates import CoordinateSystem
from runtime.decode import read_coordinates, read_obstacle, read_place, read_prompt, read_target
from runtime.decode_intents import read_floor, read_key_pose, read_look_at, read_path
from runtime.decode_motion import read_motion
from runtime.geometry.reference import NO_SHELF, Shelf
from runtime.limits import Limits
from runtime.pb.v1 import scene_pb2, service_pb2
from runtime.validation import Array, Checker


@dataclass(frozen=True)
class ClipFormat:
    """How clips are sent."""

    coordinates: CoordinateSystem
    fps: float


@dataclass(frozen=True)
class GenerateOrder:
    """A checked GenerateRequest."""

    prompts: tuple[str, ...]
    frames: int
    seed: int
    guidance: float | None
    format: ClipFormat


@dataclass(frozen=True)
class OptimizeOrder:
    """A checked OptimizeRequest."""

    tasks: tuple[Task, ...]
    options: OptimizeOptions
    preview_interval_s: float | None
    format: ClipFormat


def read_generate(request: service_pb2.GenerateRequest, info: BackendInfo, limits: Limits) -> GenerateOrder:
    """Prompts and how to sample them."""
    check = Checker()
    if check.count("prompts", len(request.prompts), bounds.MAX_CLIPS, 1):
        prompts = tuple(read_prompt(f"prompts[{i}]", p, check, limits) for i, p in enumerate(request.prompts))
    else:
        prompts = ()
    guidance = None
    if request.HasField("guidance"):
        guidance = check.number("guidance", request.guidance, 0.0, bounds.MAX_GUIDANCE)
    frames = _read_frames(request.duration_s, info, check)
    order = GenerateOrder(prompts, frames, request.seed, guidance, _read_format(request, info, check))
    check.done()
    return order


def read_optimize(
    request: service_pb2.OptimizeRequest, info: BackendInfo, limits: Limits, shelf: Shelf = NO_SHELF
) -> OptimizeOrder:
    """Tasks and how to optimise them. Geometry must be ready in ``shelf``."""
    check = Checker()
    format = _read_format(request, info, check)
    tasks: list[Task] = []
    if check.count("tasks", len(request.tasks), bounds.MAX_CLIPS, 1):
        parts = [(task, check.at(f"tasks[{i}]")) for i, task in enumerate(request.tasks)]
        tasks = [_read_task(task, format.coordinates, info, limits, shelf, part) for task, part in parts]
    time_limit = interval = None
    if request.HasField("time_limit_s"):
        low, high = bounds.MIN_TIME_LIMIT_S, bounds.MAX_TIME_LIMIT_S
        time_limit = check.number("time_limit_s", request.time_limit_s, low, high)
    if request.HasField("preview_interval_s"):
        interval = check.number("preview_interval_s", request.preview_interval_s, 0.2, 60.0)
    options = OptimizeOptions(
        int(check.default("steps", request.steps, 1, bounds.MAX_STEPS, bounds.DEFAULT_STEPS)),
        time_limit,
        int(check.default("starts", request.starts, 1, bounds.MAX_STARTS, 1)),
        request.seed,
    )
    check.done()
    return OptimizeOrder(tuple(tasks), options, interval, format)


def _read_format(
    request: service_pb2.GenerateRequest | service_pb2.OptimizeRequest, info: BackendInfo, check: Checker
) -> ClipFormat:
    coordinates = read_coordinates(request.coordinate_system, check.at("coordinate_system"))
    return ClipFormat(
        coordinates, check.default("fps", request.fps, bounds.MIN_FPS, bounds.MAX_FPS, info.fps)
    )


def _read_frames(duration_s: float, info: BackendInfo, check: Checker) -> int:
    default = min(bounds.DEFAULT_CLIP_S, info.max_clip_s)
    duration = check.default("duration_s", duration_s, bounds.MIN_CLIP_S, info.max_clip_s, default)
    return min(round(duration * info.fps), info.max_frames)


def _read_task(
    message: service_pb2.OptimizeTask,
    coordinates: CoordinateSystem,
    info: BackendInfo,
    limits: Limits,
    shelf: Shelf,
    check: Checker,
) -> Task:
    prompt = read_prompt("prompt", message.prompt, check, limits)
    reference, keep = None, None
    if message.HasField("reference"):
        part = check.at("reference")
        reference = read_motion(message.reference, coordinates, bounds.MIN_CLIP_S, info.max_clip_s, part)
        if reference is not None:
            reference = reference.resample(info.fps)[: info.max_frames]
        keep = _read_keep(message.keep, len(message.reference.frames), reference, check)
        for name in ("start_position", "start_facing"):
            if message.HasField(name):
                check.fail(
                    name, "is set together with a reference, which has its own place; leave one of them out"
                )
        if message.duration_s:
            check.fail("duration_s", "is set together with a reference; cut or extend the reference instead")
    elif message.keep:
        check.fail("keep", "needs a reference")
    if message.show_kept and keep is None:
        check.fail("show_kept", "needs a reference and keep")
    position, heading = read_place(message.start_position, message.start_facing, message, coordinates, check)
    targets, obstacles = [], []
    if check.count("targets", len(message.targets), limits.max_targets):
        for i, target in enumerate(message.targets):
            targets.append(read_target(target, coordinates, 0.0, check.at(f"targets[{i}]")))
    if check.count("obstacles", len(message.obstacles), limits.max_obstacles):
        for i, obstacle in enumerate(message.obstacles):
            obstacles += _read_obstacle(obstacle, coordinates, shelf, check.at(f"obstacles[{i}]"))
    intents = _read_intents(message, coordinates, limits, check)
    frames = _read_frames(0.0 if reference is not None else message.duration_s, info, check)
    try:
        return Task(
            prompt=prompt, frames=frames, reference=reference, keep=keep,
            show=keep > 0 if message.show_kept and keep is not None else None,
            targets=tuple(targets), obstacles=tuple(obstacles), place=(*position, heading), **intents,
        )  # fmt: skip
    except InputError as error:
        check.fail(error.field, error.problem)
        return Task()


def _read_obstacle(
    message: scene_pb2.Obstacle, coordinates: CoordinateSystem, shelf: Shelf, check: Checker
) -> list[Obstacle]:
    """One obstacle; none after a violation, such as geometry that is not ready: a clip cannot wait for it."""
    found = read_obstacle(message, coordinates, 0.0, check, shelf)
    if isinstance(found, Obstacle):
        return [found]
    check.fail("geometry.id", f"{found.geometry_id} is still being built; wait until GetGeometry says READY")
    return []


def _read_intents(
    message: service_pb2.OptimizeTask, coordinates: CoordinateSystem, limits: Limits, check: Checker
) -> dict[str, Any]:
    """Fields of ``Task`` for the intents that are there."""
    intents: dict[str, Any] = {}
    if check.count("key_poses", len(message.key_poses), limits.max_key_poses) and message.key_poses:
        parts = [(pose, check.at(f"key_poses[{i}]")) for i, pose in enumerate(message.key_poses)]
        poses = [read_key_pose(pose, coordinates, 0.0, part) for pose, part in parts]
        intents["key_poses"] = tuple(pose for pose in poses if pose is not None)
    if message.HasField("look_at"):
        intents["look_at"] = read_look_at(message.look_at, coordinates, 0.0, check.at("look_at"))
    if message.HasField("path"):
        intents["path"] = read_path(message.path, coordinates, 0.0, check.at("path"))
    if message.floor:
        intents["floor"] = read_floor(message.floor, Floor.PLANE, check)
    return intents


def _read_keep(keep: Sequence[float], sent: int, reference: Motion | None, check: Checker) -> Array | None:
    """Weights ``(T,)`` at the model's rate, None when none were sent."""
    if not keep:
        return None
    if len(keep) not in (1, sent):
        check.fail(
            "keep", f"has {len(keep)} numbers; it must have none, one, or one per reference frame ({sent})"
        )
        return None
    weights = np.array(
        [check.number(f"keep[{i}]", value, 0.0, bounds.MAX_WEIGHT) for i, value in enumerate(keep)]
    )
    if reference is None:
        return None
    if len(weights) == 1:
        return np.full(len(reference), weights[0])
    return np.interp(np.linspace(0.0, 1.0, len(reference)), np.linspace(0.0, 1.0, sent), weights)
