"""What a character on the screen must never do, whatever happens to server and network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.conformance import axes
from tests.conformance.program import Program

Array = NDArray[Any]
MOST_SPEED_MPS = 6.0  # of any joint: a walk's feet and a difference that fades away
MOST_VELOCITY_CHANGE_MPS = 1.5  # of the root from frame to frame: a pop of 5 cm would be 3 m/s
MOST_BUFFERED_S = 28.0  # 10 s ahead, 10 s behind, and some room
_LEAST_DT_S = 0.004  # a shorter one tells nothing about velocity
_SEEN_S = 0.1  # after a plan was announced it is on the screen


def roots_m(program: Program) -> tuple[Array, Array]:
    """Session times ``(N,)`` and pelvis positions ``(N, 3)`` in model space."""
    times = np.array([s["time_s"] for s in program.samples])
    places = np.array([axes.heard(program.convention, s["root"]) for s in program.samples]).reshape(-1, 3)
    return times, places


def smooth(program: Program) -> None:
    """Position and velocity are continuous all the time: across splices, stalls, and other servers."""
    samples = program.samples
    assert len(samples) > 20, f"only {len(samples)} samples"
    times, places = roots_m(program)
    assert np.isfinite(places).all(), "a root is not finite"
    clock = np.array([s["t"] for s in samples])
    passed = np.maximum(np.maximum(np.diff(times), np.diff(clock)), 1 / 60)
    steps = np.array([s["step_m"] for s in samples[1:]])
    worst = int(np.argmax(steps / passed))
    assert (steps / passed)[worst] < MOST_SPEED_MPS, (
        f"a joint moves {steps[worst]:.3f} m within {passed[worst] * 1e3:.0f} ms{_around(program, worst)}"
    )
    dt = np.diff(times)
    velocity = np.diff(places, axis=0) / np.maximum(dt, _LEAST_DT_S)[:, None]
    held = np.array([s["held"] for s in samples])
    usable = (dt >= _LEAST_DT_S) & ~held[1:] & ~held[:-1]
    pairs = usable[1:] & usable[:-1]
    change = np.linalg.norm(np.diff(velocity, axis=0), axis=-1) * pairs
    worst = int(np.argmax(change))
    program.note({"event": "smooth", "velocity_change_mps": float(change[worst])})
    assert change[worst] < MOST_VELOCITY_CHANGE_MPS, (
        f"the root's velocity changes by {change[worst]:.2f} m/s between two frames{_around(program, worst)}"
    )


def _around(program: Program, index: int) -> str:
    keys = ("time_s", "frame", "plan_id", "held", "root", "step_m")
    lines = [str({k: s[k] for k in keys}) for s in program.samples[max(index - 1, 0) : index + 4]]
    return "".join(f"\n    {line}" for line in lines)


def newest_plan_shown(program: Program) -> None:
    """Plan ids count up within a stream, and no frame of an older plan is shown once a newer one replaced it."""
    begins = [e["t"] for e in program.of("welcome")] + [float("inf")]
    for begin, end in zip(begins, begins[1:], strict=False):
        plans = [e for e in program.of("plan") if begin <= e["t"] < end]
        ids = [e["plan_id"] for e in plans]
        assert ids == sorted(set(ids)), f"plan ids do not count up: {ids}"
        shown = [s for s in program.samples if begin <= s["t"] < end]
        for plan in plans:
            for sample in shown:
                late = sample["t"] > plan["t"] + _SEEN_S and sample["frame"] >= plan["start_frame"]
                assert not (late and 0 < sample["plan_id"] < plan["plan_id"]), (
                    f"frame {sample['frame']} of plan {sample['plan_id']} is shown after plan {plan['plan_id']} "
                    f"replaced everything from frame {plan['start_frame']} on"
                )


def sound(program: Program, *, fps: float = 30.0) -> None:
    """No exception, a bounded buffer, and a game loop that ran."""
    done = program.of("done")[-1]
    assert not done["exceptions"], f"exceptions: {done['exceptions'][0]}"
    most = MOST_BUFFERED_S * fps
    assert done["max_buffer_frames"] <= most, (
        f"{done['max_buffer_frames']} frames buffered, {most:g} are enough"
    )
    assert done["frames_sampled"] == len(program.samples), "not every frame sampled was told"


def well(program: Program) -> None:
    """Everything above."""
    sound(program)
    smooth(program)
    newest_plan_shown(program)


def held_share(program: Program) -> float:
    """Share of the frames in which there was nothing new to show."""
    return sum(s["held"] for s in program.samples) / max(len(program.samples), 1)


def named_error(program: Program, code: str, *words: str, fatal: bool) -> dict[str, Any]:
    """The error event with one of the codes ``A|B`` whose message has all the words."""
    codes = code.split("|")
    for event in program.of("error"):
        if event["fatal"] == fatal and event["code"] in codes and all(w in event["message"] for w in words):
            return event
    raise AssertionError(f"no error {code} that says {words}, fatal {fatal}: {program.of('error')}")
