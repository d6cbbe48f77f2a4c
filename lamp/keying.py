"""Paths, poses and points to look at, written into the key and look arrays of a problem's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features, rotations
from lamp.intent import MAX_PATH_SPEED_MPS, KeyPose, LookAt, Path
from lamp.problem import Arrays, KeyFrames, Target

Array = NDArray[Any]
PATH_EVERY_FRAMES = 8  # between the points of a path that the pelvis is asked to be at
_BETWEEN = 0.6  # weight of those against that of a waypoint
_FIRST_FRAMES = 8  # after the last fixed frame, before a path asks for anything
_LOOK_AHEAD_M = 2.0  # a walker faces the way this far ahead
_FACE_WEIGHT = 0.5
_CORRIDOR_M = 3.0  # how far along a path progress is looked for


@dataclass(frozen=True)
class Route:
    """What is left of a path from a place: corners ``(N, 2)`` of x and z, when to be at each, where waypoints are."""

    corners_m: Array
    times_s: Array
    waypoints: tuple[tuple[int, int], ...]  # (corner, index of the waypoint in the path)
    progress_m: float  # along the whole path
    finished: bool

    def at(self, times_s: Array) -> Array:
        """Place ``(T, 2)`` at times ``(T,)``; the ends hold."""
        return np.stack([np.interp(times_s, self.times_s, self.corners_m[:, axis]) for axis in (0, 1)], -1)

    def ahead(self, times_s: Array) -> Array:
        """Points ``(T, 2)`` some way further along, to face."""
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.corners_m, axis=0), axis=-1))])
        there = np.interp(times_s, self.times_s, along) + _LOOK_AHEAD_M
        return np.stack([np.interp(there, along, self.corners_m[:, axis]) for axis in (0, 1)], -1)


def route(path: Path, here_m: Array, now_s: float, progress_m: float) -> Route:
    """The way from ``here_m (2,)`` on ``path``, of which ``progress_m`` was walked before; at least as far as a loop.

    Progress is the nearest point of the path within a corridor ahead of the last one, so that a detour around an
    obstacle joins it again where it is near, and a path that crosses itself is not cut short.
    """
    points = np.array([[w.position_m[0], w.position_m[2]] for w in path.waypoints])
    if path.loop and len(points) > 1:
        points = np.concatenate([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=-1))])
    length = float(along[-1])
    lap = length if path.loop and length > 0 else 0.0
    progress = _progress(points, along, here_m, progress_m % lap if lap else progress_m)
    finished = not lap and length - progress < 0.25 and float(np.linalg.norm(points[-1] - here_m)) < 0.5
    rest = [(d, i) for i, d in enumerate(along) if d > progress + 1e-6]
    if progress == 0.0 and len(path.waypoints) > 0:
        rest = [(0.0, 0), *[r for r in rest if r[1] > 0]]
    for turn in range(1, 40 if lap else 1):  # a short loop is walked many times within one window
        rest += [(d + turn * lap, i) for i, d in enumerate(along) if i > 0]
        if turn * lap > 60.0:
            break
    corners = np.array([here_m, *(points[i] for _, i in rest)])
    names = tuple((n + 1, i % len(path.waypoints)) for n, (_, i) in enumerate(rest))
    return Route(corners, _times(path, corners, names, now_s, bool(lap)), names, progress, finished)


def _progress(points: Array, along: Array, here: Array, before: float) -> float:
    """Distance along the path of its point nearest to ``here``, not before ``before`` and not far beyond it."""
    if len(points) == 1:
        return 0.0
    best, found = np.inf, before
    for a, b, start in zip(points[:-1], points[1:], along[:-1], strict=True):
        way = b - a
        length = float(np.linalg.norm(way))
        if length < 1e-6 or start + length < before or start > before + _CORRIDOR_M:
            continue
        share = np.clip((here - a) @ way / length**2, 0.0, 1.0)
        at = float(np.clip(start + share * length, before, before + _CORRIDOR_M))
        away = float(np.linalg.norm(a + way * (at - start) / length - here))
        if away < best - 1e-9:
            best, found = away, at
    return found


def _times(path: Path, corners: Array, names: tuple[tuple[int, int], ...], now_s: float, loop: bool) -> Array:
    """When to be at each corner: arrival times where waypoints have them, else by speed."""
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=-1)
    times = np.concatenate([[now_s], now_s + np.cumsum(steps) / path.speed_mps])
    if not loop:
        last_corner, last_s = 0, now_s
        for corner, waypoint in names:
            arrive = path.waypoints[waypoint].arrive_s
            if arrive is None:
                continue
            way = steps[last_corner:corner]
            arrive = max(arrive, last_s + float(way.sum()) / MAX_PATH_SPEED_MPS)
            share = np.cumsum(way) / max(float(way.sum()), 1e-6)
            times[last_corner + 1 : corner + 1] = last_s + share * (arrive - last_s)
            times[corner + 1 :] = arrive + np.cumsum(steps[corner:]) / path.speed_mps
            last_corner, last_s = corner, arrive
    return np.asarray(np.maximum.accumulate(times + 1e-6 * np.arange(len(times))))


def add_route(keys: KeyFrames, row: Arrays, way: Route, path: Path, times_s: Array, first: int) -> None:
    """Ask the pelvis to be on the route after frame ``first``, and the chest to face along it."""
    begin = first + _FIRST_FRAMES
    frames = np.arange(len(times_s))
    goals, ahead = way.at(times_s), way.ahead(times_s)
    for frame in frames[begin::PATH_EVERY_FRAMES]:
        keys.add(_waypoint(goals[frame], _BETWEEN * path.weight), int(frame), int(frame))
    for corner, _ in way.waypoints:
        frame = round(float(np.interp(way.times_s[corner], times_s, frames)))
        if begin <= frame < len(times_s) - 1:
            keys.add(_waypoint(way.corners_m[corner], path.weight), frame, frame)
    if not np.any(row["look_weight"]) and float(np.linalg.norm(goals[-1] - goals[begin])) > 0.5:
        row["look"][:, [0, 2]] = ahead
        row["look_weight"][begin:] = _FACE_WEIGHT * path.weight


def _waypoint(place: Array, weight: float) -> Target:
    return Target(0, (float(place[0]), 0.0, float(place[1])), (True, False, True), weight=weight)


def add_look(row: Arrays, look: LookAt, times_s: Array, first: int) -> None:
    """Ask the chest to turn towards a point after frame ``first``."""
    row["look"][:] = look.at(times_s)
    row["look_weight"][first + 1 :] = look.weight


def pose_goals(pose: KeyPose, old_m: Array | None) -> Array:
    """Where the joints ``(22, 3)`` of a key pose should be; one that counts anywhere is put where ``old_m`` is."""
    goals = np.asarray(pose.joints_m, np.float64)
    if not pose.anywhere or old_m is None:
        return goals
    turn = float(features.heading_rad(old_m) - features.heading_rad(goals))
    centred = goals - goals[0] * [1.0, 0.0, 1.0]
    turned = rotations.rotate(np.broadcast_to(rotations.yaw(turn), (len(goals), 4)), centred)
    return np.asarray(turned + old_m[0] * [1.0, 0.0, 1.0])


def add_pose(keys: KeyFrames, pose: KeyPose, goals: Array, arrive: int, leave: int) -> None:
    """Ask the joints of a pose to be at ``goals (22, 3)`` from frame ``arrive`` to ``leave``."""
    for joint in pose.joints:
        x, y, z = (float(v) for v in goals[joint])
        keys.add(Target(joint, (x, y, z), weight=pose.weight), arrive, leave)
