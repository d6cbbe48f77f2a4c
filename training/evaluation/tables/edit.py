"""T4: the pelvis at a place and time, and T5: the same for four actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lamp.problem import Target
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClip, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import (
    JITTER,
    OBJECTIVE,
    PAIRED,
    SKATE,
    Case,
    OptimisedTable,
    clip_motion,
    paired_scores,
)
from training.metrics.base import About
from training.metrics.clip import FootSkate, Jitter, ObjectiveError
from training.metrics.content import STRICT_CRAWL_HEAD_M, ContentPreservation, airborne, hands_raised, low
from training.priors.base import Outcome, Prior

_RANGE_M, _FPS, _SPEED_MPS = 3.0, 20.0, 2.5


def edit_case(clip: RealClip, rng: np.random.Generator, kind: str = "") -> Case:
    """A target for the pelvis (x and z) within +-3 m of where the clip begins, in its last half.

    Targets no runner could reach in that time (faster than 2.5 m/s) are drawn again: clips here can be short.
    """
    frame = int(rng.integers(len(clip.joints_m) // 2, len(clip.joints_m)))
    start = clip.joints_m[0, 0]
    for _ in range(1000):
        offset = rng.uniform(-_RANGE_M, _RANGE_M, 2)
        if np.hypot(*offset) <= _SPEED_MPS * frame / _FPS:
            break
    position = (float(start[0] + offset[0]), float(start[1]), float(start[2] + offset[1]))
    target = Target(0, position, axis_mask=(True, False, True), arrive_s=frame / _FPS)
    task = Task(reference=clip_motion(clip), targets=(target,))
    return Case(clip.joints_m, task, kind=kind, frames=np.array([frame]), targets_m=np.array([position]))


def objective_errors_m(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[float]:
    """Pelvis to target of every case."""
    return [ObjectiveError()(o.joints_m, c.frames, c.targets_m) for c, o in zip(cases, outcomes, strict=True)]


class EditTable(OptimisedTable):
    """One target per motion."""

    key, title = "T4", "Editing: pelvis within 3 m"
    columns: tuple[About, ...] = (*PAIRED, OBJECTIVE)

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        return [edit_case(clip, rng) for clip in clips.draw(settings.motions, rng)]

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        return paired_scores(cases, outcomes, judge) | {
            "objective_m": float(np.mean(objective_errors_m(cases, outcomes)))
        }


def _travels(joints_m: Array) -> float:
    return float(np.linalg.norm(joints_m[-1, 0, [0, 2]] - joints_m[0, 0, [0, 2]]))


# By what the clip measurably does, not by its caption: a caption may name what one part of a take does.
ACTIONS: dict[str, Callable[[RealClip], bool]] = {
    "jumping": lambda c: bool(airborne(c.joints_m).mean() > 0.05) and _travels(c.joints_m) <= 1.0,
    "long jump": lambda c: bool(airborne(c.joints_m).mean() > 0.05) and _travels(c.joints_m) > 1.0
    and any("jump" in t or "leap" in t for t in c.captions),
    "raised hands": lambda c: bool(hands_raised(c.joints_m).mean() > 0.2),
    "crawling strict": lambda c: bool(low(c.joints_m, STRICT_CRAWL_HEAD_M).mean() > 0.5),
}  # fmt: skip
CONTENT = About(
    "content", "ratio", "higher", "frames whose label is that of the original, mean of the actions"
)
PER_ACTION = (CONTENT, OBJECTIVE, SKATE, JITTER)


class ActionsTable(OptimisedTable):
    """Content, objective, skate and jitter for each of the four actions, an equal share of the motions each.

    "crawling" is judged at a head below 0.9 m: at the 1.5 m of DNO nearly any motion passes.
    """

    key, title = "T5", "Editing four actions"
    columns: tuple[About, ...] = (
        *PER_ACTION,
        *(
            About(f"{action}/{a.name}", a.unit, a.better, f"{action}: {a.text}")
            for action in ACTIONS for a in PER_ACTION
        ),
    )  # fmt: skip

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        share = max(settings.motions // len(ACTIONS), 1)
        made = []
        for action, holds in ACTIONS.items():
            found = clips.where(holds, 64, 40)
            made += [edit_case(found[i % len(found)], rng, action) for i in range(share if found else 0)]
        return made

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        scores: Scores = {}
        for action in ACTIONS:
            rows = [i for i, c in enumerate(cases) if c.kind == action]
            if rows:
                own = _action_scores([cases[i] for i in rows], [outcomes[i] for i in rows], action)
                scores |= {f"{action}/{name}": value for name, value in own.items()}
        for about in PER_ACTION:
            scores[about.name] = float(
                np.mean([v for k, v in scores.items() if k.endswith("/" + about.name)])
            )
        return scores


def _action_scores(cases: list[Case], outcomes: list[Outcome], action: str) -> Scores:
    content = ContentPreservation(action)
    return {
        "content": float(
            np.mean([content(o.joints_m, c.original_m) for c, o in zip(cases, outcomes, strict=True)])
        ),
        "objective_m": float(np.mean(objective_errors_m(cases, outcomes))),
        "skate": float(np.mean([FootSkate()(o.joints_m) for o in outcomes])),
        "jitter": float(np.mean([Jitter()(o.joints_m) for o in outcomes])),
    }
