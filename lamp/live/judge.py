"""What a plan achieves: its terms in natural units, which demands it misses, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import metrics
from lamp.intent import Shortfall, TargetReport, Want
from lamp.live.settings import LiveSettings
from lamp.problem import Target
from lamp.scene.foothold import footholds
from lamp.scene.ground_map import GAP, HEIGHT, Ground
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import obstacle_distance, penetration_m
from lamp.skeleton import CONTACT_JOINTS, JOINT_RADII_M
from lamp.timeline import FPS

Array = NDArray[Any]
# How high above the ground each joint can get, metres: pelvis and chest when hopping, hands above the head.
_HIGHEST_M = {0: 1.3, 3: 1.4, 6: 1.5, 9: 1.6, 12: 1.8, 13: 1.8, 14: 1.8, 15: 2.0, 16: 1.8, 17: 1.8, 18: 2.1, 19: 2.1,
              20: 2.4, 21: 2.4}  # fmt: skip
_HIGHEST_LEG_M = 1.3
_GAP_OK_M = 0.03


@dataclass(frozen=True)
class Demands:
    """What a plan is judged against. Targets by id, with their times of arrival; goals of poses by id."""

    obstacles: Mapping[str, Obstacle] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    waypoints: Mapping[str, Target] = field(default_factory=dict)
    poses: Mapping[str, tuple[Array, tuple[int, ...], float]] = field(
        default_factory=dict
    )  # goals, joints, time
    pending: frozenset[str] = frozenset()
    ground: Ground = field(default_factory=lambda: Ground(0.0))
    here_m: tuple[float, float] = (0.0, 0.0)  # pelvis, x and z, where the plan begins
    now_s: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """Terms in natural units, what is missed, and how near every target comes."""

    terms: dict[str, float]
    shortfalls: tuple[Shortfall, ...]
    targets: tuple[TargetReport, ...]

    @property
    def feasible(self) -> bool:
        """Whether every demand is met."""
        return not self.shortfalls

    @property
    def reason(self) -> str:
        """What is missed, for a person; empty when nothing is."""
        return "; ".join(_in_words(s) for s in self.shortfalls[:3])


def judge(joints: Array, contacts: Array, start: int, demands: Demands, settings: LiveSettings) -> Verdict:
    """Judge frames ``(T, 22, 3)`` that begin at session frame ``start``."""
    times = (start + np.arange(len(joints))) / FPS
    shortfalls = [Shortfall(Want.GEOMETRY_PENDING, id) for id in sorted(demands.pending)]
    deepest, touched = _penetration(joints, times, demands, settings)
    reports = [*_targets(joints, start, demands), *_poses(joints, start, demands)]
    missed = [r for r in reports if r.error_m > settings.target_ok_m]
    passed = _waypoints(joints, start, demands)
    late = [r for r in passed if r.error_m > settings.waypoint_ok_m]
    gap, at_s = _gap(joints, contacts, times, demands.ground)
    shortfalls += touched
    shortfalls += [_why_missed(report, demands, settings) for report in (*missed, *late)]
    if gap > _GAP_OK_M:
        shortfalls.append(Shortfall(Want.NO_GROUND, "", gap, at_s))
    toes = joints[:, [10, 11]]
    terms = {
        "penetration_m": deepest,
        "target_error_m": max((r.error_m for r in reports), default=0.0),
        "foot_slide_mps": _slide(joints, contacts),
        "foot_depth_m": float(
            np.maximum(footholds(demands.ground, toes) - toes[..., 1], 0.0).max(initial=0.0)
        ),
        "jitter_mps3": metrics.jitter_mps3(joints),
    }
    return Verdict(terms, tuple(shortfalls), (*reports, *passed))


def _penetration(joints: Array, times: Array, d: Demands, s: LiveSettings) -> tuple[float, list[Shortfall]]:
    depth = penetration_m(joints, list(d.obstacles.values()), times)
    touched = []
    for id, column in zip(d.obstacles, depth.T, strict=True):
        worst = int(column.argmax())
        if column[worst] > s.penetration_ok_m:
            touched.append(Shortfall(Want.PENETRATION, id, float(column[worst]), float(times[worst])))
    return float(depth.max(initial=0.0)), touched


def _targets(joints: Array, start: int, d: Demands) -> list[TargetReport]:
    """Distance of every target that is due within the frames, over the axes that count."""
    found = []
    for id, target in d.targets.items():
        frame = round((target.arrive_s or 0.0) * FPS) - start
        if 0 <= frame < len(joints):
            offset = (joints[frame, target.joint] - target.position_m) * np.array(target.axis_mask)
            found.append(TargetReport(id, float(np.linalg.norm(offset)), target.arrive_s or 0.0))
    return found


def _waypoints(joints: Array, start: int, d: Demands) -> list[TargetReport]:
    """How near the pelvis passes each waypoint of a path around its time: half a second early or late is on time."""
    found = []
    for id, target in d.waypoints.items():
        frame = round((target.arrive_s or 0.0) * FPS) - start
        if not 0 <= frame < len(joints):
            continue
        near = joints[max(frame - 10, 0) : frame + 11, 0]
        away = np.hypot(near[:, 0] - target.position_m[0], near[:, 2] - target.position_m[2])
        found.append(TargetReport(id, float(away.min()), target.arrive_s or 0.0))
    return found


def _poses(joints: Array, start: int, d: Demands) -> list[TargetReport]:
    """Mean distance of the joints of every key pose."""
    found = []
    for id, (goals, counted, time_s) in d.poses.items():
        frame = round(time_s * FPS) - start
        if 0 <= frame < len(joints):
            error = np.linalg.norm(joints[frame] - goals, axis=-1)[list(counted)].mean()
            found.append(TargetReport(id, float(error), time_s))
    return found


def _why_missed(report: TargetReport, d: Demands, s: LiveSettings) -> Shortfall:
    """The most telling reason why a target is not met."""
    target = d.targets.get(report.id) or d.waypoints.get(report.id)
    kind = Want.TARGET_MISSED
    if target is not None:
        where = np.array(target.position_m)
        level = float(d.ground.at(where[None], HEIGHT)[0])
        away = float(np.hypot(*(where[[0, 2]] - d.here_m)))
        if _blocked(target, where, level, report.arrive_s, d):
            kind = Want.TARGET_BLOCKED
        elif target.axis_mask[1] and where[1] - level > _HIGHEST_M.get(target.joint, _HIGHEST_LEG_M):
            kind = Want.TARGET_OUT_OF_REACH
        elif away > s.top_speed_mps * max(report.arrive_s - d.now_s, 0.0) + 0.8:
            kind = Want.TARGET_TOO_FAR
    return Shortfall(kind, report.id, report.error_m, report.arrive_s)


def _blocked(target: Target, where: Array, level: float, arrive_s: float, d: Demands) -> bool:
    """Whether the joint cannot be there without being inside something, or below the ground."""
    if target.axis_mask[1] and where[1] < level - 0.02:
        return True
    point = where if target.axis_mask[1] else np.array([where[0], level + 0.9, where[2]])
    room = JOINT_RADII_M[target.joint] - 0.01
    at = np.array([arrive_s])
    return any(float(obstacle_distance(o, point[None, None], at)[0, 0]) < room
               for o in d.obstacles.values() if not o.walkable)  # fmt: skip


def _gap(joints: Array, contacts: Array, times: Array, ground: Ground) -> tuple[float, float]:
    """How far planted feet get from the ground that carries them, and when that is worst."""
    if ground.maps is None:
        return 0.0, 0.0
    away = np.where(contacts > 0.5, ground.at(joints[:, list(CONTACT_JOINTS)], GAP), 0.0).max(-1)
    worst = int(away.argmax())
    return max(float(away[worst]), 0.0), float(times[worst])


def _slide(joints: Array, contacts: Array) -> float:
    """Mean horizontal speed of feet that should stand, m/s."""
    if len(joints) < 2:
        return 0.0
    speed = np.linalg.norm(np.diff(joints[:, list(CONTACT_JOINTS)][..., [0, 2]], axis=0), axis=-1) * FPS
    stands = (contacts[:-1] > 0.5) & (contacts[1:] > 0.5)
    return float((speed * stands).sum() / max(stands.sum(), 1))


def _in_words(s: Shortfall) -> str:
    name = f" {s.id!r}" if s.id else ""
    return {
        Want.PENETRATION: f"touches obstacle{name}, {s.amount_m:.3f} m deep at {s.time_s:.2f} s",
        Want.TARGET_MISSED: f"misses target{name} by {s.amount_m:.3f} m at {s.time_s:.2f} s",
        Want.TARGET_BLOCKED: f"target{name} lies inside an obstacle or below the ground ({s.amount_m:.3f} m away)",
        Want.TARGET_TOO_FAR: f"target{name} is too far for the time until {s.time_s:.2f} s ({s.amount_m:.2f} m away)",
        Want.TARGET_OUT_OF_REACH: f"target{name} is higher than the joint can get ({s.amount_m:.2f} m away)",
        Want.NO_GROUND: f"a foot stands {s.amount_m:.3f} m beyond the ground at {s.time_s:.2f} s",
        Want.GEOMETRY_PENDING: f"geometry{name} is not ready yet; this plan does not know it",
    }[s.kind]
