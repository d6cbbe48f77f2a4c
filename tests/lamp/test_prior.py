"""Tasks and the public prior: what is refused, how clips are joined, and any mix of tasks in one call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamp.prior as prior_module  # noqa: E402
from lamp import beginning, features, metrics  # noqa: E402
from lamp import bundle as bundles  # noqa: E402
from lamp.errors import InputError  # noqa: E402
from lamp.intent import LookAt  # noqa: E402
from lamp.motion import Motion  # noqa: E402
from lamp.prior import MotionPrior, make_engine  # noqa: E402
from lamp.problem import MAX_KEYS, TERMS, Target, Weights  # noqa: E402
from lamp.scene import MAX_OBSTACLES, Obstacle  # noqa: E402
from lamp.skeleton import BONE_LENGTHS_M, PARENTS  # noqa: E402
from lamp.tasks import EDIT_WEIGHTS, STAY, Task, concatenate  # noqa: E402
from tests import tiny  # noqa: E402
from tests.training.synthetic import motion  # noqa: E402

CLIP = Motion.from_positions(motion(32))
HAND = Target(20, (0.4, 1.1, 0.6))
BALL = Obstacle("sphere", (0.0, 1.0, 0.5), (0.3, 0.3, 0.3))


@pytest.fixture(scope="module")
def prior(tmp_path_factory):
    folder = tiny.write_bundle(tmp_path_factory.mktemp("bundles") / "tiny")
    patch = pytest.MonkeyPatch()
    patch.setattr(prior_module, "load_text_encoder", lambda name: tiny.FakeText())
    yield MotionPrior(bundles.load(folder), tiny.engine())
    patch.undo()


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"frames": 7}, "frames"),
        ({"keep": np.ones(120)}, "keep"),
        ({"show": np.ones(120)}, "show"),
        ({"reference": CLIP, "keep": np.ones(31)}, "keep"),
        ({"reference": CLIP, "keep": np.ones((32, 21))}, "keep"),
        ({"reference": CLIP, "keep": -np.ones(32)}, "keep"),
        ({"reference": CLIP, "keep": np.full(32, np.nan)}, "keep"),
        ({"reference": CLIP, "show": np.ones((32, 22))}, "show"),
        ({"targets": (HAND,) * (MAX_KEYS + 1)}, "targets"),
        ({"obstacles": (BALL,) * (MAX_OBSTACLES + 1)}, "obstacles"),
        ({"frames": 40, "targets": (HAND, Target(20, (0, 1, 0), arrive_s=2.0))}, "targets[1].arrive_s"),
        ({"targets": (Target(20, (0, 1, 0), arrive_s=-0.1),)}, "targets[0].arrive_s"),
    ],
)
def test_bad_tasks_name_the_field(settings, field):
    with pytest.raises(InputError) as error:
        Task(**settings)
    assert error.value.field == field and error.value.problem


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"joint": 22}, "joint"),
        ({"joint": "tail"}, "joint"),
        ({"position_m": (0.0, np.inf, 0.0)}, "position_m"),
        ({"position_m": (0.0, 1.0)}, "position_m"),
        ({"position_m": (2e4, 0.0, 0.0)}, "position_m"),
        ({"axis_mask": (False, False, False)}, "axis_mask"),
        ({"arrive_s": np.nan}, "arrive_s"),
        ({"hold_s": -1.0}, "hold_s"),
        ({"weight": 0.0}, "weight"),
        ({"weight": 1e6}, "weight"),
    ],
)
def test_bad_targets_name_the_field(settings, field):
    with pytest.raises(InputError) as error:
        Target(**{"joint": 20, "position_m": (0.0, 1.0, 0.0), **settings})
    assert error.value.field == field


def test_bad_calls_name_the_argument(prior):
    for call, field in (
        (lambda: prior.generate([]), "prompts"),
        (lambda: prior.generate(["walk"], frames=4), "frames"),
        (lambda: prior.generate(["walk"], frames=1000), "frames"),
        (lambda: prior.optimize([Task(frames=48)], steps=0), "steps"),
        (lambda: prior.optimize([Task(frames=48)], starts=0), "starts"),
        (lambda: prior.optimize([Task(frames=tiny.LONG_FRAMES + 1)]), "frames"),
        (lambda: make_engine(prior.bundle, "tensorflow", None), "engine"),
        (lambda: bundles.load("nobody"), "bundle"),
    ):
        with pytest.raises(InputError) as error:
            call()
        assert error.value.field == field


# -- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_holds_what_the_task_says():
    task = Task("go", frames=30, targets=(Target(20, (1, 1, 1), arrive_s=0.5, hold_s=0.1), HAND), obstacles=(BALL,),
                place=(2.0, 0.0, 3.0, 0.5))  # fmt: skip
    row = task.row(tiny.shape(), np.arange(tiny.TEXT_WIDTH))
    assert {k: v.shape for k, v in row.items()} == tiny.shape().problem_shapes()
    assert row["has_text"] == 1.0 and row["frame_valid"].sum() == 30 and row["token_valid"].sum() == 8
    assert np.flatnonzero(row["key_weight"][:, 20].max(-1)).tolist() == [10, 11, 12, 29]
    assert row["obstacle_kind"].sum() == 1.0
    assert np.allclose(row["place"], [2.0, 0.0, 3.0, np.cos(0.5), np.sin(0.5)])
    assert Task(frames=30).row(tiny.shape(), np.zeros(tiny.TEXT_WIDTH))["has_text"] == 0.0


def test_a_reference_gives_length_and_place():
    task = Task(reference=CLIP.resample(60.0), keep=np.ones((32, 22)))
    assert task.frames == 32
    row = task.row(tiny.shape(), np.zeros(tiny.TEXT_WIDTH))
    assert np.allclose(row["place"][[0, 2]], CLIP.positions_m[0, 0, [0, 2]], atol=1e-4)
    assert (row["reference_weight"][:32] == 1).all() and (row["reference_weight"][32:] == 0).all()


def test_target_errors_look_at_the_axes_that_count():
    there = CLIP.positions_m[10, 20] + np.array([0.3, 5.0, 0.4])
    position = tuple(float(v) for v in there)
    flat = Target(20, position, (True, False, True), arrive_s=0.5)
    task = Task(reference=CLIP, targets=(flat, Target(20, position, arrive_s=0.5)))
    flat_error, full_error = task.target_errors_m(CLIP)
    assert flat_error == pytest.approx(0.5, abs=1e-3) and full_error == pytest.approx(5.025, abs=1e-2)


def test_an_edit_is_weighed_by_what_it_keeps():
    edit, refine = Task(reference=CLIP), Task(reference=CLIP, keep=np.ones(32))
    assert refine.weighing() == Task().weighing() == Weights()
    assert replace(edit, targets=(HAND,)).weighing() == EDIT_WEIGHTS
    assert replace(edit, targets=(HAND, HAND)).weighing().key == 2 * EDIT_WEIGHTS.key, (
        "each as if it were alone"
    )
    assert edit.weighing() == replace(EDIT_WEIGHTS, reference=STAY), "it has no reason to go elsewhere"
    assert Task(reference=CLIP, weights=Weights(foot=1.0)).weighing().foot == 1.0
    assert edit.trusted().tolist() == [1.0] * 32, "all of it is as it should be"
    assert not refine.trusted().any() and not Task().trusted().any(), "noisy motion is not"
    shown = Task(reference=CLIP, keep=np.ones(32), show=np.arange(32) < 8)
    assert shown.trusted().tolist() == [1.0] * 8 + [0.0] * 24


def test_an_edit_that_goes_nowhere_else_keeps_its_way():
    def pelvis(**settings):
        return Task(reference=CLIP, **settings).row(tiny.shape(), np.zeros(tiny.TEXT_WIDTH))[
            "reference_weight"
        ]

    kept = pelvis(obstacles=(BALL,))
    assert (kept[:32, 0] == 1).all() and kept[:, 1:].sum() == kept[32:].sum() == 0
    for settings in ({"targets": (HAND,)}, {"weights": Weights()}, {"show": np.arange(32) < 8}):
        assert not pelvis(**settings).any(), settings


def test_a_motion_may_hold_already_what_is_asked_for():
    at = [tuple(float(v) for v in CLIP.positions_m[t, 20]) for t in range(32)]
    far = Obstacle("sphere", (30.0, 1.0, 0.0), (0.3, 0.3, 0.3))
    near = Obstacle("sphere", at[5], (0.1, 0.1, 0.1))
    held = Target(20, at[10], arrive_s=0.5)
    for settings, holds in (
        ({"obstacles": (far,)}, True),
        ({"obstacles": (far, near)}, False),
        ({"targets": (held,)}, True),
        ({"targets": (held, Target(20, at[0], arrive_s=1.5))}, False),
        ({"targets": (replace(held, hold_s=1.0),)}, False),  # the hand moves on
        ({"targets": (held,), "keep": np.ones(32)}, False),  # to be refined, not edited
        ({"targets": (held,), "look_at": LookAt((0.0, 1.0, 5.0))}, False),
    ):
        assert Task(reference=CLIP, **settings).holds_already() is holds, settings
    assert not Task(targets=(held,)).holds_already()


# -- joining clips ----------------------------------------------------------------------------------------------------


def test_concatenation_is_continuous_and_goes_on_in_the_same_direction():
    second = Motion.from_positions(motion(30, seed=4)[:, :] + np.array([5.0, 0.0, 9.0], np.float32))
    joined, keep = concatenate(CLIP, second, 12)
    assert len(joined) == len(keep) == 32 + 12 + 30
    assert keep.tolist() == [1.0] * 32 + [0.0] * 12 + [1.0] * 30
    assert np.abs(joined.positions_m[:32] - CLIP.positions_m).max() < 1e-3
    step = np.linalg.norm(np.diff(joined.positions_m[:, 0], axis=0), axis=-1)
    assert step.max() < 0.15
    turn = features.heading_rad(joined.positions_m[44]) - features.heading_rad(joined.positions_m[31])
    assert abs(np.sin(turn)) < 0.05
    inside = joined.positions_m[44:] - joined.positions_m[44, :1]
    own = second.positions_m - second.positions_m[0, :1]
    assert np.allclose(np.linalg.norm(inside, axis=-1), np.linalg.norm(own, axis=-1), atol=2e-3)


def test_concatenation_of_single_frames_and_bad_seams():
    joined, _ = concatenate(CLIP[:1], CLIP[:1], 4)
    assert len(joined) == 6 and np.isfinite(joined.positions_m).all()
    with pytest.raises(InputError, match="seam_frames"):
        concatenate(CLIP, CLIP, 1)


# -- the prior --------------------------------------------------------------------------------------------------------


def bones_are_exact(result):
    joints = result.positions_m
    lengths = np.linalg.norm(joints[:, 1:] - joints[:, list(PARENTS[1:])], axis=-1)
    return np.abs(lengths - BONE_LENGTHS_M[1:]).max() < 1e-4


def test_what_it_says_about_itself(prior):
    assert (prior.name, prior.licence, prior.engine_name, prior.device) == ("tiny", "test", "torch", "cpu")
    assert prior.fps == 20.0 and prior.max_frames == tiny.LONG_FRAMES


def test_generation_is_repeatable_and_follows_seed_and_prompt(prior):
    a, b = prior.generate(["walk", "jump"], frames=30, steps=3)
    again = prior.generate(["walk", "jump"], frames=30, steps=3)[0]
    other = prior.generate(["walk"], frames=30, steps=3, seed=1)[0]
    assert len(a) == len(b) == 30 and bones_are_exact(a)
    assert np.array_equal(a.positions_m, again.positions_m)
    assert not np.allclose(a.positions_m, other.positions_m)
    guided = prior.generate(["walk"], frames=30, steps=3, guidance=2.0)[0]
    plain = prior.generate(["walk"], frames=30, steps=3, guidance=0.0)[0]
    assert not np.allclose(guided.positions_m, plain.positions_m)


def test_reconstruction_stands_where_the_clip_stands(prior):
    moved = Motion.from_positions(CLIP.positions_m + np.array([4.0, 0.0, -3.0], np.float32))
    again = prior.reconstruct(moved)
    assert len(again) == 32
    assert np.allclose(again.positions_m[0, 0, [0, 2]], moved.positions_m[0, 0, [0, 2]], atol=1e-4)


def test_an_edit_begins_as_the_motion_it_changes(prior):
    """Whatever these untrained networks make of it: the residual holds what is lost."""
    for task in (
        Task(reference=CLIP, targets=(HAND,)),
        Task("reach", reference=CLIP[:30], targets=(HAND,)),  # not whole tokens
    ):
        job = prior.jobs([task], steps=5)[0]
        prior.planner.advance([job], 1)
        begun = job.best()["best_joints"][: task.frames]
        assert np.abs(begun - task.reference.positions_m).max() < 0.003


def test_a_prior_that_does_not_know_a_motion_gets_no_help(prior):
    """Adding back all that random networks lose would make any prior look good."""
    joined, keep = concatenate(CLIP[:24], CLIP[:20], 8)
    job = prior.jobs([Task(reference=joined, keep=keep, show=keep)], steps=5)[0]
    assert not job.rows[0][0]["residual"].any()


def test_a_blend_begins_with_the_poses_of_both_clips(prior, monkeypatch):
    monkeypatch.setattr(beginning, "MOST_LOST_M", np.inf)  # the prior of this test knows no motion
    joined, keep = concatenate(CLIP[:24], CLIP[:20], 8)
    job = prior.jobs([Task(reference=joined, keep=keep, show=keep)], steps=5)[0]
    prior.planner.advance([job], 1)
    begun = job.best()["best_joints"][:52]
    wrong = np.linalg.norm(metrics.local_pose(begun) - metrics.local_pose(joined.positions_m), axis=-1).max(1)
    assert wrong[keep > 0].max() < 0.003 < wrong[keep == 0].max()


def test_a_noisy_motion_begins_without_its_noise(prior):
    job = prior.jobs([Task(reference=CLIP, keep=np.ones(32))], steps=5)[0]
    assert not job.rows[0][0]["residual"].any()


@pytest.mark.parametrize("starts", [1, 3])
def test_an_edit_with_nothing_to_do_gives_the_motion_back(prior, starts):
    far = Obstacle("sphere", (9.0, 1.0, 9.0), (0.3, 0.3, 0.3))
    there = tuple(float(v) for v in CLIP.positions_m[-1, 20])
    for result in (
        prior.avoid(CLIP, [far], steps=20, starts=starts),
        prior.edit(CLIP, [Target(20, there)], steps=20, starts=starts),
    ):
        assert np.array_equal(result.motion.positions_m, CLIP.positions_m)
        assert result.feasible and result.steps == 1 and result.terms["pose_change_m"] < 0.003
    asked = prior.avoid(CLIP, [BALL, far], steps=5)
    assert asked.steps == 5 and not np.array_equal(asked.motion.positions_m, CLIP.positions_m)


def test_any_mix_of_tasks_in_one_call(prior):
    tasks = [
        Task("walk", frames=40, obstacles=(BALL,)),
        Task(reference=CLIP, keep=np.ones(32)),
        Task("reach", reference=CLIP, targets=(HAND,), weights=Weights(start=0.05)),
        Task(frames=60, targets=(Target(0, (0.5, 0.9, 1.0), arrive_s=1.0),)),
        Task(reference=CLIP, show=np.r_[np.ones(16), np.zeros(16)]),
    ]
    seen = set()
    results = prior.optimize(tasks, steps=5, on_progress=lambda i, report: seen.add(i))
    assert [len(r.motion) for r in results] == [40, 32, 32, 60, 32] and seen == set(range(5))
    for result in results:
        assert bones_are_exact(result.motion) and result.steps == 5
        assert set(result.terms) == set(TERMS) and all(np.isfinite(v) for v in result.terms.values())
        assert result.feasible == (result.reason == "")
    again = prior.optimize(tasks, steps=5)
    assert all(np.array_equal(a.motion.positions_m, b.motion.positions_m)
               for a, b in zip(results, again, strict=True))  # fmt: skip


def test_reported_terms_are_measured_on_the_motion(prior):
    task = Task(reference=CLIP, targets=(HAND,), obstacles=(BALL,))
    result = prior.optimize([task], steps=3)[0]
    assert result.terms["target_error_m"] == pytest.approx(max(task.target_errors_m(result.motion)))
    assert not result.feasible and result.reason


def test_more_steps_are_never_worse_and_deadlines_hold(prior):
    task = Task(frames=48, targets=(Target(20, (0.5, 1.2, 0.4), arrive_s=1.5),), seed=3)
    short, long = (prior.jobs([task], steps=30)[0] for _ in range(2))
    prior.planner.advance([short], 2)
    prior.planner.advance([long], 12)
    assert long.report().loss <= short.report().loss
    late = prior.optimize([task], steps=10_000, deadline_s=0.0)[0]
    assert late.steps < 100 and len(late.motion) == 48


def test_the_sugar_calls(prior):
    assert len(prior.refine(CLIP, steps=2).motion) == 32
    assert len(prior.edit(CLIP, [HAND], steps=2).motion) == 32
    assert len(prior.avoid(CLIP, [BALL], steps=2).motion) == 32
    blended = prior.blend(CLIP[:24], CLIP[:20], seam_frames=8, steps=2)
    assert len(blended.motion) == 52


def test_several_starts_are_never_worse_than_one(prior):
    task = Task(frames=48, targets=(Target(20, (0.5, 1.2, 0.4), arrive_s=1.5),))
    one, three = (prior.jobs([task], steps=3, starts=n)[0] for n in (1, 3))
    prior.planner.advance([one, three], 3)
    assert three.report().loss <= one.report().loss + 1e-5


def test_latents_need_a_token_and_hide_what_is_masked(prior):
    with pytest.raises(InputError, match="joints"):
        prior.planner.latents(CLIP.positions_m[:3])
    visible = np.ones((8, 6), np.float32)
    visible[4:] = 0
    a = prior.encode(CLIP, visible)[:4]
    changed = CLIP.positions_m.copy()
    changed[17:] += 0.2
    b = prior.planner.latents(changed, visible)[:4]
    assert np.allclose(a, b, atol=1e-5)
