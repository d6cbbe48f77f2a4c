"""``lamp bench scenes``: a game in virtual time over a tiny prior, its scenes, and what the figures add up to."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from lamp.live import LiveCharacter
from lamp.planner import Planner
from runtime.bench.scene import Whereabouts
from runtime.bench.scenes import EVENT_S, SCENES, play, summary
from runtime.bench.virtual_game import VirtualGame
from tests import tiny

STEP_S = 0.1
WHERE = Whereabouts(EVENT_S, (1.0, 2.0), (1.0, 4.2))


@pytest.fixture(scope="module")
def planner() -> Planner:
    return tiny.planner()


def test_frames_follow_without_holes_and_the_past_stays(planner: Planner) -> None:
    game = VirtualGame(planner, LiveCharacter(planner, prompt="walk", seed=1), step_s=STEP_S)
    game.play_until(1.0)
    assert len(game.played) == 31 and game.now_s == pytest.approx(1.0)
    before = game.joints(0.0, 1.0)
    game.character.set_prompt("run")
    game.changed()
    game.play_until(2.0)
    assert np.array_equal(game.joints(0.0, 1.0), before)
    assert np.isfinite(game.joints(0.0, 2.0)).all()


def test_the_same_seed_gives_the_same_figures(planner: Planner) -> None:
    rows = [play(planner, SCENES["pillar"], seed, STEP_S) for seed in (2, 2, 3)]
    assert rows[0] == rows[1] and rows[0] != rows[2]
    assert rows[0]["penetration_m"] >= 0.0 and "target_error_m" not in rows[0]
    assert play(planner, SCENES["hand"], 2, STEP_S)["target_error_m"] > 0.0


def test_scenes_stand_where_the_character_will_be() -> None:
    for name in ("pillar", "pillar_aside", "pillar_far"):
        (pillar,) = SCENES[name](WHERE).obstacles
        assert abs(pillar.position_m[0] - 1.0) <= 0.2 + 1e-6 and pillar.position_m[2] > 4.2
    (ball,) = SCENES["ball"](WHERE).obstacles
    assert np.allclose(ball.at(EVENT_S + 2.0)[0], (1.0, 0.5, 4.2), atol=1e-6), "it would hit the character"
    walls = SCENES["door"](WHERE).obstacles
    inner = sorted(abs(w.position_m[0] - 1.0) - w.size_m[0] for w in walls)
    assert inner == pytest.approx([0.15, 0.95]), "a gap of 1.1 m, its middle 0.4 m to the side"


def test_a_summary_counts_who_was_clear() -> None:
    rows = [
        {"penetration_m": p, "skate": 0.1, "jitter_mps3": 50.0, "speed_mps": 1.0}
        for p in (0.0, 0.005, 0.2, 0.3)
    ]
    s = summary(rows)
    assert s["penetration_m_good"] == 0.5 and s["penetration_m_max"] == 0.3
    assert s["penetration_m_median"] == pytest.approx(0.1025) and s["skate"] == pytest.approx(0.1)
