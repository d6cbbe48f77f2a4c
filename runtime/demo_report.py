"""What the demo measured: penetration and target errors around each event, splices, skate, and the pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import metrics
from lamp.motion import interpolate
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m as depth_m

Array = NDArray[Any]


@dataclass
class Event:
    """Something the script did to the scene, what was planned before, and how fast the server answered."""

    kind: str
    time_s: float
    text: str
    revision: int
    obstacle: Obstacle | None = None
    target: Target | None = None
    until_s: float = 0.0  # when the obstacle was taken away again
    planned: Array | None = None  # joints (N, 22, 3) planned at the time, from planned_from_s on
    planned_from_s: float = 0.0
    sent_s: float = 0.0  # monotonic
    first_s: float | None = None  # first plan that knows of the event, seconds after sending
    settled_s: float | None = None


@dataclass
class Recording:
    """Everything that was played: joints ``(N, 22, 3)`` at ``fps``."""

    fps: float
    frames: list[Array] = field(default_factory=list)

    def between(self, start_s: float, end_s: float) -> Array:
        first, last = max(round(start_s * self.fps), 0), round(end_s * self.fps)
        return np.stack(self.frames)[first : last + 1]


def penetration_m(joints: Array, start_s: float, fps: float, obstacle: Obstacle) -> float:
    """Deepest penetration of the body over frames that begin at ``start_s``."""
    if len(joints) == 0:
        return 0.0
    times = start_s + np.arange(len(joints)) / fps
    return float(depth_m(joints, [obstacle], times).max())


def target_error_m(joints: Array, start_s: float, fps: float, target: Target) -> float:
    """Distance of the joint to its target at arrival; where the frames end before, at the last one."""
    index = min(max(round(((target.arrive_s or 0.0) - start_s) * fps), 0), len(joints) - 1)
    offset = (joints[index, target.joint] - target.position_m) * np.array(target.axis_mask)
    return float(np.linalg.norm(offset))


def measure(event: Event, played: Recording) -> dict[str, Any]:
    """One row of ``events`` in the report."""
    row: dict[str, Any] = {
        "kind": event.kind, "text": event.text, "time_s": round(event.time_s, 2),
        "replan_first_s": _round(event.first_s), "replan_settled_s": _round(event.settled_s),
        "penetration_before_m": None, "penetration_after_m": None, "target_error_before_m": None,
        "target_error_after_m": None,
    }  # fmt: skip
    planned = event.planned if event.planned is not None else np.zeros((0, 22, 3))
    if event.obstacle is not None:
        row["penetration_before_m"] = _round(
            penetration_m(planned, event.planned_from_s, played.fps, event.obstacle)
        )
        after = played.between(event.time_s, event.until_s)
        row["penetration_after_m"] = _round(penetration_m(after, event.time_s, played.fps, event.obstacle))
    if event.target is not None:
        row["target_error_before_m"] = _round(
            target_error_m(planned, event.planned_from_s, played.fps, event.target)
        )
        after = played.between(0.0, (event.target.arrive_s or 0.0) + 1.0)
        row["target_error_after_m"] = _round(target_error_m(after, 0.0, played.fps, event.target))
    if event.kind == "prompt":
        row["speed_before_mps"] = _round(
            speed_mps(played.between(event.time_s - 2.0, event.time_s), played.fps)
        )
        row["speed_after_mps"] = _round(
            speed_mps(played.between(event.time_s + 1.5, event.time_s + 4.0), played.fps)
        )
    return row


def speed_mps(joints: Array, fps: float) -> float:
    """Mean ground speed of the pelvis."""
    if len(joints) < 2:
        return 0.0
    return float(np.linalg.norm(np.diff(joints[:, 0, [0, 2]], axis=0), axis=-1).mean() * fps)


def summary(
    events: list[Event], played: Recording, splices: list[tuple[float, float]], stalls: int
) -> dict[str, Any]:
    """The report without what belongs to the server: events, splices, quality."""
    rows = [measure(event, played) for event in events]
    first = [e.first_s for e in events if e.first_s is not None]
    joints = np.stack(played.frames)
    at_20 = interpolate(
        joints, np.arange(0, len(joints) - 1, played.fps / 20.0)
    )  # the measures are defined at 20 fps
    return {
        "frames_received": len(played.frames), "fps": played.fps, "stalls": stalls, "events": rows,
        "replan_first_s": {f"p{q}": _round(float(np.percentile(first, q))) if first else None for q in (50, 95)},
        "splice_position_jump_m": _round(max((p for p, _ in splices), default=0.0)),
        "splice_velocity_jump_mps": _round(max((v for _, v in splices), default=0.0)),
        "splices": len(splices),
        "foot_skate": _round(metrics.foot_skate_ratio(at_20)), "jitter": _round(metrics.jitter_mps3(at_20)),
    }  # fmt: skip


def pictures(out: Path, events: list[Event], played: Recording) -> list[str]:
    """The film and the plan view; needs the ``viz`` extra. Returns the files written."""
    from lamp.render import render_motion, top_view

    joints = np.stack(played.frames)
    ends = [e.time_s for e in events[1:]] + [len(joints) / played.fps]

    def caption(time_s: float) -> str:
        current = [e for e in events if e.time_s <= time_s]
        return current[-1].text if current else ""

    def obstacles(time_s: float) -> list[Obstacle]:
        return [e.obstacle for e in events if e.obstacle is not None and e.time_s <= time_s <= e.until_s]

    def targets(time_s: float) -> list[Target]:
        return [
            e.target
            for e in events
            if e.target is not None and e.time_s <= time_s <= (e.target.arrive_s or 0.0) + 1.0
        ]

    render_motion(out / "demo.gif", joints, fps=10.0, motion_fps=played.fps, obstacles=obstacles, targets=targets,
                  caption=caption, title="LaMP live", clock=True)  # fmt: skip
    files = ["demo.gif"]
    for i, event in enumerate(events):
        if event.obstacle is None and event.target is None:
            continue
        end = min(max(event.until_s, event.time_s + 3.0), ends[i], len(joints) / played.fps)
        after = played.between(event.time_s - 1.0, end)
        before = event.planned[:, 0] if event.planned is not None and len(event.planned) else None
        name = f"path_{i}_{event.kind}.png"
        top_view(out / name, before, after[:, 0], [event.obstacle] if event.obstacle else [],
                 [event.target] if event.target else [], duration_s=end - event.time_s, start_s=event.time_s,
                 title=event.text)  # fmt: skip
        files.append(name)
    return files


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
