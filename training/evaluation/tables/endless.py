"""B5: one long motion, continued window by window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lamp.motion import Motion
from lamp.tasks import Task
from training.evaluation.clips import Array, RealClips
from training.evaluation.judge import Judge, Scores
from training.evaluation.settings import Settings
from training.evaluation.tables.base import FID, JITTER, SKATE, Case
from training.metrics.base import About
from training.metrics.clip import FootSkate, Jitter
from training.metrics.frechet import FrechetDistance
from training.priors.base import Budget, Outcome, Prior

_FPS, _WINDOW, _PREFIX, _PIECE = 20, 80, 20, 80
_STEPS = 6
_PROMPTS = (
    "a person walks forward",
    "a person turns around and walks",
    "a person stands still and waves",
    "a person jogs",
)


class LongTable:
    """Motion of ``long_s`` seconds: a real beginning, then windows of 80 frames whose first 20 are what was made last;
    the prompt changes every 10 s. Pieces of 4 s are scored; a drift shows between the first and the last third."""

    key, title, needs, chunk = "B5", "Long motion", "invert", 1
    columns: tuple[About, ...] = (
        FID, SKATE, JITTER,
        About("fid_first", "-", "lower", "FID of the first third"),
        About("fid_last", "-", "lower", "FID of the last third"),
        About("jump_m", "m", "lower", "largest step of the pelvis between two frames"),
        About("height_m", "m", "real", "mean height of the pelvis"), About("seconds", "s", "higher", "length made"),
    )  # fmt: skip

    def cases(self, clips: RealClips, settings: Settings, repeat: int, prior: Prior) -> list[Case]:
        rng = np.random.default_rng(settings.rng_seed(self.key, repeat))
        clip = clips.draw(1, rng)[0]
        return [Case(clip.joints_m, extra={"frames": int(settings.long_s * _FPS)})]

    def make(self, prior: Prior, cases: Sequence[Case], settings: Settings, seed: int) -> list[Outcome]:
        return [Outcome(self._go_on(prior, case, seed)) for case in cases]

    def _go_on(self, prior: Prior, case: Case, seed: int) -> Array:
        made = case.original_m[:_PREFIX]
        show = np.r_[np.ones(_PREFIX), np.zeros(_WINDOW - _PREFIX)].astype(np.float32)
        while len(made) < case.extra["frames"]:
            past = made[-_PREFIX:]
            held = np.concatenate([past, np.repeat(past[-1:], _WINDOW - _PREFIX, axis=0)])
            prompt = _PROMPTS[len(made) // (10 * _FPS) % len(_PROMPTS)]
            task = Task(prompt=prompt, reference=Motion.from_positions(held), keep=show, show=show)
            [outcome] = prior.optimize([task], Budget(_STEPS, seed + len(made)))
            made = np.concatenate([made, outcome.joints_m[_PREFIX:]])
        return np.asarray(made[: case.extra["frames"]], np.float32)

    def score(
        self, cases: Sequence[Case], outcomes: Sequence[Outcome], judge: Judge, rng: np.random.Generator
    ) -> Scores:
        joints = np.concatenate([o.joints_m for o in outcomes])
        pieces = [joints[i : i + _PIECE] for i in range(0, len(joints) - 39, _PIECE)]
        embedded = judge.embed(pieces)
        third = len(pieces) // 3
        scores = {
            "skate": float(np.mean([FootSkate()(p) for p in pieces])),
            "jitter": float(np.mean([Jitter()(p) for p in pieces])),
            "jump_m": float(max(np.linalg.norm(np.diff(o.joints_m[:, 0], axis=0), axis=-1).max() for o in outcomes)),
            "height_m": float(joints[:, 0, 1].mean()), "seconds": len(joints) / _FPS,
        }  # fmt: skip
        if len(pieces) >= 2:
            scores["fid"] = FrechetDistance()(embedded, judge.real)
        if third >= 2:
            scores["fid_first"] = FrechetDistance()(embedded[:third], judge.real)
            scores["fid_last"] = FrechetDistance()(embedded[-third:], judge.real)
        return scores
