"""Noise optimisation: it improves, never forgets the best, and rows do not touch each other."""

from __future__ import annotations

import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.engines.step import update  # noqa: E402
from lamp.optimizer import NoiseOptimizer, PlanJob, Tolerances, white_noise  # noqa: E402
from lamp.problem import TERMS, KeyFrames, Target, empty_row, fresh_state  # noqa: E402
from tests import tiny  # noqa: E402

SHAPE = tiny.shape()


@pytest.fixture(scope="module")
def engine():
    return tiny.engine()


def task(seed: int, **state):
    """A start, and a hand that should be somewhere."""
    rng = np.random.default_rng(seed)
    row = empty_row(SHAPE)
    keys = KeyFrames(SHAPE.frames)
    keys.add(Target(20, (0.6, 1.2, 0.5)), 30, 34)
    row["key"], row["key_weight"] = keys.key, keys.weight
    noise = white_noise(rng, SHAPE)
    row["start_noise"] = noise
    return row, fresh_state(SHAPE, noise, **{"budget": 30, "rate": 0.1, **state})


def job(*seeds, max_steps=20, tolerances=None, **settings):
    return PlanJob(SHAPE, [task(s) for s in seeds], max_steps=max_steps, tolerances=tolerances, **settings)


def test_it_reduces_the_loss_and_the_best_never_gets_worse(engine):
    one, optimizer, losses = job(0), NoiseOptimizer(engine), []
    while not one.finished:
        optimizer.advance([one], 2)
        losses.append(one.report().loss)
    assert one.steps == 20 and len(losses) == 10
    assert all(b <= a for a, b in zip(losses, losses[1:], strict=False))
    assert losses[-1] < losses[0] - 0.1


def test_the_best_state_belongs_to_the_best_loss(engine):
    """What is reported, the joints and the noise are of one and the same evaluation."""
    one, optimizer = job(0), NoiseOptimizer(engine)
    optimizer.advance([one], 12)
    best = one.best()
    row = one.rows[0][0]
    again = PlanJob(SHAPE, [(row, fresh_state(SHAPE, best["best_noise"], budget=1, rate=0.0))], max_steps=1)
    optimizer.advance([again], 1)
    assert float(again.best()["best_loss"]) == pytest.approx(float(best["best_loss"]), rel=1e-5)
    assert np.abs(again.best()["best_joints"] - best["best_joints"]).max() < 1e-5
    assert np.allclose(again.best()["best_terms"], best["best_terms"], atol=1e-4)


def test_a_batch_of_three_equals_three_alone(engine):
    together, alone = [job(s, max_steps=6) for s in range(3)], [job(s, max_steps=6) for s in range(3)]
    NoiseOptimizer(engine).advance(together, 6)
    for one in alone:
        NoiseOptimizer(engine).advance([one], 6)
    for a, b in zip(together, alone, strict=True):
        assert a.steps == b.steps == 6
        assert np.abs(a.best()["best_joints"] - b.best()["best_joints"]).max() < 1e-4
        assert float(a.best()["best_loss"]) == pytest.approx(float(b.best()["best_loss"]), rel=1e-4)


def test_a_row_with_nan_does_not_harm_its_neighbours(engine):
    good, sick, alone = job(0, max_steps=5), job(1, max_steps=5), job(0, max_steps=5)
    sick.rows[0][0]["key"][:] = np.nan
    NoiseOptimizer(engine).advance([sick, good], 5)
    NoiseOptimizer(engine).advance([alone], 5)
    assert np.abs(good.best()["best_joints"] - alone.best()["best_joints"]).max() < 1e-4
    state = sick.rows[0][1]
    assert np.isfinite(state["noise"]).all() and np.array_equal(
        state["noise"], sick.rows[0][0]["start_noise"]
    )
    assert sick.finished


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e20])
def test_a_step_that_exploded_is_not_taken(bad):
    states = [fresh_state(SHAPE, np.ones((SHAPE.tokens, SHAPE.latent_width)), budget=10, rate=0.1)] * 2
    state = {k: torch.from_numpy(np.stack([s[k] for s in states])) for k in states[0]}
    gradient = torch.ones_like(state["noise"])
    gradient[0, 0, 0] = bad
    empty = [state[k] for k in ("best_terms", "best_joints", "best_contacts")]
    after = update(state, gradient, torch.tensor([1.0, 1.0]), *empty)
    for name in ("noise", "moment1", "moment2", "best_loss"):
        assert torch.equal(after[name][0], state[name][0]), name
        assert torch.isfinite(after[name]).all() and not torch.equal(after[name][1], state[name][1]), name


def test_a_frozen_row_does_not_move(engine):
    frozen = PlanJob(SHAPE, [task(0, rate=0.0)], max_steps=4, tolerances=None)
    start = frozen.rows[0][1]["noise"].copy()
    NoiseOptimizer(engine).advance([frozen, job(1, max_steps=4)], 4)
    assert np.array_equal(frozen.rows[0][1]["noise"], start)
    assert float(frozen.best()["best_loss"]) < 1e6  # it is still evaluated


def test_the_best_of_several_starts_is_reported(engine):
    several = job(0, 1, 2, max_steps=4)
    NoiseOptimizer(engine).advance([several], 4)
    losses = [float(s["best_loss"]) for _, s in several.rows]
    assert len(set(losses)) == 3 and several.report().loss == min(losses)


def test_jobs_join_and_leave_between_calls(engine):
    """Continuous batching: a job that comes later, and one with fewer steps left, get exactly their own steps."""
    optimizer = NoiseOptimizer(engine)
    first, second = job(0, max_steps=6), job(1, max_steps=4)
    optimizer.advance([first], 3)
    while not (first.finished and second.finished):
        optimizer.advance([first, second], 3)
    assert first.steps == 6 and second.steps == 4


def test_deadline_tolerance_and_stop_end_a_job(engine):
    optimizer = NoiseOptimizer(engine)
    late = job(0, deadline_s=time.monotonic() - 1.0)
    easy = job(1, tolerances=Tolerances(target_error_m=10.0, least_steps=2))
    hard = job(2, tolerances=Tolerances(target_error_m=0.0, least_steps=2))
    stopped = job(3)
    stopped.stop()
    optimizer.advance([late, easy, hard, stopped], 2)
    assert late.finished and late.steps == 2 and np.isfinite(late.report().loss)
    assert easy.finished and not hard.finished
    assert stopped.steps == 0


def test_tolerance_waits_for_the_least_steps(engine):
    one = job(0, tolerances=Tolerances(target_error_m=10.0, least_steps=5))
    NoiseOptimizer(engine).advance([one], 2)
    assert not one.finished
    NoiseOptimizer(engine).advance([one], 3)
    assert one.finished


def test_progress_is_reported_in_natural_units(engine):
    reports = []
    one = job(0, max_steps=4, on_progress=reports.append)
    while not one.finished:
        NoiseOptimizer(engine).advance([one], 2)
    assert [r.steps for r in reports] == [2, 4]
    assert set(reports[0].terms) == set(TERMS) and reports[0].seconds > 0


def test_a_quadratic_bowl_is_descended():
    """The update rule by itself, on a loss whose minimum is known."""
    goal = torch.randn(2, SHAPE.tokens, SHAPE.latent_width)
    states = [fresh_state(SHAPE, np.zeros_like(goal[0]), budget=150, rate=0.1) for _ in range(2)]
    state = {k: torch.from_numpy(np.stack([s[k] for s in states])) for k in states[0]}
    empty = [state[k] for k in ("best_terms", "best_joints", "best_contacts")]
    for _ in range(150):
        difference = state["noise"] - goal
        state = update(state, 2 * difference, (difference**2).sum((1, 2)), *empty)
    assert (state["best_loss"] < 1e-2 * (goal**2).sum((1, 2))).all()
