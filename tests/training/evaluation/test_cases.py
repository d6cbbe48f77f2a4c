"""The cases of the tables: noises, spheres, targets, meshes, and the paper's figures beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamp.body import MANY_RADII_M, spheres
from tests.training import synthetic
from training.dataset import load_any
from training.evaluation import paper
from training.evaluation.clips import RealClips
from training.evaluation.noise import AMPLITUDE_M, NOISES
from training.evaluation.settings import Settings
from training.evaluation.tables import TABLES
from training.evaluation.tables.beyond import arch, wedge
from training.evaluation.tables.budget import error_at
from training.evaluation.tables.obstacles import SPHERES, sphere_centres
from training.evaluation.tables.refine import as_they_are
from training.evaluation.tables.retargeted import other_body
from training.priors.input_prior import InputPrior

SETTINGS = Settings(motions=6, repeats=1, max_frames=60)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> RealClips:
    made = {f"c{i}": synthetic.motion(80, seed=i) for i in range(8)}
    records = {name: {"split": "test"} for name in made}
    raw = synthetic.write_shards(tmp_path_factory.mktemp("cases") / "raw", made, records)
    return RealClips(load_any(raw), "test", SETTINGS.max_frames)


@pytest.mark.parametrize("kind", list(NOISES))
def test_every_noise_has_the_same_strength_and_no_mean(kind: str, rng: np.random.Generator) -> None:
    offset = NOISES[kind](196, rng)
    assert offset.shape == (196, 22, 3)
    assert offset.std() == pytest.approx(AMPLITUDE_M, rel=0.05)
    assert abs(offset.mean()) < 0.01


def test_perlin_noise_is_smooth_and_gaussian_is_not(rng: np.random.Generator) -> None:
    step = {kind: np.diff(noise(196, rng), axis=0).std() for kind, noise in NOISES.items()}
    assert step["perlin"] < 0.5 * step["gaussian"]
    assert step["gaussian"] == pytest.approx(AMPLITUDE_M * np.sqrt(2), rel=0.05)


def test_noisy_joints_reach_the_prior_untouched(rng: np.random.Generator) -> None:
    noisy = (synthetic.motion(40) + NOISES["gaussian"](40, rng)).astype(np.float32)
    np.testing.assert_array_equal(as_they_are(noisy).positions_m, noisy)


def test_eight_spheres_leave_the_first_pose_alone(rng: np.random.Generator) -> None:
    joints = synthetic.motion(60)
    centres = sphere_centres(joints, rng)
    assert centres.shape == (SPHERES, 3)
    gaps = np.linalg.norm(spheres(joints[:1])[:, :, None] - centres, axis=-1) - MANY_RADII_M[:, None] - 0.30
    assert gaps.min() > 0.0
    assert np.linalg.norm((centres - joints[0, 0])[:, [0, 2]], axis=-1).max() <= 2.5


def test_edit_targets_are_within_three_metres_and_within_reach(clips: RealClips) -> None:
    for case in TABLES["T4"].cases(clips, SETTINGS, 0, InputPrior()):
        away = np.abs(case.targets_m[0] - case.original_m[0, 0])[[0, 2]]
        assert away.max() <= 3.0
        assert np.hypot(*away) <= 2.5 * case.frames[0] / 20.0
        assert len(case.original_m) // 2 <= case.frames[0] < len(case.original_m)


def test_cases_are_the_same_for_every_prior_and_others_in_every_run(clips: RealClips) -> None:
    table = TABLES["T4"]
    first, again = (table.cases(clips, SETTINGS, 0, InputPrior()) for _ in range(2))
    other = table.cases(clips, SETTINGS, 1, InputPrior())
    assert all(np.array_equal(a.targets_m, b.targets_m) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a.targets_m, b.targets_m) for a, b in zip(first, other, strict=True))


def test_blends_fit_the_window_and_keep_both_clips(clips: RealClips) -> None:
    for case in TABLES["T6"].cases(clips, SETTINGS, 0, InputPrior()):
        assert len(case.original_m) <= SETTINGS.max_frames
        assert len(case.frames) == len(case.original_m) - 20
        assert case.task is not None and case.task.show is not None


def test_moving_obstacles_cross_the_way_but_not_the_first_pose(clips: RealClips) -> None:
    for case in TABLES["B1"].cases(clips, SETTINGS, 0, InputPrior()):
        for obstacle in case.obstacles:
            start = obstacle.at(0.0)[0]
            assert np.hypot(*(start - case.original_m[0, 0])[[0, 2]]) > 0.9
            assert 1.0 <= np.hypot(obstacle.linear_velocity_mps[0], obstacle.linear_velocity_mps[2]) <= 1.5


def test_meshes_are_solid_where_they_should_be() -> None:
    points = np.array([[0.5, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.95, 0.0]])  # post, opening, beam
    post, opening, beam = arch().distance(points)
    assert post < 0 < opening and beam < 0
    high, low, above = wedge().distance(np.array([[-0.25, 0.8, 0.0], [0.25, 0.4, 0.0], [0.25, 0.8, 0.0]]))
    assert high < 0 and low < 0 < above  # the top falls towards +x


def test_the_error_at_a_time_is_the_last_one_known_then(clips: RealClips) -> None:
    case = TABLES["T4"].cases(clips, SETTINGS, 0, InputPrior())[0]
    assert case.task is not None and case.task.reference is not None
    trace = [(80.0, 0.5), (150.0, 0.2), (400.0, 0.01)]
    assert error_at(trace, 200, case) == 0.2
    assert error_at(trace, 50, case) == max(case.task.target_errors_m(case.task.reference))


def test_other_bodies_have_other_legs() -> None:
    usual, tall = other_body("usual", 1.0, 1.0), other_body("tall", 1.3, 1.0)
    assert np.linalg.norm(tall.offsets_m[4]) == pytest.approx(1.3 * np.linalg.norm(usual.offsets_m[4]))


def test_the_papers_figures_stand_beside_the_right_rows() -> None:
    assert paper.figure("T4", "LaMP(ViT)", "fid") == 1.35
    assert paper.figure("T5", "MLD", "crawling strict/content") == 0.97
    assert paper.figure("T4", "LaMP(ViT)", "jitter") is None and paper.rows("B1") == {}
    assert set(paper.rows("T7")) == {f"{a}parts, {b}masking" for a in ("", "no ") for b in ("", "no ")}
    for table in (f"T{i}" for i in range(1, 8)):
        metrics = {about.name.replace("crawling strict", "crawling") for about in TABLES[table].columns}
        assert all(set(row) <= metrics for row in paper.rows(table).values()), table


def test_too_little_is_refused() -> None:
    for wrong in ({"motions": 3}, {"repeats": 0}, {"max_frames": 30}, {"long_s": 1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong)).replace("_s", "").replace("_", "-")):
            Settings(**wrong)  # type: ignore[arg-type]


def test_real_clips_are_cut_to_whole_tokens(clips: RealClips, tmp_path: Path) -> None:
    assert {len(c.joints_m) for c in clips.all()} == {60}
    assert clips.where(lambda c: True, 3, 40)[0].split == "test"
    assert clips.where(lambda c: False, 3, 40) == []
