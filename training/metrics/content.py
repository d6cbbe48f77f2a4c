"""Does an edited motion still do what it did? Frame by frame, by simple geometry (DNO; the paper's table 5)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamp.errors import InputError
from training.metrics.base import About, Array

HEAD, LEFT_WRIST, RIGHT_WRIST, LEFT_TOE, RIGHT_TOE = 15, 20, 21, 10, 11
AIRBORNE_M = 0.05
CRAWL_HEAD_M = 1.50  # DNO's height; a standing head is at 1.52 m, so nearly every bent knee passes
STRICT_CRAWL_HEAD_M = 0.90


def airborne(joints_m: Array) -> Array:
    """Frames with both toes above 5 cm; floor at y = 0. ``(T, 22, 3) -> (T,)`` bool."""
    return np.asarray((joints_m[:, [LEFT_TOE, RIGHT_TOE], 1] > AIRBORNE_M).all(1))


def hands_raised(joints_m: Array) -> Array:
    """Frames with both wrists above the head."""
    return np.asarray((joints_m[:, [LEFT_WRIST, RIGHT_WRIST], 1] > joints_m[:, [HEAD], 1]).all(1))


def low(joints_m: Array, head_m: float = CRAWL_HEAD_M) -> Array:
    """Frames with the head below ``head_m``."""
    return np.asarray(joints_m[:, HEAD, 1] < head_m)


LABELS: dict[str, Callable[[Array], Array]] = {
    "jumping": airborne,
    "long jump": airborne,
    "raised hands": hands_raised,
    "crawling": low,
    "crawling strict": lambda joints_m: low(joints_m, STRICT_CRAWL_HEAD_M),
}


class ContentPreservation:
    """Share of frames whose label is the same before and after. 1 for an untouched motion.

    Both clips must stand on the floor y = 0: labels are heights. ``crawling`` is nearly vacuous (a standing person who
    bends a little passes); ``crawling strict`` is not.
    """

    about = About("content", "ratio", "higher", "frames whose label is that of the original")

    def __init__(self, action: str) -> None:
        if action not in LABELS:
            raise InputError("action", f"{action!r} is unknown; use {', '.join(LABELS)}")
        self.action = action

    def __call__(self, result_m: Array, original_m: Array) -> float:
        """``(T, 22, 3)`` each; the longer one is cut."""
        t = min(len(result_m), len(original_m))
        label = LABELS[self.action]
        return float((label(result_m[:t]) == label(original_m[:t])).mean())


class LabelPreservation:
    """Share of motions whose trained action label (of the evaluator) is that of the original."""

    about = About(
        "label_kept", "ratio", "higher", "motions whose trained action label is that of the original"
    )

    def __call__(self, results: list[str], originals: list[str]) -> float:
        if len(results) != len(originals) or not results:
            raise InputError("labels", f"{len(results)} and {len(originals)} labels are no pairs")
        return float(np.mean([a == b for a, b in zip(results, originals, strict=True)]))
