"""``lamp bench scenes``: how well live plans avoid and reach, at so many optimisation steps per second of the game.

The clock of the game waits for the planner, so a loaded or slow machine gives the same figures as a fast one: this
measures the planner, ``lamp bench serve`` the server. Definitions are in ``docs/measuring.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamp import metrics
from lamp.errors import InputError
from lamp.live import LiveCharacter
from lamp.motion import interpolate
from lamp.planner import Planner
from lamp.prior import MotionPrior
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.scene.penetration import penetration_m
from lamp.skeleton import joint_index
from runtime.bench.machine import circumstances
from runtime.bench.scene import Whereabouts
from runtime.bench.virtual_game import VirtualGame
from runtime.progress import ProgressLine

HELP = "see how well live plans avoid and reach, at the same number of steps on any machine"
EXAMPLES = """\
examples:
  lamp bench scenes                                      every scene with 5 seeds: some minutes
  lamp bench scenes --scenes pillar,ball --seeds 12 --json out/scenes.json
  lamp bench scenes --step-ms 10                         what a machine with steps of 10 ms would reach

Ctrl-C ends early and reports what there is.
"""
MAX_SEEDS = 1000
EVENT_S, END_S = 3.0, 8.0  # when something appears, and when the game ends
ARRIVE_S = 2.8  # of targets, after they appear
CLEAR_M, REACHED_M = 0.01, 0.05
PROMPT = "a person walks forward"


@dataclass(frozen=True)
class Wanted:
    """What a scene puts there."""

    obstacles: tuple[Obstacle, ...] = ()
    target: Target | None = None


Scene = Callable[[Whereabouts], Wanted]


def _pillar(forward_m: float, left_m: float) -> Scene:
    def make(where: Whereabouts) -> Wanted:
        x, z = where.point(forward_m, left_m)
        return Wanted((Obstacle("cylinder", (x, 1.0, z), (0.3, 1.0, 0.0)),))

    return make


def _ball(where: Whereabouts) -> Wanted:
    """It would hit the character 2 s from now."""
    x, z = where.point(0.0, 1.4)
    way = where.way
    velocity = (-0.7 * way[1], 0.0, 0.7 * way[0])
    return Wanted((Obstacle("sphere", (x, 0.5, z), (0.35, 0.0, 0.0), linear_velocity_mps=velocity,
                            time_s=where.now_s),))  # fmt: skip


def _box(where: Whereabouts) -> Wanted:
    """It comes towards the character, nearly straight."""
    x, z = where.point(1.5, 0.1)
    velocity = (-0.6 * where.way[0], 0.0, -0.6 * where.way[1])
    return Wanted(
        (Obstacle("box", (x, 0.5, z), (0.3, 0.5, 0.3), linear_velocity_mps=velocity, time_s=where.now_s),)
    )


def _door(where: Whereabouts) -> Wanted:
    """Two walls across the way with a gap of 1.1 m, 0.4 m to the side."""
    forward = float(np.arctan2(where.way[0], where.way[1]))
    turn = (0.0, float(np.sin(forward / 2)), 0.0, float(np.cos(forward / 2)))
    walls = []
    for middle in (0.4 + 0.55 + 1.0, 0.4 - 0.55 - 1.0):
        x, z = where.point(0.2, middle)
        walls.append(Obstacle("box", (x, 1.0, z), (1.0, 1.0, 0.1), orientation_xyzw=turn))
    return Wanted(tuple(walls))


def _hand(where: Whereabouts) -> Wanted:
    """A point beside the way, at the height of a shoulder."""
    x, z = where.point(0.8, 0.35)
    return Wanted(target=Target(joint_index("left_wrist"), (x, 1.3, z), arrive_s=where.now_s + ARRIVE_S))


SCENES: dict[str, Scene] = {
    "pillar": _pillar(0.3, 0.0),
    "pillar_aside": _pillar(0.3, 0.2),
    "pillar_far": _pillar(1.2, 0.0),
    "ball": _ball,
    "box": _box,
    "door": _door,
    "hand": _hand,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp bench scenes``."""
    parser.add_argument(
        "--scenes",
        default=",".join(SCENES),
        metavar="NAME[,NAME...]",
        help=f"of {', '.join(SCENES)} (default: all)",
    )
    parser.add_argument("--seeds", type=int, default=5, help="characters per scene (default: 5)")
    parser.add_argument(
        "--step-ms", type=float, default=35.0, help="game time of an optimisation step (default: 35)"
    )
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the report here")


def run(args: argparse.Namespace) -> int:
    """Play, print and write; returns the exit status."""
    names = args.scenes.split(",")
    for name in names:
        if name not in SCENES:
            raise InputError("--scenes", f"{name!r} is not one of {', '.join(SCENES)}")
    if not 1 <= args.seeds <= MAX_SEEDS:
        raise InputError("--seeds", f"{args.seeds} is outside 1..{MAX_SEEDS}")
    if not 1.0 <= args.step_ms <= 1000.0:
        raise InputError("--step-ms", f"{args.step_ms:g} is outside 1..1000")
    prior = MotionPrior.load(args.bundle, engine=args.engine)
    found: dict[str, list[dict[str, float]]] = {}
    line, cases = (
        ProgressLine(len(names) * args.seeds, real_time=False),
        [(n, s) for n in names for s in range(args.seeds)],
    )
    try:
        for done, (name, seed) in enumerate(cases):
            line.show(done, f"{name} {seed}")
            found.setdefault(name, []).append(play(prior.planner, SCENES[name], seed, args.step_ms / 1000.0))
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; this is what there is\n")
    line.done()
    report = circumstances() | {"bundle": prior.name, "step_ms": args.step_ms, "cases": found}
    report["scenes"] = {name: summary(rows) for name, rows in found.items()}
    for text in _lines(report["scenes"]):
        sys.stdout.write(text + "\n")
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(report, indent=1), encoding="utf8")
    return 0


def play(planner: Planner, scene: Scene, seed: int, step_s: float) -> dict[str, float]:
    """One character in one scene, and how it went."""
    character = LiveCharacter(planner, prompt=PROMPT, seed=seed)
    game = VirtualGame(planner, character, step_s=step_s)
    game.play_until(EVENT_S)
    wanted = scene(game.where())
    for index, obstacle in enumerate(wanted.obstacles):
        character.put_obstacle(f"obstacle {index}", obstacle)
    if wanted.target is not None:
        character.put_target("target", wanted.target)
    game.changed()
    game.play_until(END_S)
    joints = game.joints(EVENT_S, END_S)
    times = EVENT_S + np.arange(len(joints)) / game.fps
    every = interpolate(joints, np.arange(0, len(joints) - 1, game.fps / 20.0))
    row = {
        "penetration_m": float(penetration_m(joints, list(wanted.obstacles), times).max(initial=0.0)),
        "skate": metrics.foot_skate_ratio(every),
        "jitter_mps3": metrics.jitter_mps3(every),
        "speed_mps": float(np.linalg.norm(np.diff(joints[:, 0, [0, 2]], axis=0), axis=-1).mean() * game.fps),
    }
    if wanted.target is not None and wanted.target.arrive_s is not None:
        hand = joints[round((wanted.target.arrive_s - EVENT_S) * game.fps), wanted.target.joint]
        row["target_error_m"] = float(np.linalg.norm(hand - wanted.target.position_m))
    return row


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Of one scene: share of seeds that were clear or reached, median and worst."""
    out: dict[str, float] = {"seeds": len(rows)}
    for name, good in (("penetration_m", CLEAR_M), ("target_error_m", REACHED_M)):
        values = np.array([row[name] for row in rows if name in row])
        if len(values):
            out |= {f"{name}_good": float((values <= good).mean()), f"{name}_median": float(np.median(values)),
                    f"{name}_max": float(values.max())}  # fmt: skip
    for name in ("skate", "jitter_mps3", "speed_mps"):
        out[name] = float(np.mean([row[name] for row in rows]))
    return out


def _lines(scenes: dict[str, dict[str, float]]) -> Iterator[str]:
    yield f"{'scene':14} seeds  clear/reached   median m    worst m   skate  jitter  m/s"
    for name, s in scenes.items():
        kind = "target_error_m" if "target_error_m_good" in s else "penetration_m"
        yield (
            f"{name:14} {s['seeds']:5.0f} {s[kind + '_good']:14.0%} {s[kind + '_median']:10.3f} "
            f"{s[kind + '_max']:10.3f} {s['skate']:7.2f} {s['jitter_mps3']:7.0f} {s['speed_mps']:4.1f}"
        )
