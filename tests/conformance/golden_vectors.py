"""Golden vectors: numbers every client must agree on. ``python -m tests.conformance.golden_vectors`` writes the files.

Axes come from the table of ``axes`` and are checked against ``runtime.coordinates`` before they are written; rotations
between two poses come from slerp in double precision; plan buffers, and how a difference fades there, from plain
arithmetic.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from runtime.coordinates import PRESETS
from tests.conformance import axes

FOLDER = Path(__file__).resolve().parent / "golden"
_POINTS = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.25, 1.5, -3], [-10.5, 0.001, 1234.5], [0, 0, 0]]
_FPS = 30.0


def _turn(axis: list[float], angle_rad: float) -> list[float]:
    unit = np.array(axis) / np.linalg.norm(axis)
    return [*(unit * math.sin(angle_rad / 2)), math.cos(angle_rad / 2)]


_TURNS = [
    [0, 0, 0, 1], _turn([1, 0, 0], math.pi / 2), _turn([0, 1, 0], -math.pi / 3), _turn([0, 0, 1], 3.0),
    _turn([1, 2, -3], 1.2), [-v for v in _turn([0.3, -1, 0.2], 2.5)],
]  # fmt: skip


def axes_vectors() -> list[dict[str, Any]]:
    """Questions and answers about axes and units, for every preset."""
    found = []
    for preset in PRESETS:
        for point in _POINTS:
            theirs = axes.FROM_MODEL[preset](*point)
            found.append(_case(f"position_from_model {preset} {_words(point)}", theirs))
            found.append(_case(f"position_to_model {preset} {_words(theirs)}", point))
            found.append(_case(f"extents_from_model {preset} {_words(np.abs(point))}", np.abs(theirs)))
        for turn in _TURNS:
            theirs = axes.ROTATION_FROM_MODEL[preset](*turn)
            found.append(_case(f"rotation_from_model {preset} {_words(turn)}", theirs))
            found.append(_case(f"rotation_to_model {preset} {_words(theirs)}", turn))
            # an angular velocity maps as the vector part of a rotation
            vector = axes.ROTATION_FROM_MODEL[preset](*turn[:3], 1.0)[:3]
            found.append(_case(f"angular_velocity_from_model {preset} {_words(turn[:3])}", vector))
        found.append(_case(f"length_from_model {preset} 1.75", 1.75 / axes.METRES_PER_UNIT[preset]))
    return found


def interpolation_vectors() -> list[dict[str, Any]]:
    """Rotations between two frames: up to 30 degrees apart, both signs of the same rotation, and the ends."""
    found = []
    for axis, angle in (([0, 1, 0], 0.02), ([1, 0, 0], 0.2), ([1, -2, 0.5], math.pi / 6)):
        a, step = np.array(_turn([0.2, 1, 0.1], 0.7)), np.array(_turn(axis, angle))
        b = _product(a, step)
        for sign in (1.0, -1.0):
            for share in (0.0, 0.25, 0.5, 0.9, 1.0):
                line = f"interpolate {_words(a)} {_words(sign * b)} {share}"
                between = _product(a, np.array(_turn(axis, share * angle)))
                found.append({**_case(line, between), "degrees": 0.1})
    return found


def buffer_vectors() -> list[dict[str, Any]]:
    """A plan buffer filled, replaced from a frame on, told old frames, and sampled between frames, as a game plays."""
    found = [_case("buffer 30", True), _case("sample 0", False), _case("plan 1 0 61 0 0.1 0 0.02", True)]
    found += [_sample(frame, 0.1 * frame, 0.02 * frame, 1) for frame in (0.0, 0.25, 7.0, 7.5, 20.9)]
    found.append(_case("plan 2 30 31 3 0.2 0.6 0.04", True))
    found.append(_case("frames 1 40 10 50 0 0 0", True))  # old ones: plan 2 replaced them
    for frame in (21.5, 29.0, 29.5, 30.0, 30.5, 45.75, 59.0):
        late = max(frame - 30.0, 0.0)
        plan = 1 if frame < 30 else 2
        found.append(_sample(frame, 0.1 * frame + 0.1 * late, 0.02 * frame + 0.02 * late, plan))
    found.append(_case("plan 1 20 20 90 0 0 0", True))  # an older plan than the newest changes nothing
    found.append(_case("frames 2 61 30 9.2 0.2 1.84 0.04", True))
    found.append(_sample(70.5, 3 + 0.2 * 40.5, 0.6 + 0.04 * 40.5, 2))
    found.append(_sample(95.0, 15.0, 3.0, 2, held=True, shown=90))
    return found


def fading_vectors() -> list[dict[str, Any]]:
    """A walker whose plan to run comes late, then one to walk while that still fades, then frames after it was held."""
    walk, run, slow = (
        (0, 0.0, 0.04),
        (20, 0.9, 0.1),
        (40, 3.1, 0.03),
    )  # first frame, place there, metres a frame
    found = [
        _case("buffer 30", True),
        _plan(1, walk, 121),
        *_shown([(30.0, _at(walk, 30.0))], 1),
        _plan(2, run, 200),
    ]
    first = _Fading(30.0, _at(walk, 30.0) - _at(run, 30.0), (walk[2] - run[2]) * _FPS)
    found += _shown([(f, _at(run, f) + first.offset_m(f)) for f in (30.0, 30.5, 33.0, 40.25, 50.0)], 2)
    found.append(_plan(3, slow, 161))
    off_m, off_mps = first.offset_m(50.0), first.velocity_mps(50.0)
    away_m = _at(run, 50.0) + off_m - _at(slow, 50.0)
    second = _Fading(50.0, away_m, (run[2] - slow[2]) * _FPS + off_mps)
    found += _shown(
        [(f, _at(slow, f) + second.offset_m(f)) for f in (50.0, 51.5, 60.0, 75.5, 120.0, 199.0)], 3
    )
    found.append(_sample(215.0, _at(slow, 200.0), 0.0, 3, held=True, shown=200))
    found.append(_case(f"frames 3 201 100 {_at(slow, 201.0):.9g} {slow[2]} 0 0", True))
    third = _Fading(215.0, _at(slow, 200.0) - _at(slow, 215.0), -slow[2] * _FPS)
    return found + _shown([(f, _at(slow, f) + third.offset_m(f)) for f in (215.0, 216.0, 230.5, 290.0)], 3)


class _Fading:
    """The formula of README.md, on a line: metres, metres per second; begins at a frame."""

    def __init__(self, frame: float, away_m: float, faster_mps: float) -> None:
        self._frame, self._faster_mps = frame, max(min(faster_mps, 4.0), -4.0)
        faster = abs(self._faster_mps)
        self._velocity_s = min(max(faster, 0.3), 1.5 / max(faster, 1e-6))
        self._way_m = self._faster_mps * self._velocity_s / 3.0
        self._place_m = away_m + self._way_m
        place = abs(self._place_m)
        self._place_s = min(max(place / 0.6, math.sqrt(3.0 * place), 0.3), 5.0)

    def _passed(self, frame: float) -> tuple[float, float]:
        passed_s = (frame - self._frame) / _FPS
        return min(passed_s / self._place_s, 1.0), min(passed_s / self._velocity_s, 1.0)

    def offset_m(self, frame: float) -> float:
        u, v = self._passed(frame)
        return self._place_m * (1 - 3 * u**2 + 2 * u**3) - self._way_m * (1 - v) ** 3

    def velocity_mps(self, frame: float) -> float:
        u, v = self._passed(frame)
        return 6 * (u**2 - u) / self._place_s * self._place_m + self._faster_mps * (1 - v) ** 2


def _at(motion: tuple[int, float, float], frame: float) -> float:
    first, place_m, step_m = motion
    return place_m + step_m * (frame - first)


def _plan(plan_id: int, motion: tuple[int, float, float], count: int) -> dict[str, Any]:
    first, place_m, step_m = motion
    return _case(f"plan {plan_id} {first} {count} {place_m} {step_m} 0 0", True)


def _shown(places: list[tuple[float, float]], plan_id: int) -> list[dict[str, Any]]:
    return [_sample(frame, x, 0.0, plan_id) for frame, x in places]


def _sample(
    frame: float, x: float, angle: float, plan_id: int, held: bool = False, shown: int | None = None
) -> dict[str, Any]:
    number = math.floor(frame) if shown is None else shown
    wanted = {"x": x, "angle": angle, "plan_id": plan_id, "frame": number, "held": held}
    return _case(f"sample {frame / _FPS:.9f}", wanted)


def _product(a: Any, b: Any) -> Any:
    (ax, ay, az, aw), (bx, by, bz, bw) = a, b
    return np.array(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ]
    )


def _words(numbers: Any) -> str:
    return " ".join(f"{float(v):.9g}" for v in numbers)


def _case(ask: str, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, bool | dict | float):
        answer = [float(f"{float(v):.12g}") + 0.0 for v in answer]
    return {"ask": ask, "answer": answer}


FILES = {
    "axes": axes_vectors,
    "interpolation": interpolation_vectors,
    "buffer": buffer_vectors,
    "fading": fading_vectors,
}


def text_of(name: str) -> str:
    """The contents of a golden file."""
    lines = ",\n".join(json.dumps(case) for case in FILES[name]())
    return f"[\n{lines}\n]\n"


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        (FOLDER / f"{name}.json").write_text(text_of(name), encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
