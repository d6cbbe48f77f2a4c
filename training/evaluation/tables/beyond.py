"""B1 to B3, beyond the paper: obstacles that move, meshes, and everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from lamp import rotations
from lamp.problem import Target
from lamp.scene.build import build_grid
from lamp.scene.grid import DistanceGrid
from lamp.scene.mesh import TriangleMesh
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClip, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import OBJECTIVE, Case, clip_motion
from training.evaluation.tables.edit import edit_case, objective_errors_m
from training.evaluation.tables.obstacles import ObstacleTable, sphere_centres
from training.metrics.base import About
from training.priors.base import Outcome, Prior

_FPS = 20.0
# Two posts 1 m apart under a beam: (centre x, z), (half x, z), (bottom, top), metres.
_ARCH = (
    ((-0.5, 0.0), (0.08, 0.08), (0.0, 1.9)),
    ((0.5, 0.0), (0.08, 0.08), (0.0, 1.9)),
    ((0.0, 0.0), (0.58, 0.08), (1.9, 2.0)),
)


class MovingTable(ObstacleTable):
    """Three capsules as tall as people, each crossing the way of the pelvis at walking pace at another moment."""

    key, title = "B1", "Moving obstacles"

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        made = []
        for clip in clips.draw(settings.motions, rng):
            crossers = tuple(_crosser(clip, share, rng) for share in (0.45, 0.65, 0.85))
            task = Task(reference=clip_motion(clip), obstacles=crossers)
            made.append(Case(clip.joints_m, task, obstacles=crossers))
        return made


def _crosser(clip: RealClip, share: float, rng: np.random.Generator) -> Obstacle:
    """A capsule that is 0.3 m beside the pelvis after ``share`` of the clip, coming from any side at 1 to 1.5 m/s.

    It starts at least 0.9 m from the first pose, so that there is something to be done.
    """
    frame = int(share * (len(clip.joints_m) - 1))
    meet, start = clip.joints_m[frame, 0], clip.joints_m[0, 0]
    for _ in range(1000):
        angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(1.0, 1.5)
        way = np.array([np.sin(angle), 0.0, np.cos(angle)])
        beside = np.array([way[2], 0.0, -way[0]]) * rng.choice([-0.3, 0.3])
        first = meet + beside - way * speed * frame / _FPS
        if np.hypot(*(first - start)[[0, 2]]) > 0.9:
            break
    velocity = way * speed
    return Obstacle(
        "capsule", (float(first[0]), 0.9, float(first[2])), (0.25, 0.65, 0.25),
        linear_velocity_mps=(float(velocity[0]), 0.0, float(velocity[2])),
    )  # fmt: skip


class MeshTable(ObstacleTable):
    """An archway and a block with a slanted top as triangle meshes, near the way of the pelvis."""

    key, title = "B2", "Triangle meshes"

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        made = []
        for clip in clips.draw(settings.motions, rng):
            meshes = (_placed(arch(), clip, 0.7, 0.0, rng), _placed(wedge(), clip, 0.4, 0.8, rng))
            task = Task(reference=clip_motion(clip), obstacles=meshes)
            made.append(Case(clip.joints_m, task, obstacles=meshes, extra={"drawn": _boxes(*meshes)}))
        return made


def _boxes(arch_: Obstacle, wedge_: Obstacle) -> tuple[Obstacle, ...]:
    """What pictures show of the two meshes: their boxes, the slanted top as its mean height."""
    turn = np.array(arch_.orientation_xyzw)
    made = []
    for centre, half, heights in _ARCH:
        middle = np.array([centre[0], sum(heights) / 2, centre[1]])
        x, y, z = (float(v) for v in rotations.rotate(turn, middle) + arch_.position_m)
        size = (half[0], (heights[1] - heights[0]) / 2, half[1])
        made.append(Obstacle("box", (x, y, z), size, arch_.orientation_xyzw))
    x, _, z = wedge_.position_m
    return (*made, Obstacle("box", (x, 0.35, z), (0.3, 0.35, 0.3), wedge_.orientation_xyzw))


def _placed(
    grid: DistanceGrid, clip: RealClip, share: float, aside_m: float, rng: np.random.Generator
) -> Obstacle:
    """A mesh on the floor where the pelvis is after ``share`` of the clip, ``aside_m`` away; at least 0.9 m from the
    first pose."""
    start, place = clip.joints_m[0, 0], clip.joints_m[int(share * (len(clip.joints_m) - 1)), 0]
    angle = rng.uniform(0, 2 * np.pi)
    centre = place + aside_m * np.array([np.sin(angle), 0.0, np.cos(angle)])
    away = (centre - start) * np.array([1.0, 0.0, 1.0])
    distance = float(np.linalg.norm(away))
    if distance < 0.9:
        direction = away / distance if distance > 1e-3 else np.array([np.sin(angle), 0.0, np.cos(angle)])
        centre = start + 0.9 * direction
    turn = rotations.yaw(np.array(angle))
    return Obstacle(
        "geometry", (float(centre[0]), 0.0, float(centre[2])), grid=grid,
        orientation_xyzw=(float(turn[0]), float(turn[1]), float(turn[2]), float(turn[3])),
    )  # fmt: skip


@cache
def arch() -> DistanceGrid:
    """Two posts 1 m apart under a beam at 1.9 m: a doorway without a wall."""
    return build_grid(_mesh([_prism(*box) for box in _ARCH]), id="arch", cell_m=0.04)


@cache
def wedge() -> DistanceGrid:
    """A block of 0.6 m with a slanted top, 0.5 to 0.9 m high."""
    return build_grid(
        _mesh([_prism((0.0, 0.0), (0.3, 0.3), (0.0, 0.9), slant_m=0.4)]), id="wedge", cell_m=0.04
    )


_QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
_FACES = np.array([t for a, b, c, d in _QUADS for t in ((a, b, c), (a, c, d))])


def _prism(
    centre: tuple[float, float], half: tuple[float, float], heights: tuple[float, float], slant_m: float = 0.0
) -> Array:
    """Eight corners of a box over x, z; its top falls by ``slant_m`` towards +x."""
    x, z = ((centre[i] - half[i], centre[i] + half[i]) for i in (0, 1))
    return np.array(
        [
            (a, y - (slant_m if i and j else 0.0), b)
            for i, a in enumerate(x)
            for j, y in enumerate(heights)
            for b in z
        ]
    )


def _mesh(solids: list[Array]) -> TriangleMesh:
    triangles = np.concatenate([_FACES + 8 * i for i in range(len(solids))])
    return TriangleMesh(np.concatenate(solids).astype(np.float32), triangles)


class MixedTable(ObstacleTable):
    """A pelvis target, a target for the left wrist at the end, five still spheres and a moving capsule together."""

    key, title = "B3", "Mixed tasks"
    columns: tuple[About, ...] = (*ObstacleTable.columns, OBJECTIVE)

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        return [_mixed(clip, rng) for clip in clips.draw(settings.motions, rng)]

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        wrist = [
            float(np.linalg.norm(o.joints_m[-1, 20] - c.extra["wrist_m"]))
            for c, o in zip(cases, outcomes, strict=True)
        ]
        both = np.mean([objective_errors_m(cases, outcomes), wrist])
        return super().score(cases, outcomes, judge, rng) | {"objective_m": float(both)}


def _mixed(clip: RealClip, rng: np.random.Generator) -> Case:
    """Targets are what the clip does, moved by up to 0.4 m: something a body can do, with obstacles in between."""
    case = edit_case(clip, rng)
    frame = len(clip.joints_m) // 2
    pelvis = clip.joints_m[frame, 0] + np.array([*rng.uniform(-0.3, 0.3, 2), 0.0])[[0, 2, 1]]
    wrist = clip.joints_m[-1, 20] + rng.uniform(-0.2, 0.2, 3)
    wrist[1] = max(wrist[1], 0.3)
    place, reach = (tuple(float(v) for v in p) for p in (pelvis, wrist))
    targets = (
        Target(0, place, axis_mask=(True, False, True), arrive_s=frame / _FPS),  # type: ignore[arg-type]
        Target(20, reach),  # type: ignore[arg-type]
    )
    spheres = [
        Obstacle("sphere", (float(c[0]), float(c[1]), float(c[2])), (0.3,) * 3)
        for c in sphere_centres(clip.joints_m, rng)
        if min(np.linalg.norm(c - pelvis), np.linalg.norm(c - wrist)) > 0.6
    ][:5]
    obstacles = (*spheres, _crosser(clip, 0.8, rng))
    case.task = Task(reference=clip_motion(clip), targets=targets, obstacles=obstacles)
    case.frames, case.targets_m, case.obstacles = np.array([frame]), pelvis[None], obstacles
    case.extra["wrist_m"] = wrist
    return case
