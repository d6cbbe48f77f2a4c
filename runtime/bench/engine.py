"""``lamp bench``: how long the engine takes for its steps, a clip and a goal."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lamp.engines.base import Engine
from lamp.problem import KeyFrames, Shape, Target, empty_row, fresh_state, stack_rows
from lamp.scene import Obstacle
from lamp.scene.distance import pack
from runtime.bench.machine import circumstances


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of ``lamp bench``."""
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument(
        "--engines", default="auto", help="comma-separated: auto, onnx, torch; several are timed in one run"
    )
    parser.add_argument("--batches", default="1,8,64", help="characters per step, comma-separated")
    parser.add_argument("--steps", type=int, default=12, help="timed steps per figure")
    parser.add_argument("--threads", type=int, help="CPU threads (default: all cores)")
    parser.add_argument("--json", type=Path, help="write the figures here")


def run(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status."""
    from lamp.prior import MotionPrior

    report: dict[str, Any] = circumstances() | {"engines": {}}
    for name in args.engines.split(","):
        prior = MotionPrior.load(args.bundle, engine=name.strip(), threads=args.threads)
        report["bundle"] = prior.name
        entry = bench_engine(prior, [int(b) for b in args.batches.split(",")], args.steps)
        report["engines"][prior.engine_name] = entry
        for key, value in entry.items():
            sys.stdout.write(f"{prior.engine_name:6} {key:42} {value}\n")
            sys.stdout.flush()
    if len(report["engines"]) > 1:
        report["plan_difference_m"] = engine_difference(args.bundle, args.threads)
        sys.stdout.write(
            f"largest joint difference between the engines' plans: {report['plan_difference_m']:.2e} m\n"
        )
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(report, indent=1), encoding="utf8")
    return 0


def bench_engine(prior: Any, batches: list[int], steps: int) -> dict[str, Any]:
    """All figures of one engine; times in milliseconds unless the name says otherwise."""
    engine: Engine = prior.engine
    live = engine.shapes()[0]
    out: dict[str, Any] = {"device": engine.device, "captured": engine.captured}
    for batch in batches:
        out[f"step_ms_batch_{batch}"] = round(step_ms(engine, live, batch, steps), 2)
    if engine.captured:
        eager = _eager_twin(prior)
        for batch in batches:
            out[f"step_ms_batch_{batch}_eager"] = round(step_ms(eager, live, batch, steps), 2)
    if len(engine.shapes()) > 1:
        out[f"step_ms_{engine.shapes()[-1].frames}_frames"] = round(
            step_ms(engine, engine.shapes()[-1], 1, steps), 2
        )
    out["generate_6s_clip_ms"] = round(
        timed(lambda: prior.generate(["a person walks forward"], frames=120)), 1
    )
    out |= time_to_goal(prior)
    out["peak_memory_mib"] = round(peak_memory_mib())
    return out


def scene_problem(shape: Shape, rows: int, seed: int = 0) -> tuple[Any, Any]:
    """A batch of live problems: a sphere in the way and a hand target each."""
    rng = np.random.default_rng(seed)
    problems, states = [], []
    times = np.arange(shape.frames) / 20.0
    for _ in range(rows):
        row = empty_row(shape)
        scene = pack([Obstacle("sphere", (0.0, 1.0, 1.5), (0.3, 0.0, 0.0))], times)
        row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
                   obstacle_kind=scene.kind)  # fmt: skip
        keys = KeyFrames(shape.frames)
        keys.add(Target(20, (0.4, 1.2, 2.0)), shape.frames - 10, shape.frames - 5)
        row["key"], row["key_weight"] = keys.key, keys.weight
        problems.append(row)
        noise = rng.standard_normal((shape.tokens, shape.latent_width))
        states.append(fresh_state(shape, noise, budget=100, rate=0.1))
    return problems, states


def step_ms(engine: Engine, shape: Shape, rows: int, steps: int) -> float:
    """Milliseconds per step for ``rows`` characters (several batches where the engine takes fewer at once)."""
    size = engine.batch_size(shape, rows)
    problems, states = scene_problem(shape, size)
    batch = engine.load(shape, stack_rows(problems, size), stack_rows(states, size))
    engine.run(batch, 2)
    engine.read(batch)
    began = time.perf_counter()
    engine.run(batch, steps)
    engine.read(batch)
    return (time.perf_counter() - began) * 1000 / steps * -(-rows // size)


def time_to_goal(prior: Any) -> dict[str, Any]:
    """Moving the last pelvis of a generated walk by up to 1 m: time to the first better plan and to 1 cm."""
    from lamp.tasks import Task

    first, reached, evaluations = [], [], []
    for seed, offset in enumerate(((0.8, 0.3), (-0.7, 0.5), (0.4, -0.6))):
        motion = prior.generate(["a person walks forward"], frames=80, seed=seed)[0]
        goal = motion.positions_m[-1, 0] + np.array([offset[0], 0.0, offset[1]])
        task = Task(reference=motion, targets=(Target(0, tuple(goal), (True, False, True)),))
        job = prior.jobs([task], steps=300)[0]
        began, start, better = time.perf_counter(), None, None
        while not job.finished:
            prior.planner.advance([job], 1)
            error = job.report().terms["target_error_m"]
            start = error if start is None else start
            if better is None and error < start - 0.01:
                better = time.perf_counter() - began
        first.append(better or float("nan"))
        reached.append(
            time.perf_counter() - began if job.report().terms["target_error_m"] <= 0.0101 else float("nan")
        )
        evaluations.append(job.steps)
    return {
        "first_improved_plan_ms": round(1000 * float(np.mean(first)), 1),
        "to_1cm_ms": round(1000 * float(np.mean(reached)), 1),
        "to_1cm_chain_evaluations": round(float(np.mean(evaluations)), 1),
    }


def engine_difference(bundle: str | None, threads: int | None) -> float:
    """Largest joint difference, metres, between both engines after the same few steps on the same problem."""
    from lamp.prior import MotionPrior

    joints = []
    for name in ("onnx", "torch"):
        engine = MotionPrior.load(bundle, engine=name, threads=threads).engine
        shape = engine.shapes()[0]
        problems, states = scene_problem(shape, 1)
        batch = engine.load(shape, stack_rows(problems, 1), stack_rows(states, 1))
        engine.run(batch, 10)
        joints.append(engine.read(batch)["best_joints"])
    return float(np.abs(joints[0] - joints[1]).max())


def timed(work: Callable[[], Any], repeats: int = 3) -> float:
    """Median milliseconds of ``work`` after one warm-up."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times))


def _eager_twin(prior: Any) -> Engine:
    """The same torch engine without capture."""
    import torch

    from lamp.engines.torch_engine import TorchEngine
    from lamp.networks import build_networks

    bundle = prior.bundle
    shapes = [replace(bundle.base_shape, frames=frames) for frames in sorted(bundle.grids)]
    return TorchEngine(build_networks(bundle), shapes, bundle.grids, torch.device("cuda"), capture=False)


def peak_memory_mib() -> float:
    """Peak resident memory of this process; on a GPU the peak allocated there."""
    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated() / 2**20
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
