"""Where the puppet of ``stub_backend`` goes on the ground: ahead, or along a path, and around what is in the way."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.intent import Path
from lamp.scene.obstacle import Obstacle
from lamp.timeline import FPS

Array = NDArray[Any]
_ACCELERATION_MPS2 = 4.0
_TURN_RADPS = 3.0
_REACHED_M = 0.35
_MOST_MPS = 8.0
_CLEAR_M = 0.5


@dataclass(frozen=True)
class Spot:
    """One frame of the way: ground point, heading, speed, and the waypoint of the path that comes next."""

    x_m: float
    z_m: float
    heading_rad: float
    speed_mps: float
    waypoint: int = 0


def walk(spot: Spot, first: int, count: int, path: Path | None, speed_mps: float) -> list[Spot]:
    """The way from ``spot``, the frame before ``first``, for ``count`` frames. Speed and heading change smoothly."""
    way = []
    for frame in range(first, first + count):
        wanted, turn, waypoint = speed_mps, 0.0, 0
        if path is not None:
            wanted, turn, waypoint = _steer(spot, path, frame / FPS)
        change = _ACCELERATION_MPS2 / FPS
        speed = spot.speed_mps + min(max(wanted - spot.speed_mps, -change), change)
        heading = spot.heading_rad + min(max(turn, -_TURN_RADPS / FPS), _TURN_RADPS / FPS)
        step = speed / FPS
        spot = Spot(
            spot.x_m + step * math.sin(heading), spot.z_m + step * math.cos(heading), heading, speed, waypoint
        )
        way.append(spot)
    return way


def _steer(spot: Spot, path: Path, now_s: float) -> tuple[float, float, int]:
    """Speed wanted, angle to turn by, and next waypoint; a path that was walked to its end means standing still."""
    points, index = path.waypoints, spot.waypoint
    while index < len(points) and _away(spot, points[index].position_m) < _REACHED_M:
        index += 1
        if path.loop and index == len(points):
            index = 0
            break
    if index >= len(points):
        return 0.0, 0.0, index
    goal, arrive_s = points[index].position_m, points[index].arrive_s
    speed = path.speed_mps
    if arrive_s is not None and not path.loop:
        speed = min(_away(spot, goal) / max(arrive_s - now_s, 1.0 / FPS), _MOST_MPS)
    angle = math.atan2(goal[0] - spot.x_m, goal[2] - spot.z_m) - spot.heading_rad
    angle = math.remainder(angle, math.tau)
    return speed * max(math.cos(angle), 0.2), angle, index


def _away(spot: Spot, point: tuple[float, float, float]) -> float:
    return math.hypot(point[0] - spot.x_m, point[2] - spot.z_m)


def detour_m(obstacles: Iterable[Obstacle], frames: Array, ground: Array, heading: Array) -> Array:
    """Metres to the left ``(N,)`` that keep clear of every obstacle, smooth in time.

    frames ``(N,)`` of the session, ground ``(N, 2)`` x and z, heading ``(N,)``.
    """
    ahead = np.stack([np.sin(heading), np.cos(heading)], -1)
    left = np.stack([ahead[:, 1], -ahead[:, 0]], -1)
    aside = np.zeros(len(frames))
    for obstacle in obstacles:
        if obstacle.shape == "plane" or obstacle.walkable:
            continue
        offset = obstacle.trajectory(frames / FPS)[0][:, [0, 2]] - ground
        x, z = np.sum(offset * left, -1), np.sum(offset * ahead, -1)
        clear = _radius_m(obstacle) + _CLEAR_M
        side = np.where(np.mean(x) > 0, x - clear, x + clear)
        aside += np.where(np.abs(x) < clear, side, 0.0) * np.exp(-((z / clear) ** 4) / 8)
    return aside


def _radius_m(obstacle: Obstacle) -> float:
    if obstacle.grid is None:
        return max(obstacle.size_m)
    low, high = np.array(obstacle.grid.low_m), np.array(obstacle.grid.high_m)
    return float((high - low)[[0, 2]].max()) * obstacle.scale / 2
