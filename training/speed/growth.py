"""How the time of one evaluation of the chain, with its gradient, grows with the problem."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lamp.motion import Motion
from lamp.scene.build import build_grid
from lamp.scene.mesh import TriangleMesh
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from training import console
from training.evaluation.clips import RealClips
from training.priors.base import Budget, Prior

FRAMES, CHARACTERS, OBSTACLES, TRIANGLES = (
    (40, 80, 120, 196),
    (1, 2, 4, 8),
    (0, 4, 8, 16),
    (100, 1_000, 10_000),
)
WINDOW = 80
_FEW, _MORE = 2, 10


def growth(prior: Prior, longest: Motion, meshes: dict[int, Obstacle]) -> dict[str, dict[str, float]]:
    """Milliseconds of an evaluation: against frames, characters planned together, obstacles, triangles of a mesh.

    ``longest`` is cut to the lengths; what is not varied is one character of 80 frames without obstacles.
    """
    base = kept(longest[:WINDOW])
    fits = [n for n in FRAMES if n <= min(prior.max_frames, len(longest))]
    balls = _balls(base)
    asked: dict[str, dict[int, list[Task]]] = {
        "frames": {n: [kept(longest[:n])] for n in fits},
        "characters": {n: [base] * n for n in CHARACTERS},
        "obstacles": {n: [replace(base, obstacles=balls[:n])] for n in OBSTACLES},
        "triangles": {n: [replace(base, obstacles=(mesh,))] for n, mesh in meshes.items()},
    }
    flat = [(axis, n, tasks) for axis, rows in asked.items() for n, tasks in rows.items()]
    found: dict[str, dict[str, float]] = {axis: {} for axis in asked}
    for axis, n, tasks in console.track(flat, f"{prior.name} growth"):
        found[axis][str(n)] = round(evaluation_ms(prior, tasks), 2)
    return found


def evaluation_ms(prior: Prior, tasks: Sequence[Task]) -> float:
    """Time of one evaluation for all tasks together: a long run minus a short one, without what comes before."""
    prior.optimize(tasks, Budget(1))
    spent = []
    for steps in (_FEW, _MORE):
        began = time.perf_counter()
        prior.optimize(tasks, Budget(steps))
        spent.append(time.perf_counter() - began)
    return 1000.0 * max(spent[1] - spent[0], 0.0) / (_MORE - _FEW)


def kept(motion: Motion) -> Task:
    """A motion to be kept: a task nobody finishes early, and that DNO starts without inversion."""
    return Task(reference=motion, keep=np.ones(len(motion), np.float32))


def longest_clip(clips: RealClips) -> Motion:
    """The longest clip of the split."""
    return Motion.from_positions(max(clips.all(), key=lambda c: len(c.joints_m)).joints_m)


def _balls(task: Task) -> tuple[Obstacle, ...]:
    assert task.reference is not None
    start = task.reference.positions_m[0, 0]
    angles = 2 * np.pi * np.arange(max(OBSTACLES)) / max(OBSTACLES)
    return tuple(
        Obstacle(
            "sphere", (float(start[0] + 1.2 * np.sin(a)), 0.9, float(start[2] + 1.2 * np.cos(a))), (0.3,) * 3
        )
        for a in angles
    )


def meshes(near: Motion) -> tuple[dict[int, Obstacle], dict[str, float]]:
    """A ball as triangles, beside the start of ``near``: by number of triangles, and the milliseconds each grid took.

    Planning reads a grid of distances, so triangles cost once, when the grid is built."""
    x, _, z = (float(v) for v in near.positions_m[0, 0])
    made: dict[int, Obstacle] = {}
    build_ms: dict[str, float] = {}
    for count in TRIANGLES:
        began = time.perf_counter()
        grid = build_grid(ball(count), id=f"ball-{count}", cell_m=0.04)
        build_ms[str(count)] = round(1000.0 * (time.perf_counter() - began), 1)
        made[count] = Obstacle("geometry", (x, 0.9, z + 1.2), grid=grid)
    return made, build_ms


def ball(triangles: int, radius_m: float = 0.3) -> TriangleMesh:
    """A closed ball of about so many triangles: rings of points between two poles."""
    rings = max(round((triangles / 4) ** 0.5), 2)
    around = max(round(triangles / (2 * rings)), 3)
    polar, turn = np.pi * np.arange(1, rings + 1) / (rings + 1), 2 * np.pi * np.arange(around) / around
    sin, cos = np.sin(polar)[:, None], np.cos(polar)[:, None]
    shell = np.stack([sin * np.cos(turn), np.broadcast_to(cos, (rings, around)), sin * np.sin(turn)], -1)
    points = np.concatenate([[[0.0, 1.0, 0.0]], shell.reshape(-1, 3), [[0.0, -1.0, 0.0]]]) * radius_m
    j = np.arange(around)
    k, last = (j + 1) % around, len(points) - 1
    faces = [np.stack([np.zeros_like(j), 1 + k, 1 + j], 1)]
    for r in range(rings - 1):
        a, b = 1 + r * around, 1 + (r + 1) * around
        faces += [np.stack([a + j, a + k, b + j], 1), np.stack([a + k, b + k, b + j], 1)]
    low = 1 + (rings - 1) * around
    faces.append(np.stack([np.full_like(j, last), low + j, low + k], 1))
    return TriangleMesh(points.astype(np.float32), np.concatenate(faces))
